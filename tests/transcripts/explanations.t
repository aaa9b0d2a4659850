# Each symptom (S) and cause (C) of Microsoft's "Troubleshoot registry login", and its explanation.

== S1, docker login and az acr login fail
$ docker-credential-acr explain
<\ ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\nWARNING: Unable to get admin user credentials with message: Admin user is disabled.\n
> ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> WARNING: Unable to get admin user credentials with message: Admin user is disabled.
> docker-credential-acr: the admin user of acme.azurecr.io is disabled
>   [admin-disabled]
> Why: az tried it because the sign-in with Microsoft Entra ID failed; the lines
>   above contain the reason.
> What to do:
>   Find out why the identity is not enough:
>     docker-credential-acr diagnose acme.azurecr.io
>   Leave the admin user disabled: it is one shared password with full
>   permissions, and is meant for testing. Use a repository-scoped token or a
>   service principal for each system instead.
> https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account
asks nobody

== S2, unauthorized: authentication required, at a login
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required
> docker-credential-acr: acme.azurecr.io rejected the login [unauthorized-login]
> Why: The password is wrong, or the token has expired or has no role. A token
>   from az acr login --expose-token takes the user name
>   00000000-0000-0000-0000-000000000000.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io
>   On your own machine, sign in without a password:
>     docker-credential-acr login acme.azurecr.io
>   See whether the admin user is enabled, if its password was used; an Owner may
>   have disabled or renewed it:
>     az acr show --name acme --query adminUserEnabled
> https://aka.ms/acr/authorization
asks nobody

== S3, Application not registered with AAD
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.
> docker-credential-acr: acme.azurecr.io does not know the user name that was sent
>   [app-not-registered]
> Why: It is not a token, not the admin user, and not an application in the
>   registry's own tenant. Use the application (client) ID, not the object ID and
>   not the display name.
> What to do:
>   Find the ID:
>     az ad sp list --display-name NAME --query "[].[appId,displayName]" \
>         --output table
>   Log in with it:
>     docker login acme.azurecr.io --username APPLICATION-ID
>   See which tenant the registry's subscription belongs to; the application must
>   be there:
>     az account list --query "[].[name,id,tenantId]" --output table
> https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal
asks nobody

== S4, Could not connect to the registry login server
$ docker-credential-acr explain
<\ Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\n
> Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> docker-credential-acr: az could not connect to acme.azurecr.io
>   [login-server-unreachable]
> Why: There is no registry with that name, or this network cannot reach it.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io
>   See whether the name can be resolved, and whether the server responds:
>     getent ahosts acme.azurecr.io
>     curl --verbose https://acme.azurecr.io/v2/
> https://aka.ms/acr/errors#connectivity_challenge_error
asks nobody

== S5, unauthorized: authentication required, at a pull
$ docker-credential-acr explain
<\ Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.\n
> Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.
> docker-credential-acr: acme.azurecr.io denied team/app: no login, an expired
>   one, or no role [unauthorized-image]
> Why: There is no login for it, it has expired (three hours after az acr login),
>   or it has no role for this repository. The message is the same for all of
>   these.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io/team/app
>   On your own machine, sign in:
>     docker-credential-acr login acme.azurecr.io
>   Ask an Owner or User Access Administrator of the registry for the role AcrPull
>   or AcrPush; in the mode AbacRepositoryPermissions "Container Registry
>   Repository Reader" or "Writer":
>     az acr show --name acme --query roleAssignmentMode --output tsv
> https://aka.ms/acr/authorization
asks nobody

== S6, no access from AKS
$ docker-credential-acr explain
<\ Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized\n
> Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized
> docker-credential-acr: acme.azurecr.io denied team/app to the identity that
>   pulls [node-identity-denied]
> Why: The identity has no role for pulling, its secret has expired, it was
>   removed from the node, or the image has another name.
> What to do:
>   See the registry's role mode:
>     az acr show --name acme --query roleAssignmentMode --output tsv
>   AKS without ABAC: ask an Owner or User Access Administrator of the registry to
>   run (not across tenants):
>     az aks update --name CLUSTER --resource-group GROUP --attach-acr acme
>   In the mode AbacRepositoryPermissions, or elsewhere (AcrPull), they assign the
>   role (it takes up to 10 minutes):
>     ID=$(az aks show --name CLUSTER --resource-group GROUP \
>         --query identityProfile.kubeletidentity.objectId --output tsv)
>     az role assignment create --assignee-object-id "$ID" \
>         --assignee-principal-type ServicePrincipal \
>         --role "Container Registry Repository Reader" \
>         --scope "$(az acr show -n acme --query id -o tsv)"
> More: status 401
> https://learn.microsoft.com/azure/aks/cluster-container-registry-integration
asks nobody

