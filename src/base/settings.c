/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings: names, formats and choices, and how a value of each format is read. */
#include "base/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"

#define VARIABLE_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

const struct acr_setting_key acr_setting_keys[] = {
	{ "identity", ACR_SETTING_LIST, NULL, false, false,
	  "who to be: auto, none, or names of identities in the order to try them" },
	{ "tenant", ACR_SETTING_TEXT, NULL, false, false,
	  "the Entra tenant to ask, a GUID or a domain" },
	{ "client_id", ACR_SETTING_TEXT, NULL, false, false,
	  "the application or managed identity to be" },
	{ "audience", ACR_SETTING_TEXT, NULL, true, false,
	  "the resource to ask tokens for, instead of ACR's" },
	{ "authority", ACR_SETTING_TEXT, NULL, true, false,
	  "Entra ID's host, for clouds that are not in the table" },
	{ "federated_token_variable", ACR_SETTING_VARIABLE, NULL, false, true,
	  "the environment variable that holds a CI job's OIDC token" },
	{ "min_validity", ACR_SETTING_DURATION, NULL, false, false,
	  "renew first when less than this is left (60m)" },
	{ "timeout", ACR_SETTING_DURATION, NULL, false, false,
	  "how long a get may take at most (30s)" },
	{ "username", ACR_SETTING_TEXT, NULL, false, false,
	  "the user name to hand out with a token" },
	{ "keychain", ACR_SETTING_CHOICE, "auto|secret-service|file", false, true,
	  "where logins are kept" },
	{ "cache", ACR_SETTING_CHOICE, "auto|kernel-keyring|file|none", false, true,
	  "where tokens are cached" },
	{ "azure_cli", ACR_SETTING_CHOICE, "auto|files", false, false,
	  "files: never start az, redeem what it keeps" },
	{ "verify_on_store", ACR_SETTING_SWITCH, NULL, false, false,
	  "ask the registry before keeping a login (true)" },
	{ "on_refusal", ACR_SETTING_CHOICE, "explain|not-found", false, false,
	  "not-found: let clients go on anonymously after a refusal" },
	{ "hosts", ACR_SETTING_LIST, NULL, true, true, "registries under names of your own" },
	{ "ci_hosts", ACR_SETTING_HOSTS, NULL, true, true,
	  "hosts of your own CI servers, to which a job's OIDC request token may go" },
	{ 0 },
};

const struct acr_setting_key *acr_setting_find(const char *name)
{
	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

const char *acr_setting_nearest(const char *name)
{
	struct acr_nearest search = { .word = name };

	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++)
		acr_nearest_try(&search, key->name);
	return search.best;
}

int64_t acr_setting_seconds(const char *text)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	char *end;
	long number;

	if (*text < '0' || *text > '9')
		return -1;
	number = strtol(text, &end, 10);
	if (number > 1000000)
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0)
			return number * units[i].seconds;
	return -1;
}

static char *join(struct json_object *array)
{
	auto_secret text = { 0 };

	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		const char *word = json_object_is_type(item, json_type_string)
					   ? json_object_get_string(item)
					   : NULL;

		if (!word || strchr(word, ','))
			return NULL;
		acr_secret_format(&text, "%s%s", i ? "," : "", word);
	}
	return acr_copy(acr_secret_text(&text));
}

char *acr_setting_text(const struct acr_setting_key *key, struct json_object *json)
{
	switch (json_object_get_type(json)) {
	case json_type_string:
		return acr_copy(json_object_get_string(json));
	case json_type_boolean:
		return key->form == ACR_SETTING_SWITCH
			       ? acr_copy(json_object_get_boolean(json) ? "true" : "false")
			       : NULL;
	case json_type_int:
		return key->form == ACR_SETTING_DURATION
			       ? acr_format("%lld", (long long)json_object_get_int64(json))
			       : NULL;
	case json_type_array:
		return key->form == ACR_SETTING_LIST || key->form == ACR_SETTING_HOSTS ? join(json)
										       : NULL;
	case json_type_null:
	case json_type_double:
	case json_type_object:
	default:
		return NULL;
	}
}

