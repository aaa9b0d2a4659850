/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the sign-in of this program: how it gets a token from Entra ID, and how the identity
 * `login` uses it. */
#include "acr/login.h"
#include "acr/store.h"
#include "base/file.h"
#include "identity/certificate_file.h"
#include "identity/internal.h"
#include "person.h"
#include "store/serialize.h"

#define AUTHORITY "login.microsoftonline.com"
#define ANY	  "POST https://" AUTHORITY "/organizations/oauth2/v2.0/"
#define AZ	  "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

static struct person p;
static struct acr_sign_in_ask ask;
static struct acr_sign_in made;
static struct acr_secret token;
static int64_t waited;
static char answer[8192];

static void wait_for(struct acr_http *self, const struct acr_app *app, int64_t milliseconds)
{
	struct edges *edges = (struct edges *)(uintptr_t)app;

	(void)self;
	waited = milliseconds;
	edges->boot += milliseconds;
}

static int setup(void **state)
{
	(void)state;
	person_begin(&p);
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "file");
	edges_configure(&p.edges);
	p.edges.http.wait = wait_for;
	p.edges.app.deadline = p.edges.boot + 900000;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acr_sign_in_ask_wipe(&ask);
	acr_sign_in_wipe(&made);
	acr_secret_wipe(&token);
	person_end(&p);
	return 0;
}

static void prepare(void)
{
	acr_sign_in_ask_wipe(&ask);
	assert_int_equal(acr_sign_in_prepare(&p.edges.app, &p.registry, NULL, &ask, &p.error), 0);
}

/* A sign-in method for which Entra ID returns these error codes, one after the other. */
struct refusals {
	const char *codes[4]; /* NULL: it succeeds */
	size_t tried;
	char scopes[4][160];
};

static int be_refused(void *data, const struct acr_sign_in_ask *asked, struct acr_error *error)
{
	struct refusals *refusals = data;
	const char *code = refusals->codes[refusals->tried];

	snprintf(refusals->scopes[refusals->tried++], sizeof(refusals->scopes[0]), "%s",
		 asked->scope);
	if (!code)
		return 0;
	edges_fail(error, ACR_REFUSED, code);
	error->origin = ACR_ORIGIN_ENTRA;
	snprintf(error->code, sizeof(error->code), "%s", code);
	return -1;
}

static int sign_in_by(struct refusals *refusals)
{
	prepare();
	return acr_sign_in_by(&p.edges.app, &ask, be_refused, refusals, &p.error);
}

/* The response of Entra ID after a sign-in. */
static const char *given(const char *refresh)
{
	static const char claims[] =
		"{\"preferred_username\":\"developer@contoso.com\",\"tid\":\"" TENANT "\"}";
	auto_secret id = { 0 };

	acr_secret_add(&id, "e30.");
	acr_base64url_encode(claims, strlen(claims), &id);
	acr_secret_add(&id, ".c2ln");
	snprintf(answer, sizeof(answer),
		 "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a.b.c\","
		 "\"refresh_token\":\"%s\",\"id_token\":\"%s\"}",
		 refresh, acr_secret_text(&id));
	return answer;
}

static void refused(char *into, size_t size, const char *word, int code)
{
	snprintf(into, size,
		 "{\"error\":\"%s\",\"error_description\":\"AADSTS%d: No.\",\"error_codes\":[%d]}",
		 word, code, code);
}

/* ---- preparation ---- */

static void by_default_the_azure_cli_client_signs_in_to_any_tenant(void **state)
{
	(void)state;
	prepare();
	assert_string_equal(ask.client_id, AZ);
	assert_string_equal(ask.tenant, "organizations");
	assert_string_equal(ask.authority, AUTHORITY);
}

#define MORE "/.default openid profile offline_access"

