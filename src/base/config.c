/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the configuration: two JSON files and the environment, flattened into rows. Of several rows
 * for a key, the row with the highest precedence applies. */
#include "acr/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/config_rows.h"
#include "base/entry_match.h"
#include "base/file.h"
#include "base/json.h"
#include "base/settings.h"

static void add(struct acr_config *config, enum rank rank, const char *host, const char *key,
		char *value)
{
	char *name = host ? acr_copy(host) : NULL;

	config->rows = acr_grow(config->rows, config->count, sizeof(*config->rows));
	config->rows[config->count++] = (struct row){ rank, name, key, value };
	for (char *c = name; c && *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 32 : *c);
}

#define WARNINGS 16 /* further ones are dropped */

static void add_warning(struct acr_config *config, const struct acr_message *warning)
{
	if (config->warning_count == WARNINGS)
		return;
	config->warnings =
		acr_grow(config->warnings, config->warning_count, sizeof(*config->warnings));
	config->warnings[config->warning_count++] = *warning;
}

#define WARN(config, ...)                                                                          \
	do {                                                                                       \
		struct acr_error warning_ = { 0 };                                                 \
		if (acr_raise(&warning_, __VA_ARGS__))                                             \
			add_warning(config, &warning_.message);                                    \
	} while (0)

/* One file that is being converted to rows. */
struct source {
	struct acr_config *config;
	const char *path;
	enum rank host_rank, rank;
};

/* Warns about a name in "hosts" or "registries" that can never match a server: with a blank, a
 * port, a scheme, or without a domain. Only "registries" may have patterns. */
static void check_name(struct source *source, const char *key, const char *name)
{
	if ((acr_setting_is_host(name) || acr_entry_is_pattern(name)) && strchr(name, '.'))
		return;
	WARN(source->config, NAME_MATCHES_NOTHING, source->path, key, name);
}

static void check_names(struct source *source, const char *key, const char *list)
{
	for (const char *next = list; *next;) {
		size_t length = strcspn(next, ",");
		auto_string name = acr_format("%.*s", (int)length, next);

		check_name(source, key, name);
		next += length + (next[length] == ',');
	}
}

/* `place` is a variable, or a file and its key. The error says what is wrong with the value and
 * what was probably meant. A free-text value is not repeated, since it may be a secret that was
 * pasted by mistake. */
static int fail_value(struct acr_error *error, const char *place, const struct acr_setting_key *key,
		      const char *value, enum acr_message_id wrong)
{
	bool is_word = wrong == ACR_MESSAGE_VALUE_CHOICE || wrong == ACR_MESSAGE_VALUE_SWITCH ||
		       wrong == ACR_MESSAGE_VALUE_DURATION;
	auto_string nearest = is_word ? acr_setting_nearest_value(key, value) : NULL;
	struct acr_message problem;
	auto_secret choices = { 0 };

	if (nearest)
		return acr_raise(error, SETTING_VALUE_NEAR, place, value, nearest);
	for (const char *c = key->choices; c && *c; c++)
		acr_secret_add_bytes(&choices, *c == '|' ? ", " : c, *c == '|' ? 2 : 1);
	if (wrong == ACR_MESSAGE_VALUE_CHOICE)
		return acr_raise(error, SETTING_VALUE_CHOICES, place, value,
				 acr_secret_text(&choices));
	acr_message_set(&problem, wrong, NULL, NULL, 0);
	return acr_raise_cause(error, &problem, SETTING_VALUE, place);
}

/* `place` is the file or the variable. */
static void warn_of_no_time(struct acr_config *config, const char *place,
			    const struct acr_setting_key *key, const char *value)
{
	if (strcmp(key->name, "timeout") == 0 && acr_setting_seconds(value) == 0)
		WARN(config, TIMEOUT_ZERO, place);
}

static int take_value(struct source *source, const char *host, const struct acr_setting_key *key,
		      struct json_object *json, struct acr_error *error)
{
	auto_string value = acr_setting_text(key, json);
	auto_string place = acr_format("%s: %s%s%s\"%s\"", source->path, host ? "\"" : "",
				       host ? host : "", host ? "\": " : "", key->name);
	enum acr_message_id wrong = host && key->global_only ? ACR_MESSAGE_KEY_GLOBAL
				    : !value		     ? ACR_MESSAGE_VALUE_TYPE
				    : strcmp(key->name, "hosts") == 0 && strchr(value, '*')
					    ? ACR_MESSAGE_VALUE_PATTERN
					    : acr_setting_check(key, value);

	if (wrong)
		return fail_value(error, place, key, value ? value : "", wrong);
	warn_of_no_time(source->config, source->path, key, value);
	if (strcmp(key->name, "hosts") == 0)
		check_names(source, key->name, value);
	add(source->config, host ? source->host_rank : source->rank, host, key->name, value);
	value = NULL;
	return 0;
}

static int take_object(struct source *source, const char *host, struct json_object *object,
		       struct acr_error *error);

/* False positive of gcc 12: the contents of a row are freed with the config. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static int take_registries(struct source *source, struct json_object *registries,
			   struct acr_error *error)
{
	json_object_object_foreach(registries, host, entry)
	{
		if (!json_object_is_type(entry, json_type_object))
			return acr_raise(error, CONFIG_ENTRY_INVALID, source->path, host);
		check_name(source, "registries", host);
		/* A row of its own, so that an entry without keys still names the host. */
		add(source->config, source->host_rank, host, "", acr_copy(""));
		if (take_object(source, host, entry, error))
			return -1;
	}
	return 0;
}
#pragma GCC diagnostic pop

