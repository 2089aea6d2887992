#!/bin/sh
# Makes the secrets of docker-compose.yml, once: a set that is there stays as it is.
set -eu
cd "$(dirname "$0")"
if [ -e secrets ]; then
  echo 'docker/secrets is there already' >&2
  exit 1
fi
umask 077
mkdir secrets
random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
password=$(random) access=$(random) secret=$(random)
printf %s "$password" >secrets/postgres_password
printf 'postgres://distiller:%s@postgres:5432/distiller' "$password" >secrets/database_url
printf %s "$access" >secrets/s3_access_key
printf %s "$secret" >secrets/s3_secret_key
printf '{"identities":[{"name":"distiller","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Admin","Read","Write","List","Tagging"]}]}' \
  "$access" "$secret" >secrets/s3_config.json
# Compose mounts the files as they are, and the services read them as other users.
chmod 755 secrets
chmod 644 secrets/*
