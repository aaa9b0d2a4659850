// SPDX-License-Identifier: Apache-2.0

// Command kubelet-types is kubelet's side of the credential provider protocol, from the types that Kubernetes
// publishes. "request VERSION IMAGE [TOKEN CLIENT TENANT]" writes what kubelet writes; "response VERSION" reads an
// answer from stdin as strictly as those types allow and tells what kubelet would make of it.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	v1 "k8s.io/kubelet/pkg/apis/credentialprovider/v1"
	"k8s.io/kubelet/pkg/apis/credentialprovider/v1beta1"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// version is an empty request and an empty answer of that version.
func version(name string) (request, response any) {
	if name == v1beta1.SchemeGroupVersion.Version {
		return &v1beta1.CredentialProviderRequest{}, &v1beta1.CredentialProviderResponse{}
	}
	return &v1.CredentialProviderRequest{}, &v1.CredentialProviderResponse{}
}

func request(name string, arguments []string) {
	kind := map[string]any{"kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/" + name,
		"image": arguments[0]}
	if len(arguments) == 4 {
		kind["serviceAccountToken"] = arguments[1]
		kind["serviceAccountAnnotations"] = map[string]string{
			"kubernetes.azure.com/acr-client-id": arguments[2], "kubernetes.azure.com/acr-tenant-id": arguments[3]}
	}
	text, err := json.Marshal(kind)
	check(err)
	typed, _ := version(name)
	check(json.Unmarshal(text, typed))
	check(json.NewEncoder(os.Stdout).Encode(typed))
}

func main() {
	name := os.Args[2]
	if os.Args[1] == "request" {
		request(name, os.Args[3:])
		return
	}
	_, typed := version(name)
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	check(decoder.Decode(typed))
	if _, err := decoder.Token(); err != io.EOF {
		check(fmt.Errorf("more stands behind the answer: %v", err))
	}
	text, err := json.Marshal(typed)
	check(err)
	var response v1.CredentialProviderResponse // whose members v1beta1 has, too
	check(json.Unmarshal(text, &response))
	if response.Kind != "CredentialProviderResponse" || response.APIVersion != "credentialprovider.kubelet.k8s.io/"+name {
		check(fmt.Errorf("a response of kind %q, version %q", response.Kind, response.APIVersion))
	}
	if response.CacheKeyType != v1.RegistryPluginCacheKeyType {
		check(fmt.Errorf("cacheKeyType %q", response.CacheKeyType))
	}
	fmt.Printf("cached for %.0f s\n", response.CacheDuration.Seconds())
	for key, auth := range response.Auth {
		fmt.Printf("%s %q %d\n", key, auth.Username, len(auth.Password))
	}
}
