# Requests on stdin that are not what they should be: the protocol's own string where it has one, one clear line where
# not, status 1, no file changed, nobody asked.
keeps
asks nobody

== a store of nothing, of half a request and of no JSON says so in one line
$ docker-credential-acr store
> ...JSON...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Sec
> ...JSON...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< ghcr.io
> ...JSON...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"x"} {"and":"more"}
> ...JSON...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
<\ \xef\xbb\xbf{"ServerURL":"ghcr.io","Username":"developer","Secret":"x"}
> ...JSON...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
<\ \x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe
> ...JSON...
! docker-credential-acr: ...
? 1

== JSON that is no object says so
$ docker-credential-acr store
< ["ghcr.io","developer","x"]
> ...object...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< "ghcr.io"
> ...object...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< null
> ...
! docker-credential-acr: ...
? 1

== a store without a server or a user name says so in the protocol's words
$ docker-credential-acr store
< {"Username":"developer","Secret":"x"}
> no credentials server URL
! docker-credential-acr: no credentials server URL
? 1
$ docker-credential-acr store
< {"ServerURL":"","Username":"developer","Secret":"x"}
> no credentials server URL
! docker-credential-acr: no credentials server URL
? 1
$ docker-credential-acr store
< {"ServerURL":"  ","Username":"developer","Secret":"x"}
> no credentials server URL
! docker-credential-acr: no credentials server URL
? 1
$ docker-credential-acr store
< {"ServerURL":null,"Username":"developer","Secret":"x"}
> no credentials server URL
! docker-credential-acr: no credentials server URL
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Secret":"x"}
> no credentials username
! docker-credential-acr: no credentials username
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"","Secret":"x"}
> no credentials username
! docker-credential-acr: no credentials username
? 1
$ docker-credential-acr store
< {}
> no credentials server URL
! docker-credential-acr: no credentials server URL
? 1

== members of another type are named
$ docker-credential-acr store
< {"ServerURL":17,"Username":"developer","Secret":"x"}
> ...ServerURL...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":["developer"],"Secret":"x"}
> ...Username...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":{"value":"x"}}
> ...Secret...
! docker-credential-acr: ...
? 1

== text that JSON or UTF-8 forbids is refused: lone surrogates, NUL, raw control characters, wrong bytes, too deep
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"developer","Secret":"\\ud83d"}
> ...surrogate...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io\\u0000.evil.example","Username":"developer","Secret":"x"}
> ...NUL...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"developer","Secret":"a\tb"}
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
<\ {"ServerURL":"ghcr.io","Username":"developer","Secret":"\xff\xfe"}
> ...UTF-8...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":"x","Deep":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}
> ...deep...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io","Username":"developer","Secret":NaN}
> ...JSON...
! docker-credential-acr: ...
? 1

== a line end or a control character inside a name is an error, not another name
$ docker-credential-acr get
<\ acme\n.azurecr.io
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr get
<\ acme.azurecr.io\nghcr.io\n
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr get
<\ acme.azurecr.io\x00.evil.example
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr get
<\ \x00
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr erase
<\ ghcr.io\x1b[2J
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr store
< {"ServerURL":"ghcr.io\nacme.azurecr.io","Username":"developer","Secret":"x"}
> ...control character...
! docker-credential-acr: ...
? 1
$ docker-credential-acr get
<\ acme.azurecr.io\xff
> ...not text...
! docker-credential-acr: ...
? 1