static int take_object(struct source *source, const char *host, struct json_object *object,
		       struct acr_error *error)
{
	json_object_object_foreach(object, name, value)
	{
		const struct acr_setting_key *key = acr_setting_find(name);

		if (!host && strcmp(name, "registries") == 0) {
			if (!json_object_is_type(value, json_type_object))
				return acr_raise(error, CONFIG_REGISTRIES_INVALID, source->path);
			if (take_registries(source, value, error))
				return -1;
		} else if (key) {
			if (take_value(source, host, key, value, error))
				return -1;
		} else {
			const char *nearest = acr_setting_nearest(name);

			if (nearest)
				WARN(source->config, KEY_UNKNOWN_NEAR, source->path, name, nearest);
			else
				WARN(source->config, KEY_UNKNOWN, source->path, name);
		}
	}
	return 0;
}

/* The line of an entry, for messages. The name is searched for as it is spelled in the file. */
static struct acr_number line_of(const char *text, const char *entry)
{
	auto_string quoted = acr_format("\"%s\"", entry);
	const char *found = strcasestr(text, quoted);
	long long line = 1;

	for (const char *c = text; found && c < found; c++)
		line += *c == '\n';
	return acr_number(line);
}

/* Fails if two entries of one file match some host equally closely and set a key to different
 * values. */
static int check_ties(const struct source *source, const char *text, struct acr_error *error)
{
	const struct acr_config *config = source->config;

	for (size_t i = 0; i < config->count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct row *a = &config->rows[k], *b = &config->rows[i];

			if (a->rank == source->host_rank && b->rank == source->host_rank &&
			    strcmp(a->key, b->key) == 0 && strcmp(a->value, b->value) != 0 &&
			    acr_entry_collides(a->host, b->host))
				return acr_raise(error, CONFIG_ENTRY_TIE, source->path, a->host,
						 line_of(text, a->host).text, b->host,
						 line_of(text, b->host).text, b->key);
		}
	return 0;
}

static int take_file(struct acr_config *config, const char *path, bool personal,
		     struct acr_error *error)
{
	struct source source = { config, path, personal ? FROM_PERSONAL_HOST : FROM_SYSTEM_HOST,
				 personal ? FROM_PERSONAL : FROM_SYSTEM };
	struct acr_error missing = { 0 };
	auto_secret text = { 0 };
	auto_json json = NULL;

	/* The file decides where tokens are sent. */
	if (acr_trusted_read(path, ACR_CONFIG_MAX, &text, &missing)) {
		if (missing.kind == ACR_NOT_FOUND)
			return 0;
		if (error)
			*error = missing;
		return -1;
	}
	if (acr_json_parse(acr_secret_text(&text), text.length, &json, error))
		return acr_context(error, AT, path);
	if (!json_object_is_type(json, json_type_object))
		return acr_raise(error, JSON_NOT_OBJECT, path);
	return take_object(&source, NULL, json, error) ||
			       check_ties(&source, acr_secret_text(&text), error)
		       ? -1
		       : 0;
}

/* Reads the settings in environment variables, such as DOCKER_CREDENTIAL_ACR_MIN_VALIDITY for
 * "min_validity". */
static int take_environment(struct acr_config *config, const struct acr_app *app,
			    struct acr_error *error)
{
	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++) {
		char name[80] = "DOCKER_CREDENTIAL_ACR_";
		size_t length = strlen(name);
		enum acr_message_id wrong;
		const char *value;

		for (const char *c = key->name; *c; c++)
			name[length++] = (char)(*c >= 'a' && *c <= 'z' ? *c & ~32 : *c);
		name[length] = '\0';
		value = acr_env(app, name);
		if (!value)
			continue;
		if (key->file_only) {
			WARN(config, KEY_FILE_ONLY, name, key->name);
			continue;
		}
		wrong = acr_setting_check(key, value);
		if (wrong)
			return fail_value(error, name, key, value, wrong);
		warn_of_no_time(config, name, key, value);
		add(config, FROM_ENVIRONMENT, NULL, key->name, acr_copy(value));
	}
	return 0;
}

char *acr_config_path(const struct acr_app *app, bool personal)
{
	if (!personal)
		return acr_system_path(app, "/etc/docker-credential-acr/config.json");
	return acr_home_path(app, "XDG_CONFIG_HOME", ".config", "/config.json");
}

int acr_config_load(const struct acr_app *app, struct acr_config **ret, struct acr_error *error)
{
	struct acr_config *config = calloc(1, sizeof(*config));

	if (!config)
		acr_out_of_memory();
	config->paths[0] = acr_config_path(app, false);
	config->paths[1] = acr_config_path(app, true);
	if (take_environment(config, app, error) ||
	    (config->paths[1] && take_file(config, config->paths[1], true, error)) ||
	    take_file(config, config->paths[0], false, error)) {
		acr_config_free(config);
		return -1;
	}
	*ret = config;
	return 0;
}

void acr_config_free(struct acr_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->count; i++) {
		free(config->rows[i].host);
		free(config->rows[i].value);
	}
	free(config->warnings);
	acr_string_free(&config->paths[0]);
	acr_string_free(&config->paths[1]);
	free(config->rows);
	free(config);
}
