/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the tests of identities, in addition to edges.h: a registry, tokens with the claims of
 * an identity, a program whose output the test sets, and the headers of every request.
 *
 *	struct person p;
 *	person_begin(&p);
 *	edges_answer(&p.edges, ENTRA, 200, person_token(&p, "\"appid\":\"...\""));
 *	assert_int_equal(person_ask(&p, &acr_identity_environment), 0);
 *	person_end(&p);
 */
#ifndef TESTS_PERSON_H
#define TESTS_PERSON_H

#include "acr/identity.h"
#include "base/jwt.h"
#include "edges.h"

#define TENANT	"11111111-1111-1111-1111-111111111111"
#define CLIENT	"22222222-2222-2222-2222-222222222222"
#define OTHER	"33333333-3333-3333-3333-333333333333"
#define HOST	"acme.azurecr.io"
#define ENTRA	"POST https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token"
#define IMDS	"GET http://169.254.169.254/metadata/identity/oauth2/token?"
#define AZURE	"7783-7084-3265-9085-8269-3286-77\n"
#define TAG	"sys/class/dmi/id/chassis_asset_tag"
#define PROFILE ".azure/azureProfile.json"

#define IDENTITY(name) extern const struct acr_identity acr_identity_##name;
#include "identity/chain.def"
#undef IDENTITY

struct person {
	struct edges edges; /* must be first: &edges.app is cast back to the person */
	struct acr_registry registry;
	struct acr_token token;
	struct acr_error error;
	struct acr_trail trail;
	size_t cursor;
	char headers[16][4096]; /* all header lines of each request, in order */
	bool local[16];
	char made[16][4096]; /* the latest results of person_token */
	size_t made_count;
	/* The program that is run. */
	const char *prints, *complains;
	int exits;
	enum acr_kind run_fails;
	char ran[2048], environment[8192];
	size_t runs;
};

static inline int person_send(struct acr_http *self, const struct acr_app *app,
			      const struct acr_request *request, int64_t budget,
			      struct acr_response *ret, struct acr_error *error)
{
	struct person *p = (struct person *)(uintptr_t)app;
	size_t at = p->edges.sent_count;

	assert_true(at < 16);
	p->local[at] = request->local;
	for (const char *const *header = request->headers; header && *header; header++)
		snprintf(p->headers[at] + strlen(p->headers[at]),
			 sizeof(p->headers[at]) - strlen(p->headers[at]), "%s\n", *header);
	if (request->header)
		snprintf(p->headers[at] + strlen(p->headers[at]),
			 sizeof(p->headers[at]) - strlen(p->headers[at]), "%s\n",
			 acr_secret_text(request->header));
	if (request->bearer)
		snprintf(p->headers[at] + strlen(p->headers[at]),
			 sizeof(p->headers[at]) - strlen(p->headers[at]),
			 "Authorization: Bearer %s\n", acr_secret_text(request->bearer));
	return edges_send(self, app, request, budget, ret, error);
}

static inline int person_run(const struct acr_app *app, const struct acr_run *run, int *status,
			     struct acr_secret *ret_out, struct acr_secret *ret_err,
			     struct acr_error *error)
{
	struct person *p = (struct person *)(uintptr_t)app;

	p->runs++;
	p->ran[0] = p->environment[0] = '\0';
	for (const char *const *word = run->argv; *word; word++)
		snprintf(p->ran + strlen(p->ran), sizeof(p->ran) - strlen(p->ran), "%s%s",
			 word == run->argv ? "" : " ", *word);
	for (const char *const *row = run->environment; *row; row++)
		snprintf(p->environment + strlen(p->environment),
			 sizeof(p->environment) - strlen(p->environment), "%s\n", *row);
	if (p->run_fails != ACR_FINE)
		return edges_fail(error, p->run_fails, run->argv[0]);
	*status = p->exits << 8;
	acr_secret_add(ret_out, p->prints ? p->prints : "");
	acr_secret_add(ret_err, p->complains ? p->complains : "");
	return 0;
}

static inline void person_begin(struct person *p)
{
	memset(p, 0, sizeof(*p));
	edges_begin(&p->edges);
	p->edges.http.send = person_send;
	p->edges.app.run = person_run;
	edges_set(&p->edges, "PATH", "/nonexistent");
	assert_true(acr_registry_parse(p->edges.config, HOST, strlen(HOST), &p->registry));
}

/* Reads a configuration that applies to all registries. */
static inline void person_configure(struct person *p, const char *json)
{
	edges_write(&p->edges, ".config/docker-credential-acr/config.json", json);
	edges_configure(&p->edges);
	assert_true(acr_registry_parse(p->edges.config, p->registry.host, strlen(p->registry.host),
				       &p->registry));
}

/* An access token with these claims (after "exp"), valid for one hour. */
static inline const char *person_jwt(struct person *p, const char *claims)
{
	auto_string json = acr_format("{\"exp\":%lld%s%s}", (long long)(p->edges.wall + 3600),
				      claims[0] ? "," : "", claims);
	auto_secret token = { 0 };
	char *made = p->made[p->made_count++ % 16];

	acr_secret_add(&token, "eyJhbGciOiJSUzI1NiJ9.");
	acr_base64url_encode(json, strlen(json), &token);
	acr_secret_add(&token, ".c2ln");
	snprintf(made, sizeof(p->made[0]), "%s", acr_secret_text(&token));
	return made;
}

/* The response of a token endpoint with such a token. */
static inline const char *person_token(struct person *p, const char *claims)
{
	auto_string jwt = acr_copy(person_jwt(p, claims));
	char *made = p->made[p->made_count++ % 16];

	snprintf(made, sizeof(p->made[0]),
		 "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"%s\"}", jwt);
	return made;
}

/* Installs a program with this name on PATH; p->prints and the other members set its behavior. */
static inline void person_install(struct person *p, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "bin/%s", name);
	edges_write(&p->edges, path, "#!/bin/sh\n");
	snprintf(path, sizeof(path), "%s/bin/%s", p->edges.folder, name);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/bin", p->edges.folder);
	edges_set(&p->edges, "PATH", path);
}

/* Requests a token of one identity for the audience of ACR, as the chain does. */
static inline int person_ask(struct person *p, const struct acr_identity *row)
{
	const struct acr_ask ask = {
		.registry = &p->registry,
		.audience = ACR_AUDIENCE,
		.tenant = acr_config_get(p->edges.config, p->registry.host, "tenant"),
		.client_id = acr_config_get(p->edges.config, p->registry.host, "client_id"),
	};

	acr_token_wipe(&p->token);
	memset(&p->error, 0, sizeof(p->error));
	return row->acquire(&p->edges.app, &ask, &p->token, &p->error);
}

/* Requests a token of the next identity in the chain. */
static inline int person_next(struct person *p)
{
	acr_token_wipe(&p->token);
	memset(&p->error, 0, sizeof(p->error));
	return acr_chain_next(&p->edges.app, &p->registry, &p->cursor, &p->trail, &p->token,
			      &p->error);
}

/* Requests a token of the first identity in the chain, with an empty trail. */
static inline int person_first(struct person *p)
{
	p->cursor = 0;
	memset(&p->trail, 0, sizeof(p->trail));
	return person_next(p);
}

static inline void person_end(struct person *p)
{
	acr_token_wipe(&p->token);
	edges_end(&p->edges);
}

static inline void assert_who(const struct acr_who *who, const char *text)
{
	auto_string said = acr_who_text(who, NULL);

	assert_string_equal(said, text);
}

static inline void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

static inline void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" holds \"%s\"", text, part);
}

#endif
