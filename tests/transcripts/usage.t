# Version, help and usage errors.
asks nobody
keeps

== version prints the program name and version in one line, in the form of all helpers
$ docker-credential-acr version
> docker-credential-acr (Azure Container Registry ...) ...
$ docker-credential-acr --version
> docker-credential-acr (Azure Container Registry ...) ...
$ docker-credential-acr -v
> docker-credential-acr (Azure Container Registry ...) ...

== help goes to stdout and succeeds
$ docker-credential-acr --help
> Usage: docker-credential-acr ...
> ...
$ docker-credential-acr -h
> Usage: docker-credential-acr ...
> ...
$ docker-credential-acr help
> Usage: docker-credential-acr ...
> ...

== every verb of docker has its own help
$ docker-credential-acr get --help
> Usage: docker-credential-acr get...
> ...
$ docker-credential-acr store --help
> Usage: docker-credential-acr store...
> ...
$ docker-credential-acr erase -h
> Usage: docker-credential-acr erase...
> ...
$ docker-credential-acr list --help
> Usage: docker-credential-acr list...
> ...
$ docker-credential-acr help get
> Usage: docker-credential-acr get...
> ...

== without an action the usage is printed on stdout, as by other helpers, with status 1
$ docker-credential-acr
> Usage: docker-credential-acr ...
> ...
? 1

== an unknown action is named on stdout, as by other helpers, and on stderr with a suggestion
$ docker-credential-acr frobnicate
> docker-credential-acr: unknown action: frobnicate
! docker-credential-acr: unknown command 'frobnicate' (see docker-credential-acr --help)
? 2
$ docker-credential-acr GET
< ghcr.io
> docker-credential-acr: unknown action: GET
! docker-credential-acr: unknown command 'GET'; did you mean 'get'?
? 2
$ docker-credential-acr ''
> docker-credential-acr: unknown action: 
! docker-credential-acr: unknown command '' (see docker-credential-acr --help)
? 2

== a docker verb takes no argument
$ docker-credential-acr get contoso.azurecr.io
> Usage: docker-credential-acr ...
! docker-credential-acr: get takes no arguments: it reads a server such as contoso.azurecr.io from stdin
? 1
$ docker-credential-acr list all
> Usage: docker-credential-acr ...
! docker-credential-acr: list takes no arguments
? 1
$ docker-credential-acr get --frobnicate
> Usage: docker-credential-acr ...
! docker-credential-acr: unknown option '--frobnicate' (see docker-credential-acr get --help)
? 1

== a command for people prints usage errors on stderr with status 2
$ docker-credential-acr login ghcr.io
! docker-credential-acr: ...
? 2
$ docker-credential-acr logout contoso.azurecr.io partner.azurecr.io
! docker-credential-acr: ...
? 2
$ docker-credential-acr logout --frobnicate contoso.azurecr.io
! docker-credential-acr: ...--frobnicate...
? 2

== an option is not an image
$ docker-credential-acr diagnose --pull=-x acme.azurecr.io
! docker-credential-acr: --pull requires the name of an image, not "-x"
? 2

== a similar command or option is suggested
$ docker-credential-acr statsu
? 2
> docker-credential-acr: unknown action: statsu
! docker-credential-acr: unknown command 'statsu'; did you mean 'status'?
$ docker-credential-acr setup
? 2
> docker-credential-acr: unknown action: setup
! docker-credential-acr: unknown command 'setup'; did you mean 'configure'?
$ docker-credential-acr help logni
? 2
> docker-credential-acr: unknown action: logni
! docker-credential-acr: unknown command 'logni'; did you mean 'login'?
$ docker-credential-acr login --tennant=secret
? 2
! docker-credential-acr: unknown option '--tennant'; did you mean '--tenant'?
$ docker-credential-acr status -o json
? 2
! docker-credential-acr: unknown option '-o'; did you mean '--json'?
$ docker-credential-acr logout --name contoso
? 2
! docker-credential-acr: unknown option '--name'; did you mean 'docker-credential-acr logout REGISTRY'?
$ docker-credential-acr renew --jsno
? 2
! docker-credential-acr: unknown option '--jsno'; did you mean '--json'?
$ docker-credential-acr status --json=x
? 2
! docker-credential-acr: option '--json' takes no value (see docker-credential-acr status --help)
$ docker-credential-acr status --help=x
? 2
! docker-credential-acr: option '--help' takes no value (see docker-credential-acr status --help)
$ docker-credential-acr configure --yes=1
? 2
! docker-credential-acr: option '--yes' takes no value (see docker-credential-acr configure --help)
$ docker-credential-acr login --tenant
? 2
! docker-credential-acr: option '--tenant' needs a value (see docker-credential-acr login --help)
$ docker-credential-acr login -x
? 2
! docker-credential-acr: unknown option '-x' (see docker-credential-acr login --help)

== an option of another command, or of the program, is named with it
$ docker-credential-acr status --force
? 2
! docker-credential-acr: unknown option '--force'; did you mean 'renew --force'?
$ docker-credential-acr logout --use-device-code
? 2
! docker-credential-acr: unknown option '--use-device-code'; did you mean 'login --use-device-code'?
$ docker-credential-acr status -V
? 2
! docker-credential-acr: unknown option '-V'; did you mean 'version'?
$ docker-credential-acr logout --version
? 2
! docker-credential-acr: unknown option '--version'; did you mean 'version'?
$ docker-credential-acr login --debug
? 2
! docker-credential-acr: unknown option '--debug'; did you mean 'DOCKER_CREDENTIAL_ACR_LOG=debug'?
$ docker-credential-acr configure -t contoso.com
? 2
! docker-credential-acr: unknown option '-t'; did you mean '--tenant'?
$ docker-credential-acr configure -y
? 2
! docker-credential-acr: unknown option '-y'; did you mean '--replace'?

== a value that cannot be a tenant is a usage error
$ docker-credential-acr login --tenant 'contoso com'
? 2
! docker-credential-acr: "contoso com" is not a tenant: specify its GUID or domain

== option names of other programs work
$ docker-credential-acr -V
> docker-credential-acr (Azure Container Registry ...) ...
$ docker-credential-acr login --use-device-code -t contoso.com ghcr.io
? 2
! docker-credential-acr: ghcr.io is not an Azure container registry
$ docker-credential-acr configure --yes ghcr.io
? 2
! docker-credential-acr: ghcr.io is not an Azure container registry such as contoso.azurecr.io (for all other registries: --creds-store)

== output is in the chosen language
set LANGUAGE=fr
set LC_ALL=C.UTF-8
$ docker-credential-acr statsu
? 2
> docker-credential-acr: unknown action: statsu
! docker-credential-acr: commande inconnue « statsu » ; vouliez-vous dire « status » ?
