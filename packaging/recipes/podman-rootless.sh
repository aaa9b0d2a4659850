#!/bin/sh
# Podman, Skopeo and Buildah for an ordinary user, without Docker: configures the helper for one registry, and for all of the
# user's registries with a drop-in file. `podman login` then stores logins in the user's keyring.
set -eu
registry=${1:-contoso.azurecr.io}

# ~/.config/containers/auth.json: unlike the file in the runtime directory, it remains after a reboot.
docker-credential-acr configure "$registry" --podman
# Every registry: ~/.config/containers/registries.conf.d
docker-credential-acr configure --containers-registries --no-check
# Renews tokens before they expire while the user is logged in; with `loginctl enable-linger` also after that.
docker-credential-acr configure --timer --no-check || echo "no timer: systemd's unit is not installed" >&2

skopeo inspect --format '{{.Name}} {{.Digest}}' "docker://$registry/samples/base:1"
