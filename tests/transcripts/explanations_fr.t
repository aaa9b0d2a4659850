# Les mêmes en français, avec les termes de l'article "Résoudre des problèmes de connexion à un registre".
set LANGUAGE=fr

== S1, docker login and az acr login fail
$ docker-credential-acr explain
<\ ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\nWARNING: Unable to get admin user credentials with message: Admin user is disabled.\n
> ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> WARNING: Unable to get admin user credentials with message: Admin user is disabled.
> docker-credential-acr: l'utilisateur administrateur de acme.azurecr.io est
>   désactivé [admin-disabled]
> Pourquoi : az l'a essayé parce que la connexion avec Microsoft Entra ID a
>   échoué ; les lignes ci-dessus contiennent la raison.
> Que faire :
>   Trouvez pourquoi l'identité ne suffit pas :
>     docker-credential-acr diagnose acme.azurecr.io
>   Laissez l'utilisateur administrateur désactivé : c'est un mot de passe partagé
>   avec toutes les autorisations, destiné aux tests. Utilisez plutôt un jeton
>   limité à des dépôts ou un principal de service pour chaque système.
> https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account
asks nobody

== S2, unauthorized: authentication required, at a login
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required
> docker-credential-acr: acme.azurecr.io a rejeté la connexion
>   [unauthorized-login]
> Pourquoi : Le mot de passe est erroné, ou le jeton a expiré ou n'a aucun rôle.
>   Un jeton de az acr login --expose-token demande le nom d'utilisateur
>   ....
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io
>   Sur votre propre machine, se connecter sans mot de passe :
>     docker-credential-acr login acme.azurecr.io
>   Voir si l'utilisateur administrateur est activé, si son mot de passe a été
>   utilisé ; un propriétaire a pu le désactiver ou le renouveler :
>     az acr show --name acme --query adminUserEnabled
> https://aka.ms/acr/authorization
asks nobody

== S3, Application not registered with AAD
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.
> docker-credential-acr: acme.azurecr.io ne connaît pas le nom d'utilisateur
>   envoyé [app-not-registered]
> Pourquoi : Ce n'est ni un jeton, ni l'utilisateur administrateur, ni une
>   application du locataire du registre. Utilisez l'ID d'application (client), ni
>   l'ID d'objet ni le nom d'affichage.
> Que faire :
>   Trouver l'ID :
>     az ad sp list --display-name NAME --query "[].[appId,displayName]" \
>         --output table
>   Se connecter avec lui :
>     docker login acme.azurecr.io --username APPLICATION-ID
>   Voir à quel locataire appartient l'abonnement du registre ; l'application doit
>   s'y trouver :
>     az account list --query "[].[name,id,tenantId]" --output table
> https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal
asks nobody

== S4, Could not connect to the registry login server
$ docker-credential-acr explain
<\ Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\n
> Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> docker-credential-acr: az n'a pas pu se connecter à acme.azurecr.io
>   [login-server-unreachable]
> Pourquoi : Il n'y a pas de registre de ce nom, ou ce réseau ne peut pas
>   l'atteindre.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io
>   Voyez si le nom peut être résolu, et si le serveur répond :
>     getent ahosts acme.azurecr.io
>     curl --verbose https://acme.azurecr.io/v2/
> https://aka.ms/acr/errors#connectivity_challenge_error
asks nobody

== S5, unauthorized: authentication required, at a pull
$ docker-credential-acr explain
<\ Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.\n
> Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.
> docker-credential-acr: acme.azurecr.io a refusé team/app : pas de connexion, une
>   connexion expirée, ou pas de rôle [unauthorized-image]
> Pourquoi : Il n'y a pas d'informations d'identification pour lui, elles ont
>   expiré (trois heures après az acr login), ou elles n'ont pas de rôle pour ce
>   dépôt. Le message est le même dans tous ces cas.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io/team/app
>   Sur votre propre machine, se connecter :
>     docker-credential-acr login acme.azurecr.io
>   Demandez à un propriétaire ou administrateur des accès utilisateur du registre
>   le rôle AcrPull ou AcrPush ; dans le mode AbacRepositoryPermissions,
>   "Container Registry Repository Reader" ou "Writer" :
>     az acr show --name acme --query roleAssignmentMode --output tsv
> https://aka.ms/acr/authorization
asks nobody

