#!/bin/sh
# Makes .tools: a pip that fetches uv in the one version whose hash is known here.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed as '$python'. Another one can be named: make PYTHON=/path/to/python3" >&2
    exit 1
fi
rm -rf .tools
if ! "$python" -m venv .tools >/dev/null; then
    rm -rf .tools
    echo "'$python -m venv' does not work. On Debian: apt-get install python3-venv" >&2
    exit 1
fi
.tools/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --requirement requirements/tools.txt
touch .tools/ready
