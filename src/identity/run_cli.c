/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs another program to get a token: with its absolute path, an environment with what it needs to
 * find its files and the network but without our secrets, and a timeout of ACR_BUDGET_AZ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/budget.h"
#include "identity/run_cli.h"

#define TRIES 32 /* lines before the object that may begin with a brace */

static const char *const passed[] = {
	"HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR",
	"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
	"DBUS_SESSION_BUS_ADDRESS", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
	"no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "AZURE_CONFIG_DIR",

	"AZURE_CORE_ENCRYPT_TOKEN_CACHE", "AZD_CONFIG_DIR",
	/* in Cloud Shell, az gets the user's token from this endpoint */
	"ACC_CLOUD", "MSI_ENDPOINT", NULL
};

/* The borrowed rows of all lists; only the array is freed. */
static const char **join(char *const *picked, const char *const *fixed, const char *variable)
{
	size_t count = 0, used = 0;
	const char **whole;

	for (size_t i = 0; picked[i]; i++)
		count++;
	for (size_t i = 0; fixed[i]; i++)
		count++;
	whole = calloc(count + 2, sizeof(*whole));
	if (!whole)
		acr_out_of_memory();
	for (size_t i = 0; picked[i]; i++)
		whole[used++] = picked[i];
	for (size_t i = 0; fixed[i]; i++)
		whole[used++] = fixed[i];
	whole[used] = variable;
	return whole;
}

/* The line with the reason: the first that reports an error, or the last one. Borrowed, with its
 * length. */
static const char *reason_line(const char *text, size_t *ret_length)
{
	const char *best = "";
	size_t length = 0;
	bool error = false;

	while (*text && !error) {
		size_t size = strcspn(text, "\r\n");

		error = memmem(text, size, "ERROR", 5) || memmem(text, size, "AADSTS", 6);
		if (error || strspn(text, " \t") < size) {
			best = text;
			length = size;
		}
		text += size + strspn(text + size, "\r\n");
	}
	if (strncmp(best, "ERROR: ", 7) == 0 && length > 7) {
		best += 7;
		length -= 7;
	}
	*ret_length = length;
	return best;
}

/* The tools do not print tokens with their errors; this guards against a future version that does,
 * since the line is printed to a terminal. */
static void blank_tokens(char *text)
{
	for (char *found = text; (found = strstr(found, "eyJ"));)
		for (; *found && *found != ' '; found++)
			*found = '*';
}

/* Also searches "error"/"message" members of JSON lines, since the texts are the same. */
static int complain(const struct acr_tool *tool, int status, const struct acr_secret *out,
		    const struct acr_secret *err, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	const struct acr_secret *said = err->length > 0 ? err : out;
	const char *text = acr_secret_text(said);
	const struct acr_tool_complaint *row = tool->complaints;
	char code[sizeof(failure.code)];
	size_t length;
	const char *line = reason_line(text, &length);

	while (row->words && !strstr(text, row->words))
		row++;
	if (acr_oauth_code(text, code, sizeof(code))) {
		acr_raise(&failure, TOOL_REJECTED, tool->name, code);
		snprintf(failure.code, sizeof(failure.code), "%s", code);
	} else if (row->words) {
		acr_error_set(&failure, row->message, NULL,
			      (const char *const[]){ tool->name, row->advice },
			      row->advice ? 2 : 1);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		acr_raise(&failure, TOOL_NOT_STARTED, tool->name);
	} else if (WIFEXITED(status)) {
		acr_raise(&failure, TOOL_FAILED, tool->name, acr_number(WEXITSTATUS(status)).text);
	} else {
		acr_raise(&failure, TOOL_KILLED, tool->name, acr_number(WTERMSIG(status)).text);
	}
	acr_error_quote(&failure, line, acr_oauth_sentence(line, length));
	blank_tokens(failure.sentence);
	if (error)
		*error = failure;
	return -1;
}

