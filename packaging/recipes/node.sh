#!/bin/sh
# Install the credential provider on a Kubernetes node in Azure (which has /etc/kubernetes/azure.json), and print the flags
# that kubelet needs. Run as root. To build an image, pass its root directory as the first argument.
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
Add these two flags to kubelet, and restart it:
  --image-credential-provider-bin-dir=$folder
  --image-credential-provider-config=$config
TEXT