static void in_a_tenant_without_the_registry_audience_the_arm_audience_is_requested(void **state)
{
	static const char *const unknown[] = { "AADSTS500011", "AADSTS650052", "invalid_resource" };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct refusals refusals = { .codes = { unknown[i] } };

		assert_int_equal(sign_in_by(&refusals), 0);
		assert_int_equal(refusals.tried, 2);
		assert_string_equal(refusals.scopes[0], "https://containerregistry.azure.net" MORE);
		assert_string_equal(refusals.scopes[1], "https://management.azure.com" MORE);
	}
}

static void an_error_unrelated_to_the_audience_is_not_retried(void **state)
{
	struct refusals blocked = { .codes = { "AADSTS53003" } }, fine = { 0 };

	(void)state;
	assert_int_equal(sign_in_by(&fine), 0);
	assert_int_equal(fine.tried, 1);
	assert_int_equal(sign_in_by(&blocked), -1);
	assert_int_equal(blocked.tried, 1);
	assert_string_equal(p.error.code, "AADSTS53003");
}

static void in_a_tenant_without_both_audiences_the_first_error_is_reported(void **state)
{
	struct refusals refusals = { .codes = { "AADSTS500011", "AADSTS650057" } };

	(void)state;
	assert_int_equal(sign_in_by(&refusals), -1);
	assert_int_equal(refusals.tried, 2);
	assert_string_equal(p.error.code, "AADSTS500011");
}

static void only_a_configured_audience_is_requested(void **state)
{
	struct refusals refusals = { .codes = { "AADSTS500011" } };

	(void)state;
	person_configure(&p, "{\"audience\":\"https://own.example\"}");
	assert_int_equal(sign_in_by(&refusals), -1);
	assert_int_equal(refusals.tried, 1);
	assert_string_equal(refusals.scopes[0], "https://own.example" MORE);
}

static void a_custom_domain_gets_no_token_for_arm(void **state)
{
	struct refusals refusals = { .codes = { "AADSTS500011" } };

	(void)state;
	p.registry.genuine = false;
	assert_int_equal(sign_in_by(&refusals), -1);
	assert_int_equal(refusals.tried, 1);
}

static void the_config_chooses_tenant_and_client(void **state)
{
	(void)state;
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_TENANT", "contoso.com");
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_CLIENT_ID", CLIENT);
	edges_configure(&p.edges);
	prepare();
	assert_string_equal(ask.client_id, CLIENT);
	assert_string_equal(ask.tenant, "contoso.com");
}

static void the_resource_id_of_a_managed_identity_is_not_a_client_id(void **state)
{
	(void)state;
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_CLIENT_ID", "/subscriptions/x/y");
	edges_configure(&p.edges);
	prepare();
	assert_string_equal(ask.client_id, AZ);
}

static void an_invalid_tenant_is_an_error(void **state)
{
	static const char *const tenants[] = { "common", "a/b", "..", "x?y", "", "a b" };

	(void)state;
	for (size_t i = 0; i < sizeof(tenants) / sizeof(tenants[0]); i++) {
		assert_int_equal(
			acr_sign_in_prepare(&p.edges.app, &p.registry, tenants[i], &ask, &p.error),
			-1);
		assert_int_equal(p.error.kind, ACR_INVALID);
	}
}

static void for_all_registries_the_variable_chooses_the_cloud(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/");
	assert_int_equal(acr_sign_in_prepare(&p.edges.app, NULL, NULL, &ask, &p.error), 0);
	assert_string_equal(ask.authority, "login.microsoftonline.us");
}

