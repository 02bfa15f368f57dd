# The commands a person types. Each brings what it needs; what is there already is not made again.
.DELETE_ON_ERROR:
.PHONY: help run links test check lock screenshots bench needs clean

help:
	@echo "make run          the portal with demonstration data on http://localhost:8000"
	@echo "make links        new sign-in links for the demonstration"
	@echo "make check        the quick checks: style, types, imports, tests on SQLite"
	@echo "make test         all checks and tests, on PostgreSQL and in a browser too"
	@echo "make lock         lock files from pyproject.toml and requirements/*.in (UPGRADE=1: the newest)"
	@echo "make screenshots  pictures of the pages"
	@echo "make bench        measurements"
	@echo "make clean        removes what the others made, but not the data in instance/"

run: .venv/ready-to-run static/vendor/htmx.js
	@exec .venv/bin/portal demo

links: .venv/ready-to-run
	@exec .venv/bin/portal links

check: .venv/ready-to-test static/vendor/htmx.js
	@.venv/bin/python scripts/checks.py quick

test: needs .venv/ready-to-test static/vendor/htmx.js
	@.venv/bin/python scripts/checks.py all

screenshots: needs .venv/ready-to-test static/vendor/htmx.js
	@.venv/bin/python -m tests.screenshots

bench: .venv/ready-to-test static/vendor/htmx.js
	@.venv/bin/python -m benchmarks

lock: .tools/ready
	@scripts/lock.sh

needs:
	@scripts/needs.sh

clean:
	rm -rf .venv .tools static/vendor/*.js build dist test-results
	find . -name .venv -prune -o \( -name __pycache__ -o -name '.*_cache' -o -name .hypothesis \) -prune -exec rm -rf {} +

# Set-up. Each of these files says that what its rule makes is there.

.tools/ready: requirements/tools.txt scripts/tools.sh
	@scripts/tools.sh

.venv/ready-to-run: requirements/run.txt pyproject.toml scripts/environment.sh | .tools/ready
	@scripts/environment.sh run

.venv/ready-to-test: requirements/test.txt pyproject.toml scripts/environment.sh | .tools/ready
	@scripts/environment.sh test

static/vendor/htmx.js: requirements/vendor.txt scripts/vendor.py | .tools/ready
	@.tools/bin/python scripts/vendor.py
