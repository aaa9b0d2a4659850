# Les mêmes en français, avec les termes de l'article "Résoudre des problèmes de connexion à un registre".
set LANGUAGE=fr

== S1, docker login and az acr login fail
$ docker-credential-acr explain
<\ ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\nWARNING: Unable to get admin user credentials with message: Admin user is disabled.\n
> ERROR: Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> WARNING: Unable to get admin user credentials with message: Admin user is disabled.
> docker-credential-acr: acme.azurecr.io n'a pas de compte d'administrateur
>   [admin-disabled]
> Pourquoi : az l'a essayé après l'échec de la voie de Entra ID ; la raison de
>   celui-ci est plus haut.
> Que faire :
>   Trouvez pourquoi l'identité ne suffit pas :
>     docker-credential-acr diagnose acme.azurecr.io
>   Pour activer le compte d'administrateur (un seul mot de passe pour tous) :
>     az acr update --name acme --admin-enabled true
> https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account
asks nobody

== S2, unauthorized: authentication required, at a login
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: authentication required
> docker-credential-acr: acme.azurecr.io n'accepte pas la connexion
>   [unauthorized-login]
> Pourquoi : Le nom d'utilisateur est juste et le mot de passe ne l'est pas, ou le
>   jeton a expiré ou n'a pas de rôle. Un jeton de az acr login --expose-token
>   prend le nom d'utilisateur 00000000-0000-0000-0000-000000000000.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io
>   Connectez-vous sans mot de passe :
>     az login
>     docker login acme.azurecr.io
>   Compte d'administrateur : le mot de passe a peut-être changé :
>     az acr credential show --name acme
> https://aka.ms/acr/authorization
asks nobody

== S3, Application not registered with AAD
$ docker-credential-acr explain
<\ Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.\n
> Error response from daemon: Get "https://acme.azurecr.io/v2/": unauthorized: Application not registered with AAD.
> docker-credential-acr: acme.azurecr.io ne connaît personne sous le nom
>   d'utilisateur donné [app-not-registered]
> Pourquoi : Ce n'est ni un jeton, ni le compte d'administrateur, ni une
>   application du locataire du registre. C'est l'ID d'application (client) qu'il
>   faut, pas l'ID d'objet ni le nom d'affichage.
> Que faire :
>   Trouvez l'ID :
>     az ad sp list --display-name NAME --query "[].[appId,displayName]" \
>         --output table
>   Connectez-vous avec lui :
>     docker login acme.azurecr.io --username APPLICATION-ID
>   Le locataire doit être celui du registre :
>     az account show --query tenantId --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-auth-service-principal
asks nobody

== S4, Could not connect to the registry login server
$ docker-credential-acr explain
<\ Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.\n
> Could not connect to the registry login server 'acme.azurecr.io'. Please verify that the registry is accessible.
> docker-credential-acr: az n'a pas pu se connecter à acme.azurecr.io
>   [login-server-unreachable]
> Pourquoi : Le registre n'existe pas sous ce nom, ou le réseau n'y mène pas.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io
>   Le nom existe-t-il, et répond-il ?
>     getent ahosts acme.azurecr.io
>     curl --verbose https://acme.azurecr.io/v2/
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-access
asks nobody

== S5, unauthorized: authentication required, at a pull
$ docker-credential-acr explain
<\ Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.\n
> Error response from daemon: Head "https://acme.azurecr.io/v2/team/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.
> docker-credential-acr: acme.azurecr.io veut une connexion qui ait droit à
>   team/app, et n'en a pas eu [unauthorized-image]
> Pourquoi : Il n'y a pas d'informations d'identification pour lui, elles ont
>   expiré (trois heures après az acr login), ou elles n'ont pas de rôle pour ce
>   dépôt. Le message est le même dans tous ces cas.
> Que faire :
>   Trouvez la cause :
>     docker-credential-acr diagnose acme.azurecr.io/team/app
>   Connectez-vous :
>     az login
>   Les rôles sont AcrPull et AcrPush ; avec ABAC, Container Registry Repository
>   Reader et Writer :
>     az acr show --name acme --query roleAssignmentMode
> https://aka.ms/acr/authorization
asks nobody

