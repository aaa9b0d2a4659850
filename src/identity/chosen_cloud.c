/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud to use if there is no registry that determines it: AZURE_AUTHORITY_HOST, the
 * configuration, or the cloud of `az cloud set` (Azure/azure-cli, azure-cli-core cloud.py:
 * AZURE_CLOUD_NAME, otherwise "name" in section "cloud" of az's file "config").
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/file.h"
#include "identity/run_cli.h"

/* `text` without leading and trailing white space; owned. */
static char *trim(const char *text, size_t length)
{
	while (length > 0 && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	return acr_copy_bytes(text, length);
}

/* The value of "name" in section "cloud" of an INI file; owned, NULL if it is not set. */
static char *read_name(const char *text)
{
	bool inside = false;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n"), key = strcspn(line, "=:\n");
		auto_string whole = trim(line, length);
		auto_string name = trim(line, key);

		if (*whole == '[')
			inside = strcasecmp(whole, "[cloud]") == 0;
		else if (inside && key < length && strcasecmp(name, "name") == 0)
			return trim(line + key + 1, length - key - 1);
	}
	return NULL;
}

static char *cloud_of_az(const struct acr_app *app)
{
	const char *variable = acr_env(app, "AZURE_CLOUD_NAME");
	auto_string folder = acr_azure_folder(app);
	auto_string path = folder ? acr_format("%s/config", folder) : NULL;
	auto_secret text = { 0 };

	if (variable)
		return acr_copy(variable);
	/* A file that cannot be read is ignored here: az reports it. */
	if (!path || acr_file_read(path, ACR_CONFIG_MAX, &text, NULL))
		return NULL;
	return read_name(acr_secret_text(&text));
}

const struct acr_cloud *acr_cloud_chosen(const struct acr_app *app)
{
	const char *authority = acr_env(app, "AZURE_AUTHORITY_HOST");
	auto_string name = NULL;

	if (!authority)
		authority = acr_config_get(app->config, NULL, "authority");
	if (authority)
		return acr_cloud_of_authority(authority);
	name = cloud_of_az(app);
	return name ? acr_cloud_by_name(name) : &acr_clouds[0];
}
