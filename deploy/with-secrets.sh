#!/bin/sh
# Run a command with the secrets of /run/secrets in its environment, where Prefect looks for them:
# they are in no image, no compose file and no `docker inspect`.
set -eu

folder=${NOCTURNE_SECRETS:-/run/secrets}

secret() {
    [ ! -s "$folder/$1" ] || tr -d '\r\n' <"$folder/$1"
}

login=$(secret prefect_login) # user:password of the server's API and UI
if [ -n "$login" ]; then
    export PREFECT_API_AUTH_STRING="$login"
    if [ "${NOCTURNE_SERVES:-}" = yes ]; then export PREFECT_SERVER_API_AUTH_STRING="$login"; fi
fi
alert_url=$(secret alert_url) # where alerts go, for `deployed` alone
[ -z "$alert_url" ] || export NOCTURNE_ALERT_URL="$alert_url"
password=$(secret postgres_password)
if [ "${NOCTURNE_SERVES:-}" = yes ] && [ -n "$password" ]; then
    # Only letters and digits: the password stands in an address.
    case "$password" in
    *[!A-Za-z0-9]*)
        echo "postgres_password: use letters and digits only" >&2
        exit 1
        ;;
    esac
    export PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://nocturne:$password@${NOCTURNE_POSTGRES:-postgres}:5432/prefect"
fi
exec "$@"
