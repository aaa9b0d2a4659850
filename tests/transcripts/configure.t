# `configure`: its output and its errors. What it writes is in test_config_edits.py.
as app

== the named registries are assigned to the helper, member by member, and tested
set DOCKER_CONFIG=$HOME/new
$ docker-credential-acr configure acme.azurecr.io
> .../new/config.json: changed
>   + "credHelpers": {"acme.azurecr.io": "acr"}
> docker finds .../docker-credential-acr
> acme.azurecr.io issued a login to service principal aaaa0000-0000-4000-8000-000000000001, tenant c0470500-0000-4000-8000-000000000001
> This helper is set up. Next: docker pull acme.azurecr.io/IMAGE
$ docker-credential-acr configure acme.azurecr.io --no-check
> .../new/config.json: nothing to change
> This helper is set up. Next: docker pull acme.azurecr.io/IMAGE
keeps
asks nobody
$ docker-credential-acr configure
> changed by configure: .../new/config.json
> To set up a registry: docker-credential-acr configure contoso.azurecr.io (all options: --help)
keeps
asks nobody
$ docker-credential-acr configure --undo
> .../new/config.json: removed
>   - "credHelpers": {"acme.azurecr.io": "acr"}
> ...
asks nobody
$ docker-credential-acr configure --undo
keeps
asks nobody
> Nothing to undo.

== a dry run shows the change and makes none
$ docker-credential-acr configure acme.azurecr.io --dry-run
> .../.docker/config.json: changed (dry run)
>   + "credHelpers": {"acme.azurecr.io": "acr"}
keeps
asks nobody

== a registry without a login is reported after the change, with status 1
set AZURE_CLIENT_SECRET=wrong
$ docker-credential-acr configure acme.azurecr.io
> .../.docker/config.json: changed
> ...
> docker finds ...
> The configuration is in place, but a check failed. To find out why: docker-credential-acr diagnose. To undo it: docker-credential-acr configure --undo
! docker-credential-acr: ...
! ...
? 1

== other content of docker's config is not shown
file .docker/config.json
| {
| 	"auths": {"ghcr.io": {"auth": "dXNlcjpwYXNzd29yZA=="}},
| 	"HttpHeaders": {"Authorization": "Bearer abcdef"}
| }
$ docker-credential-acr configure --creds-store --no-check
> .../.docker/config.json: changed
>   + "credsStore": "acr"
> ...config.json stores logins unencrypted: ghcr.io. They stay there and continue to work; to move them to the keychain, run this command again with --with-logins
> This helper is set up. Next: docker-credential-acr status
asks nobody

== another helper loses a registry only with an option
file .docker/config.json
| {"credHelpers": {"acme.azurecr.io": "acr-env"}}
$ docker-credential-acr configure acme.azurecr.io --no-check
! docker-credential-acr: ...config.json assigns acme.azurecr.io to docker-credential-acr-env: use --replace to take it over
? 1
keeps
$ docker-credential-acr configure acme.azurecr.io --no-check --replace
> ...
>   - "credHelpers": {"acme.azurecr.io": "acr-env"}
>   + "credHelpers": {"acme.azurecr.io": "acr"}
> This helper is set up. Next: docker pull acme.azurecr.io/IMAGE
$ docker-credential-acr configure --undo
> ...
>   - "credHelpers": {"acme.azurecr.io": "acr"}
>   + "credHelpers": {"acme.azurecr.io": "acr-env"}

== creds-store of another helper is replaced only with an option
file .docker/config.json
| {"credsStore": "secretservice"}
$ docker-credential-acr configure --creds-store --no-check
! docker-credential-acr: ...config.json assigns all registries to docker-credential-secretservice: use --replace to take them over (--with-logins also copies its logins), or name single registries instead: configure REGISTRY
? 1
keeps