== S6, no access from AKS
$ docker-credential-acr explain
<\ Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized\n
> Failed to pull image "acme.azurecr.io/team/app:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Ateam%2Fapp%3Apull: 401 Unauthorized
> docker-credential-acr: acme.azurecr.io refuse l'identité qui extrait team/app
>   [node-identity-denied]
> Pourquoi : Elle n'y a pas de rôle pour extraire, sa clé secrète a expiré,
>   l'identité du nœud a été retirée, ou l'image a un autre nom.
> Que faire :
>   AKS : donnez le rôle à l'identité du cluster, et vérifiez :
>     az aks update --name CLUSTER --resource-group GROUP --attach-acr acme
>     az aks check-acr --name CLUSTER --resource-group GROUP \
>         --acr acme.azurecr.io
>   Ailleurs :
>     az role assignment create --assignee IDENTITY --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   Avec ABAC (AbacRepositoryPermissions), le rôle est « Container Registry
>   Repository Reader » :
>     az acr show --name acme --query roleAssignmentMode
> Détails : statut 401
> https://learn.microsoft.com/azure/aks/cluster-container-registry-integration
asks nobody

== S7, login attempt failed with status: 403 Forbidden
$ docker-credential-acr explain
<\ Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)\n
> Error response from daemon: login attempt failed with status: 403 Forbidden (acme.azurecr.io)
> docker-credential-acr: acme.azurecr.io répond 403 Forbidden avant de demander
>   qui vous êtes [registry-forbidden]
> Pourquoi : Ses règles de réseau refusent cette machine, ou un proxy en chemin la
>   refuse. Ce n'est pas le mot de passe.
> Que faire :
>   Voyez les règles :
>     az acr show --name acme --query "[publicNetworkAccess,networkRuleSet]"
>   Le registre nomme lui-même l'adresse qu'il a vue :
>     curl https://acme.azurecr.io/v2/
>   Laissez entrer cette adresse :
>     az acr network-rule add --name acme --ip-address IP-ADDRESS
>   Une réponse qui est une page web vient d'un proxy : ajoutez acme.azurecr.io à
>   NO_PROXY.
> Détails : statut 403
> https://aka.ms/acr/firewall
asks nobody

