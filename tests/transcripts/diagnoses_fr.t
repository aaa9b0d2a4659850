# The same in French, with the terms of the article "Résoudre des problèmes de connexion à un registre".
set LANGUAGE=fr

== S1, docker login fails: nobody is signed in
fault reset service=imds at=connect
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> cet assistant n'a pas trouvé d'identité pour acme.azurecr.io [not-signed-in]
> Pourquoi : Il n'y a ni connexion d'az, ni variables AZURE_*, ni identité
>   managée, ou celles qui existent n'ont pas fonctionné.
> Que faire : Voir quelle identité serait utilisée, et pourquoi pas les autres :
>     docker-credential-acr status
>   Dans un pipeline ou sur un serveur, définissez AZURE_CLIENT_ID et
>   AZURE_TENANT_ID avec un secret ou un jeton fédéré, ou affectez une identité
>   managée.
>   Sur votre propre machine, se connecter :
>     docker-credential-acr login acme.azurecr.io
> Toutes les étapes : docker-credential-acr explain not-signed-in
> ...
> identité       1 en échec (identité)...
> ...
> ... omises car la vérification « identité » a échoué
> ...
? 1

== S2, unauthorized: authentication required, at a login
as nobody
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> acme.azurecr.io a refusé l'accès à principal de service
>   aaaa0000-0000-4000-8000-000000000003, locataire
>   c0470500-0000-4000-8000-000000000001 [no-role]
> Pourquoi : Aucun rôle pour l'identité, ou le registre est d'un autre locataire.
> Que faire : Demandez à un propriétaire ou administrateur des accès d'attribuer
>   AcrPull (envoi : AcrPush ; mode AbacRepositoryPermissions : "Container
>   Registry Repository Reader" ou Writer), en 10 minutes au plus :
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000003 \
>         --assignee-principal-type ServicePrincipal --role AcrPull \
>         --scope "$(az acr show -n acme --query id -o tsv)"
>   Voir le mode de rôles du registre :
>     az acr show --name acme --query roleAssignmentMode --output tsv
> Toutes les étapes : docker-credential-acr explain no-role
> ...
> identité       1 en échec (échange)...
> ...
> ... omise car la vérification « échange » a échoué
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
> acme.azurecr.io/app (pull) : 1 problème...
> acme.azurecr.io a rejeté la connexion enregistrée de build-agent
>   [stored-token-rejected]
> Pourquoi : Si c'est un jeton (mappage d'étendue), il est désactivé, ou son mot
>   de passe a expiré ou a été renouvelé ; sinon l'utilisateur n'existe pas. Une
>   connexion enregistrée passe avant toute identité.
> Que faire : Voir s'il est activé et quand ses mots de passe expirent :
>     az acr token show --registry acme --name build-agent \
>         --query "[status,credentials.passwords[].expiry]"
>   Supprimer la connexion enregistrée, pour qu'une identité soit utilisée :
>     docker logout acme.azurecr.io
> Détails : statut 401, code UNAUTHORIZED, ID de corrélation
>   ...
> Toutes les étapes : docker-credential-acr explain stored-token-rejected
> ...
> identité       1 en échec (connexion gardée)...
> ...
? 1

== S4, could not connect to the registry login server
as app
$ docker-credential-acr diagnose refused.azurecr.io/app
> refused.azurecr.io/app (pull) : 1 problème...
> le point de terminaison privé de refused.azurecr.io est inaccessible à l'adresse
>   10.99.0.11 [private-endpoint-unreachable]
> Pourquoi : Le nom se résout en ce point de terminaison privé, et ce réseau ne
>   peut pas l'atteindre : le VPN est déconnecté, les réseaux virtuels n'ont pas
>   de peering, ou un groupe de sécurité réseau ou une route l'empêche.
> Que faire : Voyez quelle route est utilisée :
>     ip route get 10.99.0.11
>   Voyez les points de terminaison privés, et comparez leur réseau avec celui de
>   cette machine :
>     az acr private-endpoint-connection list --registry-name refused \
>         --query "[].privateEndpoint.id"
>   Hors du réseau privé, le nom devrait se résoudre en une adresse publique :
>   vérifiez la zone privatelink.azurecr.io du serveur DNS.
> Toutes les étapes : docker-credential-acr explain private-endpoint-unreachable
> ...
> réseau         1 en échec (liaison)...
> ...
> ... omises car la vérification « liaison » a échoué
> ...
? 1

