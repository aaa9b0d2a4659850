# Explanations requested by their id or by a code that stands for an id.
keeps
asks nobody

== explain ID prints the whole explanation, without a failure
$ docker-credential-acr explain firewall
> firewall: ...
> ...

== an id is found in uppercase too
$ docker-credential-acr explain Firewall
> firewall: ...
> ...

== a code of Entra ID is an id
$ docker-credential-acr explain AADSTS7000222
> entra-secret-expired: ...
> ...

== a code of az acr check-health is an id
$ docker-credential-acr explain DOCKER_VERSION_ERROR
> docker-version-mismatch: ...
> ...

== the code of every denial names no single cause
$ docker-credential-acr explain UNAUTHORIZED
> unauthorized-image: ...
> ...

== an unknown word suggests the nearest id
$ docker-credential-acr explain firewal
! docker-credential-acr: unknown explanation 'firewal'; did you mean 'firewall'?
? 1

== an unknown word without a similar id is reported as unknown
$ docker-credential-acr explain qqqq,
! docker-credential-acr: unknown explanation 'qqqq,' (see explain --list)
? 1

== an existing file takes precedence over an id
file firewall
| Error response from daemon: Get "https://contoso.azurecr.io/v2/": denied: client with IP '203.0.113.7' is not allowed access
$ docker-credential-acr explain $HOME/firewall
> the network rules of contoso.azurecr.io do not allow 203.0.113.7 [firewall]
> ...

== several arguments are a text
$ docker-credential-acr explain denied: client with IP '203.0.113.7' is not allowed access. contoso.azurecr.io
> the network rules of contoso.azurecr.io do not allow 203.0.113.7 [firewall]
> ...

== a missing file whose name cannot be a text is reported as missing
$ docker-credential-acr explain /no/such/file
! docker-credential-acr: cannot read /no/such/file: No such file or directory
? 2

== --list prints an id and its first line on each line
$ docker-credential-acr explain --list
> ...