== S6, no access from AKS
$ docker-credential-acr explain
<\ Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized\n
> Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized
> docker-credential-acr: acme.azurecr.io a refusé team/app à l'identité qui
>   extrait [node-identity-denied]
> Pourquoi : L'identité n'a pas de rôle pour extraire, son secret a expiré, elle a
>   été retirée du nœud, ou l'image porte un autre nom.
> Que faire :
>   Voir le mode de rôles du registre :
>     az acr show --name acme --query roleAssignmentMode --output tsv
>   AKS sans ABAC : demandez à un propriétaire ou administrateur des accès
>   utilisateur du registre d'exécuter (pas entre locataires) :
>     az aks update --name CLUSTER --resource-group GROUP --attach-acr acme
>   Dans le mode AbacRepositoryPermissions, ou ailleurs (AcrPull), ils attribuent
>   le rôle (cela prend jusqu'à 10 minutes) :
>     ID=$(az aks show --name CLUSTER --resource-group GROUP \
>         --query identityProfile.kubeletidentity.objectId --output tsv)
>     az role assignment create --assignee-object-id "$ID" \
>         --assignee-principal-type ServicePrincipal \
>         --role "Container Registry Repository Reader" \
>         --scope "$(az acr show -n acme --query id -o tsv)"
> Détails : statut 401
> https://learn.microsoft.com/azure/aks/cluster-container-registry-integration
asks nobody

== S7, login attempt failed with status: 403 Forbidden
$ docker-credential-acr explain
<\ Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)\n
> Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)
> docker-credential-acr: acme.azurecr.io a refusé cette machine avant toute
>   connexion (403 Forbidden) [registry-forbidden]
> Pourquoi : Ses règles réseau n'autorisent pas l'adresse de cette machine, ou un
>   proxy en chemin a refusé la demande. Le mot de passe n'est pas en cause.
> Que faire :
>   Voir quelle adresse le registre a vue ; une réponse qui est une page web vient
>   d'un proxy :
>     curl https://acme.azurecr.io/v2/
>   Voir les règles réseau ; avec publicNetworkAccess "Disabled", aucune règle
>   n'aide, seulement un point de terminaison privé :
>     az acr show --name acme --query "[publicNetworkAccess,networkRuleSet]"
>   Sinon, demandez à un propriétaire ou contributeur du registre d'autoriser
>   cette seule adresse (Premium ; cela prend quelques minutes) :
>     az acr network-rule add --name acme --ip-address IP-ADDRESS
> Détails : statut 403
> https://aka.ms/acr/errors#connectivity_forbidden_error
asks nobody

