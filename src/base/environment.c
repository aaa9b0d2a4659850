/* SPDX-License-Identifier: Apache-2.0 */
/* The environment that a run was given, and the part of it that a child may see. */
#include <stdlib.h>
#include <string.h>

#include "acr/app.h"
#include "base/process.h"

static const char *find(const struct acr_app *app, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *row = app->environment; row && *row; row++)
		if (strncmp(*row, name, length) == 0 && (*row)[length] == '=')
			return *row;
	return NULL;
}

const char *acr_env(const struct acr_app *app, const char *name)
{
	const char *row = find(app, name);

	if (!row)
		return NULL;
	row += strlen(name) + 1;
	return *row ? row : NULL;
}

char **acr_environment_pick(const struct acr_app *app, const char *const *names)
{
	size_t count = 0, used = 0;
	char **picked;

	while (names[count])
		count++;
	picked = calloc(count + 1, sizeof(*picked));
	if (!picked)
		acr_out_of_memory();
	for (size_t i = 0; i < count; i++) {
		const char *row = find(app, names[i]);
		if (row)
			picked[used++] = acr_copy(row);
	}
	return picked;
}

void acr_environment_free(char ***environment)
{
	for (char **row = *environment; row && *row; row++)
		acr_string_free(row);
	free(*environment);
	*environment = NULL;
}

char *acr_system_path(const struct acr_app *app, const char *path)
{
	return acr_format("%s%s", app->root ? app->root : "", path);
}
