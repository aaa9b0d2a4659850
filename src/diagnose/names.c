/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds names that are similar to an image that does not exist: among the tags of its repository
 * or, if the repository does not exist, in the catalog. An identity that may pull is not always
 * allowed to list them; then nothing is reported. The next page is requested by the last name of
 * the previous one, never by a URL that the registry returns.
 */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "diagnose/content.h"
#include "diagnose/network.h"
#include "explain/language.h"
#include "explain/sanitize.h"

#define PAGE	   1000
#define PAGES_MOST 3
#define SHOWN	   5

struct list {
	const char *path, *key;	   /* "app/tags/list", "tags" */
	struct acr_nearest search; /* for the name that does not exist */
	bool holds;		   /* the exact name was found */
	size_t count;		   /* number of names seen */
	char *nearest;		   /* owned, NULL for none */
	struct acr_secret shown;   /* the first few names */
	char last[256];
};

/* The best name of the search is borrowed from a page that is freed before the next one. */
static void keep_nearest(struct list *list)
{
	char *copy;

	if (!list->search.best || list->search.best == list->nearest)
		return;
	copy = acr_copy(list->search.best);
	acr_string_free(&list->nearest);
	list->search.best = list->nearest = copy;
}

static void look_through(struct json_object *names, struct list *list)
{
	size_t count =
		json_object_is_type(names, json_type_array) ? json_object_array_length(names) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_object_array_get_idx(names, i);
		const char *name = json_object_is_type(one, json_type_string)
					   ? json_object_get_string(one)
					   : "";

		list->holds |= strcmp(name, list->search.word) == 0;
		acr_nearest_try(&list->search, name);
		if (list->count++ < SHOWN)
			acr_secret_format(&list->shown, "%s%s", list->count > 1 ? ", " : "", name);
		snprintf(list->last, sizeof(list->last), "%s", name);
	}
	keep_nearest(list);
	if (count < PAGE)
		list->last[0] = '\0';
}

/* Returns -1 with the error of the registry. */
static int read_list(const struct acr_app *app, const struct acr_case *subject,
		     const struct acr_secret *token, struct list *list, struct acr_error *error)
{
	for (int page = 0; page < PAGES_MOST && (page == 0 || list->last[0]); page++) {
		auto_response answer = { 0 };
		auto_secret query = { 0 };
		auto_string path = NULL;
		auto_json json = NULL;

		acr_form_add(&query, "n", acr_number(PAGE).text);
		acr_form_add(&query, "last", list->last[0] ? list->last : NULL);
		path = acr_format("%s?%s", list->path, acr_secret_text(&query));
		if (acr_content_get(app, subject, token, path, NULL, &answer, error))
			return -1;
		if (answer.status != 200)
			return acr_check_refusal(subject->registry.host, &answer, error);
		if (acr_json_parse(acr_secret_text(&answer.body), answer.body.length, &json, error))
			return -1;
		look_through(acr_json_member(json, list->key), list);
	}
	return 0;
}

static int ask(const struct acr_app *app, const struct acr_case *subject,
	       const struct acr_puller *puller, const char *scope, struct list *list,
	       struct acr_error *error)
{
	auto_secret token = { 0 };

	if (acr_puller_token(app, subject, puller, scope, &token, error))
		return -1;
	return read_list(app, subject, &token, list, error);
}

static void wipe(struct list *list)
{
	acr_string_free(&list->nearest);
	acr_secret_wipe(&list->shown);
}

static char *tell_tags(const struct list *tags)
{
	if (tags->holds)
		return acr_copy(_("The tag is listed, but its manifest is missing"));
	if (tags->nearest)
		return acr_format(_("The most similar tag is %s"), tags->nearest);
	if (tags->count == 0)
		return acr_copy(_("The repository has no tags"));
	if (tags->count <= SHOWN)
		return acr_format(_("The repository has these tags: %s"),
				  acr_secret_text(&tags->shown));
	return acr_format(_("The repository has %zu tags, for example %s"), tags->count,
			  acr_secret_text(&tags->shown));
}

static char *find_repository(const struct acr_app *app, const struct acr_case *subject,
			     const struct acr_puller *puller)
{
	__attribute__((cleanup(wipe))) struct list catalog = { .path = "_catalog",
							       .key = "repositories",
							       .search.word = subject->repository };
	struct acr_error error = { 0 };

	if (ask(app, subject, puller, "registry:catalog:*", &catalog, &error) == 0 &&
	    catalog.nearest && !catalog.holds)
		return acr_format(_("The repository does not exist; the most similar name is %s"),
				  catalog.nearest);
	return acr_copy(_("The repository does not exist"));
}

void acr_names_wipe(struct acr_names *names)
{
	acr_string_free(&names->sentence);
}

void acr_names_look(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_puller *puller, struct acr_names *ret)
{
	auto_string path = acr_format("%s/tags/list", subject->repository);
	auto_string scope = acr_format("repository:%s:metadata_read", subject->repository);
	__attribute__((cleanup(wipe))) struct list tags = { .path = path,
							    .key = "tags",
							    .search.word = subject->reference };
	struct acr_error error = { 0 };

	*ret = (struct acr_names){ 0 };
	if (ask(app, subject, puller, scope, &tags, &error) == 0) {
		ret->listed = tags.holds;
		if (!acr_content_is_digest(subject->reference))
			ret->sentence = tell_tags(&tags);
	} else if (acr_content_is_unknown(&error)) {
		ret->no_repository = true;
		ret->sentence = find_repository(app, subject, puller);
	}
	if (!ret->sentence)
		ret->sentence = acr_copy("");
}
