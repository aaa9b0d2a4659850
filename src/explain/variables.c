/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds variables with values that were not intended: in CI systems a secret that does not exist is
 * an empty variable, $(NAME) and ${{ }} are not expanded by the wrong program, and .env files keep
 * quotes and line ends.
 */
#include "explain/variables.h"

#include <ctype.h>
#include <string.h>

#include "explain/language.h"

/* Variables that select an identity; unusual values of others may be intended. */
static const char *const watched[] = {
	"AZURE_CLIENT_ID",
	"AZURE_TENANT_ID",
	"AZURE_CLIENT_SECRET",
	"AZURE_CLIENT_CERTIFICATE_PATH",
	"AZURE_FEDERATED_TOKEN_FILE",
	"AZURE_FEDERATED_TOKEN",
	"AZD_GITLAB_FEDERATED_TOKEN",
	"SYSTEM_ACCESSTOKEN",
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN",
};

static bool is_between(const char *value, const char *begin, const char *end)
{
	size_t length = strlen(value), first = strlen(begin), last = strlen(end);

	return length > first + last && strncmp(value, begin, first) == 0 &&
	       strcmp(value + length - last, end) == 0;
}

static bool is_empty(const char *value)
{
	return !*value;
}

static bool is_padded(const char *value)
{
	return isspace((unsigned char)value[0]) || isspace((unsigned char)value[strlen(value) - 1]);
}

static bool is_quoted(const char *value)
{
	return is_between(value, "\"", "\"") || is_between(value, "'", "'");
}

static bool is_name(const char *value)
{
	return *value && value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

static bool is_unexpanded(const char *value)
{
	return is_between(value, "$(", ")") || is_between(value, "${", "}") ||
	       is_between(value, "%", "%") || (*value == '$' && is_name(value + 1));
}

static bool is_masked(const char *value)
{
	return (strlen(value) >= 3 && value[strspn(value, "*")] == '\0') ||
	       is_between(value, "<", ">");
}

/* The first one that matches is reported. */
static const struct {
	bool (*holds)(const char *value);
	const char *flaw;
} flaws[] = {
	{ is_empty, N_("it is empty") },
	{ is_padded, N_("there is a blank or a line end before or after its value") },
	{ is_quoted, N_("there are quotes around its value, which count as part of it") },
	{ is_unexpanded, N_("it holds the name of another variable that was not expanded") },
	{ is_masked, N_("it holds a mask such as *** instead of a value") },
};

/* The value, even if it is empty, which acr_env treats as unset. */
static const char *value_of(const struct acr_app *app, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *row = app->environment; row && *row; row++)
		if (strncmp(*row, name, length) == 0 && (*row)[length] == '=')
			return *row + length + 1;
	return NULL;
}

static bool reads(const struct acr_identity *identity, const char *name)
{
	const char *const *row = identity ? identity->variables : NULL;

	if (!identity)
		return true;
	/* Some names are preceded by marks. */
	while (row && *row && strcmp(*row + strspn(*row, "#?"), name) != 0)
		row++;
	return row && *row;
}

struct acr_flawed_variable acr_variable_flawed(const struct acr_app *app,
					       const struct acr_identity *identity)
{
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		const char *value = reads(identity, watched[i]) ? value_of(app, watched[i]) : NULL;

		for (size_t j = 0; value && j < sizeof(flaws) / sizeof(flaws[0]); j++)
			if (flaws[j].holds(value))
				return (struct acr_flawed_variable){ watched[i], flaws[j].flaw };
	}
	return (struct acr_flawed_variable){ 0 };
}
