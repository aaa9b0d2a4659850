#!/bin/sh
# podman, skopeo and buildah of an ordinary user, without docker: the helper for one registry, and for all the user's
# registries by a drop-in. Logins of `podman login` go into the user's keyring from then on.
set -eu
registry=${1:-contoso.azurecr.io}

# ~/.config/containers/auth.json: unlike the one in the runtime folder, it is there after a reboot.
docker-credential-acr configure "$registry" --podman
# Every registry: ~/.config/containers/registries.conf.d
docker-credential-acr configure --containers-registries --no-check
# Renewed ahead of time while the user is logged in; for ever with `loginctl enable-linger`.
docker-credential-acr configure --timer --no-check || echo "no timer: systemd's unit is not installed" >&2

skopeo inspect --format '{{.Name}} {{.Digest}}' "docker://$registry/samples/base:1"
