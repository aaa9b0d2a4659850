# A run of each command in French. tests/rules/test_languages.py checks that everything is translated.
set LANGUAGE=fr
# The kernel keyring belongs to the user, not to this home: other tests may use it.
set DOCKER_CREDENTIAL_ACR_CACHE=file

== explain in French
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

== get in French
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
! Que faire : Comparez AZURE_CLIENT_ID et AZURE_CLIENT_SECRET à l'application ;
!   cherchez un saut de ligne ou une espace après le secret.
!   Si la valeur est perdue, demandez à un propriétaire de l'application de créer
!   un nouveau secret (il n'est affiché qu'une fois : pas dans un journal de CI) :
!     AZURE_CLIENT_SECRET=$(az ad app credential reset \
!         --id aaaa0000-0000-4000-8000-000000000001 --append --query password \
!         --output tsv)
! Toutes les étapes : docker-credential-acr explain entra-secret-invalid
! Toutes les vérifications : docker-credential-acr diagnose acme.azurecr.io
? 1

== store, list and erase in French
$ docker-credential-acr store
< {"ServerURL":"registry.example.com","Username":"me","Secret":"a-secret-of-somebody"}
! docker-credential-acr: il n'y a pas de Secret Service ici, la connexion de registry.example.com est donc enregistrée en clair, dans un fichier que vous seul pouvez lire ; elle remplace une plus ancienne dans le trousseau d'un bureau quand celui-ci servira de nouveau
$ docker-credential-acr list
> {"registry.example.com":"me"}
$ docker-credential-acr erase
< registry.example.com

== renew and logout in French
as app
$ docker-credential-acr get
< acme.azurecr.io
> {"ServerURL":"acme.azurecr.io",...}
$ docker-credential-acr renew
> acme.azurecr.io  expire dans 3h 00m, renouvelé dans ...
$ docker-credential-acr logout acme.azurecr.io
> Déconnecté de acme.azurecr.io : get signale « not found » jusqu'à ce qu'une connexion soit enregistrée ou que vous exécutiez docker-credential-acr login acme.azurecr.io

== configure in French
$ docker-credential-acr configure acme.azurecr.io --no-check --dry-run
> .../.docker/config.json: modifié (simulation)
>   + "credHelpers": {"acme.azurecr.io": "acr"}
$ docker-credential-acr configure acme.azurecr.io --no-check
> .../.docker/config.json: ...
> ...
$ docker-credential-acr configure --undo
> .../.docker/config.json: ...
> ...
asks nobody

== login and kubelet in French
$ docker-credential-acr login --frobnicate
! docker-credential-acr: option inconnue « --frobnicate » (voir docker-credential-acr login --help)
? 2
$ docker-credential-acr kubelet --frobnicate
! docker-credential-acr: option inconnue « --frobnicate » (voir docker-credential-acr kubelet --help)
? 2
asks nobody

== diagnose in French
as expired
$ docker-credential-acr diagnose acme.azurecr.io/app
> acme.azurecr.io/app (pull) : 1 problème...
> la clé secrète client de aaaa0000-0000-4000-8000-000000000004 a expiré
>   [entra-secret-expired]
> Pourquoi : Microsoft Entra ID l'a rejeté. Les secrets expirent au bout d'un an,
>   sauf s'ils ont été créés pour durer plus longtemps.
> Que faire : Demandez à un propriétaire de l'application d'en créer un nouveau
>   (il n'est affiché qu'une fois : pas dans un journal de CI). Les autres restent
>   valables :
>     AZURE_CLIENT_SECRET=$(az ad app credential reset \
>         --id aaaa0000-0000-4000-8000-000000000004 --append --query password \
>         --output tsv)
>   Voyez quand chaque secret expire :
>     az ad app credential list --id aaaa0000-0000-4000-8000-000000000004 \
>         --output table
> Toutes les étapes : docker-credential-acr explain entra-secret-expired
> ...
> identité       1 en échec (identité)...
> ...
> ... omises car la vérification « identité » a échoué
> ...
? 1