== S7, login attempt failed with status: 403 Forbidden
$ docker-credential-acr explain
<\ Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)\n
> Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)
> docker-credential-acr: acme.azurecr.io denied this machine before any sign-in
>   (403 Forbidden) [registry-forbidden]
> Why: Its network rules do not allow this machine's address, or a proxy on the
>   way denied the request. The password is not the cause.
> What to do:
>   See which address the registry saw; an answer that is a web page comes from a
>   proxy:
>     curl https://acme.azurecr.io/v2/
>   See the network rules; with publicNetworkAccess "Disabled" no rule helps, only
>   a private endpoint:
>     az acr show --name acme --query "[publicNetworkAccess,networkRuleSet]"
>   Otherwise ask an Owner or Contributor of the registry to allow this one
>   address (Premium; it takes some minutes):
>     az acr network-rule add --name acme --ip-address IP-ADDRESS
> More: status 403
> https://aka.ms/acr/errors#connectivity_forbidden_error
asks nobody

== S8 and C8, the settings cannot be seen in the portal or with az
$ docker-credential-acr explain
<\ (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.\n
> (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.
> docker-credential-acr: Azure Resource Manager denied access to the settings of
>   this registry [registry-settings-unreadable]
> Why: The identity has no role that allows this action on the registry. AcrPull
>   and AcrPush allow images only.
> What to do:
>   The narrowest roles: to read settings "Container Registry Configuration Reader
>   and Data Access Configuration Reader", to build "Container Registry Tasks
>   Contributor", to import "Container Registry Data Importer and Data Reader",
>   for other changes "Container Registry Contributor and Data Access
>   Configuration Administrator".
>   Ask an Owner or User Access Administrator of the registry to assign the one
>   that fits (up to 10 minutes; the portal shows it in a new private window):
>     az role assignment create --assignee kim@contoso.com --role "ROLE" \
>         --scope /subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme
>   See the roles that are assigned:
>     az role assignment list --assignee kim@contoso.com --all --output table
> https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
asks nobody

== C1, docker's engine is not running
$ docker-credential-acr explain
<\ Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n
> Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
> docker-credential-acr: docker's engine is not running, or not where docker looks
>   for it [docker-not-running]
> Why: The docker command only talks to the engine, which pulls and pushes.
> What to do:
>   See where docker looks for it:
>     docker context ls
>   Start it (an administrator of this machine):
>     sudo systemctl start docker
>   Get a token without an engine; it is valid for three hours for all your
>   repositories, so keep it out of CI logs:
>     TOKEN=$(az acr login --name REGISTRY --expose-token --query accessToken \
>         --output tsv)
> https://aka.ms/acr/errors#docker_daemon_error
asks nobody

== C2, the registry does not exist
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> cannot resolve host name nosuch.azurecr.io [dns-name-not-found]
! docker-credential-acr: cannot resolve the name nosuch.azurecr.io
!   [dns-name-not-found]
! Why: The registry does not exist, its name is misspelled, it is in another cloud
!   (.azurecr.cn, .azurecr.us), or its name can be resolved only in a private
!   network to which this machine is not connected (VPN).
! What to do: Check whether the registry exists:
!     az acr show --name nosuch --query loginServer --output tsv
!   Check whether the name is still available, so that no such registry exists:
!     az acr check-name --name nosuch
! More: cannot resolve host name nosuch.azurecr.io
! All steps: docker-credential-acr explain dns-name-not-found
! All checks: docker-credential-acr diagnose nosuch.azurecr.io
? 1

== C2, its name is mistyped
$ docker-credential-acr explain acme.azurercr.io
> acme.azurercr.io is not a login server; did you mean acme.azurecr.io?
>   [server-typo]
> Why: The name of a login server ends with azurecr.io (azurecr.cn in China,
>   azurecr.us for the US government).
> What to do:
>     docker-credential-acr diagnose acme.azurecr.io
>   List the login servers of your registries:
>     az acr list --query "[].loginServer" --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login-authn-authz
asks nobody

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret
$ docker-credential-acr get
< acme.azurecr.io
> the client secret is not valid for application aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215) [entra-secret-invalid]
! docker-credential-acr: the client secret is not valid for application
!   aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215)
!   [entra-secret-invalid]
! Why: Often the ID of the secret was used instead of its value, which is shown
!   only once, or the secret belongs to another application.
! What to do: Compare AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with the
!   application; look for a newline or a blank after the secret.
!   If the value is lost, ask an owner of the application to create a new secret
!   (it is shown once: keep it out of CI logs):
!     AZURE_CLIENT_SECRET=$(az ad app credential reset \
!         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
!         --output tsv)
! All steps: docker-credential-acr explain entra-secret-invalid
! All checks: docker-credential-acr diagnose acme.azurecr.io
? 1

