# What `diagnose` says of each symptom (S) and cause (C) of Microsoft's "Troubleshoot registry login": the checks that
# are not ok, and the explanation below them. Needs a docker engine.

== S1, docker login fails: not signed in
fault reset service=imds at=connect
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> this helper found no identity for acme.azurecr.io [not-signed-in]
> Why: There is no sign-in of az, there are no AZURE_* variables and no managed
>   identity, or those that exist did not work.
> What to do: See which identity would be used, and why not the others:
>     docker-credential-acr status
>   In a pipeline or on a server, set AZURE_CLIENT_ID and AZURE_TENANT_ID with a
>   secret or federated token, or assign a managed identity.
>   On your own machine, sign in:
>     docker-credential-acr login acme.azurecr.io
> All steps: docker-credential-acr explain not-signed-in
> ...
> identity       1 failed (identity)...
> ...
> ... skipped because the "identity" check failed
> ...
? 1

== S2, unauthorized: authentication required, at a login
as nobody
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> acme.azurecr.io denied access to service principal
>   aaaa0000-0000-4000-8000-000000000003, tenant
>   c0470500-0000-4000-8000-000000000001 [no-role]
> Why: The identity has no role there, or the registry belongs to another tenant.
> What to do: Ask an Owner or User Access Administrator to assign AcrPull (AcrPush
>   to push), in the role mode AbacRepositoryPermissions "Container Registry
>   Repository Reader" (or Writer). It takes up to 10 minutes:
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000003 \
>         --assignee-principal-type ServicePrincipal --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   See the registry's role mode:
>     az acr show --name acme --query roleAssignmentMode --output tsv
> All steps: docker-credential-acr explain no-role
> ...
> identity       1 failed (token exchange)...
> ...
> ... skipped because the "token exchange" check failed
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
> acme.azurecr.io/app (pull): 1 problem...
> acme.azurecr.io rejected the stored login of build-agent [stored-token-rejected]
> Why: If it is a token (scope map), it is disabled, or its password has expired
>   or was renewed; otherwise the user does not exist. A stored login takes
>   precedence over every identity.
> What to do: See whether it is enabled and when its passwords expire:
>     az acr token show --registry acme --name build-agent \
>         --query "[status,credentials.passwords[].expiry]"
>   Remove the stored login, so that an identity is used:
>     docker logout acme.azurecr.io
> More: status 401, code UNAUTHORIZED, correlation id
>   ...
> All steps: docker-credential-acr explain stored-token-rejected
> ...
> identity       1 failed (stored login)...
> ...
? 1

== S4, could not connect to the registry login server
as app
$ docker-credential-acr diagnose refused.azurecr.io/app
> refused.azurecr.io/app (pull): 1 problem...
> the private endpoint of refused.azurecr.io cannot be reached at 10.99.0.11
>   [private-endpoint-unreachable]
> Why: The name resolves to the private endpoint, and this network cannot reach
>   it: the VPN is disconnected, the virtual networks are not peered, or a network
>   security group or a route prevents it.
> What to do: See which route is used:
>     ip route get 10.99.0.11
>   See the private endpoints, and compare their network with the one of this
>   machine:
>     az acr private-endpoint-connection list --registry-name refused \
>         --query "[].privateEndpoint.id"
>   Outside of the private network the name should resolve to a public address:
>   check the zone privatelink.azurecr.io of the DNS server.
> All steps: docker-credential-acr explain private-endpoint-unreachable
> ...
> network        1 failed (connection)...
> ...
> ... skipped because the "connection" check failed
> ...
? 1

== S5, unauthorized at a push
as app
$ docker-credential-acr diagnose reader.azurecr.io/app --action push
> reader.azurecr.io/app (push): 1 problem...
> service principal aaaa0000-0000-4000-8000-000000000001, tenant
>   c0470500-0000-4000-8000-000000000001 does not have permission to push
>   reader.azurecr.io/app [permission-missing]
> Why: The registry issued a token without that permission: a role is missing. A
>   new role takes up to 10 minutes.
> What to do: Ask an Owner or User Access Administrator for the role mode of the
>   registry:
>     az acr show --name reader --query roleAssignmentMode --output tsv
>   They assign this role; in the mode AbacRepositoryPermissions "Container
>   Registry Repository Reader", "Writer" or "Contributor" (delete) instead:
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
>         --assignee-principal-type ServicePrincipal --role AcrPush \
>         --scope "$(az acr show -n reader --query id -o tsv)"
> All steps: docker-credential-acr explain permission-missing
> ...
> rights         1 failed (permissions)...
> ...
? 1