== S8 and C8, the settings cannot be seen in the portal or with az
$ docker-credential-acr explain
<\ (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.\n
> (AuthorizationFailed) The client 'kim@contoso.com' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme'.
> docker-credential-acr: cette identité ne peut ni voir ni changer les paramètres
>   de ce registre [registry-settings-unreadable]
> Pourquoi : Azure Resource Manager la refuse. Voir un registre dans le portail ou
>   avec az demande le rôle Reader ; AcrPull et AcrPush ne valent que pour les
>   images.
> Que faire :
>   Qui peut donner des rôles exécute :
>     az role assignment create --assignee kim@contoso.com --role Reader \
>         --scope /subscriptions/1/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/acme
>   Ce que vous avez se trouve ainsi :
>     az role assignment list --assignee kim@contoso.com --all --output table
>   S'il vient d'être donné, prenez une fenêtre privée du navigateur : les cookies
>   du portail sont plus vieux que le rôle.
> https://learn.microsoft.com/azure/container-registry/container-registry-roles
asks nobody

== C1, docker's engine is not running
$ docker-credential-acr explain
<\ Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n
> Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
> docker-credential-acr: le moteur de docker ne s'exécute pas, ou n'est pas là où
>   docker le cherche [docker-not-running]
> Pourquoi : La commande seule ne fait rien ; c'est le moteur, derrière son
>   socket, qui envoie et extrait les images.
> Que faire :
>   Démarrez-le :
>     sudo systemctl start docker
>   Où docker le cherche-t-il ?
>     docker context ls
>     echo "$DOCKER_HOST"
>   Un jeton sans moteur :
>     az acr login --name REGISTRY --expose-token
> https://aka.ms/acr/errors#docker_daemon_error
asks nobody

== C2, the registry does not exist
as app
$ docker-credential-acr get
< nosuch.azurecr.io
> the name nosuch.azurecr.io could not be resolved [dns-name-not-found]
! docker-credential-acr: personne ne connaît ici le nom nosuch.azurecr.io
!   [dns-name-not-found]
! Pourquoi : Le registre n'existe pas ou s'écrit autrement, il est d'un autre
!   cloud (.azurecr.cn, .azurecr.us), ou son nom n'est connu que d'un réseau privé
!   dont cette machine n'est pas (VPN).
! Identités essayées :
!   environment (principal de service aaaa0000-0000-4000-8000-000000000001,
!     locataire c0470500-0000-4000-8000-000000000001) : le nom nosuch.azurecr.io
!     n'a pas pu être résolu
! Que faire :
!   Ce registre existe-t-il ?
!     az acr show --name nosuch --query loginServer --output tsv
!   Le nom est-il encore libre, donc à personne ?
!     az acr check-name --name nosuch
!   Cherchez le nom ; derrière un VPN, demandez à son serveur de noms :
!     getent ahosts nosuch.azurecr.io
! https://aka.ms/acr/errors#connectivity_dns_error
? 1

== C2, its name is mistyped
$ docker-credential-acr explain acme.azurercr.io
> acme.azurercr.io n'est pas l'adresse d'un registre ; il s'agit sans doute de
>   acme.azurecr.io [server-typo]
> Pourquoi : L'adresse d'un registre se termine par azurecr.io (azurecr.cn en
>   Chine, azurecr.us pour le gouvernement des États-Unis).
> Que faire :
>     docker-credential-acr diagnose acme.azurecr.io
>   Adresses de vos registres :
>     az acr list --query "[].loginServer" --output tsv
> https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login
asks nobody

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret
$ docker-credential-acr get
< acme.azurecr.io
> the client secret that was sent is none of aaaa0000-0000-4000-8000-000000000001 (status 401, AADSTS7000215) [entra-secret-invalid]
! docker-credential-acr: la clé secrète client envoyée n'est pas de
!   aaaa0000-0000-4000-8000-000000000001 [entra-secret-invalid]
! Pourquoi : Souvent, l'ID de la clé secrète a été pris pour sa valeur, qui n'est
!   montrée qu'une fois, ou elle est d'une autre application.
! Identités essayées :
!   environment : voir plus haut
! Que faire :
!   Comparez AZURE_CLIENT_ID et AZURE_CLIENT_SECRET avec l'application ; cherchez
!   une fin de ligne ou une espace derrière la clé secrète.
!   Si la valeur est perdue, créez-en une nouvelle :
!     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000001 \
!         --append
! Détails : statut 401, code AADSTS7000215, ID de corrélation
!   ...
! https://login.microsoftonline.com/error?code=7000215
? 1

== C4, the identity is not authorised
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< norole.azurecr.io
> norole.azurecr.io knows who you are, and gives you no access (status 401, UNAUTHORIZED) [no-role]
! docker-credential-acr: norole.azurecr.io sait qui vous êtes, et ne vous donne
!   aucun accès [no-role]
! Pourquoi : Entra ID a donné un jeton (principal de service
!   aaaa0000-0000-4000-8000-000000000001, locataire
!   c0470500-0000-4000-8000-000000000001), et le registre l'a refusé : très
!   probablement, elle n'y a pas de rôle, ou le registre est d'un autre locataire.
!   Un nouveau rôle prend quelques minutes.
! Identités essayées :
!   environment (principal de service aaaa0000-0000-4000-8000-000000000001,
!     locataire c0470500-0000-4000-8000-000000000001) : voir plus haut
! Que faire :
!   Qui peut donner des rôles exécute (AcrPush pour envoyer aussi) :
!     az role assignment create --assignee aaaa0000-0000-4000-8000-000000000001 \
!         --role AcrPull --scope "$(az acr show -n norole --query id -o tsv)"
!   Avec ABAC, « Container Registry Repository Reader » ou Writer comptent :
!     az acr show --name norole --query roleAssignmentMode
! Détails : statut 401, code UNAUTHORIZED, ID de corrélation
!   ...
! https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-overview
? 1

== C5, the secret has expired
as app
fault entra service=entra code=7000222
$ docker-credential-acr get
< acme.azurecr.io
> the client secret of aaaa0000-0000-4000-8000-000000000001 has expired (status 401, AADSTS7000222) [entra-secret-expired]
! docker-credential-acr: la clé secrète client de
!   aaaa0000-0000-4000-8000-000000000001 a expiré [entra-secret-expired]
! Pourquoi : Entra ID ne l'accepte plus. Une clé secrète prend fin au bout d'un
!   an, sauf si elle a été créée pour plus longtemps.
! Identités essayées :
!   environment : voir plus haut
! Que faire :
!   Créez-en une nouvelle, sans toucher aux autres :
!     az ad app credential reset --id aaaa0000-0000-4000-8000-000000000001 \
!         --append
!   Mettez-la à la place de l'ancienne (AZURE_CLIENT_SECRET), ou connectez-vous
!   avec elle :
!     az login --service-principal \
!         --username aaaa0000-0000-4000-8000-000000000001 \
!         --tenant c0470500-0000-4000-8000-000000000001
! Détails : statut 401, code AADSTS7000222, ID de corrélation
!   ...
! https://aka.ms/NewClientSecret
? 1

== C6, the firewall keeps the machine out
as app
set DOCKER_CREDENTIAL_ACR_IDENTITY=environment
$ docker-credential-acr get
< firewall.azurecr.io
> the firewall of firewall.azurecr.io does not let 203.0.113.7 in (status 403, DENIED) [firewall]
! docker-credential-acr: le pare-feu de firewall.azurecr.io ne laisse pas entrer
!   203.0.113.7 [firewall]
! Pourquoi : L'adresse qu'il a vue n'est dans aucune de ses règles de réseau, ou
!   l'accès public est désactivé.
! Identités essayées :
!   environment (principal de service aaaa0000-0000-4000-8000-000000000001,
!     locataire c0470500-0000-4000-8000-000000000001) : voir plus haut
! Que faire :
!   Laissez entrer cette adresse (un réseau derrière elle : avec /24 ou autre) :
!     az acr network-rule add --name firewall --ip-address 203.0.113.7
!   Voyez ce qui est réglé ; sans accès public, seul un point de terminaison privé
!   y mène :
!     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
!   Un agent qui change d'adresse à chaque exécution a sa place dans le réseau du
!   registre.
! Détails : statut 403, code DENIED, ID de corrélation
!   ...
! https://aka.ms/acr/firewall
? 1

== C7, a stale login blocks anonymous pull
$ docker-credential-acr explain
<\ Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'\n
> Error response from daemon: pull access denied for acme.azurecr.io/samples/hello, repository does not exist or may require 'docker login'
> docker-credential-acr: acme.azurecr.io ne vous laisse pas extraire samples/hello
>   [pull-denied]
> Pourquoi : Là où tout le monde peut extraire, une ancienne connexion gêne : elle
>   est envoyée, et refusée. Sinon, il manque le rôle pour extraire, ou le nom de
>   l'image est faux.
> Que faire :
>   Oubliez l'ancienne connexion, et extrayez sans elle :
>     docker logout acme.azurecr.io
>     docker-credential-acr logout acme.azurecr.io
>     docker pull acme.azurecr.io/samples/hello
>   Tout le monde peut-il y extraire ?
>     az acr show --name acme --query anonymousPullEnabled
>   Ce qui vous est permis maintenant :
>     docker-credential-acr diagnose acme.azurecr.io/samples/hello
> https://learn.microsoft.com/azure/container-registry/anonymous-pull-access
asks nobody

== nobody is signed in, and half of what it takes is set
fault reset service=imds at=connect
set AZURE_CLIENT_SECRET=a-secret-of-somebody
set AZURE_CLIENT_ID=aaaa0000-0000-4000-8000-000000000001
$ docker-credential-acr get
< acme.azurecr.io
> credentials not found in native keychain
! docker-credential-acr: personne n'est connecté pour acme.azurecr.io (environment : AZURE_CLIENT_SECRET est définie, mais AZURE_TENANT_ID ne l'est pas : il faut les trois) : az login, ou docker-credential-acr login acme.azurecr.io
? 1

== a notice beside a success
$ docker-credential-acr store
< {"ServerURL":"registry.example.com","Username":"me","Secret":"a-secret-of-somebody"}
! docker-credential-acr: il n'y a pas de Secret Service ici : la connexion pour registry.example.com est gardée non chiffrée, dans un fichier pour vous seul
