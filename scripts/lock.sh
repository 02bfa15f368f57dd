#!/bin/sh
# Writes the lock files: exact versions and hashes, without the name of any registry. `make lock UPGRADE=1` moves on
# to the newest versions; without it, versions stay where they are as long as they fit.
set -eu
cd "$(dirname "$0")/.."

compile() {
    out=$1
    shift
    scripts/uv.sh pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
        --custom-compile-command "make lock" ${UPGRADE:+--upgrade} "$@" --output-file "$out"
}

compile requirements/tools.txt requirements/tools.in
compile requirements/vendor.txt --no-deps requirements/vendor.in
compile requirements/run.txt --all-extras pyproject.toml requirements/build.in
compile requirements/test.txt --all-extras --constraints requirements/run.txt \
    pyproject.toml requirements/build.in requirements/test.in