== C4, the identity is not authorized
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< norole.azurecr.io
> norole.azurecr.io denied access to service principal aaaa0000-0000-4000-8000-000000000001, tenant c0470500-0000-4000-8000-000000000001 (status 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: norole.azurecr.io denied access to service principal
!   aaaa0000-0000-4000-8000-000000000001, tenant
!   c0470500-0000-4000-8000-000000000001 (status 401, UNAUTHORIZED) [no-role]
! Why: The identity has no role there, or the registry belongs to another tenant.
! What to do: Ask an Owner or User Access Administrator to assign AcrPull (AcrPush
!   to push), in the role mode AbacRepositoryPermissions "Container Registry
!   Repository Reader" (or Writer). It takes up to 10 minutes:
!     az role assignment create \
!         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
!         --assignee-principal-type ServicePrincipal --role AcrPull \
!         --scope "$(az acr show -n norole --query id -o tsv)"
! After a change: docker-credential-acr renew norole.azurecr.io
! All steps: docker-credential-acr explain no-role
! All checks: docker-credential-acr diagnose norole.azurecr.io
? 1

== C5, the secret has expired
as app
fault entra service=entra code=7000222
$ docker-credential-acr get
< acme.azurecr.io
> the client secret of aaaa0000-0000-4000-8000-000000000001 has expired (status 401, AADSTS7000222) [entra-secret-expired]
! docker-credential-acr: the client secret of aaaa0000-0000-4000-8000-000000000001
!   has expired (status 401, AADSTS7000222) [entra-secret-expired]
! Why: Microsoft Entra ID rejected it. Secrets expire after a year unless they
!   were created to last longer.
! What to do: Ask an owner of the application to create a new one (it is shown
!   once: keep it out of CI logs). The others stay valid:
!     AZURE_CLIENT_SECRET=$(az ad app credential reset \
!         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
!         --output tsv)
!   ...
!     az ad app credential list --id aaaa0000-0000-4000-8000-000000000001 \
!         --output table
! All steps: docker-credential-acr explain entra-secret-expired
! All checks: docker-credential-acr diagnose acme.azurecr.io
? 1

== C6, the firewall blocks the machine
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< firewall.azurecr.io
> the network rules of firewall.azurecr.io do not allow 203.0.113.7 (status 403, DENIED) [firewall]
! docker-credential-acr: the network rules of firewall.azurecr.io do not allow
!   203.0.113.7 (status 403, DENIED) [firewall]
! Why: The address is in none of the registry's network rules, or public network
!   access is disabled.
! What to do: See the network rules; with publicNetworkAccess "Disabled" no rule
!   helps, only a private endpoint:
!     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
!   Otherwise ask an Owner or Contributor of the registry to allow this one
!   address (Premium; it takes some minutes):
!     az acr network-rule add --name firewall --ip-address 203.0.113.7
! More: correlation id ...
! After a change: docker-credential-acr renew firewall.azurecr.io
! All steps: docker-credential-acr explain firewall
! All checks: docker-credential-acr diagnose firewall.azurecr.io
? 1

== C7, a stale login blocks anonymous pull
$ docker-credential-acr explain
<\ Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'\n
> Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'
> docker-credential-acr: acme.azurecr.io denied pulling samples/hello
>   [pull-denied]
> Why: The identity has no role for pulling, or the image has another name. Where
>   anonymous pull is enabled, an old login that is sent along can also be the
>   cause.
> What to do:
>   Find out which:
>     docker-credential-acr diagnose acme.azurecr.io/samples/hello
>   Ask an Owner or User Access Administrator of the registry to assign AcrPull;
>   in the mode AbacRepositoryPermissions "Container Registry Repository Reader"
>   (it takes up to 10 minutes):
>     az role assignment create --assignee-object-id OBJECT-ID \
>         --assignee-principal-type ServicePrincipal --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   See whether anonymous pull is enabled (it is off by default):
>     az acr show --name acme --query anonymousPullEnabled
>   If it is, pull without any login; your logins are kept:
>     docker --config "$(mktemp -d)" pull acme.azurecr.io/samples/hello
> https://aka.ms/acr/authorization
asks nobody
