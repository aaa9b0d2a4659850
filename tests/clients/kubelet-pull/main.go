// SPDX-License-Identifier: Apache-2.0

// Command kubelet-pull is the part of kubelet that asks credential providers: it reads kubelet's own configuration,
// starts the plugin as kubelet does, and tells what would be tried for an image.
//
//	kubelet-pull CONFIG FOLDER IMAGE [TOKEN CLIENT TENANT]
package main

import (
	"fmt"
	"os"

	authenticationv1 "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
)

func main() {
	pod := len(os.Args) == 7
	token := func(_, _ string, _ *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
		return &authenticationv1.TokenRequest{Status: authenticationv1.TokenRequestStatus{Token: os.Args[4]}}, nil
	}
	account := func(namespace, name string) (*v1.ServiceAccount, error) {
		return &v1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID("1"),
			Annotations: map[string]string{"kubernetes.azure.com/acr-client-id": os.Args[5], "kubernetes.azure.com/acr-tenant-id": os.Args[6]}}}, nil
	}
	if err := plugin.RegisterCredentialProviderPlugins(os.Args[1], os.Args[2], token, account); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	name := ""
	if pod {
		name = "builder"
	}
	found, any := plugin.NewExternalCredentialProviderDockerKeyring("default", "pod", "uid", name).Lookup(os.Args[3])
	if !any {
		os.Exit(3)
	}
	for _, auth := range found {
		fmt.Printf("%q %d\n", auth.AuthConfig.Username, len(auth.AuthConfig.Password))
	}
}