== S5, unauthorized at a push
as app
$ docker-credential-acr diagnose reader.azurecr.io/app --action push
> reader.azurecr.io/app (push) : 1 problème...
> principal de service aaaa0000-0000-4000-8000-000000000001, locataire
>   c0470500-0000-4000-8000-000000000001 n'a pas l'autorisation push sur
>   reader.azurecr.io/app [permission-missing]
> Pourquoi : Le registre a émis un jeton sans cette autorisation : un rôle manque.
>   Un nouveau rôle prend jusqu'à 10 minutes.
> Que faire : Demandez à un propriétaire ou administrateur des accès le mode de
>   rôles du registre :
>     az acr show --name reader --query roleAssignmentMode --output tsv
>   Il attribue ce rôle ; dans le mode AbacRepositoryPermissions, plutôt
>   "Container Registry Repository Reader", "Writer" ou "Contributor" (supprimer)
>   :
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
>         --assignee-principal-type ServicePrincipal --role AcrPush \
>         --scope "$(az acr show -n reader --query id -o tsv)"
> Toutes les étapes : docker-credential-acr explain permission-missing
> ...
> droits         1 en échec (droits)...
> ...
? 1

== S6, no access from a pipeline
set GITHUB_ACTIONS=true
set AZURE_CLIENT_ID=aaaa0000-0000-4000-8000-000000000001
set AZURE_TENANT_ID=c0470500-0000-4000-8000-000000000001
fault reset service=imds at=connect
$ docker-credential-acr diagnose public.azurecr.io/app
> public.azurecr.io/app (pull) : 1 problème...
> cette tâche GitHub Actions ne peut pas demander son jeton d'identité
>   [github-token-unavailable]
> Pourquoi : AZURE_CLIENT_ID est défini et il n'y a pas de secret : la tâche a
>   besoin de son propre jeton d'identité, et il lui manque l'autorisation.
> Que faire : Ajouter à la tâche ou au workflow :
>     permissions: { id-token: write, contents: read }
>   Une demande de tirage venant d'une copie (fork) ne reçoit jamais de jeton
>   d'identité.
> Toutes les étapes : docker-credential-acr explain github-token-unavailable
> ...
> configuration  1 en échec (pipeline)...
> ...
> identité       1 en échec (identité)...
> ...
> ... omises car la vérification « identité » a échoué
> ...
? 1

== S7, login attempt failed with status: 403 Forbidden
as app
fault proxy host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> un proxy a refusé la connexion à acme.azurecr.io [proxy-forbidden]
> Pourquoi : La réponse 403 est une page web. Un registre n'en envoie pas : elle
>   vient d'un proxy ou d'une passerelle.
> Que faire : Demandez à la personne qui gère le proxy d'autoriser
>   acme.azurecr.io, ou ajoutez-le à NO_PROXY.
>   Voyez la page web :
>     curl --include https://acme.azurecr.io/v2/
> Détails : statut 403
> Toutes les étapes : docker-credential-acr explain proxy-forbidden
> ...
> réseau         1 en échec (pare-feu)...
> ...
> ... omises car la vérification « pare-feu » a échoué
> ...
? 1

== S8 and C8, the settings cannot be seen: a person without the role Reader, or with a portal's old cookies
fault reset service=imds at=connect
$ docker-credential-acr login --device-code --insecure-storage
> ...
! ...
$ docker-credential-acr diagnose hidden.azurecr.io
> hidden.azurecr.io : aucun problème trouvé...
> Azure Resource Manager a refusé l'accès aux paramètres de hidden
>   [registry-settings-unreadable]
> Pourquoi : L'identité n'a aucun rôle qui permette cette action sur le registre.
>   AcrPull et AcrPush ne permettent que les images.
> Que faire : Les rôles les plus étroits : pour lire les paramètres "Container
>   Registry Configuration Reader and Data Access Configuration Reader", pour
>   construire "Container Registry Tasks Contributor", pour importer "Container
>   Registry Data Importer and Data Reader", pour d'autres modifications
>   "Container Registry Contributor and Data Access Configuration Administrator".
> Toutes les étapes : docker-credential-acr explain registry-settings-unreadable
> ...

