/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network, as one function.
 *
 *	auto_response answer = { 0 };
 *	struct acr_request request = { .method = "POST", .url = url, .body = &form,
 *				       .service = &acr_service_entra };
 *	if (acr_http_send(app, &request, &answer, error))
 *		return -1;
 *
 * acr_http_send adds what every request needs: the retries that its service allows, Retry-After,
 * the deadline of the run. Below it is `struct acr_http`, which a test replaces by a table of
 * answers; the real one is src/http/curl.c, the only file that knows libcurl. https only (http for
 * the link-local and loopback endpoints of managed identities, never through a proxy), TLS always
 * verified, no redirects, no cookies, no .netrc, answers capped at ACR_ANSWER_MAX.
 */
#ifndef ACR_HTTP_H
#define ACR_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* What a service's statuses mean for trying again: a row of src/http/services.c. */
struct acr_service {
	const char *name; /* "Entra ID": for texts */
	enum acr_origin origin;
	const int *retried; /* statuses that are tried again, ends with 0; 5xx is written as 500 */
	const char *retried_error; /* an OAuth "error" value tried again, or NULL */
	int tries;		   /* at most, the first included */
	int connect;		   /* milliseconds for name look-up and connection, of each try */
	int answer;		   /* milliseconds for all of one try; 0: as long as the run has */
};
extern const struct acr_service acr_service_entra;    /* 429, 5xx, temporarily_unavailable */
extern const struct acr_service acr_service_registry; /* 408, 429, 5xx */
extern const struct acr_service acr_service_imds;     /* 404, 410, 429, 5xx */
extern const struct acr_service
	acr_service_probe; /* IMDS where it may not exist: one try, 300 ms to connect */
extern const struct acr_service acr_service_slow_probe; /* the same, 1.5 s to connect */
extern const struct acr_service
	acr_service_endpoint; /* App Service, Arc and OIDC endpoints: 429, 5xx */

struct acr_request {
	const char *method; /* "GET" or "POST" */
	const char *url;    /* absolute; computed by us, never given by a server, but for the signed
			    address of a layer at Azure's storage, which gets no credential */
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL; wiped by nobody: no
				       secrets in here. Without an Accept among them, JSON is
				       accepted */
	const struct acr_secret *bearer; /* "Authorization: Bearer ..." or NULL */
	const char *user;		 /* with `password`: Authorization: Basic */
	const struct acr_secret *password;
	const struct acr_secret *
		header; /* one whole header line that is secret (X-IDENTITY-HEADER: ...), or NULL */
	const struct acr_secret *body; /* application/x-www-form-urlencoded, unless `headers` say
					  otherwise; or NULL */
	const struct acr_service *service;
	bool local; /* an endpoint of this machine: http allowed, no proxy, no name look-up by proxy
		     */
	const char *socket; /* with `local`: the path of a Unix socket to go through, or NULL */
};

struct acr_response {
	int status;
	struct acr_secret body;
	int64_t date;	      /* the server's Date, seconds since 1970; 0: none */
	long retry_after;     /* seconds, from either form of the header; 0: none */
	char type[64];	      /* Content-Type without parameters, lower case */
	char challenge[1024]; /* WWW-Authenticate; the first */
	char correlation[64]; /* X-Ms-Correlation-Request-Id, x-ms-request-id or client-request-id
			       */
	char location
		[4096];	  /* where a redirect wanted to go, which may be signed: never followed by
				 itself, never printed but for its host */
	char server[64];  /* Server: openresty says ACR, another says a proxy */
	char address[64]; /* the address that was spoken to */
	char issuer[256]; /* who signed the certificate: TLS interception shows here */
};
#define auto_response __attribute__((cleanup(acr_response_wipe))) struct acr_response
void acr_response_wipe(struct acr_response *response);

struct acr_http {
	/* One request, one answer, no retry. `budget` in ms bounds it whole, name look-up included.
	 */
	int (*send)(struct acr_http *self, const struct acr_app *app,
		    const struct acr_request *request, int64_t budget, struct acr_response *ret,
		    struct acr_error *error);
	/* Open a connection to the same host as `url` by an unauthenticated GET beside whatever is
	 * sent next. May be NULL. */
	void (*warm)(struct acr_http *self, const struct acr_app *app, const char *url);
	/* Let `milliseconds` pass before the next try. NULL: none passes. */
	void (*wait)(struct acr_http *self, const struct acr_app *app, int64_t milliseconds);
};

/* Is no network connected? For what has failed already, never to decide whether to try: the kernel
 * knows the way out of this machine alone, and nothing is sent. False where it cannot be told. */
bool acr_offline(void);

/* Any status is an answer (0), also a 429 or 503 that is still there after all retries; -1 means
 * that none came: ACR_UNREACHABLE (with `transport`; with `status` where a proxy refused),
 * ACR_TIMEOUT, ACR_INVALID (too large, not HTTP) or ACR_SYSTEM (a fault of this machine). `origin`
 * is the service's unless it is ACR_SYSTEM, `sentence` what libcurl says. Nothing is sent where the
 * answer could not be read (json-c). */
_checked_ int acr_http_send(const struct acr_app *app, const struct acr_request *request,
			    struct acr_response *ret, struct acr_error *error);

/* Append "&name=value" (or "name=value" first) percent-encoded; `value` may hold any bytes. NULL
 * values add nothing. */
void acr_form_add(struct acr_secret *form, const char *name, const char *value);

/*
 * The https proxy of the environment, for texts alone: libcurl reads the environment by itself,
 * NO_PROXY included. What is written a little wrong may hold a piece of a password anywhere, so an
 * address is shown only where it parses strictly.
 */
/* The variable that names it, NULL where there is none. */
const char *acr_proxy_variable(const struct acr_app *app);
/* "[scheme://][user[:password]@]host[:port][/]" and nothing else (RFC 3986): `ret` gets host:port.
 * False, and `ret` untouched, for anything else. */
bool acr_proxy_address(const char *url, char *ret, size_t size);
/* Its address, else the name of its variable; false where there is no proxy. */
bool acr_proxy_name(const struct acr_app *app, char *ret, size_t size);

/* The real network. One per process, owned by nobody; libcurl is loaded at the first send. */
struct acr_http *acr_http_curl(void);

#endif
