# Docker's credential helper protocol as docker-credential-helpers implements it, for servers outside Azure: never a network
# request, and nothing on stderr but the notice about plaintext. "keychain": "file" chooses files, which omits that notice too.
file .config/docker-credential-acr/config.json
| {"keychain": "file"}
asks nobody

== a get without a stored login has the error of the protocol and nothing on stderr
$ docker-credential-acr get
< ghcr.io
> credentials not found in native keychain
? 1
keeps

== a get of nothing says that there is no server URL
$ docker-credential-acr get
> no credentials server URL
? 1
keeps
$ docker-credential-acr get
<\   \t \r\n \n
> no credentials server URL
? 1
keeps

== an erase of nothing says that there is no server URL
$ docker-credential-acr erase
> no credentials server URL
? 1
keeps
$ docker-credential-acr erase
<\ \n\n
> no credentials server URL
? 1
keeps

== erasing a missing login succeeds without a message
$ docker-credential-acr erase
< ghcr.io
$ docker-credential-acr erase
< https://ghcr.io
$ docker-credential-acr erase
< http://ghcr.io

== an empty list is an object
$ docker-credential-acr list
> {}
$ docker-credential-acr list
< unused
> {}

== a stored login is returned, listed, and gone after an erase
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}\n
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}
$ docker-credential-acr list
< unused
> {"ghcr.io":"developer"}
$ docker-credential-acr erase
< ghcr.io
$ docker-credential-acr get
< ghcr.io
> credentials not found in native keychain
? 1
$ docker-credential-acr list
> {}

== a second store replaces the first, even with another user name
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"one","Secret":"first-password"}
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"two","Secret":"second-password"}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"two","Secret":"second-password"}
$ docker-credential-acr list
> {"ghcr.io":"two"}

== a store with members in another order and unknown members is accepted
$ docker-credential-acr store
<\ { "Secret" : "first-password" , "Extra": {"a": [1, 2]},\n  "Username" : "developer", "ServerURL" : "ghcr.io" }\n\n
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}

== Go's escapes are accepted, and <token> is returned unchanged
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"\\u003ctoken\\u003e","Secret":"a\\u0026b\\u003cc"}\n
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"<token>","Secret":"a&b<c"}
$ docker-credential-acr list
> {"ghcr.io":"<token>"}

== quotes, backslashes, line ends and non-ASCII letters are returned unchanged
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"J\\u00fcrgen \\ud83d\\ude80","Secret":"\\"quoted\\" back\\\\slash\\/ line\\nend \\ttab"}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"Jürgen 🚀","Secret":"\"quoted\" back\\slash/ line\u000aend \u0009tab"}

== an empty secret is kept like any other
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":""}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":""}

== Docker Hub's pseudo URLs are three keys, each verbatim
$ docker-credential-acr store
< {"ServerURL":"https://index.docker.io/v1/","Username":"developer","Secret":"hub-password"}
$ docker-credential-acr store
< {"ServerURL":"https://index.docker.io/v1/access-token","Username":"developer","Secret":"hub-access-token"}
$ docker-credential-acr store
< {"ServerURL":"https://index.docker.io/v1/refresh-token","Username":"developer","Secret":"hub-refresh-token"}
$ docker-credential-acr get
< https://index.docker.io/v1/access-token
> {"ServerURL":"https://index.docker.io/v1/access-token","Username":"developer","Secret":"hub-access-token"}
$ docker-credential-acr get
< https://index.docker.io/v1/
> {"ServerURL":"https://index.docker.io/v1/","Username":"developer","Secret":"hub-password"}
$ docker-credential-acr erase
< https://index.docker.io/v1/
$ docker-credential-acr get
< https://index.docker.io/v1/
> credentials not found in native keychain
? 1
$ docker-credential-acr list
> {"https://index.docker.io/v1/access-token":"developer","https://index.docker.io/v1/refresh-token":"developer"}

== keys of other servers are not normalized: scheme, port, path and case matter
$ docker-credential-acr store
< {"ServerURL":"https://Registry.example:5000/v2/","Username":"developer","Secret":"first-password"}
$ docker-credential-acr get
< registry.example:5000
> credentials not found in native keychain
? 1
$ docker-credential-acr get
< https://registry.example:5000/v2/
> credentials not found in native keychain
? 1
$ docker-credential-acr get
<\ https://Registry.example:5000/v2/\r\n
> {"ServerURL":"https://Registry.example:5000/v2/","Username":"developer","Secret":"first-password"}

== for other servers an entry in docker's config.json is the last fallback
file .docker/config.json
| {"credsStore": "acr", "auths": {"ghcr.io": {"auth": "ZGV2ZWxvcGVyOnBsYWluLXBhc3N3b3Jk"}, "empty.example": {}}}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"plain-password"}
$ docker-credential-acr get
< empty.example
> credentials not found in native keychain
? 1

== a stored login takes precedence over docker's config.json, which is never written
file .docker/config.json
| {"credsStore": "acr", "auths": {"ghcr.io": {"auth": "ZGV2ZWxvcGVyOnBsYWluLXBhc3N3b3Jk"}}}
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"stored-password"}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"stored-password"}
keeps
$ docker-credential-acr erase
< ghcr.io
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"plain-password"}

== a store without a secret changes nothing
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer"}
> ...no "Secret"...
! docker-credential-acr: ...
! ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":null}
> ...no "Secret"...
! ...
? 1
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}

== member names match in any case, as in the clients' JSON parser
$ docker-credential-acr store
<\ {"serverurl":"ghcr.io","USERNAME":"developer","\\u017fecret":"first-password"}
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}

== a duplicate member is an error, in any case, and nothing changes
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"x","Secret":"y"}
> ...more than once...
! docker-credential-acr: ...
! ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"x","secret":"y"}
> ..."Secret" more than once...
! ...
? 1
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","\\u0053erverURL":"other.example","Username":"developer","Secret":"x"}
> ...more than once...
! ...
? 1
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"developer","U\\u017fername":null,"Secret":"x"}
> ..."Username" more than once...
! ...
? 1
$ docker-credential-acr get
< ghcr.io
> {"ServerURL":"ghcr.io","Username":"developer","Secret":"first-password"}