== C1, docker is not set up for the helper
as app
file .docker/config.json
| {}
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> docker n'est pas configuré pour utiliser cet assistant pour acme.azurecr.io
>   [helper-config-missing]
> Pourquoi : ... n'indique
>   aucun assistant d'identification pour ce registre : docker n'a pas de
>   connexion à envoyer.
> Que faire : Configurez docker pour ce registre :
>     docker-credential-acr configure acme.azurecr.io
>   Ou pour tous les registres :
>     docker-credential-acr configure --creds-store
> Toutes les étapes : docker-credential-acr explain helper-config-missing
> ...
> configuration  1 en échec (réglage de docker)...
> ...
? 1

== C2, the name of the registry is wrong
as app
$ docker-credential-acr diagnose acme.azurercr.io/app
> acme.azurercr.io/app (pull) : 1 problème...
> acme.azurercr.io n'est pas un serveur de connexion ; vouliez-vous dire
>   acme.azurecr.io ? [server-typo]
> Pourquoi : Le nom d'un serveur de connexion se termine par azurecr.io
>   (azurecr.cn en Chine, azurecr.us pour le gouvernement des États-Unis).
> Que faire :
>     docker-credential-acr diagnose acme.azurecr.io
>   Listez les serveurs de connexion de vos registres :
>     az acr list --query "[].loginServer" --output tsv
> Toutes les étapes : docker-credential-acr explain server-typo
> ...
> réseau         1 en échec (nom)...
> ...
> ... omises car la vérification « nom » a échoué
> ...
? 1

== C3, the secret is not valid
as app
set AZURE_CLIENT_SECRET=not-the-secret-of-contoso
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> la clé secrète client n'est pas valide pour l'application
>   aaaa0000-0000-4000-8000-000000000001 [entra-secret-invalid]
> Pourquoi : Souvent, l'ID du secret a été utilisé à la place de sa valeur, qui
>   n'est affichée qu'une fois, ou le secret appartient à une autre application.
> Que faire : Comparez AZURE_CLIENT_ID et AZURE_CLIENT_SECRET à l'application ;
>   cherchez un saut de ligne ou une espace après le secret.
>   Si la valeur est perdue, demandez à un propriétaire de l'application de créer
>   un nouveau secret (il n'est affiché qu'une fois : pas dans un journal de CI) :
>     AZURE_CLIENT_SECRET=$(az ad app credential reset \
>         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
>         --output tsv)
> Détails : statut 401, code AADSTS7000215, ID de corrélation
>   ...
> Toutes les étapes : docker-credential-acr explain entra-secret-invalid
> ...
> identité       1 en échec (identité)...
> ...
> ... omises car la vérification « identité » a échoué
> ...
? 1

== C4, the identity is not authorised in a registry with ABAC
as app
$ docker-credential-acr diagnose abac.azurecr.io/app --action delete
> abac.azurecr.io/app (delete) : 1 problème...
> principal de service aaaa0000-0000-4000-8000-000000000001, locataire
>   c0470500-0000-4000-8000-000000000001 n'a pas l'autorisation delete sur
>   abac.azurecr.io/app [permission-missing-abac]
> Pourquoi : Le registre utilise ABAC (AbacRepositoryPermissions) : AcrPull,
>   AcrPush et AcrDelete ne s'appliquent pas, et un rôle avec une condition peut
>   exclure ce dépôt.
> Que faire : Demandez à un propriétaire ou administrateur des accès utilisateur
>   du registre d'attribuer le rôle (cela prend jusqu'à 10 minutes ; sans
>   condition, il couvre tous les dépôts) :
>     az role assignment create \
>         --assignee-object-id aaaa0001-0000-4000-8000-000000000001 \
>         --assignee-principal-type ServicePrincipal \
>         --role 'Container Registry Repository Contributor' \
>         --scope "$(az acr show -n abac --query id -o tsv)"
> Toutes les étapes : docker-credential-acr explain permission-missing-abac
> ...
> droits         1 en échec (droits)...
> ...
? 1

