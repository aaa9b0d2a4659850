# Each symptom (S) and cause (C) of Microsoft's "Troubleshoot registry login", and what a person sees then.

== S1, docker login and az acr login fail
$ docker-credential-acr explain
<\ ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\nWARNING: Unable to get admin user credentials with message: Admin user is disabled.\n
> ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> WARNING: Unable to get admin user credentials with message: Admin user is disabled.
> docker-credential-acr: acme.azurecr.io has no admin user [admin-disabled]
> Why: az tried it after Entra ID's way had failed; the reason for that stands
>   above.
> What to do:
>   Find out why the identity is not enough:
>     docker-credential-acr diagnose acme.azurecr.io
>   To switch the admin user on (one password that all share):
>     az acr update --name acme --admin-enabled true
> https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account
asks nobody

== S2, unauthorized: authentication required, at a login
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required
> docker-credential-acr: acme.azurecr.io does not take the login
>   [unauthorized-login]
> Why: The user name is right and the password is not, or the token has expired or
>   has no role. A token from az acr login --expose-token takes the user name
>   00000000-0000-0000-0000-000000000000.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io
>   Sign in without a password:
>     az login
>     docker login acme.azurecr.io
>   Admin user: the password may have been changed:
>     az acr credential show --name acme
> https://aka.ms/acr/authorization
asks nobody

== S3, Application not registered with AAD
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.
> docker-credential-acr: acme.azurecr.io knows nobody by the user name that was
>   given [app-not-registered]
> Why: It is no token, not the admin user, and no application in the registry's
>   own tenant. The application (client) id is asked for, not the object id and
>   not the display name.
> What to do:
>   Find the id:
>     az ad sp list --display-name NAME --query "[].[appId,displayName]" \
>         --output table
>   Sign in with it:
>     docker login acme.azurecr.io --username APPLICATION-ID
>   The tenant must be the registry's:
>     az account show --query tenantId --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal
asks nobody

== S4, Could not connect to the registry login server
$ docker-credential-acr explain
<\ Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\n
> Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> docker-credential-acr: az could not connect to acme.azurecr.io
>   [login-server-unreachable]
> Why: The registry does not exist under that name, or the network does not lead
>   to it.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io
>   Does the name exist, and does it answer?
>     getent ahosts acme.azurecr.io
>     curl --verbose https://acme.azurecr.io/v2/
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-access
asks nobody

== S5, unauthorized: authentication required, at a pull
$ docker-credential-acr explain
<\ Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.\n
> Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.
> docker-credential-acr: acme.azurecr.io wants a login that may use team/app, and
>   got none [unauthorized-image]
> Why: There is no login for it, it has expired (three hours after az acr login),
>   or it has no role for this repository. The message is the same for all of
>   these.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io/team/app
>   Sign in:
>     az login
>   Roles are AcrPull and AcrPush; with ABAC Container Registry Repository Reader
>   and Writer:
>     az acr show --name acme --query roleAssignmentMode
> https://aka.ms/acr/authorization
asks nobody

== S6, no access from AKS
$ docker-credential-acr explain
<\ Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized\n
> Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized
> docker-credential-acr: acme.azurecr.io refuses the identity that pulls team/app
>   [node-identity-denied]
> Why: It has no role for pulling there, its secret has expired, the node's
>   identity was taken away, or the image has another name.
> What to do:
>   AKS: give the cluster's identity the role, and check:
>     az aks update --name CLUSTER --resource-group GROUP --attach-acr acme
>     az aks check-acr --name CLUSTER --resource-group GROUP \
>         --acr acme.azurecr.io
>   Elsewhere:
>     az role assignment create --assignee IDENTITY --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   With ABAC (AbacRepositoryPermissions) the role is "Container Registry
>   Repository Reader":
>     az acr show --name acme --query roleAssignmentMode
> More: status 401
> https://learn.microsoft.com/azure/aks/cluster-container-registry-integration
asks nobody

