/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: two JSON files and the environment, flattened into rows of which the nearest wins. */
#include "acr/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/entry_match.h"
#include "base/file.h"
#include "base/json.h"
#include "base/settings.h"

/* Nearest first. */
enum rank { FROM_ENVIRONMENT, FROM_PERSONAL_HOST, FROM_SYSTEM_HOST, FROM_PERSONAL, FROM_SYSTEM };

struct row {
	enum rank rank;
	char *host; /* NULL: global */
	const char *key;
	char *value;
};

struct acr_config {
	struct row *rows;
	size_t count;
	char *paths[2]; /* /etc, the person's; NULL where there is no home */
	char *warnings[16];
	size_t warning_count;
};

static void add(struct acr_config *config, enum rank rank, const char *host, const char *key,
		char *value)
{
	char *name = host ? acr_copy(host) : NULL;

	config->rows = acr_grow(config->rows, config->count, sizeof(*config->rows));
	config->rows[config->count++] = (struct row){ rank, name, key, value };
	for (char *c = name; c && *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 32 : *c);
}

static void warn(struct acr_config *config, char *text)
{
	if (config->warning_count < sizeof(config->warnings) / sizeof(config->warnings[0]))
		config->warnings[config->warning_count++] = text;
	else
		free(text);
}

/* One file on its way into rows. */
struct source {
	struct acr_config *config;
	const char *path;
	enum rank host_rank, rank;
};

/* A name of "hosts" or "registries" that no server can be asked for by: with a blank, a port, a
 * scheme, or without a domain. Only "registries" may have patterns. */
static void check_name(struct source *source, const char *key, const char *name)
{
	if ((acr_setting_is_host(name) || acr_entry_is_pattern(name)) && strchr(name, '.'))
		return;
	warn(source->config,
	     acr_format("%s: \"%s\" names \"%.100s\", which matches no registry: give a host name "
			"such as contoso.azurecr.io, without scheme, port and blanks",
			source->path, key, name));
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

/* `place` is a variable, or a file and its key: what is wrong with its value, and what may have been
 * meant. The value of a free text is not repeated: it may have come from the wrong clipboard. */
static int fail_value(struct acr_error *error, const char *place, const struct acr_setting_key *key,
		      const char *value, const char *wrong)
{
	auto_string nearest = acr_setting_nearest_value(key, value);
	auto_secret choices = { 0 };

	if (nearest)
		return acr_raise(error, SETTING_VALUE_NEAR, place, wrong, value, nearest);
	for (const char *c = key->choices; c && *c; c++)
		acr_secret_add_bytes(&choices, *c == '|' ? ", " : c, *c == '|' ? 2 : 1);
	if (key->choices)
		return acr_raise(error, SETTING_VALUE_CHOICES, place, wrong, value,
				 acr_secret_text(&choices));
	return acr_raise(error, SETTING_VALUE, place, wrong);
}

/* `place`: the file or the variable. */
static void warn_of_no_time(struct acr_config *config, const char *place,
			    const struct acr_setting_key *key, const char *value)
{
	if (strcmp(key->name, "timeout") == 0 && acr_setting_seconds(value) == 0)
		warn(config, acr_format("%s: \"timeout\" is 0, which leaves no time for anything, "
					"and is ignored",
					place));
}

static int take_value(struct source *source, const char *host, const struct acr_setting_key *key,
		      struct json_object *json, struct acr_error *error)
{
	auto_string value = acr_setting_text(key, json);
	auto_string place = acr_format("%s: \"%s\"%s%s", source->path, key->name,
				       host ? " of " : "", host ? host : "");
	const char *wrong = value ? acr_setting_check(key, value) : "is not of the right type";

	if (host && key->global_only)
		return acr_raise(error, SETTING_VALUE, place,
				 "stands for all registries and cannot be inside \"registries\"");
	if (wrong)
		return fail_value(error, place, key, value ? value : "", wrong);
	warn_of_no_time(source->config, source->path, key, value);
	if (strcmp(key->name, "hosts") == 0 && strchr(value, '*'))
		return acr_raise(error, SETTING_VALUE, place,
				 "holds a pattern: name each registry, since tokens go there");
	if (strcmp(key->name, "hosts") == 0)
		check_names(source, key->name, value);
	add(source->config, host ? source->host_rank : source->rank, host, key->name, value);
	value = NULL;
	return 0;
}

static int take_object(struct source *source, const char *host, struct json_object *object,
		       struct acr_error *error);

/* What goes into a row is freed with the config: gcc 12 loses it on the way. */
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
			warn(source->config,
			     acr_format("%s: unknown key \"%.60s\"%s%s%s", source->path, name,
					nearest ? ", did you mean \"" : "", nearest ? nearest : "",
					nearest ? "\"?" : ""));
		}
	}
	return 0;
}

/* Where an entry stands, for a person: it is written as it is called. */
static struct acr_number line_of(const char *text, const char *entry)
{
	auto_string quoted = acr_format("\"%s\"", entry);
	const char *found = strcasestr(text, quoted);
	long long line = 1;

	for (const char *c = text; found && c < found; c++)
		line += *c == '\n';
	return acr_number(line);
}

/* Two entries of one file that are equally close to some host and say different things about it. */
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

	/* It decides where tokens go. */
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

/* DOCKER_CREDENTIAL_ACR_MIN_VALIDITY for "min_validity". */
static int take_environment(struct acr_config *config, const struct acr_app *app,
			    struct acr_error *error)
{
	for (const struct acr_setting_key *key = acr_setting_keys; key->name; key++) {
		char name[80] = "DOCKER_CREDENTIAL_ACR_";
		size_t length = strlen(name);
		const char *value, *wrong;

		for (const char *c = key->name; *c; c++)
			name[length++] = (char)(*c >= 'a' && *c <= 'z' ? *c & ~32 : *c);
		name[length] = '\0';
		value = acr_env(app, name);
		if (!value)
			continue;
		if (key->file_only) {
			warn(config, acr_format("%s is ignored: \"%s\" decides where tokens go and "
						"is only taken from a file",
						name, key->name));
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
	for (size_t i = 0; i < config->warning_count; i++)
		free(config->warnings[i]);
	acr_string_free(&config->paths[0]);
	acr_string_free(&config->paths[1]);
	free(config->rows);
	free(config);
}

/* The environment before all, then the closest entry, then the person's file. */
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

const char *acr_config_warning(const struct acr_config *config, size_t index)
{
	return config && index < config->warning_count ? config->warnings[index] : NULL;
}
