# What `diagnose` says of each symptom (S) and cause (C) of Microsoft's "Troubleshoot registry login": the checks that are
# not well, and below them what is wrong. Needs a docker engine.

== S1, docker login fails: nobody is signed in
fault reset service=imds at=connect
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  identity           no identity is set up for acme.azurecr.io
> ...
>
> What is wrong
> this helper found no identity for acme.azurecr.io [not-signed-in]
> Why: No az login, no AZURE_* variables and no managed identity were there, or
>   those that were did not work; its line says which were tried.
> What to do:
>   Sign in:
>     az login
>   Or sign in without az:
>     docker-credential-acr login acme.azurecr.io
>   See who would be used:
>     docker-credential-acr status
> https://learn.microsoft.com/azure/container-registry/container-registry-authentication
>
> ...
? 1

== S2, unauthorized: authentication required, at a login
as nobody
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  exchange           acme.azurecr.io refused (status 401, UNAUTHORIZED)
> ...
>
> What is wrong
> acme.azurecr.io knows who you are, and gives you no access [no-role]
> Why: Entra ID gave a token to service principal
>   aaaa0000-0000-4000-8000-000000000003, tenant
>   c0470500-0000-4000-8000-000000000001, and the registry refused it: most likely
>   it has no role there, or the registry is of another tenant. A new role takes
>   some minutes.
> What to do:
>   Somebody who may give roles runs (AcrPush to push as well):
>     az role assignment create --assignee aaaa0000-0000-4000-8000-000000000003 \
>         --role AcrPull --scope "$(az acr show -n acme --query id -o tsv)"
>   With ABAC "Container Registry Repository Reader" or Writer counts instead:
>     az acr show --name acme --query roleAssignmentMode
> More: status 401, code UNAUTHORIZED, correlation id
>   ...
> https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "acme.azurecr.io"
> | where Identity == "aaaa0000-0000-4000-8000-000000000003"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1

== S3, a user name that the registry does not know
as app
file .config/docker-credential-acr/config.json
| {"registries": {"acme.azurecr.io": {"verify_on_store": false}}}
$ docker-credential-acr store
< {"ServerURL":"acme.azurecr.io","Username":"build-agent","Secret":"a-secret-of-somebody"}
! ...
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  stored login       the registry refuses the stored login of
>                               build-agent
> ...
>
> What is wrong
> acme.azurecr.io refuses the stored login of build-agent [stored-token-rejected]
> Why: If it is a token (scope map), it is disabled, its password has expired or
>   was made anew; else there is nobody of that name. The stored login goes before
>   every identity.
> What to do:
>   Is it enabled, and until when are its passwords good?
>     az acr token show --registry acme --name build-agent \
>         --query "[status,credentials.passwords[].expiry]"
>   Make a new password, and sign in with it:
>     az acr token credential generate --registry acme --name build-agent \
>         --password1 --expiration-in-days 30
>     docker login acme.azurecr.io --username build-agent
>   Or forget it, and an identity is asked:
>     docker logout acme.azurecr.io
> More: status 401, code UNAUTHORIZED, correlation id
>   ...
> https://learn.microsoft.com/azure/container-registry/container-registry-token-based-repository-permissions
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "acme.azurecr.io"
> | where Identity == "aaaa0000-0000-4000-8000-000000000001"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1

== S4, could not connect to the registry login server
as app
$ docker-credential-acr diagnose refused.azurecr.io/app
> ...
>   problem  connection         no connection to refused.azurecr.io: Connection
>                               refused
> ...
>
> What is wrong
> the private address of refused.azurecr.io does not answer: 10.99.0.11
>   [private-endpoint-unreachable]
> Why: The name leads to its private endpoint, and from here no way leads there:
>   the VPN is off, networks are not peered, or a network security group or route
>   is in the way.
> What to do:
>   Which way is taken?
>     ip route get 10.99.0.11
>   Is it the right one, and does its network let this machine in?
>     az acr private-endpoint-connection list --registry-name refused \
>         --query "[].privateEndpoint.id"
>   From outside of the private network the name should lead to a public address:
>   look at the resolver's zone privatelink.azurecr.io.
> https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints
>
> ...
? 1

== S5, unauthorized at a push
as app
$ docker-credential-acr diagnose reader.azurecr.io/app --action push
> ...
>   problem  rights             may pull app, and not push
> ...
>
> What is wrong
> service principal aaaa0000-0000-4000-8000-000000000001, tenant
>   c0470500-0000-4000-8000-000000000001 may not push reader.azurecr.io/app
>   [permission-missing]
> Why: The registry gave a token without that right: a role for it is missing. A
>   role that was given a moment ago takes some minutes.
> What to do:
>   Somebody who may give roles runs:
>     az role assignment create --assignee aaaa0000-0000-4000-8000-000000000001 \
>         --role AcrPush --scope "$(az acr show -n reader --query id -o tsv)"
>   With ABAC (AbacRepositoryPermissions) other roles count, "Container Registry
>   Repository Reader" and Writer:
>     az acr show --name reader --query roleAssignmentMode
> https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "reader.azurecr.io"
> | where Identity == "aaaa0000-0000-4000-8000-000000000001"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1

