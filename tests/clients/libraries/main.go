// SPDX-License-Identifier: Apache-2.0

// What each of Go's libraries for credentials gets of a helper: libraries HELPER SERVER prints an object, library -> what it got.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/client"
	helpers "github.com/docker/docker-credential-helpers/credentials"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

type got struct {
	Username string `json:"username"`
	Secret   string `json:"secret"`
	Token    string `json:"token"` // an identity token
	Error    string `json:"error"`
	Kind     string `json:"kind"` // of the error, as the library itself classifies it
}

func of(username, secret, token string, err error) got {
	if err == nil {
		return got{username, secret, token, "", ""}
	}
	kind := "other"
	if helpers.IsErrCredentialsNotFound(err) {
		kind = "not found"
	}
	return got{Error: err.Error(), Kind: kind}
}

func main() {
	if os.Args[1] == "versions" {
		info, _ := debug.ReadBuildInfo()
		for _, module := range info.Deps {
			if slices.Contains([]string{"github.com/docker/cli", "github.com/docker/docker-credential-helpers",
				"github.com/google/go-containerregistry", "oras.land/oras-go/v2"}, module.Path) {
				fmt.Println(module.Path, module.Version)
			}
		}
		return
	}
	helper, server := os.Args[1], os.Args[2]
	program := client.NewShellProgramFunc("docker-credential-" + helper)
	result := map[string]any{}

	if one, err := client.Get(program, server); err != nil {
		result["docker-credential-helpers"] = of("", "", "", err)
	} else {
		result["docker-credential-helpers"] = of(one.Username, one.Secret, "", nil)
	}
	_, err := client.Get(program, "")
	result["docker-credential-helpers, get without a server"] = of("", "", "", err)
	result["docker-credential-helpers, store without a user name"] = of("", "", "",
		client.Store(program, &helpers.Credentials{ServerURL: server, Secret: "secret"}))
	result["docker-credential-helpers, store without a server"] = of("", "", "",
		client.Store(program, &helpers.Credentials{Username: "user", Secret: "secret"}))
	result["docker-credential-helpers, erase without a server"] = of("", "", "", client.Erase(program, ""))
	if all, err := client.List(program); err != nil {
		result["docker-credential-helpers, list"] = of("", "", "", err)
	} else {
		result["docker-credential-helpers, list"] = all
	}

	if file, err := config.Load(config.Dir()); err != nil {
		result["docker/cli"] = of("", "", "", err)
	} else {
		one, err := file.GetAuthConfig(server)
		result["docker/cli"] = of(one.Username, one.Password, one.IdentityToken, err)
	}

	if registry, err := name.NewRegistry(server); err != nil {
		result["go-containerregistry"] = of("", "", "", err)
	} else if one, err := authn.DefaultKeychain.Resolve(registry); err != nil {
		result["go-containerregistry"] = of("", "", "", err)
	} else if one == authn.Anonymous {
		result["go-containerregistry"] = "anonymous"
	} else {
		auth, err := one.Authorization()
		result["go-containerregistry"] = of(auth.Username, auth.Password, auth.IdentityToken, err)
	}

	if store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{}); err != nil {
		result["oras-go"] = of("", "", "", err)
	} else {
		one, err := store.Get(context.Background(), server)
		result["oras-go"] = of(one.Username, one.Password, one.RefreshToken, err)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}