static void an_unknown_authority_gets_no_request(void **state)
{
	(void)state;
	edges_set(&p.edges, "AZURE_AUTHORITY_HOST", "https://evil.example/");
	assert_int_equal(acr_sign_in_prepare(&p.edges.app, NULL, NULL, &ask, &p.error), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
}

/* ---- the page in the browser ---- */

static void every_page_has_its_own_challenge_and_state(void **state)
{
	auto_sign_in_page one = { 0 }, two = { 0 };

	(void)state;
	prepare();
	assert_int_equal(acr_sign_in_page(&ask, 4711, &one, &p.error), 0);
	assert_int_equal(acr_sign_in_page(&ask, 4711, &two, &p.error), 0);
	assert_string_equal(one.redirect, "http://localhost:4711");
	assert_int_equal(strlen(one.state), 43);
	assert_string_not_equal(one.state, two.state);
	assert_false(acr_secret_equals(&one.verifier, acr_secret_text(&two.verifier)));
	assert_non_null(strstr(one.url, "code_challenge_method=S256"));
	assert_non_null(strstr(one.url, "redirect_uri=http%3A%2F%2Flocalhost%3A4711"));
	assert_non_null(strstr(one.url, one.state));
	assert_null(strstr(one.url, acr_secret_text(&one.verifier)));
}

static void the_challenge_is_the_hash_of_the_verifier(void **state)
{
	/* RFC 7636, appendix B */
	static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	auto_secret challenge = { 0 };
	unsigned char digest[32];

	(void)state;
	assert_int_equal(acr_sha256(verifier, strlen(verifier), digest, &p.error), 0);
	acr_base64url_encode(digest, sizeof(digest), &challenge);
	assert_string_equal(acr_secret_text(&challenge),
			    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void a_code_is_redeemed_with_its_verifier(void **state)
{
	auto_sign_in_page page = { 0 };
	auto_secret code = { 0 };

	(void)state;
	prepare();
	assert_int_equal(acr_sign_in_page(&ask, 4711, &page, &p.error), 0);
	acr_secret_add(&code, "the-code");
	edges_answer(&p.edges, ANY "token", 200, given("refresh"));
	assert_int_equal(
		acr_sign_in_redeem(&p.edges.app, &ask, &page, &code, &made, &token, &p.error), 0);
	assert_string_equal(made.who, "developer@contoso.com");
	assert_string_equal(made.tenant, TENANT);
	assert_string_equal(made.client_id, AZ);
	assert_string_equal(acr_secret_text(&token), "refresh");
	assert_non_null(strstr(p.edges.sent[0], "grant_type=authorization_code"));
	assert_non_null(strstr(p.edges.sent[0], "code=the-code"));
	assert_non_null(strstr(p.edges.sent[0], acr_secret_text(&page.verifier)));
}

static void an_answer_without_a_refresh_token_is_an_error(void **state)
{
	auto_sign_in_page page = { 0 };
	auto_secret code = { 0 };

	(void)state;
	prepare();
	assert_int_equal(acr_sign_in_page(&ask, 1, &page, &p.error), 0);
	edges_answer(&p.edges, ANY "token", 200,
		     "{\"token_type\":\"Bearer\",\"access_token\":\"a.b.c\"}");
	assert_int_equal(
		acr_sign_in_redeem(&p.edges.app, &ask, &page, &code, &made, &token, &p.error), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
}

/* ---- a device code ---- */

static void begin_device(struct acr_sign_in_device *device)
{
	prepare();
	edges_answer(&p.edges, ANY "devicecode", 200,
		     "{\"device_code\":\"dev\",\"user_code\":\"ABCD-1234\",\"interval\":5,"
		     "\"expires_in\":900,\"verification_uri\":"
		     "\"https://microsoft.com/devicelogin\"}");
	assert_int_equal(acr_sign_in_device_begin(&p.edges.app, &ask, device, &p.error), 0);
}

static void a_device_code_is_polled_at_the_requested_interval(void **state)
{
	auto_sign_in_device device = { 0 };
	static char pending[256], slow[256];

	(void)state;
	begin_device(&device);
	assert_string_equal(device.user_code, "ABCD-1234");
	refused(pending, sizeof(pending), "authorization_pending", 70016);
	refused(slow, sizeof(slow), "slow_down", 70016);
	edges_answer(&p.edges, ANY "token", 400, pending);
	edges_answer(&p.edges, ANY "token", 400, slow);
	edges_answer(&p.edges, ANY "token", 200, given("refresh"));
	assert_int_equal(
		acr_sign_in_device_wait(&p.edges.app, &ask, &device, &made, &token, &p.error), 0);
	assert_int_equal(waited, 10000);
	assert_string_equal(acr_secret_text(&token), "refresh");
}

static void a_declined_sign_in_ends_the_wait_for_every_code(void **state)
{
	auto_sign_in_device device = { 0 };
	static char no[256];

	(void)state;
	begin_device(&device);
	/* The AADSTS code is the same as for "pending": the error name decides. */
	refused(no, sizeof(no), "authorization_declined", 70016);
	edges_answer(&p.edges, ANY "token", 400, no);
	assert_int_equal(
		acr_sign_in_device_wait(&p.edges.app, &ask, &device, &made, &token, &p.error), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_true(acr_error_is(&p.error, SIGN_IN_DECLINED));
}

/* More attempts than the retries of one request. */
#define BUSY 4

static void a_busy_entra_id_does_not_end_the_wait(void **state)
{
	static const struct {
		int status;
		const char *body;
	} busy[] = {
		{ 429, "" },
		{ 429, "{\"error\":\"too_many_requests\",\"error_description\":\"Slow down.\"}" },
		{ 400,
		  "{\"error\":\"temporarily_unavailable\",\"error_description\":\"AADSTS90033: "
		  "A transient error has occurred.\",\"error_codes\":[90033]}" },
		{ 503, "{\"error\":\"server_error\",\"error_description\":\"AADSTS90033: No.\"}" },
		{ 500, "<title>Error</title>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(busy) / sizeof(busy[0]); i++) {
		auto_sign_in_device device = { 0 };

		p.edges.answer_count = p.edges.sent_count = 0;
		begin_device(&device);
		p.edges.app.deadline = p.edges.boot + 900000;
		for (int tried = 0; tried < BUSY; tried++)
			edges_answer(&p.edges, ANY "token", busy[i].status, busy[i].body);
		edges_answer(&p.edges, ANY "token", 200, given("refresh"));
		assert_int_equal(acr_sign_in_device_wait(&p.edges.app, &ask, &device, &made, &token,
							 &p.error),
				 0);
		/* The interval is longer after a response that asks for it (RFC 8628, section
		 * 3.5). */
		assert_true(device.interval > 5);
	}
}

static void the_wait_ends_when_the_device_code_expires(void **state)
{
	auto_sign_in_device device = { 0 };
	static char pending[256];
	struct edges_answer *last;

	(void)state;
	begin_device(&device);
	device.until = p.edges.boot + 12000;
	refused(pending, sizeof(pending), "authorization_pending", 70016);
	edges_answer(&p.edges, ANY "token", 400, pending);
	last = edges_answer(&p.edges, ANY "token", 400, pending);
	assert_int_equal(
		acr_sign_in_device_wait(&p.edges.app, &ask, &device, &made, &token, &p.error), -1);
	assert_int_equal(p.error.kind, ACR_TIMEOUT);
	assert_true(last->asked);
}

static void a_device_code_answer_is_checked_before_it_is_printed(void **state)
{
	static const char *const bad[] = {
		"{\"device_code\":\"d\",\"user_code\":\"A\\u001b[2J\",\"verification_uri\":"
		"\"https://x.example\"}",
		"{\"device_code\":\"d\",\"user_code\":\"A\",\"verification_uri\":"
		"\"http://x.example\"}",
		"{\"device_code\":\"d\",\"user_code\":\"A\",\"verification_uri\":"
		"\"https://x.example/\\u0007\"}",
		"{\"user_code\":\"A\",\"verification_uri\":\"https://x.example\"}",
	};

	(void)state;
	prepare();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_sign_in_device device = { 0 };

		edges_answer(&p.edges, ANY "devicecode", 200, bad[i]);
		assert_int_equal(acr_sign_in_device_begin(&p.edges.app, &ask, &device, &p.error),
				 -1);
	}
}

/* ---- the identity ---- */

static void sign_in(const char *registry, const char *authority)
{
	const struct acr_keychain *keeper;
	auto_sign_in kept = { .registry = acr_copy(registry),
			      .who = acr_copy("developer@contoso.com"),
			      .tenant = acr_copy(TENANT),
			      .client_id = acr_copy(CLIENT),
			      .authority = acr_copy(authority),
			      .id = acr_copy("1") };
	auto_secret refresh = { 0 };

	acr_secret_add(&refresh, "refresh-one");
	assert_int_equal(acr_sign_in_keeper(&p.edges.app, true, &keeper, &p.error), 0);
	assert_int_equal(acr_sign_in_keep(&p.edges.app, &kept, keeper, &refresh, &p.error), 0);
}

static void is_kept(const char *text)
{
	auto_sign_in kept = { 0 };

	assert_int_equal(acr_sign_in_find(&p.edges.app, HOST, &kept, NULL), 0);
	assert_int_equal(acr_sign_in_token(&p.edges.app, &kept, &token, &p.error), 0);
	assert_string_equal(acr_secret_text(&token), text);
}

static void the_refresh_token_is_redeemed_and_replaced(void **state)
{
	(void)state;
	sign_in("", AUTHORITY);
	edges_answer(&p.edges, ENTRA, 200, given("refresh-two"));
	assert_int_equal(person_ask(&p, &acr_identity_login), 0);
	assert_string_equal(acr_secret_text(&p.token.access), "a.b.c");
	assert_string_equal(p.token.tenant, TENANT);
	assert_non_null(strstr(p.edges.sent[0], "grant_type=refresh_token"));
	assert_non_null(strstr(p.edges.sent[0], "client_id=" CLIENT));
	assert_non_null(strstr(p.edges.sent[0], "refresh_token=refresh-one"));
	assert_non_null(strstr(p.edges.sent[0], "offline_access"));
	is_kept("refresh-two");
}

static void a_rejected_refresh_token_is_kept_and_the_error_says_what_to_do(void **state)
{
	static char no[256];

	(void)state;
	sign_in(HOST, AUTHORITY);
	refused(no, sizeof(no), "invalid_grant", 700082);
	edges_answer(&p.edges, ENTRA, 400, no);
	assert_int_equal(person_ask(&p, &acr_identity_login), -1);
	assert_int_equal(p.error.kind, ACR_REFUSED);
	assert_string_equal(p.error.code, "AADSTS700082");
	assert_true(acr_error_is(&p.error, SIGN_IN_EXPIRED));
	assert_non_null(strstr(edges_words(&p.error), "docker-credential-acr login " HOST));
	/* It may still be valid for another tenant. */
	is_kept("refresh-one");
}

static void a_sign_in_of_another_cloud_is_not_tried(void **state)
{
	(void)state;
	sign_in("", "login.partner.microsoftonline.cn");
	assert_int_equal(person_ask(&p, &acr_identity_login), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	sign_in(HOST, "login.partner.microsoftonline.cn");
	assert_int_equal(person_ask(&p, &acr_identity_login), -1);
	assert_int_equal(p.error.kind, ACR_INVALID);
	assert_int_equal(p.edges.sent_count, 0);
}

static void a_file_with_an_unknown_authority_does_not_send_the_token_there(void **state)
{
	(void)state;
	sign_in("", "evil.example");
	assert_int_equal(person_ask(&p, &acr_identity_login), -1);
	assert_int_equal(p.edges.sent_count, 0);
}

/* The file of a desktop that keeps the token in its keyring; here there is no session bus. */
static void an_unreachable_sign_in_is_not_replaced_by_an_identity_that_was_not_chosen(void **state)
{
	auto_string path = acr_sign_in_path(&p.edges.app);
	auto_secret bytes = { 0 }, record = { 0 };
	const char *kept, *check;

	(void)state;
	sign_in("", "login.microsoftonline.com");
	assert_int_equal(acr_file_read(path, 8192, &bytes, NULL), 0);
	kept = strstr(acr_secret_text(&bytes), "keychain 4 file\n");
	check = strstr(acr_secret_text(&bytes), "check ");
	assert_true(kept && check && check > kept);
	acr_secret_add_bytes(&record, bytes.bytes, (size_t)(kept - bytes.bytes));
	acr_secret_add(&record, "keychain 14 secret-service\n");
	acr_secret_add_bytes(&record, kept + 16, (size_t)(check - kept - 16));
	acr_record_end(&record);
	edges_write(&p.edges, path + strlen(p.edges.folder) + 1, acr_secret_text(&record));
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_KEYCHAIN", "auto");
	edges_configure(&p.edges);
	edges_write(&p.edges, TAG, AZURE);
	assert_int_equal(person_first(&p), -1);
	assert_int_equal(p.error.kind, ACR_LOCKED);
	assert_true(acr_error_is(&p.error, SIGN_IN_UNREACHABLE));
	assert_int_equal(p.edges.sent_count, 0);
}

static void without_a_sign_in_no_request_is_sent(void **state)
{
	(void)state;
	assert_int_equal(person_ask(&p, &acr_identity_login), -1);
	assert_int_equal(p.error.kind, ACR_NOT_SET_UP);
	assert_int_equal(p.edges.sent_count, 0);
}

static void signing_in_for_all_registries_changes_the_fingerprint(void **state)
{
	struct acr_fingerprint before = { 0 }, after = { 0 };

	(void)state;
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
	sign_in("", AUTHORITY);
	acr_fingerprint_take(&p.edges.app, &p.registry, &after);
	assert_string_not_equal(before.text, after.text);
	acr_fingerprint_free(&before);
	acr_fingerprint_free(&after);
}

static void a_replaced_refresh_token_does_not_change_the_fingerprint(void **state)
{
	struct acr_fingerprint before = { 0 }, after = { 0 };

	(void)state;
	sign_in("", AUTHORITY);
	acr_fingerprint_take(&p.edges.app, &p.registry, &before);
	edges_answer(&p.edges, ENTRA, 200, given("refresh-two"));
	assert_int_equal(person_ask(&p, &acr_identity_login), 0);
	acr_fingerprint_take(&p.edges.app, &p.registry, &after);
	assert_string_equal(before.text, after.text);
	acr_fingerprint_free(&before);
	acr_fingerprint_free(&after);
}

/* ---- the dry run of the chain ---- */

static enum acr_prospect prospects[ACR_CHAIN_MAX];
static char texts[ACR_CHAIN_MAX][512];

static void note(void *data, const struct acr_identity *row, enum acr_prospect prospect,
		 const struct acr_message *why)
{
	auto_string text = acr_message_text(why, NULL);

	(void)data;
	for (size_t i = 0; acr_identities[i]; i++)
		if (acr_identities[i] == row) {
			prospects[i] = prospect;
			snprintf(texts[i], sizeof(texts[i]), "%s", text);
		}
}

static size_t place_of(const char *name)
{
	for (size_t i = 0; acr_identities[i]; i++)
		if (strcmp(acr_identities[i]->name, name) == 0)
			return i;
	fail_msg("no identity %s", name);
	return 0;
}

static void dry_run(void)
{
	assert_int_equal(acr_chain_dry_run(&p.edges.app, &p.registry, note, NULL, &p.error), 0);
}

static void a_dry_run_sends_no_request_and_changes_nothing(void **state)
{
	struct acr_http *http = p.edges.app.http;

	(void)state;
	sign_in("", AUTHORITY);
	edges_set(&p.edges, "AZURE_TENANT_ID", TENANT);
	edges_set(&p.edges, "AZURE_CLIENT_ID", CLIENT);
	edges_set(&p.edges, "AZURE_CLIENT_SECRET", "s3cret");
	dry_run();
	assert_int_equal(p.edges.sent_count, 0);
	assert_int_equal(p.runs, 0);
	assert_ptr_equal(p.edges.app.http, http);
	/* If it is not known whether this is an Azure machine, that must not be stored as "not
	 * Azure". */
	assert_false(acr_note_find(&p.edges.app, "imds-absent", "0", NULL));
	assert_int_equal(prospects[place_of("login")], ACR_PROSPECT_SERVES);
	assert_string_equal(texts[place_of("login")], "user developer@contoso.com");
	assert_int_equal(prospects[place_of("environment")], ACR_PROSPECT_ASKS);
	assert_string_equal(texts[place_of("environment")],
			    "would request a token from " AUTHORITY);
	assert_int_equal(prospects[place_of("certificate")], ACR_PROSPECT_ABSENT);
	assert_int_equal(prospects[place_of("managed-identity")], ACR_PROSPECT_ASKS);
}

static void a_dry_run_lists_identities_that_the_config_excludes(void **state)
{
	(void)state;
	edges_set(&p.edges, "DOCKER_CREDENTIAL_ACR_IDENTITY", "azd");
	edges_configure(&p.edges);
	dry_run();
	assert_int_equal(prospects[place_of("azd")], ACR_PROSPECT_ABSENT);
	assert_int_equal(prospects[place_of("environment")], ACR_PROSPECT_LEFT_OUT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(by_default_the_azure_cli_client_signs_in_to_any_tenant),
		TEST(the_config_chooses_tenant_and_client),
		TEST(the_resource_id_of_a_managed_identity_is_not_a_client_id),
		TEST(an_invalid_tenant_is_an_error),
		TEST(for_all_registries_the_variable_chooses_the_cloud),
		TEST(an_unknown_authority_gets_no_request),
		TEST(in_a_tenant_without_the_registry_audience_the_arm_audience_is_requested),
		TEST(an_error_unrelated_to_the_audience_is_not_retried),
		TEST(in_a_tenant_without_both_audiences_the_first_error_is_reported),
		TEST(only_a_configured_audience_is_requested),
		TEST(a_custom_domain_gets_no_token_for_arm),
		TEST(every_page_has_its_own_challenge_and_state),
		TEST(the_challenge_is_the_hash_of_the_verifier),
		TEST(a_code_is_redeemed_with_its_verifier),
		TEST(an_answer_without_a_refresh_token_is_an_error),
		TEST(a_device_code_is_polled_at_the_requested_interval),
		TEST(a_declined_sign_in_ends_the_wait_for_every_code),
		TEST(a_busy_entra_id_does_not_end_the_wait),
		TEST(the_wait_ends_when_the_device_code_expires),
		TEST(a_device_code_answer_is_checked_before_it_is_printed),
		TEST(the_refresh_token_is_redeemed_and_replaced),
		TEST(a_rejected_refresh_token_is_kept_and_the_error_says_what_to_do),
		TEST(a_sign_in_of_another_cloud_is_not_tried),
		TEST(a_file_with_an_unknown_authority_does_not_send_the_token_there),
		TEST(an_unreachable_sign_in_is_not_replaced_by_an_identity_that_was_not_chosen),
		TEST(without_a_sign_in_no_request_is_sent),
		TEST(signing_in_for_all_registries_changes_the_fingerprint),
		TEST(a_replaced_refresh_token_does_not_change_the_fingerprint),
		TEST(a_dry_run_sends_no_request_and_changes_nothing),
		TEST(a_dry_run_lists_identities_that_the_config_excludes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