== S6, no access from a pipeline
set GITHUB_ACTIONS=true
set AZURE_CLIENT_ID=aaaa0000-0000-4000-8000-000000000001
set AZURE_TENANT_ID=c0470500-0000-4000-8000-000000000001
fault reset service=imds at=connect
$ docker-credential-acr diagnose public.azurecr.io/app
> ...
>   problem  pipeline           GitHub Actions: the job may not ask for its token
> ...
>
> What is wrong
> this job of GitHub Actions may not ask for its token [github-token-unavailable]
> Why: AZURE_CLIENT_ID is set and there is no secret, so the job must prove itself
>   by its own token, and it lacks the permission.
> What to do:
>   Add to the job, or to the workflow:
>     permissions: { id-token: write, contents: read }
>   A pull request from a fork never gets it.
> https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect
>
> ...
? 1

== S7, login attempt failed with status: 403 Forbidden
as app
fault proxy host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  firewall           acme.azurecr.io answered with a web page (status
>                               403): a proxy or a sign-in portal may stand in
>                               between
> ...
>
> What is wrong
> something between this machine and acme.azurecr.io refuses the connection
>   [proxy-forbidden]
> Why: The answer 403 is a web page, and a registry's is not: a proxy or a gateway
>   wrote it.
> What to do:
>   Ask whoever runs the proxy to let acme.azurecr.io through, or add it to
>   NO_PROXY.
>   Its page says more:
>     curl --include https://acme.azurecr.io/v2/
> More: status 403
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-access
>
> ...
? 1

== S8 and C8, the settings cannot be seen: a person without the role Reader, or with a portal's old cookies
fault reset service=imds at=connect
$ docker-credential-acr login --device-code --insecure-storage
> ...
! ...
$ docker-credential-acr diagnose hidden.azurecr.io
> ...
>   warning  settings           this identity may not read them (role Reader)
> ...
>
> Nothing is wrong; good to know
> the settings of hidden may not be seen or changed by this identity
>   [registry-settings-unreadable]
> Why: Azure Resource Manager refuses it. To look at a registry in the portal or
>   with az takes the role Reader; AcrPull and AcrPush are for images alone.
> What to do:
>   Somebody who may give roles runs:
>     az role assignment create --assignee developer@contoso.com --role Reader \
>         --scope REGISTRY-RESOURCE-ID
>   What you have is told by:
>     az role assignment list --assignee developer@contoso.com --all \
>         --output table
>   If it was given a moment ago, use a private window of the browser: the
>   portal's cookies are older than the role.
> https://learn.microsoft.com/azure/container-registry/container-registry-roles
>
> ...

== C1, docker is not set up for the helper
as app
file .docker/config.json
| {}
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  docker set-up      ~/.docker/config.json names no helper for this
>                               registry
> ...
>
> What is wrong
> docker does not ask this helper for acme.azurecr.io [helper-config-missing]
> Why: .../.docker/config.json names no credential helper for
>   it, so docker has no login to send.
> What to do:
>   Set it up, for this registry:
>     docker-credential-acr configure acme.azurecr.io
>   Or for every registry:
>     docker-credential-acr configure --creds-store
> https://docs.docker.com/reference/cli/docker/login/#credential-helpers
>
> ...
? 1

== C2, the name of the registry is wrong
as app
$ docker-credential-acr diagnose acme.azurercr.io/app
> ...
>   problem  name               no registry has such an address; is it
>                               acme.azurecr.io?
> ...
>
> What is wrong
> acme.azurercr.io is no registry's address; acme.azurecr.io is probably meant
>   [server-typo]
> Why: A registry's address ends with azurecr.io (azurecr.cn in China, azurecr.us
>   for the US government).
> What to do:
>     docker-credential-acr diagnose acme.azurecr.io
>   Addresses of your registries:
>     az acr list --query "[].loginServer" --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login
>
> ...
? 1

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret-of-contoso
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  identity           Entra ID refused (HTTP 401, AADSTS7000215)
> ...
>
> What is wrong
> the client secret that was sent is none of aaaa0000-0000-4000-8000-000000000001
>   [entra-secret-invalid]
> Why: Often the ID of the secret was taken for its value, which is shown only
>   once, or it belongs to another application.
> What to do:
>   Compare AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with the application; look for
>   a line end or a blank behind the secret.
>   If the value is lost, make a new one:
>     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000001 \
>         --append
> More: status 401, code AADSTS7000215, correlation id
>   ...
> https://login.microsoftonline.com/error?code=7000215
>
> ...
? 1

