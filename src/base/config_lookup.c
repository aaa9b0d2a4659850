/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up settings of a registry in the loaded configuration: of all rows of a key, the one with
 * the highest precedence applies. */
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/config_rows.h"
#include "base/entry_match.h"
#include "base/settings.h"

/* The environment takes precedence, then the closest match, then the user's file. */
static bool is_nearer(const struct row *row, unsigned match, const struct row *best, unsigned most)
{
	if (!best || row->rank == FROM_ENVIRONMENT || best->rank == FROM_ENVIRONMENT ||
	    match == most)
		return !best || row->rank < best->rank;
	return match > most;
}

static const struct row *find_row(const struct acr_config *config, const char *host,
				  const char *key)
{
	const struct row *nearest = NULL;
	unsigned most = 0;

	for (size_t i = 0; config && i < config->count; i++) {
		const struct row *row = &config->rows[i];
		unsigned match;

		if (strcmp(row->key, key) != 0)
			continue;
		match = row->host && host ? acr_entry_match(row->host, host) : 0;
		if ((row->host && match == 0) || !is_nearer(row, match, nearest, most))
			continue;
		nearest = row;
		most = match;
	}
	return nearest;
}

const char *acr_config_get(const struct acr_config *config, const char *host, const char *key)
{
	const struct row *row = find_row(config, host, key);

	return row ? row->value : NULL;
}

bool acr_config_find(const struct acr_config *config, const char *host, const char *key,
		     struct acr_setting_source *ret)
{
	const struct row *row = find_row(config, host, key);

	if (!row)
		return false;
	*ret = (struct acr_setting_source){ .value = row->value, .entry = row->host };
	if (row->rank != FROM_ENVIRONMENT)
		ret->path = config->paths[row->rank == FROM_PERSONAL_HOST ||
					  row->rank == FROM_PERSONAL];
	return true;
}

int64_t acr_config_seconds(const struct acr_config *config, const char *host, const char *key,
			   int64_t otherwise)
{
	const char *value = acr_config_get(config, host, key);
	int64_t seconds = value ? acr_setting_seconds(value) : -1;

	return seconds >= 0 ? seconds : otherwise;
}

int64_t acr_config_timeout(const struct acr_config *config, const char *host)
{
	int64_t seconds = acr_config_seconds(config, host, "timeout", 0);

	return seconds > 0 ? 1000 * seconds : ACR_BUDGET_GET;
}

bool acr_config_is(const struct acr_config *config, const char *host, const char *key,
		   const char *value)
{
	const char *set = acr_config_get(config, host, key);

	return set && strcmp(set, value) == 0;
}

void acr_config_hosts(const struct acr_config *config,
		      void (*visit)(void *data, const char *host, bool in_hosts), void *data)
{
	for (size_t i = 0; config && i < config->count; i++) {
		const struct row *row = &config->rows[i];

		if (row->host && row->key[0] == '\0' && !strchr(row->host, '*'))
			visit(data, row->host, false);
		if (row->host || strcmp(row->key, "hosts") != 0)
			continue;
		for (const char *next = row->value; *next;) {
			size_t length = strcspn(next, ",");
			auto_string host = acr_format("%.*s", (int)length, next);

			if (length > 0)
				visit(data, host, true);
			next += length + (next[length] == ',');
		}
	}
}

const struct acr_message *acr_config_warning(const struct acr_config *config, size_t index)
{
	return config && index < config->warning_count ? &config->warnings[index] : NULL;
}
