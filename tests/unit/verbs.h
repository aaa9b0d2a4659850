/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the tests of verbs, in addition to edges.h: a service principal, tokens, the verbs as a
 * client calls them, and their results. */
#ifndef TESTS_VERBS_H
#define TESTS_VERBS_H

#include "broker/broker.h"
#include "edges.h"
#include "tokens.h"

#include <sys/socket.h>
#include <sys/un.h>

#define TENANT	 "11111111-1111-1111-1111-111111111111"
#define CLIENT	 "22222222-2222-2222-2222-222222222222"
#define HOST	 "acme.azurecr.io"
#define ENTRA	 "POST https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token"
#define EXCHANGE "POST https://" HOST "/oauth2/exchange"
#define TOKEN	 "https://" HOST "/oauth2/token"
#define HOUR	 3600
#define ISSUER	 "Azure Container Registry"

static struct edges edges;
static char entra_answer[2048], exchange_answer[2048], made[1024];

static inline int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_configure(&edges);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

/* A token with these claims (JSON). */
static inline const char *token_of(const char *claims)
{
	auto_secret token = { 0 };

	token_add(&token, claims);
	assert_true(token.length < sizeof(made));
	strcpy(made, acr_secret_text(&token));
	return made;
}

/* A token for `audience` that expires in `life` seconds. */
static inline const char *jwt(const char *audience, int64_t life, const char *mark)
{
	auto_string claims = acr_format(
		"{\"aud\":\"%s\",\"exp\":%lld,\"grant_type\":\"refresh_token\",\"jti\":\"%s\"}",
		audience, (long long)(edges.wall + life), mark);

	return token_of(claims);
}

/* A token with these claims that is valid for three hours. */
static inline const char *claims(const char *more)
{
	auto_string json =
		acr_format("{\"exp\":%lld,%s}", (long long)(edges.wall + 3 * HOUR), more);

	return token_of(json);
}

static inline void sign_in(void)
{
	edges_set(&edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&edges, "AZURE_CLIENT_SECRET", "s3cret");
}

static inline void expect_entra(void)
{
	snprintf(entra_answer, sizeof(entra_answer),
		 "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"%s\"}",
		 jwt(ACR_AUDIENCE, HOUR, "entra"));
	edges_answer(&edges, ENTRA, 200, entra_answer);
}

static inline void expect_exchange(int64_t life, const char *mark)
{
	snprintf(exchange_answer, sizeof(exchange_answer), "{\"refresh_token\":\"%s\"}",
		 jwt(HOST, life, mark));
	edges_answer(&edges, EXCHANGE, 200, exchange_answer);
}

/* All responses were requested, and none is left. */
static inline void expect_nothing_more(void)
{
	for (size_t i = 0; i < edges.answer_count; i++)
		if (!edges.answers[i].asked)
			fail_msg("no request was sent to %s", edges.answers[i].prefix);
	edges.answer_count = 0;
	edges.sent_count = 0;
}

static struct acr_report report;
static struct acr_error error;

static inline int get(const char *server, struct acr_login *ret)
{
	auto_secret name = { 0 };

	report = (struct acr_report){ 0 };
	error = (struct acr_error){ 0 };
	acr_login_wipe(ret);
	acr_secret_add(&name, server);
	return acr_get(&edges.app, &name, ret, &report, &error);
}

static inline int store(const char *server, const char *username, const char *secret)
{
	auto_secret name = { 0 };
	auto_login login = { 0 };

	report = (struct acr_report){ 0 };
	error = (struct acr_error){ 0 };
	acr_secret_add(&name, server);
	login.username = acr_copy(username);
	acr_secret_add(&login.secret, secret);
	return acr_store(&edges.app, &name, &login, &report, &error);
}

static inline int erase(const char *server)
{
	auto_secret name = { 0 };

	report = (struct acr_report){ 0 };
	error = (struct acr_error){ 0 };
	acr_secret_add(&name, server);
	return acr_erase(&edges.app, &name, &report, &error);
}

/* Returns the notice with this ID, or NULL. */
static inline const struct acr_message *notice(enum acr_message_id id)
{
	for (size_t i = 0; i < report.notice_count; i++)
		if (acr_message_id(&report.notices[i]) == id)
			return &report.notices[i];
	return NULL;
}

static inline struct acr_state decided(const char *host)
{
	struct acr_state state = { 0 };

	assert_int_equal(acr_state_read(&edges.app, host, &state, &error), 0);
	return state;
}

static inline int sign_out(const char *server)
{
	auto_secret name = { 0 };

	report = (struct acr_report){ 0 };
	acr_secret_add(&name, server);
	return acr_sign_out(&edges.app, &name, &report, &error);
}

static inline void add(void *data, const char *server, const char *username)
{
	sprintf((char *)data + strlen(data), "%s=%s ", server, username);
}

static inline void keep_in_keychain(const char *server, const char *username, const char *secret)
{
	auto_login login = { .username = acr_copy(username) };

	acr_secret_add(&login.secret, secret);
	assert_int_equal(acr_keychain_keep(&edges.app, server, &login, NULL, &error), 0);
}

static inline const char *listed(void)
{
	static char seen[2048];

	seen[0] = '\0';
	report = (struct acr_report){ 0 };
	assert_int_equal(acr_list(&edges.app, add, seen, &report, &error), 0);
	return seen;
}

static inline void count_entry(void *data, const struct acr_cache_home *home,
			       const struct acr_entry *entry)
{
	(void)home;
	(void)entry;
	*(int *)data += 1;
}

static inline int entries(void)
{
	int found = 0;

	acr_cache_each(&edges.app, count_entry, &found);
	return found;
}

/* A session bus that accepts connections and never responds, and that is already recorded as
 * such. */
static inline int silent_bus(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	auto_string name = NULL;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/bus", edges.folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	name = acr_format("unix:path=%s", address.sun_path);
	edges_set(&edges, "DBUS_SESSION_BUS_ADDRESS", name);
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	edges_configure(&edges);
	acr_note_keep(&edges.app, "no-bus", name, 60, "silent");
	return fd;
}

static inline void count_marks(void *data, const char *host)
{
	*(int *)data += strcmp(host, HOST) == 0;
}

static inline int marks(void)
{
	int found = 0;

	acr_marker_each(&edges.app, ACR_WORKED, count_marks, &found);
	return found;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