== C5, the secret has expired
as expired
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> la clé secrète client de aaaa0000-0000-4000-8000-000000000004 a expiré
>   [entra-secret-expired]
> Pourquoi : Microsoft Entra ID l'a rejeté. Les secrets expirent au bout d'un an,
>   sauf s'ils ont été créés pour durer plus longtemps.
> Que faire : Demandez à un propriétaire de l'application d'en créer un nouveau
>   (il n'est affiché qu'une fois : pas dans un journal de CI). Les autres restent
>   valables :
>     AZURE_CLIENT_SECRET=$(az ad app credential reset \
>         --id aaaa0000-0000-4000-8000-000000000004 --append --query password \
>         --output tsv)
>   Voir quand chaque secret expire :
>     az ad app credential list --id aaaa0000-0000-4000-8000-000000000004 \
>         --output table
> Toutes les étapes : docker-credential-acr explain entra-secret-expired
> ...
> identité       1 en échec (identité)...
> ...
> ... omises car la vérification « identité » a échoué
> ...
? 1

== C6, the firewall keeps the machine out
as app
$ docker-credential-acr diagnose firewall.azurecr.io/app
> firewall.azurecr.io/app (pull) : 1 problème...
> les règles réseau de firewall.azurecr.io n'autorisent pas 203.0.113.7 [firewall]
> Pourquoi : L'adresse ne figure dans aucune règle réseau du registre, ou l'accès
>   réseau public est désactivé.
> Que faire : Voir les règles réseau ; avec publicNetworkAccess "Disabled", aucune
>   règle n'aide, seulement un point de terminaison privé :
>     az acr show --name firewall --query "[publicNetworkAccess,networkRuleSet]"
>   Sinon, demandez à un propriétaire ou contributeur du registre d'autoriser
>   cette seule adresse (Premium ; cela prend quelques minutes) :
>     az acr network-rule add --name firewall --ip-address 203.0.113.7
> Détails : statut 403, code DENIED, ID de corrélation
>   ...
> Toutes les étapes : docker-credential-acr explain firewall
> ...
> réseau         1 en échec (pare-feu)...
> ...
> ... omises car la vérification « pare-feu » a échoué
> ...
? 1

== C6, somebody looks into TLS
as app
fault selfsigned host=acme.azurecr.io
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> cette machine n'approuve pas le certificat de acme.azurecr.io
>   [certificate-untrusted]
> Pourquoi : Un proxy qui inspecte le trafic TLS émet des certificats avec sa
>   propre autorité de certification, que cette machine n'approuve pas.
> Que faire : Voyez qui l'a émis :
>     openssl s_client -connect acme.azurecr.io:443 -servername acme.azurecr.io \
>         </dev/null | openssl x509 -noout -issuer
>   Demandez à un administrateur de cette machine d'approuver l'autorité de
>   certification de votre entreprise, pour ce programme et pour le moteur de
>   docker :
>     sudo cp company-ca.crt /usr/local/share/ca-certificates/ && sudo \
>         update-ca-certificates
>     sudo install -D company-ca.crt /etc/docker/certs.d/acme.azurecr.io/ca.crt
> Toutes les étapes : docker-credential-acr explain certificate-untrusted
> ...
> réseau         1 en échec (certificat)...
> ...
> ... omises car la vérification « certificat » a échoué
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
> public.azurecr.io/app (pull) : 1 problème...
> public.azurecr.io a rejeté une ancienne connexion enregistrée, bien que tout le
>   monde puisse en extraire [stored-login-blocks-anonymous]
> Pourquoi : Sans connexion le registre fournit l'image ; il rejette la connexion
>   enregistrée de puller.
> Que faire : Supprimer la connexion enregistrée, et extraire sans elle :
>     docker logout public.azurecr.io
>     docker pull public.azurecr.io/app
>   Si une identité est alors rejetée aussi, dire à cet assistant de n'en utiliser
>   aucune pour ce registre ; « docker-credential-acr login » y met fin :
>     docker-credential-acr logout public.azurecr.io
> Détails : statut 401, code UNAUTHORIZED, ID de corrélation
>   ...
> Toutes les étapes : docker-credential-acr explain stored-login-blocks-anonymous
> ...
> identité       1 en échec (connexion gardée)...
> ...
? 1
