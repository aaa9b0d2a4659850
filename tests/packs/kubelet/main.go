// SPDX-License-Identifier: Apache-2.0

// Command kubelet-types is kubelet's side of the credential provider protocol, from the types that Kubernetes
// publishes. "request IMAGE [TOKEN CLIENT TENANT]" writes what kubelet writes; "response" reads an answer from stdin
// as strictly as those types allow and tells what kubelet would make of it.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	v1 "k8s.io/kubelet/pkg/apis/credentialprovider/v1"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "request" {
		request := v1.CredentialProviderRequest{Image: os.Args[2]}
		request.Kind, request.APIVersion = "CredentialProviderRequest", v1.SchemeGroupVersion.String()
		if len(os.Args) == 6 {
			request.ServiceAccountToken = os.Args[3]
			request.ServiceAccountAnnotations = map[string]string{
				"kubernetes.azure.com/acr-client-id": os.Args[4], "kubernetes.azure.com/acr-tenant-id": os.Args[5]}
		}
		check(json.NewEncoder(os.Stdout).Encode(request))
		return
	}
	var response v1.CredentialProviderResponse
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	check(decoder.Decode(&response))
	if response.Kind != "CredentialProviderResponse" || response.APIVersion != v1.SchemeGroupVersion.String() {
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