== invalid JSON is not changed, and the error has its position
file .docker/config.json
| {
| 	"auths": {},
| }
$ docker-credential-acr configure acme.azurecr.io
! docker-credential-acr: .../.docker/config.json is not valid JSON and was left unchanged: line 3, column 1: unexpected character
? 1
keeps
asks nobody

== a config with duplicate members is not changed
file .docker/config.json
| {"credHelpers": {}, "CredHelpers": {}}
$ docker-credential-acr configure acme.azurecr.io
! docker-credential-acr: .../.docker/config.json has several members named "CredHelpers" (they may differ in upper and lower case): keep only one
? 1
keeps
asks nobody

== JSON that is not docker's config is not changed
file .docker/config.json
| ["acr"]
$ docker-credential-acr configure acme.azurecr.io
! docker-credential-acr: ...config.json is not a JSON object
? 1
keeps

== a helper list of the wrong type is not changed
file .docker/config.json
| {"credHelpers": ["acr"]}
$ docker-credential-acr configure acme.azurecr.io
! docker-credential-acr: ...config.json: "credHelpers" is not an object
? 1
keeps

== only Azure registries can be named
$ docker-credential-acr configure ghcr.io
! docker-credential-acr: ghcr.io is not an Azure container registry such as contoso.azurecr.io (for all other registries: --creds-store)
? 2
keeps
$ docker-credential-acr configure acme.azurecr.io.evil.com
! docker-credential-acr: acme.azurecr.io.evil.com is not an Azure container registry such as contoso.azurecr.io (for all other registries: --creds-store)
? 2
keeps
asks nobody

== without arguments it shows the current configuration
$ docker-credential-acr configure
> configure has not changed any file.
> To set up a registry: docker-credential-acr configure contoso.azurecr.io (all options: --help)
keeps
asks nobody

== wrong usage is status 2, and changes nothing
$ docker-credential-acr configure --podman
! docker-credential-acr: --podman requires the name of a registry (see docker-credential-acr configure --help)
? 2
keeps
$ docker-credential-acr configure --system acme.azurecr.io
! docker-credential-acr: Docker and Podman have no such settings for all users...
? 2
keeps
$ docker-credential-acr configure --undo acme.azurecr.io
! docker-credential-acr: --undo takes no registry...
? 2
keeps
$ docker-credential-acr configure --frobnicate
! docker-credential-acr: unknown option '--frobnicate' (see docker-credential-acr configure --help)
? 2
keeps

== the result is printed as JSON on request
file .docker/config.json
| {}
$ docker-credential-acr configure acme.azurecr.io --json
> {"files":[{"path":".../.docker/config.json","state":"changed","changes":[{"object":"credHelpers","member":"acme.azurecr.io","before":null,"after":"acr"}]}],"logins":[],"checks":[{"name":"path","fine":true,"detail":"docker finds ..."},{"name":"get acme.azurecr.io","fine":true,"detail":"acme.azurecr.io issued a login..."}]}

== settings that take precedence are reported
file .docker/config.json
| {}
set DOCKER_AUTH_CONFIG={"auths": {"acme.azurecr.io": {"auth": "eDp5"}}}
$ docker-credential-acr configure acme.azurecr.io
> ...
! docker-credential-acr: DOCKER_AUTH_CONFIG in the environment takes precedence over this helper for acme.azurecr.io
? 1

== the registries visible to the identity are listed, one per line, and nothing is changed
$ docker-credential-acr configure --discover
> abac.azurecr.io
> acme.azurecr.io
> admin.azurecr.io
> contoso.azurecr.io
> public.azurecr.io
> reader.azurecr.io
keeps
$ docker-credential-acr configure --discover --json
> {"registries":["abac.azurecr.io","acme.azurecr.io",...],"regional_endpoints":[]}
keeps

== without an identity no registries can be discovered
unset AZURE_CLIENT_SECRET
set AZURE_CLIENT_SECRET=
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr configure --discover
! docker-credential-acr: AZURE_CLIENT_SECRET is not set
? 1
keeps
