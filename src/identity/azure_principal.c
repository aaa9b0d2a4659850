/* SPDX-License-Identifier: Apache-2.0 */
/* The service principals that az stores in service_principal_entries.json (Azure/azure-cli,
 * azure-cli-core auth/identity.py): with a secret, the path of a certificate, or an assertion. */
#include <string.h>
#include <strings.h>

#include "identity/run_cli.h"

static bool is(struct json_object *entry, const char *key, const char *value)
{
	const char *text = acr_json_string(entry, key);

	return text && strcasecmp(text, value) == 0;
}

/* By client and tenant; like az, uses the first entry of the client if no tenant matches. */
static struct json_object *find(struct json_object *entries,
				const struct acr_azure_account *account)
{
	struct json_object *other = NULL;

	if (!json_object_is_type(entries, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);

		if (!is(entry, "client_id", account->user))
			continue;
		if (is(entry, "tenant", account->tenant))
			return entry;
		if (!other)
			other = entry;
	}
	return other;
}

static int sign_in_with_certificate(const struct acr_app *app, const struct acr_ask *ask,
				    const struct acr_azure_account *account,
				    struct json_object *entry, const char *authority,
				    struct acr_token *ret, struct acr_error *error)
{
	const struct acr_assertion what = {
		.path = acr_json_string(entry, "certificate"),
		.chain = acr_json_bool(entry, "use_cert_sn_issuer", false),
		.client_id = account->user,
		.authority = authority,
		.tenant = account->tenant,
	};
	auto_secret assertion = { 0 };

	if (acr_assertion_sign(app, &what, &assertion, error))
		return -1;
	return acr_entra_assert(app, ask, authority, account->tenant, account->user,
				acr_secret_text(&assertion), ret, error);
}

int acr_azure_principal(const struct acr_app *app, const struct acr_ask *ask,
			const struct acr_azure_account *account, struct acr_token *ret,
			struct acr_error *error)
{
	const char *secret, *assertion, *authority;
	auto_json entries = NULL;
	struct json_object *entry;

	if (acr_azure_file(app, "service_principal_entries.json", &entries, error))
		return -1;
	entry = find(entries, account);
	secret = acr_json_string(entry, "client_secret");
	assertion = acr_json_string(entry, "client_assertion");
	if (!secret && !assertion && !acr_json_string(entry, "certificate"))
		return acr_raise(error, AZ_NO_CREDENTIAL, account->user);
	if (!acr_tenant_fits(account->tenant))
		return acr_raise(error, TENANT_INVALID, account->tenant);
	if (acr_entra_authority(app, ask->registry, &authority, error))
		return -1;
	if (secret)
		return acr_entra_secret(app, ask, authority, account->tenant, account->user, secret,
					ret, error);
	if (assertion)
		return acr_entra_assert(app, ask, authority, account->tenant, account->user,
					assertion, ret, error);
	return sign_in_with_certificate(app, ask, account, entry, authority, ret, error);
}
