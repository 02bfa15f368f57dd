#!/bin/sh
# Brings .venv to what is locked. `run`: what the portal needs; `test`: that and what the tests need.
# An environment made for the tests stays one: it has all that running needs.
set -eu
cd "$(dirname "$0")/.."

wanted=$1
if [ "$wanted" = run ] && [ -e .venv/ready-to-test ]; then wanted=test; fi

if ! .venv/bin/python -c '' 2>/dev/null; then
    scripts/uv.sh venv --quiet --clear --python .tools/bin/python .venv
fi
rm -f .venv/ready-to-run .venv/ready-to-test
scripts/uv.sh pip sync --quiet --compile-bytecode --python .venv --require-hashes "requirements/$wanted.txt"
# The project is a link to this folder; flit_core, which makes it, is locked as well.
scripts/uv.sh pip install --quiet --python .venv --offline --no-deps --no-build-isolation --editable .
if [ "$wanted" = test ]; then touch .venv/ready-to-test; fi
touch .venv/ready-to-run