== S6, no access from a pipeline
set GITHUB_ACTIONS=true
set AZURE_CLIENT_ID=aaaa0000-0000-4000-8000-000000000001
set AZURE_TENANT_ID=c0470500-0000-4000-8000-000000000001
fault reset service=imds at=connect
$ docker-credential-acr diagnose public.azurecr.io/app
> public.azurecr.io/app (pull): 1 problem...
> this GitHub Actions job may not request its ID token [github-token-unavailable]
> Why: AZURE_CLIENT_ID is set and there is no secret, so the job needs its own ID
>   token, and it lacks the permission.
> What to do: Add to the job or the workflow:
>     permissions: { id-token: write, contents: read }
>   A pull request from a fork never gets an ID token.
> All steps: docker-credential-acr explain github-token-unavailable
> ...
> configuration  1 failed (pipeline)...
> ...
> identity       1 failed (identity)...
> ...
> ... skipped because the "identity" check failed
> ...
? 1

== S7, login attempt failed with status: 403 Forbidden
as app
fault proxy host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> a proxy denied the connection to acme.azurecr.io [proxy-forbidden]
> Why: The answer 403 is a web page. A registry does not send web pages, so it
>   comes from a proxy or a gateway.
> What to do: Ask whoever runs the proxy to allow acme.azurecr.io, or add it to
>   NO_PROXY.
>   See the web page:
>     curl --include https://acme.azurecr.io/v2/
> More: status 403
> All steps: docker-credential-acr explain proxy-forbidden
> ...
> network        1 failed (firewall)...
> ...
> ... skipped because the "firewall" check failed
> ...
? 1

== S8 and C8, the settings cannot be seen: a person without the role Reader, or with a portal's old cookies
fault reset service=imds at=connect
$ docker-credential-acr login --device-code --insecure-storage
> ...
! ...
$ docker-credential-acr diagnose hidden.azurecr.io
> hidden.azurecr.io: no problem found...
> Azure Resource Manager denied access to the settings of hidden
>   [registry-settings-unreadable]
> Why: The identity has no role that allows this action on the registry. AcrPull
>   and AcrPush allow images only.
> What to do: The narrowest roles: to read settings "Container Registry
>   Configuration Reader and Data Access Configuration Reader", to build
>   "Container Registry Tasks Contributor", to import "Container Registry Data
>   Importer and Data Reader", for other changes "Container Registry Contributor
>   and Data Access Configuration Administrator".
>   Ask an Owner or User Access Administrator of the registry to assign the one
>   that fits (up to 10 minutes; the portal shows it in a new private window):
>     az role assignment create \
>         --assignee-object-id eeee0001-0000-4000-8000-000000000001 \
>         --assignee-principal-type User --role "ROLE" \
>         --scope REGISTRY-RESOURCE-ID
> All steps: docker-credential-acr explain registry-settings-unreadable
> ...

== C1, docker is not set up for the helper
as app
file .docker/config.json
| {}
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> docker is not configured to use this helper for acme.azurecr.io
>   [helper-config-missing]
> Why: ... names no
>   credential helper for this registry, so docker has no login to send.
> What to do: Configure docker for this registry:
>     docker-credential-acr configure acme.azurecr.io
>   Or for every registry:
>     docker-credential-acr configure --creds-store
> All steps: docker-credential-acr explain helper-config-missing
> ...
> configuration  1 failed (docker setup)...
> ...
? 1

== C2, the name of the registry is wrong
as app
$ docker-credential-acr diagnose acme.azurercr.io/app
> acme.azurercr.io/app (pull): 1 problem...
> acme.azurercr.io is not a login server; did you mean acme.azurecr.io?
>   [server-typo]
> Why: The name of a login server ends with azurecr.io (azurecr.cn in China,
>   azurecr.us for the US government).
> What to do:
>     docker-credential-acr diagnose acme.azurecr.io
>   List the login servers of your registries:
>     az acr list --query "[].loginServer" --output tsv
> All steps: docker-credential-acr explain server-typo
> ...
> network        1 failed (name)...
> ...
> ... skipped because the "name" check failed
> ...
? 1

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret-of-contoso
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> the client secret is not valid for application
>   aaaa0000-0000-4000-8000-000000000001 [entra-secret-invalid]
> Why: Often the ID of the secret was used instead of its value, which is shown
>   only once, or the secret belongs to another application.
> What to do: Compare AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with the
>   application; look for a newline or a blank after the secret.
>   If the value is lost, ask an owner of the application to create a new secret
>   (it is shown once: keep it out of CI logs):
>     AZURE_CLIENT_SECRET=$(az ad app credential reset \
>         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
>         --output tsv)
> More: status 401, code AADSTS7000215, correlation id
>   ...
> All steps: docker-credential-acr explain entra-secret-invalid
> ...
> identity       1 failed (identity)...
> ...
> ... skipped because the "identity" check failed
> ...
? 1