== S7, login attempt failed with status: 403 Forbidden
$ docker-credential-acr explain
<\ Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)\n
> Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)
> docker-credential-acr: acme.azurecr.io answers 403 Forbidden before it asks who
>   you are [registry-forbidden]
> Why: Its network rules refuse this machine, or a proxy on the way refuses it. It
>   is not the password.
> What to do:
>   See the rules:
>     az acr show --name acme --query "[publicNetworkAccess,networkRuleSet]"
>   The registry's own words name the address that it saw:
>     curl https://acme.azurecr.io/v2/
>   Let that address in:
>     az acr network-rule add --name acme --ip-address IP-ADDRESS
>   An answer that is a web page comes from a proxy: add acme.azurecr.io to
>   NO_PROXY.
> More: status 403
> https://aka.ms/acr/firewall
asks nobody

== S8 and C8, the settings cannot be seen in the portal or with az
$ docker-credential-acr explain
<\ (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.\n
> (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.
> docker-credential-acr: the settings of this registry may not be seen or changed
>   by this identity [registry-settings-unreadable]
> Why: Azure Resource Manager refuses it. To look at a registry in the portal or
>   with az takes the role Reader; AcrPull and AcrPush are for images alone.
> What to do:
>   Somebody who may give roles runs:
>     az role assignment create --assignee kim@contoso.com --role Reader \
>         --scope /subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme
>   What you have is told by:
>     az role assignment list --assignee kim@contoso.com --all --output table
>   If it was given a moment ago, use a private window of the browser: the
>   portal's cookies are older than the role.
> https://learn.microsoft.com/azure/container-registry/container-registry-roles
asks nobody

== C1, docker's engine is not running
$ docker-credential-acr explain
<\ Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n
> Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
> docker-credential-acr: docker's engine is not running, or not where docker looks
>   for it [docker-not-running]
> Why: The command alone does nothing; the engine behind its socket pulls and
>   pushes.
> What to do:
>   Start it:
>     sudo systemctl start docker
>   Where does docker look?
>     docker context ls
>     echo "$DOCKER_HOST"
>   A token without an engine:
>     az acr login --name REGISTRY --expose-token
> https://aka.ms/acr/errors#docker_daemon_error
asks nobody

== C2, the registry does not exist
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> the name nosuch.azurecr.io could not be resolved [dns-name-not-found]
! docker-credential-acr: nobody knows the name nosuch.azurecr.io here
!   [dns-name-not-found]
! Why: The registry does not exist or is spelt otherwise, it belongs to another
!   cloud (.azurecr.cn, .azurecr.us), or its name is known only in a private
!   network that this machine is not in (VPN).
! Who was tried:
!   environment (service principal aaaa0000-0000-4000-8000-000000000001, tenant
!     c0470500-0000-4000-8000-000000000001): the name nosuch.azurecr.io could not
!     be resolved
! What to do:
!   Is there such a registry?
!     az acr show --name nosuch --query loginServer --output tsv
!   Is the name still free, so that nobody has it?
!     az acr check-name --name nosuch
!   Ask for the name; behind a VPN ask its name server:
!     getent ahosts nosuch.azurecr.io
! https://aka.ms/acr/errors#connectivity_dns_error
? 1

== C2, its name is mistyped
$ docker-credential-acr explain acme.azurercr.io
> acme.azurercr.io is no registry's address; acme.azurecr.io is probably meant
>   [server-typo]
> Why: A registry's address ends with azurecr.io (azurecr.cn in China, azurecr.us
>   for the US government).
> What to do:
>     docker-credential-acr diagnose acme.azurecr.io
>   Addresses of your registries:
>     az acr list --query "[].loginServer" --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login
asks nobody

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret
$ docker-credential-acr get
< acme.azurecr.io
> the client secret that was sent is none of aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215) [entra-secret-invalid]
! docker-credential-acr: the client secret that was sent is none of
!   aaaa0000-0000-4000-8000-000000000001 [entra-secret-invalid]
! Why: Often the ID of the secret was taken for its value, which is shown only
!   once, or it belongs to another application.
! Who was tried:
!   environment: as above
! What to do:
!   Compare AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with the application; look for
!   a line end or a blank behind the secret.
!   If the value is lost, make a new one:
!     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000001 \
!         --append
! More: status 401, code AADSTS7000215, correlation id
!   ...
! https://login.microsoftonline.com/error?code=7000215
? 1

