/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON Web Token signed with the key of a certificate, in the form that Entra ID requires
 * (learn.microsoft.com, certificate-credentials): PS256, with the SHA-256 thumbprint of the
 * certificate.
 */
#include <stdio.h>
#include <string.h>

#include "base/jwt.h"
#include "identity/certificate_file.h"
#include "identity/internal.h"

#define LIFE 600 /* seconds, the maximum that Entra ID recommends */
#define SKEW 60	 /* seconds before the current time, for clocks that are ahead */

static int add_head(const struct acr_assertion *what, const struct acr_bundle *bundle,
		    struct acr_secret *out, struct acr_error *error)
{
	auto_secret head = { 0 };

	acr_secret_add(&head, "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"");
	if (acr_bundle_thumbprint(bundle, &head, error))
		return -1;
	acr_secret_add(&head, "\"");
	for (size_t i = 0; what->chain && i < bundle->count; i++) {
		acr_secret_add(&head, i ? "\",\"" : ",\"x5c\":[\"");
		acr_bundle_certificate(bundle, i, &head);
	}
	acr_secret_add(&head, what->chain ? "\"]}" : "}");
	acr_base64url_encode(head.bytes, head.length, out);
	return 0;
}

static void add_claims(const struct acr_app *app, const struct acr_assertion *what,
		       struct acr_secret *out)
{
	long long now = app->clock.wall(app);
	auto_secret client = { 0 }, claims = { 0 };
	char id[37];

	acr_uuid_make(id);
	acr_json_quote(&client, what->client_id, strlen(what->client_id));
	acr_secret_format(&claims,
			  "{\"aud\":\"https://%s/%s/oauth2/v2.0/token\",\"iss\":%s,\"sub\":%s,"
			  "\"jti\":\"%s\",\"nbf\":%lld,\"iat\":%lld,\"exp\":%lld}",
			  what->authority, what->tenant, acr_secret_text(&client),
			  acr_secret_text(&client), id, now - SKEW, now - SKEW, now - SKEW + LIFE);
	acr_base64url_encode(claims.bytes, claims.length, out);
}

int acr_assertion_sign(const struct acr_app *app, const struct acr_assertion *what,
		       struct acr_secret *ret, struct acr_error *error)
{
	const struct acr_bundle_file file = { what->path, what->password };
	auto_secret jwt = { 0 }, signature = { 0 };
	auto_bundle bundle = { 0 };

	if (acr_bundle_read(&file, &bundle, error) || add_head(what, &bundle, &jwt, error))
		return -1;
	acr_secret_add(&jwt, ".");
	add_claims(app, what, &jwt);
	if (acr_bundle_sign(&bundle, &jwt, &signature, error))
		return -1;
	acr_secret_format(&jwt, ".%s", acr_secret_text(&signature));
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&jwt);
	return 0;
}
