#!/bin/sh
# uv, with what pip has been told about registries and certificates, which uv reads under other names.
# Versions and hashes are locked, so it does not matter which of several registries answers.
set -eu
cd "$(dirname "$0")/.."

# as NEW OLD: gives NEW the value of OLD, unless NEW is set already.
as() {
    eval "new=\${$1:-} old=\${$2:-}"
    if [ -z "$new" ] && [ -n "$old" ]; then export "$1=$old"; fi
}

# What pip's own configuration files say counts as well.
configured=$(.tools/bin/pip config list 2>/dev/null || true)
setting() {
    printf '%s\n' "$configured" | sed -n "s/^[a-z:]*\\.$1='\\(.*\\)'\$/\\1/p" | tail -n 1
}
: "${PIP_INDEX_URL:=$(setting index-url)}" "${PIP_CERT:=$(setting cert)}" "${PIP_PROXY:=$(setting proxy)}"

as UV_DEFAULT_INDEX PIP_INDEX_URL
as UV_INDEX PIP_EXTRA_INDEX_URL
as UV_INSECURE_HOST PIP_TRUSTED_HOST
as UV_HTTP_TIMEOUT PIP_DEFAULT_TIMEOUT
as SSL_CERT_FILE PIP_CERT
as HTTPS_PROXY PIP_PROXY
if [ -n "${PIP_NO_INDEX:-}" ]; then
    export UV_NO_INDEX=1
    as UV_FIND_LINKS PIP_FIND_LINKS
fi
export UV_INDEX_STRATEGY=unsafe-best-match UV_SYSTEM_CERTS=true UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1
export UV_NO_PROGRESS=1
exec .tools/bin/uv "$@"
