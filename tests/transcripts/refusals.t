# When there is nothing to hand out: what is said, where, and who was asked. stdout has the protocol's string or one line;
# the explanation is on stderr, and stays within a screen.

== a get without any identity is "not found", with a line on stderr that names the registry
fault reset service=imds at=connect
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
! ...
? 1

== with identity "none" nobody is signed in: the registry alone is asked, whether it serves anybody, and once
as app
file .config/docker-credential-acr/config.json
| {"registries": {"acme.azurecr.io": {"identity": "none"}}}
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
! ...
? 1
asks token
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
! ...
? 1
asks nobody

== a wrong secret is one line on stdout, an explanation on stderr, and is remembered
as app
set AZURE_CLIENT_SECRET=not-the-secret-of-contoso
$ docker-credential-acr get
< acme.azurecr.io
> the client secret is not valid for application aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215) [entra-secret-invalid]
! docker-credential-acr: ...
! ...
! ...AADSTS7000215...
! ...
? 1
asks entra token
$ docker-credential-acr get
< acme.azurecr.io
> the client secret is not valid for application aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215) [entra-secret-invalid]
! ...
? 1
asks nobody

== an identity without a role is refused by the registry and told so
as nobody
fault reset service=imds at=connect
$ docker-credential-acr get
< acme.azurecr.io
> acme.azurecr.io denied access to service principal aaaa0000-0000-4000-8000-000000000003, tenant c0470500-0000-4000-8000-000000000001 (status 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: acme.azurecr.io ...
! ...
! ...UNAUTHORIZED...
! ...
? 1
$ docker-credential-acr get
< acme.azurecr.io
> acme.azurecr.io denied access to service principal aaaa0000-0000-4000-8000-000000000003, tenant c0470500-0000-4000-8000-000000000001 (status 401, UNAUTHORIZED) [no-role]
! ...
? 1
asks nobody

== a login that is refused right after a get was is explained by itself
as nobody
fault reset service=imds at=connect
$ docker-credential-acr get
< admin.azurecr.io
> admin.azurecr.io denied access to service principal aaaa0000-0000-4000-8000-000000000003, tenant c0470500-0000-4000-8000-000000000001 (status 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: admin.azurecr.io denied access to service principal
! ...
? 1
$ docker-credential-acr store
< {"ServerURL":"admin.azurecr.io","Username":"admin","Secret":"not-the-password"}
> admin.azurecr.io rejected this user name and password; nothing was changed (status 401, UNAUTHORIZED) [login-rejected]
! docker-credential-acr: admin.azurecr.io rejected this user name and password;
! ...
? 1

== a refused registry is not listed while that is remembered
as nobody
fault reset service=imds at=connect
file .config/docker-credential-acr/config.json
| {"registries": {"acme.azurecr.io": {}}}
$ docker-credential-acr get
< acme.azurecr.io
> ...
! ...
? 1
$ docker-credential-acr list
> {}
asks nobody

== on_refusal "not-found" makes every refusal "not found", with the reason on stderr
as nobody
fault reset service=imds at=connect
file .config/docker-credential-acr/config.json
| {"on_refusal": "not-found"}
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
! ...
? 1

== a registry behind a firewall says so
as app
fault firewall service=acr host=acme.azurecr.io
$ docker-credential-acr get
< acme.azurecr.io
> ...acme.azurecr.io...
! docker-credential-acr: the network rules of acme.azurecr.io do not allow
! ...
! ...203.0.113.7...
! ...
? 1

== a registry whose name does not exist says so
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> ...nosuch.azurecr.io...
! docker-credential-acr: ...nosuch.azurecr.io...
! ...
? 1

== an answer that is a captive portal's page is an error that says what came
as app
fault html service=acr host=acme.azurecr.io
$ docker-credential-acr get
< acme.azurecr.io
> ...acme.azurecr.io...
! docker-credential-acr: ...
! ...
? 1

== a broken config is an error with file, line and column, and nobody is asked
as app
file .config/docker-credential-acr/config.json
| {
|   "timeout": "30s"
|   "identity": "auto"
| }
$ docker-credential-acr get
< acme.azurecr.io
> .../config.json: line 3, column 3: ...
! docker-credential-acr: ...
! ...
? 1
keeps
asks nobody
$ docker-credential-acr list
> .../config.json: line 3, column 3: ...
! docker-credential-acr: ...
! ...
? 1
keeps
asks nobody

== an unknown key of the config is a warning that names the nearest known one
as app
file .config/docker-credential-acr/config.json
| {"on_refusals": "explain"}
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
! docker-credential-acr: ...on_refusals...on_refusal...