== S8 and C8, the settings cannot be seen in the portal or with az
$ docker-credential-acr explain
<\ (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.\n
> (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.
> docker-credential-acr: Azure Resource Manager a refusé l'accès aux paramètres de
>   ce registre [registry-settings-unreadable]
> Pourquoi : L'identité n'a aucun rôle qui permette cette action sur le registre.
>   AcrPull et AcrPush ne permettent que les images.
> Que faire :
>   Les rôles les plus étroits : pour lire les paramètres "Container Registry
>   Configuration Reader and Data Access Configuration Reader", pour construire
>   "Container Registry Tasks Contributor", pour importer "Container Registry Data
>   Importer and Data Reader", pour d'autres modifications "Container Registry
>   Contributor and Data Access Configuration Administrator".
>   Demandez à un propriétaire ou administrateur des accès utilisateur du registre
>   d'attribuer celui qui convient (jusqu'à 10 minutes ; le portail le montre dans
>   une nouvelle fenêtre privée) :
>     az role assignment create --assignee kim@contoso.com --role "ROLE" \
>         --scope /subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme
>   Voir les rôles attribués :
>     az role assignment list --assignee kim@contoso.com --all --output table
> https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
asks nobody

== C1, docker's engine is not running
$ docker-credential-acr explain
<\ Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n
> Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
> docker-credential-acr: le moteur de docker ne s'exécute pas, ou n'est pas là où
>   docker le cherche [docker-not-running]
> Pourquoi : La commande docker ne fait que parler au moteur, qui extrait et
>   envoie.
> Que faire :
>   Voir où docker le cherche :
>     docker context ls
>   Le démarrer (un administrateur de cette machine) :
>     sudo systemctl start docker
>   Obtenir un jeton sans moteur ; il est valable trois heures pour tous vos
>   dépôts, donc pas dans un journal de CI :
>     TOKEN=$(az acr login --name REGISTRY --expose-token --query accessToken \
>         --output tsv)
> https://aka.ms/acr/errors#docker_daemon_error
asks nobody

== C2, the registry does not exist
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> impossible de résoudre le nom d'hôte nosuch.azurecr.io [dns-name-not-found]
! docker-credential-acr: impossible de résoudre le nom nosuch.azurecr.io
!   [dns-name-not-found]
! Pourquoi : Le registre n'existe pas, son nom est mal orthographié, il est dans
!   un autre cloud (.azurecr.cn, .azurecr.us), ou son nom ne se résout que dans un
!   réseau privé auquel cette machine n'est pas connectée (VPN).
! Que faire : Vérifiez si le registre existe :
!     az acr show --name nosuch --query loginServer --output tsv
!   Vérifiez si le nom est encore disponible, donc si aucun registre ne le porte :
!     az acr check-name --name nosuch
! Détails : impossible de résoudre le nom d'hôte nosuch.azurecr.io
! Toutes les étapes : docker-credential-acr explain dns-name-not-found
! Tous les contrôles : docker-credential-acr diagnose nosuch.azurecr.io
? 1

== C2, its name is mistyped
$ docker-credential-acr explain acme.azurercr.io
> acme.azurercr.io n'est pas un serveur de connexion ; vouliez-vous dire
>   acme.azurecr.io ? [server-typo]
> Pourquoi : Le nom d'un serveur de connexion se termine par azurecr.io
>   (azurecr.cn en Chine, azurecr.us pour le gouvernement des États-Unis).
> Que faire :
>     docker-credential-acr diagnose acme.azurecr.io
>   Listez les serveurs de connexion de vos registres :
>     az acr list --query "[].loginServer" --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login-authn-authz
asks nobody

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret
$ docker-credential-acr get
< acme.azurecr.io
> la clé secrète client n'est pas valide pour l'application aaaa0000-0000-4000-8000-000000000001 (statut 401, AADSTS7000215) [entra-secret-invalid]
! docker-credential-acr: la clé secrète client n'est pas valide pour l'application
!   aaaa0000-0000-4000-8000-000000000001 (statut 401, AADSTS7000215)
!   [entra-secret-invalid]
! Pourquoi : Souvent, l'ID du secret a été utilisé à la place de sa valeur, qui
!   n'est affichée qu'une fois, ou le secret appartient à une autre application.
! Que faire : Comparez AZURE_CLIENT_ID et AZURE_CLIENT_SECRET à l'application ;
!   cherchez un saut de ligne ou une espace après le secret.
!   Si la valeur est perdue, demandez à un propriétaire de l'application de créer
!   un nouveau secret (il n'est affiché qu'une fois : pas dans un journal de CI) :
!     AZURE_CLIENT_SECRET=$(az ad app credential reset \
!         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
!         --output tsv)
! Toutes les étapes : docker-credential-acr explain entra-secret-invalid
! Tous les contrôles : docker-credential-acr diagnose acme.azurecr.io
? 1

== C4, the identity is not authorised
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< norole.azurecr.io
> norole.azurecr.io a refusé l'accès à principal de service aaaa0000-0000-4000-8000-000000000001, locataire c0470500-0000-4000-8000-000000000001 (statut 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: norole.azurecr.io a refusé l'accès à principal de service
!   aaaa0000-0000-4000-8000-000000000001, locataire
!   c0470500-0000-4000-8000-000000000001 (statut 401, UNAUTHORIZED) [no-role]
! Pourquoi : Aucun rôle pour l'identité, ou le registre est d'un autre locataire.
! Que faire : Demandez à un propriétaire ou administrateur des accès d'attribuer
!   AcrPull (envoi : AcrPush ; mode AbacRepositoryPermissions : "Container
!   Registry Repository Reader" ou Writer), en 10 minutes au plus :
!     az role assignment create \
!         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
!         --assignee-principal-type ServicePrincipal --role AcrPull \
!         --scope "$(az acr show -n norole --query id -o tsv)"
! Après un changement : docker-credential-acr renew norole.azurecr.io
! Toutes les étapes : docker-credential-acr explain no-role
! Tous les contrôles : docker-credential-acr diagnose norole.azurecr.io
? 1

== C5, the secret has expired
as app
fault entra service=entra code=7000222
$ docker-credential-acr get
< acme.azurecr.io
> la clé secrète client de aaaa0000-0000-4000-8000-000000000001 a expiré (statut 401, AADSTS7000222) [entra-secret-expired]
! docker-credential-acr: la clé secrète client de
!   aaaa0000-0000-4000-8000-000000000001 a expiré (statut 401, AADSTS7000222)
!   [entra-secret-expired]
! Pourquoi : Microsoft Entra ID l'a rejeté. Les secrets expirent au bout d'un an,
!   sauf s'ils ont été créés pour durer plus longtemps.
! Que faire : Demandez à un propriétaire de l'application d'en créer un nouveau
!   (il n'est affiché qu'une fois : pas dans un journal de CI). Les autres restent
!   valables :
!     AZURE_CLIENT_SECRET=$(az ad app credential reset \
!         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
!         --output tsv)
! Après un changement : docker-credential-acr renew acme.azurecr.io
! Toutes les étapes : docker-credential-acr explain entra-secret-expired
! Tous les contrôles : docker-credential-acr diagnose acme.azurecr.io
? 1

== C6, the firewall keeps the machine out
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< firewall.azurecr.io
> les règles réseau de firewall.azurecr.io n'autorisent pas 203.0.113.7 (statut 403, DENIED) [firewall]
! docker-credential-acr: les règles réseau de firewall.azurecr.io n'autorisent pas
!   203.0.113.7 (statut 403, DENIED) [firewall]
! Pourquoi : L'adresse ne figure dans aucune règle réseau du registre, ou l'accès
!   réseau public est désactivé.
! Que faire : Voir les règles réseau ; avec publicNetworkAccess "Disabled", aucune
!   règle n'aide, seulement un point de terminaison privé :
!     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
!   Sinon, demandez à un propriétaire ou contributeur du registre d'autoriser
!   cette seule adresse (Premium ; cela prend quelques minutes) :
!     az acr network-rule add --name firewall --ip-address 203.0.113.7
! Détails : ID de corrélation ...
! Après un changement : docker-credential-acr renew firewall.azurecr.io
! Toutes les étapes : docker-credential-acr explain firewall
! Tous les contrôles : docker-credential-acr diagnose firewall.azurecr.io
? 1

== C7, a stale login blocks anonymous pull
$ docker-credential-acr explain
<\ Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'\n
> Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'
> docker-credential-acr: acme.azurecr.io a refusé l'extraction de samples/hello
>   [pull-denied]
> Pourquoi : L'identité n'a pas de rôle pour extraire, ou l'image porte un autre
>   nom. Là où l'extraction anonyme est activée, une ancienne connexion envoyée
>   avec la demande peut aussi en être la cause.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io/samples/hello
>   Demandez à un propriétaire ou administrateur des accès utilisateur du registre
>   d'attribuer AcrPull ; dans le mode AbacRepositoryPermissions, "Container
>   Registry Repository Reader" (cela prend jusqu'à 10 minutes) :
>     az role assignment create --assignee-object-id OBJECT-ID \
>         --assignee-principal-type ServicePrincipal --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   Voir si l'extraction anonyme est activée (elle est désactivée par défaut) :
>     az acr show --name acme --query anonymousPullEnabled
>   Si oui, extraire sans aucune connexion ; rien n'est déconnecté par là :
>     docker --config "$(mktemp -d)" pull acme.azurecr.io/samples/hello
> https://aka.ms/acr/authorization
asks nobody

== nobody is signed in, and half of what it takes is set
fault reset service=imds at=connect
set AZURE_CLIENT_SECRET=a-secret-of-somebody
set AZURE_CLIENT_ID=aaaa0000-0000-4000-8000-000000000001
$ docker-credential-acr get
< acme.azurecr.io
> AZURE_CLIENT_SECRET est définie, mais AZURE_TENANT_ID ne l'est pas : aucune autre identité n'est utilisée
! docker-credential-acr: il n'y a pas d'informations d'identification pour
!   acme.azurecr.io [login-unavailable]
! Pourquoi : AZURE_CLIENT_SECRET est définie, mais AZURE_TENANT_ID ne l'est pas :
!   aucune autre identité n'est utilisée.
! Toutes les étapes : docker-credential-acr explain login-unavailable
! Tous les contrôles : docker-credential-acr diagnose acme.azurecr.io
? 1

== a notice beside a success
$ docker-credential-acr store
< {"ServerURL":"registry.example.com","Username":"me","Secret":"a-secret-of-somebody"}
! docker-credential-acr: il n'y a pas de Secret Service ici, la connexion de registry.example.com est donc enregistrée en clair, dans un fichier que vous seul pouvez lire ; elle remplace une plus ancienne dans le trousseau d'un bureau quand celui-ci servira de nouveau
