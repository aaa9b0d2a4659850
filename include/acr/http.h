/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests.
 *
 *	auto_response answer = { 0 };
 *	struct acr_request request = { .method = "POST", .url = url, .body = &form,
 *				       .service = &acr_service_entra };
 *	if (acr_http_send(app, &request, &answer, error))
 *		return -1;
 *
 * acr_http_send handles what all requests need: the retries of the service, Retry-After, and the
 * deadline of the run. It calls `struct acr_http`, which tests replace with a table of answers; the
 * real one is src/http/curl.c, the only file that uses libcurl. Only https (http for the link-local
 * and loopback endpoints of managed identities, never through a proxy), TLS is always verified, no
 * redirects, no cookies, no .netrc, answers of at most ACR_ANSWER_MAX.
 */
#ifndef ACR_HTTP_H
#define ACR_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* Which answers of a service are retried: a row of src/http/services.c. */
struct acr_service {
	const char *name; /* "Entra ID": for texts */
	enum acr_origin origin;
	const int *retried;	   /* HTTP statuses that are retried, ends with 0; 500 means 5xx */
	const char *retried_error; /* an OAuth "error" value that is retried, or NULL */
	int tries;		   /* maximum number of attempts, including the first */
	int connect;		   /* milliseconds for DNS lookup and connection, per attempt */
	int answer;		   /* milliseconds for one attempt; 0: until the run's deadline */
};
extern const struct acr_service acr_service_entra;    /* 429, 5xx, temporarily_unavailable */
extern const struct acr_service acr_service_registry; /* 408, 429, 5xx */
extern const struct acr_service acr_service_imds;     /* 404, 410, 429, 5xx */
/* IMDS if it may not exist: one attempt, 300 ms (slow: 1.5 s) to connect. */
extern const struct acr_service acr_service_probe, acr_service_slow_probe;
extern const struct acr_service acr_service_endpoint; /* App Service, Arc, OIDC: 429, 5xx */

struct acr_request {
	const char *method; /* "GET" or "POST" */
	/* Absolute, and computed by this program. Never sent by a server, except for the signed URL
	 * of a layer in Azure storage, to which no credential is sent. */
	const char *url;
	/* "Name: value", NULL-terminated, or NULL. Must not contain secrets, since they are not
	 * wiped. The default Accept is JSON. */
	const char *const *headers;
	const struct acr_secret *bearer; /* "Authorization: Bearer ..." or NULL */
	const char *user;		 /* with `password`: Authorization: Basic */
	const struct acr_secret *password;
	const struct acr_secret *header; /* a secret line (X-IDENTITY-HEADER: ...), or NULL */
	/* application/x-www-form-urlencoded, unless `headers` specify another type; or NULL. */
	const struct acr_secret *body;
	const struct acr_service *service;
	bool local;	    /* an endpoint of this machine: http is allowed, no proxy is used */
	const char *socket; /* with `local`: the path of a Unix socket to go through, or NULL */
};

struct acr_response {
	int status;
	struct acr_secret body;
	int64_t date;	      /* the server's Date, seconds since 1970; 0: none */
	long retry_after;     /* seconds, from either form of the header; 0: none */
	char type[64];	      /* Content-Type without parameters, lower case */
	char challenge[1024]; /* WWW-Authenticate; the first */
	/* X-Ms-Correlation-Request-Id, x-ms-request-id or client-request-id. */
	char correlation[64];
	/* The target of a redirect, which may contain a signature: it is not followed
	 * automatically, and only its host is printed. */
	char location[4096];
	char server[64];  /* Server: "openresty" is ACR, others are a proxy */
	char address[64]; /* the address that was connected to */
	char issuer[256]; /* who issued the certificate: shows TLS inspection */
};
#define auto_response __attribute__((cleanup(acr_response_wipe))) struct acr_response
void acr_response_wipe(struct acr_response *response);

struct acr_http {
	/* Send one request, without retries. `budget` in ms limits all of it, including the DNS
	 * lookup. */
	int (*send)(struct acr_http *self, const struct acr_app *app,
		    const struct acr_request *request, int64_t budget, struct acr_response *ret,
		    struct acr_error *error);
	/* Open a connection to the host of `url` with an unauthenticated GET, in parallel with the
	 * next request. May be NULL. */
	void (*warm)(struct acr_http *self, const struct acr_app *app, const char *url);
	/* Wait `milliseconds` before the next attempt. NULL: do not wait. */
	void (*wait)(struct acr_http *self, const struct acr_app *app, int64_t milliseconds);
};

/* Is no network connected? Only to explain a failure, never to decide whether to send a request:
 * the kernel knows only this machine's interfaces and routes, and nothing is sent. False if not
 * known. */
bool acr_offline(void);

/* Returns 0 for an answer with any status, also a 429 or 503 after all retries. Returns -1 if there
 * was no answer: ACR_UNREACHABLE (with `transport`, and with `status` if a proxy denied it),
 * ACR_TIMEOUT, ACR_INVALID (too large, not HTTP) or ACR_SYSTEM (a failure of this machine).
 * `origin` is the service's except for ACR_SYSTEM, `sentence` is libcurl's. Nothing is sent if the
 * answer could not be parsed because json-c is missing. */
_checked_ int acr_http_send(const struct acr_app *app, const struct acr_request *request,
			    struct acr_response *ret, struct acr_error *error);

/* Append "&name=value" (or "name=value" first) percent-encoded; `value` may hold any bytes. NULL
 * values add nothing. */
void acr_form_add(struct acr_secret *form, const char *name, const char *value);

/*
 * The https proxy in the environment, only for texts: libcurl reads the environment itself,
 * including NO_PROXY. A malformed URL can contain part of a password anywhere, so the address is
 * shown only if the URL can be parsed strictly.
 */
/* The variable that names it, NULL if there is none. */
const char *acr_proxy_variable(const struct acr_app *app);
/* "[scheme://][user[:password]@]host[:port][/]" and nothing else (RFC 3986): `ret` gets host:port.
 * False, and `ret` untouched, for anything else. */
bool acr_proxy_address(const char *url, char *ret, size_t size);
/* Its address, otherwise the name of its variable; false if there is no proxy. */
bool acr_proxy_name(const struct acr_app *app, char *ret, size_t size);

/* The real network. One per process, never freed; libcurl is loaded at the first request. */
struct acr_http *acr_http_curl(void);

#endif
