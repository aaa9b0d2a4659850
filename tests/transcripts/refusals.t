# A get without a login to return: what is printed, where, and which services were asked. stdout has the string of the
# protocol or one line; the explanation is on stderr, and fits on one screen.

== a get without any identity is "not found", with a line on stderr that names the registry
fault reset service=imds at=connect
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
! ...
? 1

== with identity "none" only the registry is asked, once, whether it serves anonymous clients
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

== an identity without a role is denied by the registry, with the reason
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

== a login that is denied right after a get has its own explanation
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

== a registry that denied access is not listed while that is remembered
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

== on_refusal "not-found" turns every denial into "not found", with the reason on stderr
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

== a registry behind a firewall is reported
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

== a registry whose name does not exist is reported
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> ...nosuch.azurecr.io...
! docker-credential-acr: ...nosuch.azurecr.io...
! ...
? 1

== the page of a captive portal is an error that describes the answer
as app
fault html service=acr host=acme.azurecr.io
$ docker-credential-acr get
< acme.azurecr.io
> ...acme.azurecr.io...
! docker-credential-acr: ...
! ...
? 1

== an invalid config is an error with file, line and column, and no request is sent
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

== an unknown key of the config is a warning that suggests the nearest known one
as app
file .config/docker-credential-acr/config.json
| {"on_refusals": "explain"}
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
! docker-credential-acr: ...on_refusals...on_refusal...
