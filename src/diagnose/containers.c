/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the files that configure registries for podman: one of two main files, then the drop-in
 * files in alphabetical order. */
#include "diagnose/containers.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"

struct reading {
	void (*visit)(void *data, const char *path, const char *text);
	void *data;
};

static bool read_one(const struct reading *reading, const char *path)
{
	auto_secret text = { 0 };

	if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL))
		return false;
	reading->visit(reading->data, path, acr_secret_text(&text));
	return true;
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static void read_folder(const struct reading *reading, const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_drop_in, alphasort);

	for (int i = 0; i < count; i++) {
		auto_string path = acr_format("%s/%s", folder, entries[i]->d_name);

		read_one(reading, path);
		free(entries[i]);
	}
	free(entries);
}

void acr_containers_each(const struct acr_app *app,
			 void (*visit)(void *data, const char *path, const char *text), void *data)
{
	static const char *const folders[] = { "/usr/share/containers/registries.conf.d",
					       "/etc/containers/registries.conf.d" };
	const struct reading reading = { visit, data };
	const char *named = acr_env(app, "CONTAINERS_REGISTRIES_CONF"),
		   *home = acr_env(app, "HOME");
	const char *config = acr_env(app, "XDG_CONFIG_HOME");
	auto_string own = config ? acr_format("%s/containers", config)
			  : home ? acr_format("%s/.config/containers", home)
				 : acr_copy("/nonexistent");
	auto_string own_main = acr_format("%s/registries.conf", own);
	auto_string own_folder = acr_format("%s/registries.conf.d", own);
	auto_string system_main = acr_system_path(app, "/etc/containers/registries.conf");

	if (named)
		read_one(&reading, named);
	else if (!read_one(&reading, own_main))
		read_one(&reading, system_main);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		auto_string folder = acr_system_path(app, folders[i]);

		read_folder(&reading, folder);
	}
	read_folder(&reading, own_folder);
}

struct wanted {
	const char *helper;
	char *found; /* owned */
};

/* Looks for credential-helpers = ["containers-auth.json", "acr"] before the first table. */
static void look(void *data, const char *path, const char *text)
{
	static const char key[] = "credential-helpers";
	struct wanted *wanted = data;
	auto_string word = acr_format("\"%s\"", wanted->helper);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *end, *at = line + strspn(line, " \t");

		if (*at == '[')
			return;
		if (strncmp(at, key, strlen(key)) != 0)
			continue;
		end = strchr(at, ']');
		acr_string_free(&wanted->found);
		if (end && memmem(at, (size_t)(end - at), word, strlen(word)))
			wanted->found = acr_copy(path);
		return;
	}
}

char *acr_containers_helper(const struct acr_app *app, const char *helper)
{
	struct wanted wanted = { helper, NULL };

	acr_containers_each(app, look, &wanted);
	return wanted.found;
}
