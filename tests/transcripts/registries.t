# What clients send for an Azure registry, and what they get. One exchange is enough for every spelling of the name.
as app

== a registry is asked once, and every spelling of its name is returned as requested
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks entra exchange
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
keeps
$ docker-credential-acr get
<\ acme.azurecr.io\n
> {"ServerURL":"acme.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
<\  \tacme.azurecr.io\r\n
> {"ServerURL":"acme.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< ACME.AzureCR.io
> {"ServerURL":"ACME.AzureCR.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< acme.azurecr.io:443
> {"ServerURL":"acme.azurecr.io:443","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< https://acme.azurecr.io
> {"ServerURL":"https://acme.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< https://acme.azurecr.io/
> {"ServerURL":"https://acme.azurecr.io/","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< https://acme.azurecr.io/v2/
> {"ServerURL":"https://acme.azurecr.io/v2/","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< https://acme.azurecr.io:443/v2/
> {"ServerURL":"https://acme.azurecr.io:443/v2/","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody
$ docker-credential-acr get
< acme.azurecr.io/team/app
> {"ServerURL":"acme.azurecr.io/team/app","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks nobody

== a login server with a domain name label and a regional endpoint are served; Entra is asked once for both
$ docker-credential-acr get
< contoso-e7ggejfuhzhgedc8.azurecr.io
> {"ServerURL":"contoso-e7ggejfuhzhgedc8.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks entra exchange
$ docker-credential-acr get
< contoso.eastus.geo.azurecr.io
> {"ServerURL":"contoso.eastus.geo.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}
asks exchange

== the configured "username" is returned with the token
file .config/docker-credential-acr/config.json
| {"registries": {"acme.azurecr.io": {"username": "<token>"}}}
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io","Username":"<token>","Secret":"eyJ..."}
$ docker-credential-acr get
< reader.azurecr.io
> {"ServerURL":"reader.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ..."}

== list shows cached registries and sends no request
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
$ docker-credential-acr list
< unused
> {"acme.azurecr.io":"00000000-0000-0000-0000-000000000000"}
asks nobody
keeps

== list shows configured registries before any get
file .config/docker-credential-acr/config.json
| {"registries": {"acme.azurecr.io": {}}}
$ docker-credential-acr list
< unused
> {"acme.azurecr.io":"00000000-0000-0000-0000-000000000000"}
asks nobody
keeps

== an erase says how to sign out completely if an identity is still available
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
$ docker-credential-acr erase
< acme.azurecr.io
! docker-credential-acr: ...docker-credential-acr logout acme.azurecr.io
asks nobody
$ docker-credential-acr erase
< acme.azurecr.io
asks nobody
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
asks entra exchange

== after logout a get answers "not found" with one line on stderr, and sends no request
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
$ docker-credential-acr logout acme.azurecr.io
> ...acme.azurecr.io...
asks nobody
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: ...acme.azurecr.io...
? 1
asks nobody
$ docker-credential-acr list
> {}
asks nobody
