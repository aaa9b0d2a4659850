/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs in with a code that the user enters in a browser on another device (RFC 8628): polls Entra
 * ID at the interval that it specifies until the user has done so.
 */
#include <stdio.h>
#include <string.h>

#include "identity/login.h"

#define INTERVAL     5 /* seconds, if Entra ID specifies none (RFC 8628 section 3.2) */
#define SLOWER	     5 /* seconds to add after "slow_down" (section 3.5) */
#define LONGEST_LIFE 900

void acr_sign_in_device_wipe(struct acr_sign_in_device *device)
{
	acr_secret_wipe(&device->code);
}

/* The text is printed to a terminal: only letters, digits and characters of a URL. */
static bool is_plain(const char *text, const char *more)
{
	for (const char *c = text; *c; c++)
		if (!(*c >= '0' && *c <= '9') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= 'a' && *c <= 'z') && !strchr(more, *c))
			return false;
	return *text;
}

int acr_sign_in_device_begin(const struct acr_app *app, const struct acr_sign_in_ask *ask,
			     struct acr_sign_in_device *ret, struct acr_error *error)
{
	const char *device, *user, *where;
	auto_secret form = { 0 };
	auto_json json = NULL;
	int64_t life;
	char word[40];

	acr_form_add(&form, "client_id", ask->client_id);
	acr_form_add(&form, "scope", ask->scope);
	if (acr_login_post(app, ask, "devicecode", &form, word, &json, error))
		return -1;
	device = acr_json_string(json, "device_code");
	user = acr_json_string(json, "user_code");
	where = acr_json_string(json, "verification_uri");
	if (!device || !acr_token_fits(device) || !user || strlen(user) >= sizeof(ret->user_code) ||
	    !is_plain(user, "-") || !where || strlen(where) >= sizeof(ret->where) ||
	    strncmp(where, "https://", 8) != 0 || !is_plain(where, ":/.-_~?=&%"))
		return acr_raise(error, DEVICE_CODE_NONE);
	acr_secret_wipe(&ret->code);
	acr_secret_add(&ret->code, device);
	snprintf(ret->user_code, sizeof(ret->user_code), "%s", user);
	snprintf(ret->where, sizeof(ret->where), "%s", where);
	ret->interval = acr_json_int(json, "interval", INTERVAL);
	if (ret->interval < 1 || ret->interval > 60)
		ret->interval = INTERVAL;
	life = acr_json_int(json, "expires_in", LONGEST_LIFE);
	if (life < 1 || life > LONGEST_LIFE)
		life = LONGEST_LIFE;
	ret->until = app->clock.boot(app) + life * 1000;
	return 0;
}

/* What each OAuth error means while waiting. */
static const struct {
	const char *word;
	int64_t slower;
	enum acr_message_id message; /* NONE: Entra ID's message is used */
	bool waits;
} words[] = {
	{ "authorization_pending", 0, ACR_MESSAGE_NONE, true },
	{ "slow_down", SLOWER, ACR_MESSAGE_NONE, true },
	{ "authorization_declined", 0, ACR_MESSAGE_SIGN_IN_DECLINED, false },
	{ "access_denied", 0, ACR_MESSAGE_SIGN_IN_DECLINED, false },
	{ "expired_token", 0, ACR_MESSAGE_DEVICE_CODE_EXPIRED, false },
	{ "code_expired", 0, ACR_MESSAGE_DEVICE_CODE_EXPIRED, false },
};

/* Should polling continue after this failure? */
static bool waits(const char *word, struct acr_sign_in_device *device, struct acr_error *error)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		device->interval += words[i].slower;
		/* The user declined or did not respond: Entra ID's message would not help. */
		if (words[i].message)
			acr_error_set(error, words[i].message, NULL, NULL, 0);
		return words[i].waits;
	}
	/* One failed connection or a busy service within 15 minutes is no reason to start over; the
	 * interval is increased. */
	if (error->kind != ACR_UNREACHABLE)
		return false;
	device->interval += error->status ? SLOWER : 0;
	if (device->interval < error->retry_after)
		device->interval = error->retry_after;
	return true;
}

int acr_sign_in_device_wait(const struct acr_app *app, const struct acr_sign_in_ask *ask,
			    struct acr_sign_in_device *device, struct acr_sign_in *ret,
			    struct acr_secret *ret_token, struct acr_error *error)
{
	struct acr_error failure = { 0 };

	for (;;) {
		auto_secret form = { 0 };
		auto_json json = NULL;
		char word[40];

		if (app->http->wait)
			app->http->wait(app->http, app, device->interval * 1000);
		if (app->clock.boot(app) >= device->until || acr_budget(app, 1) <= 0)
			return acr_raise(error, DEVICE_CODE_UNUSED, device->user_code);
		acr_form_add(&form, "grant_type", "urn:ietf:params:oauth:grant-type:device_code");
		acr_form_add(&form, "client_id", ask->client_id);
		acr_form_add(&form, "device_code", acr_secret_text(&device->code));
		if (acr_login_post(app, ask, "token", &form, word, &json, &failure) == 0)
			return acr_login_take(json, ask, ret, ret_token, error);
		if (waits(word, device, &failure))
			continue;
		if (error)
			*error = failure;
		return -1;
	}
}