/* The next line that begins with a brace. */
static const char *next_object(const char *text)
{
	while (*text != '{') {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

/* Warnings may precede the object, and an update notice may follow it. */
static int read_object(const struct acr_tool *tool, const struct acr_secret *out,
		       struct json_object **ret, struct acr_error *error)
{
	const char *text = acr_secret_text(out);
	const char *end = strrchr(text, '}'), *start = next_object(text);

	for (int tries = 0; start && end > start && tries < TRIES;
	     start = next_object(start + 1), tries++) {
		auto_json json = NULL;

		if (acr_json_parse(start, (size_t)(end - start) + 1, &json, NULL))
			continue;
		*ret = json;
		json = NULL;
		return 0;
	}
	return acr_raise(error, TOOL_NOT_JSON, tool->name);
}

int acr_tool_ask(const struct acr_app *app, const struct acr_tool *tool,
		 const char *const *arguments, const char *variable, struct json_object **ret,
		 struct acr_error *error)
{
	auto_environment picked = acr_environment_pick(app, passed);
	const char **environment = join(picked, tool->fixed, variable);
	const struct acr_run run = {
		.argv = arguments,
		.environment = environment,
		.budget = ACR_BUDGET_AZ,
		.limit = ACR_ANSWER_MAX,
	};
	auto_secret out = { 0 }, err = { 0 };
	int status = 0, failed;

	failed = app->run(app, &run, &status, &out, &err, error);
	free(environment);
	if (failed) {
		if (error && error->kind != ACR_SYSTEM)
			error->origin = ACR_ORIGIN_AZ;
		return -1;
	}
	if (status != 0)
		return complain(tool, status, &out, &err, error);
	return read_object(tool, &out, ret, error);
}

int acr_tool_token(const struct acr_app *app, const struct acr_tool *tool, struct json_object *json,
		   struct acr_token *ret, struct acr_error *error)
{
	const char *token = acr_json_string(json, tool->token);
	const char *tenant = tool->tenant ? acr_json_string(json, tool->tenant) : NULL;
	int64_t end = tool->end ? acr_json_int(json, tool->end, 0) : 0;

	if (!token || !acr_token_fits(token))
		return acr_raise(error, TOOL_NO_TOKEN, tool->name);
	acr_token_wipe(ret);
	acr_secret_add(&ret->access, token);
	end -= app->clock.wall(app);
	ret->life = end > 0 ? end : 0;
	if (tenant && acr_tenant_fits(tenant))
		snprintf(ret->tenant, sizeof(ret->tenant), "%s", tenant);
	acr_token_describe(app, ret, ACR_WHO_OTHER);
	return 0;
}

static const char *const az_fixed[] = { "AZURE_CORE_COLLECT_TELEMETRY=0", "AZURE_CORE_NO_COLOR=1",
					"AZURE_CORE_SURVEY_MESSAGE=0", NULL };
static const char *const azd_fixed[] = { "AZURE_DEV_COLLECT_TELEMETRY=no",
					 "AZD_SKIP_UPDATE_CHECK=true", "NO_COLOR=1", NULL };

/* Messages of az (Azure/azure-cli, azure-cli-core: _profile.py, auth/identity.py). */
static const struct acr_tool_complaint az_complaints[] = {
	{ "Please run 'az login' to setup account", ACR_MESSAGE_TOOL_SIGNED_OUT, "az login" },
	{ "does not exist in MSAL token cache", ACR_MESSAGE_TOOL_SIGN_IN_LOST, "az login" },
	{ "Could not retrieve credential from local cache", ACR_MESSAGE_TOOL_SIGN_IN_LOST,
	  "az login" },
	{ "Can't find token from MSAL cache", ACR_MESSAGE_TOOL_SIGN_IN_LOST, "az login" },
	{ "No subscription found", ACR_MESSAGE_TOOL_NO_SUBSCRIPTION, "az account set" },
	{ "CERTIFICATE_VERIFY_FAILED", ACR_MESSAGE_TOOL_CERTIFICATE, "REQUESTS_CA_BUNDLE" },
	{ "Max retries exceeded", ACR_MESSAGE_TOOL_OFFLINE, NULL },
	{ "Failed to establish a new connection", ACR_MESSAGE_TOOL_OFFLINE, NULL },
	{ "Failed to connect to MSI", ACR_MESSAGE_TOOL_MACHINE_SILENT, NULL },
	{ "az login", ACR_MESSAGE_TOOL_SIGN_IN_AGAIN, "az login" },
	{ "Traceback (most recent call last)", ACR_MESSAGE_TOOL_CRASHED, NULL },
	{ 0 },
};
static const struct acr_tool_complaint azd_complaints[] = {
	{ "azd auth login", ACR_MESSAGE_TOOL_SIGNED_OUT, "azd auth login" },
	{ 0 },
};

/* Not expiresOn, which is in local time without a time zone. */
const struct acr_tool acr_tool_az = { "az",	"accessToken", "expires_on",
				      "tenant", az_fixed,      az_complaints };
const struct acr_tool acr_tool_azd = { "azd", "token", NULL, NULL, azd_fixed, azd_complaints };
