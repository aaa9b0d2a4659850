/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configures Podman, Skopeo and Buildah with containers-registries.conf(5): "credential-helpers" is
 * one list for all registries, and the last file that contains it is used. So our drop-in has a
 * name that sorts after others, and repeats the list that was in use before (containers-auth.json:
 * the auth files), followed by this helper.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "configure/configure.h"

#define KEY	  "credential-helpers"
#define OTHERWISE "\"containers-auth.json\""
#define OURS	  "\"" ACR_HELPER_SUFFIX "\""

static size_t skip_comment(const char *text, size_t at)
{
	return text[at] == '#' ? at + strcspn(text + at, "\n") : at;
}

/* The text between the brackets of the key's list; false if the file does not have the key before
 * its first table. */
static bool find_list(const char *text, size_t *ret_from, size_t *ret_to)
{
	for (size_t line = 0; text[line]; line += text[line] == '\n') {
		size_t at = line + strspn(text + line, " \t");

		line += strcspn(text + line, "\n");
		if (text[at] == '[')
			return false;
		if (strncmp(text + at, KEY, strlen(KEY)) != 0)
			continue;
		at += strlen(KEY);
		at += strspn(text + at, " \t");
		if (text[at] != '=')
			continue;
		at += 1 + strspn(text + at + 1, " \t");
		if (text[at] != '[')
			return false;
		*ret_from = ++at;
		while (text[at] && text[at] != ']')
			at = text[at] == '#' ? skip_comment(text, at) : at + 1;
		*ret_to = at;
		return text[at] == ']';
	}
	return false;
}

static bool holds(const char *text, size_t from, size_t to, const char *word)
{
	return memmem(text + from, to - from, word, strlen(word)) != NULL;
}

/* Copy the list of a file to `ret`, on one line, if there is one. */
static void take_list(const char *path, struct acr_secret *ret)
{
	auto_secret bytes = { 0 }, line = { 0 };
	const char *text;
	size_t from, to;

	if (acr_file_read(path, ACR_CONFIG_MAX, &bytes, NULL))
		return;
	text = acr_secret_text(&bytes);
	if (!find_list(text, &from, &to))
		return;
	for (size_t at = from; at < to;) {
		size_t end = at + 1;

		if (text[at] != '"' && text[at] != '\'') {
			at = text[at] == '#' ? skip_comment(text, at) : at + 1;
			continue;
		}
		while (end < to && text[end] != text[at] && text[end] != '\n')
			end++;
		acr_secret_format(&line, "%s\"%.*s\"", line.length ? ", " : "", (int)(end - at - 1),
				  text + at + 1);
		at = end + 1;
	}
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&line);
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static void take_folder(const char *folder, const char *but, struct acr_secret *ret)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_drop_in, alphasort);

	for (int i = 0; i < count; i++) {
		auto_string path = acr_format("%s/%s", folder, entries[i]->d_name);

		if (strcmp(path, but) != 0)
			take_list(path, ret);
		free(entries[i]);
	}
	free(entries);
}

static void take_home(const char *home, const char *drop_in, struct acr_secret *ret)
{
	auto_string file = acr_format("%s/registries.conf", home);
	auto_string folder = acr_format("%s/registries.conf.d", home);

	take_list(file, ret);
	take_folder(folder, drop_in, ret);
}

void acr_containers_text(const struct acr_app *app, bool system, const char *drop_in,
			 struct acr_secret *ret)
{
	auto_string machine = acr_system_path(app, "/etc/containers");
	auto_string folder = acr_format("%.*s", (int)(strrchr(drop_in, '/') - drop_in), drop_in);
	auto_string person = acr_format("%.*s", (int)(strrchr(folder, '/') - folder), folder);
	auto_secret list = { 0 };

	take_home(machine, drop_in, &list);
	if (!system)
		take_home(person, drop_in, &list);
	acr_secret_format(ret,
			  "# Written by docker-credential-acr configure --containers-registries; "
			  "--undo removes it.\n" KEY " = [%s%s]\n",
			  list.length ? acr_secret_text(&list) : OTHERWISE,
			  list.length && holds(acr_secret_text(&list), 0, list.length, OURS)
				  ? ""
				  : ", " OURS);
}

bool acr_containers_without(const struct acr_secret *bytes, struct acr_secret *ret)
{
	const char *text = acr_secret_text(bytes), *ours;
	size_t from, to, begin, end;

	if (!find_list(text, &from, &to))
		return false;
	ours = memmem(text + from, to - from, OURS, strlen(OURS));
	if (!ours)
		return false;
	begin = (size_t)(ours - text);
	end = begin + strlen(OURS);
	/* With the comma before it, otherwise the one after it. */
	while (begin > from && strchr(" \t\n,", text[begin - 1]))
		begin--;
	if (begin == from)
		end += strspn(text + end, " \t,");
	acr_secret_add_bytes(ret, text, begin);
	acr_secret_add_bytes(ret, text + end, bytes->length - end);
	return true;
}