static bool is_one_of(const char *choices, const char *text)
{
	size_t length = strlen(text);

	for (const char *next = choices; *next; next += strcspn(next, "|"), next += *next == '|')
		if (strcspn(next, "|") == length && strncmp(next, text, length) == 0)
			return true;
	return false;
}

/* "true" for yes, on and 1; "false" for their opposites. */
static char *nearest_switch(const char *text)
{
	static const char *const words[][2] = {
		{ "true", "true" },	 { "yes", "true" },	{ "on", "true" },
		{ "1", "true" },	 { "enabled", "true" }, { "false", "false" },
		{ "no", "false" },	 { "off", "false" },	{ "0", "false" },
		{ "disabled", "false" }, { "never", "false" },
	};
	struct acr_nearest search = { .word = text };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(words[i][0], text) == 0)
			return acr_copy(words[i][1]);
	acr_nearest_try(&search, "true");
	acr_nearest_try(&search, "false");
	return search.best ? acr_copy(search.best) : NULL;
}

/* "5m" for "5 minutes", "24h" for "1d". */
static char *nearest_duration(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	long number = strtol(text, NULL, 10);

	if (digits == 0 || digits > 5)
		return NULL;
	if (*unit == 'd' || *unit == 'D')
		return acr_format("%ldh", number * 24);
	return *unit && strchr("smhSMH", *unit) ? acr_format("%ld%c", number, *unit | 32) : NULL;
}

static char *nearest_choice(const char *choices, const char *text)
{
	auto_string list = acr_copy(choices);
	struct acr_nearest search = { .word = text };
	char *rest = NULL;

	for (char *name = strtok_r(list, "|", &rest); name; name = strtok_r(NULL, "|", &rest))
		acr_nearest_try(&search, name);
	return search.best ? acr_copy(search.best) : NULL;
}

char *acr_setting_nearest_value(const struct acr_setting_key *key, const char *text)
{
	switch (key->form) {
	case ACR_SETTING_CHOICE:
		return nearest_choice(key->choices, text);
	case ACR_SETTING_SWITCH:
		return nearest_switch(text);
	case ACR_SETTING_DURATION:
		return nearest_duration(text);
	case ACR_SETTING_HOSTS:
	case ACR_SETTING_VARIABLE:
	case ACR_SETTING_TEXT:
	case ACR_SETTING_LIST:
	default:
		return NULL;
	}
}

/* Names with commas between them; no port, no pattern. */
static bool are_hosts(const char *text)
{
	size_t length;

	for (; *text; text += length + (text[length] == ',')) {
		length = strcspn(text, ",");
		if (length == 0 || length > 253 || text[0] == '.' || text[length - 1] == '.' ||
		    strspn(text,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") <
			    length)
			return false;
	}
	return true;
}

bool acr_setting_is_host(const char *text)
{
	return *text && !strchr(text, ',') && are_hosts(text);
}

enum acr_message_id acr_setting_check(const struct acr_setting_key *key, const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return ACR_MESSAGE_VALUE_CONTROL;
	switch (key->form) {
	case ACR_SETTING_CHOICE:
		return is_one_of(key->choices, text) ? ACR_MESSAGE_NONE : ACR_MESSAGE_VALUE_CHOICE;
	case ACR_SETTING_SWITCH:
		return is_one_of("true|false", text) ? ACR_MESSAGE_NONE : ACR_MESSAGE_VALUE_SWITCH;
	case ACR_SETTING_DURATION:
		return acr_setting_seconds(text) >= 0 ? ACR_MESSAGE_NONE
						      : ACR_MESSAGE_VALUE_DURATION;
	case ACR_SETTING_HOSTS:
		return are_hosts(text) ? ACR_MESSAGE_NONE : ACR_MESSAGE_VALUE_HOSTS;
	case ACR_SETTING_VARIABLE:
		return text[strspn(text, VARIABLE_CHARS)] || (*text >= '0' && *text <= '9')
			       ? ACR_MESSAGE_VALUE_VARIABLE
			       : ACR_MESSAGE_NONE;
	case ACR_SETTING_TEXT:
	case ACR_SETTING_LIST:
	default:
		return ACR_MESSAGE_NONE;
	}
}
