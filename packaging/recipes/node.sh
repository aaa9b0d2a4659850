#!/bin/sh
# Lay the credential provider on a Kubernetes node (of Azure: it has /etc/kubernetes/azure.json), and tell what kubelet
# must be told. Run as root; with a folder as first argument everything is laid below it, for an image that is built.
set -eu
root=${1-}
program=$(command -v docker-credential-acr) || { echo "install docker-credential-acr first" >&2; exit 1; }
here=$(dirname "$(readlink -f "$0")")
folder=/usr/libexec/kubernetes/credential-provider
config=/etc/kubernetes/credential-provider-config.yaml

install -d -m 755 "$root$folder" "$root/etc/kubernetes"
ln -sf "$program" "$root$folder/acr-credential-provider"
install -m 600 "$here/../kubelet/credential-provider-config.yaml" "$root$config"
cat <<TEXT
Give kubelet these two, and restart it:
  --image-credential-provider-bin-dir=$folder
  --image-credential-provider-config=$config
TEXT
