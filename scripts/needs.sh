#!/bin/sh
# What the tests need beside Python: a Chromium and PostgreSQL's server programs. Installs them where it may.
set -eu

has_chromium() {
    [ -n "${PORTAL_CHROMIUM:-}" ] || [ -x /usr/bin/chromium ] || command -v chromium >/dev/null 2>&1
}
has_postgresql() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

missing=
has_chromium || missing="chromium"
has_postgresql || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
    echo "The tests need what is not installed here:$(printf ' %s' $missing)." >&2
    echo "On Debian: sudo apt-get install$(printf ' %s' $missing)" >&2
    exit 1
fi
echo "Installing$(printf ' %s' $missing) ..."
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq </dev/null
# shellcheck disable=SC2086  # several names are several words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing </dev/null >/dev/null