== C4, the identity is not authorised
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< norole.azurecr.io
> norole.azurecr.io knows who you are, and gives you no access (status 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: norole.azurecr.io knows who you are, and gives you no
!   access [no-role]
! Why: Entra ID gave a token to service principal
!   aaaa0000-0000-4000-8000-000000000001, tenant
!   c0470500-0000-4000-8000-000000000001, and the registry refused it: most likely
!   it has no role there, or the registry is of another tenant. A new role takes
!   some minutes.
! Who was tried:
!   environment (service principal aaaa0000-0000-4000-8000-000000000001, tenant
!     c0470500-0000-4000-8000-000000000001): as above
! What to do:
!   Somebody who may give roles runs (AcrPush to push as well):
!     az role assignment create --assignee aaaa0000-0000-4000-8000-000000000001 \
!         --role AcrPull --scope "$(az acr show -n norole --query id -o tsv)"
!   With ABAC "Container Registry Repository Reader" or Writer counts instead:
!     az acr show --name norole --query roleAssignmentMode
! More: status 401, code UNAUTHORIZED, correlation id
!   ...
! https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
? 1

== C5, the secret has expired
as app
fault entra service=entra code=7000222
$ docker-credential-acr get
< acme.azurecr.io
> the client secret of aaaa0000-0000-4000-8000-000000000001 has expired (status 401, AADSTS7000222) [entra-secret-expired]
! docker-credential-acr: the client secret of aaaa0000-0000-4000-8000-000000000001
!   has expired [entra-secret-expired]
! Why: Entra ID takes it no longer. Secrets end after a year unless they were made
!   to last longer.
! Who was tried:
!   environment: as above
! What to do:
!   Make a new one, which leaves the others as they are:
!     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000001 \
!         --append
!   Put it where the old one is (AZURE_CLIENT_SECRET), or sign in with it:
!     az login --service-principal \
!         --username aaaa0000-0000-4000-8000-000000000001 \
!         --tenant c0470500-0000-4000-8000-000000000001
!   See when each of them ends:
!     az ad app credential list --id aaaa0000-0000-4000-8000-000000000001 \
!         --output table
! More: status 401, code AADSTS7000222, correlation id
!   ...
! https://aka.ms/NewClientSecret
? 1

== C6, the firewall keeps the machine out
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< firewall.azurecr.io
> the firewall of firewall.azurecr.io does not let 203.0.113.7 in (status 403, DENIED) [firewall]
! docker-credential-acr: the firewall of firewall.azurecr.io does not let
!   203.0.113.7 in [firewall]
! Why: The address that it saw is in none of its network rules, or public access
!   is switched off.
! Who was tried:
!   environment (service principal aaaa0000-0000-4000-8000-000000000001, tenant
!     c0470500-0000-4000-8000-000000000001): as above
! What to do:
!   Let this address in (a network behind it: with /24 or so):
!     az acr network-rule add --name firewall --ip-address 203.0.113.7
!   See what is set; where public access is off, only a private endpoint leads in:
!     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
!   An agent whose address changes from run to run belongs into the registry's
!   network.
! More: status 403, code DENIED, correlation id
!   ...
! https://aka.ms/acr/firewall
? 1

== C7, a stale login blocks anonymous pull
$ docker-credential-acr explain
<\ Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'\n
> Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'
> docker-credential-acr: acme.azurecr.io does not let you pull samples/hello
>   [pull-denied]
> Why: Where everybody may pull, an old login stands in the way: it is sent, and
>   refused. Else the role for pulling is missing, or the name of the image is
>   wrong.
> What to do:
>   Forget the old login, and pull without any:
>     docker logout acme.azurecr.io
>     docker-credential-acr logout acme.azurecr.io
>     docker pull acme.azurecr.io/samples/hello
>   May everybody pull there?
>     az acr show --name acme --query anonymousPullEnabled
>   What you are allowed now:
>     docker-credential-acr diagnose acme.azurecr.io/samples/hello
> https://learn.microsoft.com/azure/container-registry/anonymous-pull-access
asks nobody