== C4, the identity is not authorised in a registry with ABAC
as app
$ docker-credential-acr diagnose abac.azurecr.io/app --action delete
> ...
>   problem  rights             may pull,push app, and not delete
> ...
>
> What is wrong
> service principal aaaa0000-0000-4000-8000-000000000001, tenant
>   c0470500-0000-4000-8000-000000000001 may not delete abac.azurecr.io/app
>   [permission-missing-abac]
> Why: The registry has ABAC: AcrPull, AcrPush and AcrDelete count for nothing
>   there, and a role with a condition may leave this repository out.
> What to do:
>   Somebody who may give roles runs:
>     az role assignment create --assignee aaaa0000-0000-4000-8000-000000000001 \
>         --role 'Container Registry Repository Contributor' \
>         --scope "$(az acr show -n abac --query id -o tsv)"
>   The roles that there are, and their conditions:
>     az role assignment list --assignee aaaa0000-0000-4000-8000-000000000001 \
>         --scope "$(az acr show -n abac --query id -o tsv)" \
>         --query "[].[roleDefinitionName,condition]"
> https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "abac.azurecr.io"
> | where Identity == "aaaa0000-0000-4000-8000-000000000001"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1

== C5, the secret has expired
as expired
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  identity           Entra ID refused (HTTP 401, AADSTS7000222)
> ...
>
> What is wrong
> the client secret of aaaa0000-0000-4000-8000-000000000004 has expired
>   [entra-secret-expired]
> Why: Entra ID takes it no longer. Secrets end after a year unless they were made
>   to last longer.
> What to do:
>   Make a new one, which leaves the others as they are:
>     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000004 \
>         --append
>   Put it where the old one is (AZURE_CLIENT_SECRET), or sign in with it:
>     az login --service-principal \
>         --username aaaa0000-0000-4000-8000-000000000004 \
>         --tenant c0470500-0000-4000-8000-000000000001
>   See when each of them ends:
>     az ad app credential list --id aaaa0000-0000-4000-8000-000000000004 \
>         --output table
>   A pipeline can do without a secret (federation), and so can a machine in Azure
>   (managed identity).
> More: status 401, code AADSTS7000222, correlation id
>   ...
> https://aka.ms/NewClientSecret
>
> ...
? 1

== C6, the firewall keeps the machine out
as app
$ docker-credential-acr diagnose firewall.azurecr.io/app
> ...
>   problem  firewall           it does not let in the address 203.0.113.7, which
>                               it sees
> ...
>
> What is wrong
> the firewall of firewall.azurecr.io does not let 203.0.113.7 in [firewall]
> Why: The address that it saw is in none of its network rules, or public access
>   is switched off.
> What to do:
>   Let this address in (a network behind it: with /24 or so):
>     az acr network-rule add --name firewall --ip-address 203.0.113.7
>   See what is set; where public access is off, only a private endpoint leads in:
>     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
>   An agent whose address changes from run to run belongs into the registry's
>   network.
> More: status 403, code DENIED, correlation id
>   ...
> https://aka.ms/acr/firewall
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "firewall.azurecr.io"
> | where Identity == "aaaa0000-0000-4000-8000-000000000001"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1

== C6, somebody looks into TLS
as app
fault selfsigned host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> ...
>   problem  certificate        the certificate of acme.azurecr.io is signed by
>                               itself and not trusted here
> ...
>
> What is wrong
> the certificate that acme.azurecr.io shows is not trusted here
>   [certificate-untrusted]
> Why: A proxy that looks into TLS signs with an authority of its own, and this
>   machine does not know it.
> What to do:
>   See who signed it:
>     openssl s_client -connect acme.azurecr.io:443 -servername acme.azurecr.io \
>         </dev/null | openssl x509 -noout -issuer
>   Trust your company's authority, for this program and for the engine:
>     sudo cp company-ca.crt /usr/local/share/ca-certificates/ && sudo \
>         update-ca-certificates
>     sudo install -D company-ca.crt /etc/docker/certs.d/acme.azurecr.io/ca.crt
>   SSL_CERT_FILE names another file of authorities; az reads REQUESTS_CA_BUNDLE.
> https://aka.ms/acr/errors#connectivity_ssl_error
>
> ...
? 1

== C7, anonymous pull is blocked by a stale login
fault reset service=imds at=connect
file .config/docker-credential-acr/config.json
| {"registries": {"public.azurecr.io": {"verify_on_store": false}}}
$ docker-credential-acr store
< {"ServerURL":"public.azurecr.io","Username":"puller","Secret":"a-password-of-last-year"}
! ...
$ docker-credential-acr diagnose public.azurecr.io/app
> ...
>   problem  stored login       the registry refuses the stored login of puller
> ...
>
> What is wrong
> an old login stands in the way: everybody may pull from public.azurecr.io
>   [stored-login-blocks-anonymous]
> Why: Without any login the registry gives the image; with the stored one of
>   puller it refuses.
> What to do:
>   Forget the login, and pull as everybody does:
>     docker logout public.azurecr.io
>     docker-credential-acr logout public.azurecr.io
>     docker pull public.azurecr.io/app
> More: status 401, code UNAUTHORIZED, correlation id
>   ...
> https://learn.microsoft.com/azure/container-registry/anonymous-pull-access
>
> For the registry's owner: what its log says (Log Analytics)
> ContainerRegistryLoginEvents | where TimeGenerated > ago(1h)
> | where LoginServer == "public.azurecr.io"
> | where ResultDescription != "200" | order by TimeGenerated desc
> | project TimeGenerated, Identity, CallerIpAddress, ResultDescription
>
> ...
? 1
