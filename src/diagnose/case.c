/* SPDX-License-Identifier: Apache-2.0 */
/* Parses what `diagnose` is asked about: a registry or an image reference. Whether the host is an
 * Azure registry is decided in registry/parse_host.c. */
#include <string.h>
#include <strings.h>

#include "acr/check.h"
#include "base/json.h"

void acr_case_wipe(struct acr_case *subject)
{
	acr_string_free(&subject->typed);
	acr_string_free(&subject->repository);
	acr_string_free(&subject->reference);
	acr_string_free(&subject->action);
	acr_string_free(&subject->pull);
	for (size_t i = 0; i < ACR_FOUND_COUNT; i++)
		acr_secret_wipe(&subject->found[i]);
}

/* Parses REPOSITORY[:TAG][@DIGEST] (reference grammar of distribution). A colon starts a tag only
 * after the last slash. */
static void take_image(const char *image, struct acr_case *ret)
{
	const char *digest = strchr(image, '@');
	size_t length = digest ? (size_t)(digest - image) : strlen(image);
	const char *slash = memrchr(image, '/', length);
	const char *last = slash ? slash + 1 : image;
	const char *colon = memchr(last, ':', length - (size_t)(last - image));
	size_t name = colon ? (size_t)(colon - image) : length;

	while (name > 0 && image[name - 1] == '/')
		name--;
	ret->repository = acr_format("%.*s", (int)name, image);
	if (digest)
		ret->reference = acr_copy(digest + 1);
	else if (colon)
		ret->reference =
			acr_format("%.*s", (int)(length - (size_t)(colon + 1 - image)), colon + 1);
	else
		ret->reference = acr_copy("latest");
	ret->untagged = !digest && !colon;
}

void acr_case_begin(const struct acr_app *app, const char *typed, const char *repository,
		    const char *action, struct acr_case *ret)
{
	const char *host = typed, *rest;
	size_t length;

	*ret = (struct acr_case){ .action = acr_copy(action ? action : "") };
	if (strncasecmp(host, "https://", 8) == 0)
		host += 8;
	length = strcspn(host, "/");
	ret->typed = acr_format("%.*s", (int)length, host);
	ret->ours = acr_registry_parse(app->config, host, length, &ret->registry);
	rest = host + length + strspn(host + length, "/");
	/* The URL of the registry API, copied from a browser. */
	if (strcmp(rest, "v2") == 0 || strcmp(rest, "v2/") == 0 || strcmp(rest, "v1/") == 0)
		rest = "";
	if (*rest)
		take_image(rest, ret);
	if (repository) {
		acr_string_free(&ret->reference); /* belongs to the other repository */
		acr_string_free(&ret->repository);
		ret->repository = acr_copy(repository);
	}
	if (!ret->repository)
		ret->repository = acr_copy("");
	if (!ret->reference)
		ret->reference = acr_copy("");
	ret->pull = acr_copy("");
}

const char *acr_case_found(const struct acr_case *subject, enum acr_found found)
{
	if (subject->found[found].length > 0 || !subject->machine)
		return acr_secret_text(&subject->found[found]);
	return acr_secret_text(&subject->machine->found[found]);
}

struct json_object *acr_case_json(const struct acr_case *subject, enum acr_found found)
{
	const char *text = acr_case_found(subject, found);
	struct json_object *json = NULL;

	if (!*text || acr_json_parse(text, strlen(text), &json, NULL))
		return NULL;
	return json;
}

void acr_case_who(const struct acr_case *subject, struct acr_who *ret)
{
	acr_who_read(acr_case_found(subject, ACR_FOUND_WHO), ret);
}
