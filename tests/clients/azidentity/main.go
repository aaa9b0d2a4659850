// SPDX-License-Identifier: Apache-2.0

// Sign in with one credential of azidentity, as a program that uses Microsoft's SDK for Go does: azidentity CREDENTIAL.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func credential(name string) (azcore.TokenCredential, error) {
	switch name {
	case "EnvironmentCredential":
		return azidentity.NewEnvironmentCredential(nil)
	case "WorkloadIdentityCredential":
		return azidentity.NewWorkloadIdentityCredential(nil)
	case "ManagedIdentityCredential":
		options := &azidentity.ManagedIdentityCredentialOptions{}
		if id := os.Getenv("AZURE_CLIENT_ID"); id != "" {
			options.ID = azidentity.ClientID(id)
		}
		return azidentity.NewManagedIdentityCredential(options)
	case "AzurePipelinesCredential":
		return azidentity.NewAzurePipelinesCredential(os.Getenv("AZURESUBSCRIPTION_TENANT_ID"),
			os.Getenv("AZURESUBSCRIPTION_CLIENT_ID"), os.Getenv("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
			os.Getenv("SYSTEM_ACCESSTOKEN"), nil)
	case "AzureCLICredential":
		return azidentity.NewAzureCLICredential(nil)
	case "AzureDeveloperCLICredential":
		return azidentity.NewAzureDeveloperCLICredential(nil)
	case "DeviceCodeCredential":
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{TenantID: os.Getenv("AZURE_TENANT_ID")})
	}
	return nil, fmt.Errorf("what is %s?", name)
}

func main() {
	if os.Args[1] == "versions" {
		info, _ := debug.ReadBuildInfo()
		for _, module := range info.Deps {
			if strings.Contains(module.Path, "azidentity") || strings.Contains(module.Path, "authentication-library") {
				fmt.Println(module.Path, module.Version)
			}
		}
		return
	}
	one, err := credential(os.Args[1])
	if err == nil {
		var token azcore.AccessToken
		token, err = one.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://containerregistry.azure.net/.default"}})
		fmt.Println(token.Token)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
