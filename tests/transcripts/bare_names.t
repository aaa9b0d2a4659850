# Registry names as people type them: a bare name, or an address that is not exactly a login server.

== a bare name is completed with the suffix of the cloud, with a notice
$ docker-credential-acr status contoso
> Nothing is stored or cached for contoso.azurecr.io
> ...
! docker-credential-acr: using the registry contoso.azurecr.io
$ docker-credential-acr renew CONTOSO
> contoso.azurecr.io  renewed...
> ...
asks imds exchange
! docker-credential-acr: using the registry contoso.azurecr.io
$ docker-credential-acr configure --dry-run contoso
> ...
> ...{"contoso.azurecr.io": "acr"}...
> ...
! docker-credential-acr: using the registry contoso.azurecr.io
$ docker-credential-acr status Partner.AzureCR.io
> Nothing is stored or cached for partner.azurecr.io
> ...
! docker-credential-acr: using the registry partner.azurecr.io
$ docker-credential-acr status partner.azurecr.io
> Nothing is stored or cached for partner.azurecr.io
> ...
$ docker-credential-acr logout contoso
> Signed out of contoso.azurecr.io: ...
! docker-credential-acr: using the registry contoso.azurecr.io
$ docker-credential-acr get
< contoso.azurecr.io
? 1
> credentials not found in native keychain
! ...

== JSON and quiet output have no such notice
$ docker-credential-acr status --json contoso
> {...contoso.azurecr.io...
$ docker-credential-acr renew --quiet contoso
$ docker-credential-acr renew --json contoso
> {...contoso.azurecr.io...
$ docker-credential-acr configure --dry-run --json contoso
> {...contoso.azurecr.io...

== the suffix is that of the chosen cloud
set AZURE_AUTHORITY_HOST=https://login.chinacloudapi.cn/
$ docker-credential-acr status contoso
> Nothing is stored or cached for contoso.azurecr.cn
> ...
! docker-credential-acr: using the registry contoso.azurecr.cn

== an invalid registry name is an error with a suggestion
$ docker-credential-acr login contoso.azurecr.oi
? 2
! docker-credential-acr: contoso.azurecr.oi is not an Azure container registry; did you mean contoso.azurecr.io?
$ docker-credential-acr logout contoso.azurecr
? 2
! docker-credential-acr: contoso.azurecr is not an Azure container registry; did you mean contoso.azurecr.io?
$ docker-credential-acr renew my-registry
? 2
! docker-credential-acr: 'my-registry' is not the name of an Azure container registry: names have 5 to 50 letters and digits
$ docker-credential-acr diagnose abcd
? 2
! docker-credential-acr: 'abcd' is not the name of an Azure container registry: names have 5 to 50 letters and digits
$ docker-credential-acr status contoso-e7ggejfuhzhgedc8
? 2
! docker-credential-acr: contoso-e7ggejfuhzhgedc8 is not an Azure container registry; did you mean contoso-e7ggejfuhzhgedc8.azurecr.io?
$ docker-credential-acr configure contoso.eastus.data.azurecr.io
? 2
! docker-credential-acr: contoso.eastus.data.azurecr.io is not an Azure container registry; did you mean contoso.azurecr.io?

== an option without its hyphens is not a registry
$ docker-credential-acr configure discover
? 2
! docker-credential-acr: unexpected argument 'discover'; did you mean '--discover'?
$ docker-credential-acr configure docker
? 2
! docker-credential-acr: unexpected argument 'docker'; did you mean '--creds-store'?

== the verbs of docker do not complete names
$ docker-credential-acr get
< contoso
? 1
> credentials not found in native keychain
