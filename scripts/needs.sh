#!/bin/sh
# What the tests need beside Python: a Chromium, best its headless shell, and PostgreSQL's server programs. Installs them
# where it may.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }
has_shell() { [ -n "${PORTAL_CHROMIUM:-}" ] || has chromium-headless-shell; }
has_chromium() { has_shell || has chromium || has chromium-browser; }
has_postgresql() { has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

if has_shell && has_postgresql; then exit 0; fi

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
install() {
    echo "Installing $1 ..."
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$1" </dev/null >/dev/null
}

if has apt-get && $as_root true 2>/dev/null; then
    $as_root apt-get update -qq </dev/null || true
    # Older Debians have no such package; their chromium does as well, more slowly.
    has_shell || install chromium-headless-shell || has_chromium || install chromium || true
    has_postgresql || install postgresql || true
fi

missing=
has_chromium || missing="$missing chromium"
has_postgresql || missing="$missing postgresql"
if [ -n "$missing" ]; then
    echo "The tests need what is not installed here:$missing." >&2
    echo "On Debian: sudo apt-get install$missing" >&2
    exit 1
fi