== C4, the identity is not authorized in a registry with ABAC
as app
$ docker-credential-acr diagnose abac.azurecr.io/app --action delete
> abac.azurecr.io/app (delete): 1 problem...
> service principal aaaa0000-0000-4000-8000-000000000001, tenant
>   c0470500-0000-4000-8000-000000000001 does not have permission to delete
>   abac.azurecr.io/app [permission-missing-abac]
> Why: The registry uses ABAC: AcrPull, AcrPush and AcrDelete do not apply there.
> What to do: Ask an Owner or User Access Administrator to run (it takes up to 10
>   minutes):
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
>         --assignee-principal-type ServicePrincipal \
>         --role 'Container Registry Repository Contributor' \
>         --scope "$(az acr show -n abac --query id -o tsv)"
>   See the assigned roles, and their conditions, which may exclude repositories:
>     az role assignment list --assignee aaaa0001-0000-4000-8000-000000000001 \
>         --scope "$(az acr show -n abac --query id -o tsv)" \
>         --query "[].[roleDefinitionName,condition]"
> All steps: docker-credential-acr explain permission-missing-abac
> ...
> rights         1 failed (permissions)...
> ...
? 1

== C5, the secret has expired
as expired
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> the client secret of aaaa0000-0000-4000-8000-000000000004 has expired
>   [entra-secret-expired]
> Why: Microsoft Entra ID rejected it. Secrets expire after a year unless they
>   were created to last longer.
> What to do: Ask an owner of the application to create a new one (it is shown
>   once: keep it out of CI logs). The others stay valid:
>     AZURE_CLIENT_SECRET=$(az ad app credential reset \
>         --id aaaa0000-0000-4000-8000-000000000004 --append --query password \
>         --output tsv)
>   See when each secret expires:
>     az ad app credential list --id aaaa0000-0000-4000-8000-000000000004 \
>         --output table
> More: status 401, code AADSTS7000222, correlation id
>   ...
> All steps: docker-credential-acr explain entra-secret-expired
> ...
> identity       1 failed (identity)...
> ...
> ... skipped because the "identity" check failed
> ...
? 1

== C6, the firewall blocks the machine
as app
$ docker-credential-acr diagnose firewall.azurecr.io/app
> firewall.azurecr.io/app (pull): 1 problem...
> the network rules of firewall.azurecr.io do not allow 203.0.113.7 [firewall]
> Why: The address is in none of the registry's network rules, or public network
>   access is disabled.
> What to do: See the network rules; with publicNetworkAccess "Disabled" no rule
>   helps, only a private endpoint:
>     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
>   Otherwise ask an Owner or Contributor of the registry to allow this one
>   address (Premium; it takes some minutes):
>     az acr network-rule add --name firewall --ip-address 203.0.113.7
>   Remove the rule when it is no longer needed ("az acr network-rule remove"). A
>   hosted agent gets another address each time: run it inside the registry's
>   virtual network or behind a NAT gateway.
> More: status 403, code DENIED, correlation id
>   ...
> All steps: docker-credential-acr explain firewall
> ...
> network        1 failed (firewall)...
> ...
> ... skipped because the "firewall" check failed
> ...
? 1

== C6, TLS is being inspected
as app
fault selfsigned host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull): 1 problem...
> this machine does not trust the certificate of acme.azurecr.io
>   [certificate-untrusted]
> Why: A proxy that inspects TLS issues certificates with its own certificate
>   authority (CA), which this machine does not trust.
> What to do: See who issued it:
>     openssl s_client -connect acme.azurecr.io:443 -servername acme.azurecr.io \
>         </dev/null | openssl x509 -noout -issuer
>   Ask an administrator of this machine to trust your company's CA, for this
>   program and for docker's engine:
>     sudo cp company-ca.crt /usr/local/share/ca-certificates/ && sudo \
>         update-ca-certificates
>     sudo install -D company-ca.crt /etc/docker/certs.d/acme.azurecr.io/ca.crt
>   Or set SSL_CERT_FILE to another file of CA certificates; az uses
>   REQUESTS_CA_BUNDLE.
> All steps: docker-credential-acr explain certificate-untrusted
> ...
> network        1 failed (certificate)...
> ...
> ... skipped because the "certificate" check failed
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
> public.azurecr.io/app (pull): 1 problem...
> public.azurecr.io rejected an old stored login, though everybody may pull from
>   it [stored-login-blocks-anonymous]
> Why: Without any login the registry serves the image; it rejects the stored
>   login of puller.
> What to do: Remove the stored login, and pull without one:
>     docker logout public.azurecr.io
>     docker pull public.azurecr.io/app
>   If an identity is then rejected, too, tell this helper to use none for this
>   registry; "docker-credential-acr login" ends that:
>     docker-credential-acr logout public.azurecr.io
> More: status 401, code UNAUTHORIZED, correlation id
>   ...
> All steps: docker-credential-acr explain stored-login-blocks-anonymous
> ...
> identity       1 failed (stored login)...
> ...
? 1
