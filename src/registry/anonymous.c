/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests whether a registry allows anonymous pull. It sends the request that Docker would send, for
 * a token for a repository; and if the token allows nothing, the request of Microsoft's own
 * clients, for a token for the catalog (azure-sdk-for-go, recording
 * Test_authenticationPolicy_anonymousAccess.json, 2022-12).
 *
 * Only a token that allows something counts as a yes, since a yes hides why an identity was denied.
 * Assumed, since the recordings contain no tokens: a token that cannot be parsed, or whose `access`
 * is empty, allows nothing. Any other response, in particular a 401, is a no: Docker would get the
 * same.
 */
#include "acr/http.h"
#include "base/budget.h"
#include "registry/refresh_token.h"

/* The repository of the recordings. A token says which actions on a repository are allowed, not
 * whether the repository exists (assumed). */
#define SCOPE	"repository:hello-world:pull"
#define CATALOG "registry:catalog:*"

enum reply { NO, PERHAPS, YES };

static enum reply judge(const struct acr_registry *registry, const struct acr_response *answer)
{
	auto_secret token = { 0 }, actions = { 0 };

	if (answer->status != 200)
		return NO;
	if (acr_grant_token(registry, answer, "access_token", &token, NULL) &&
	    acr_grant_token(registry, answer, "token", &token, NULL))
		return PERHAPS;
	return acr_access_read(&token, NULL, &actions) && actions.length > 0 ? YES : PERHAPS;
}

/* One request without retries, which ends before `end`. */
static int ask(const struct acr_app *app, const struct acr_registry *registry, bool catalog,
	       int64_t end, enum reply *ret, struct acr_error *error)
{
	static const int nothing[] = { 0 };
	int left = (int)acr_budget(app, end - app->clock.boot(app));
	const struct acr_service once = {
		"the registry", ACR_ORIGIN_REGISTRY, nothing, NULL, 1, left, left
	};
	auto_response answer = { 0 };
	auto_secret form = { 0 };
	auto_string url = NULL;
	struct acr_request request = { .method = catalog ? "POST" : "GET", .service = &once };
	char service[ACR_HOST_MAX];

	if (left <= 0)
		return acr_raise(error, NO_TIME_LEFT, registry->host);
	acr_registry_login_server(registry, service);
	if (catalog) {
		acr_form_add(&form, "grant_type", "password");
		acr_form_add(&form, "refresh_token", "");
	}
	acr_form_add(&form, "service", service);
	acr_form_add(&form, "scope", catalog ? CATALOG : SCOPE);
	if (catalog) {
		url = acr_format("https://%s/oauth2/token", registry->host);
		request.body = &form;
	} else {
		url = acr_format("https://%s/oauth2/token?%s", registry->host,
				 acr_secret_text(&form));
	}
	request.url = url;
	if (acr_http_send(app, &request, &answer, error))
		return -1;
	*ret = judge(registry, &answer);
	return 0;
}

int acr_registry_is_public(const struct acr_app *app, const struct acr_registry *registry,
			   bool *ret, struct acr_error *error)
{
	int64_t end = app->clock.boot(app) + ACR_BUDGET_ANONYMOUS;
	enum reply reply = NO;

	if (ask(app, registry, false, end, &reply, error) ||
	    (reply == PERHAPS && ask(app, registry, true, end, &reply, error)))
		return -1;
	*ret = reply == YES;
	return 0;
}
