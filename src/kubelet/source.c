/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determines the registry that an image is pulled from: the one in its name, or the mirror that
 * --registry-mirror names for it (kubernetes-sigs/cloud-provider-azure, pkg/credentialprovider,
 * processImageWithRegistryMirror). FROM is a registry, or a registry and the beginning of a path;
 * only the registry of TO is used here.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "kubelet/kubelet.h"

void acr_kubelet_source_free(struct acr_kubelet_source *source)
{
	acr_string_free(&source->from);
}

/* One FROM:TO; the last colon separates, since FROM may have a port. */
struct mirror {
	const char *from, *to;
	size_t from_length, to_length;
};

static size_t without_slashes(const char *text, size_t length)
{
	while (length > 0 && text[length - 1] == '/')
		length--;
	return length;
}

static bool read_mirror(const char *text, size_t length, struct mirror *ret)
{
	const char *colon = memrchr(text, ':', length);

	if (!colon)
		return false;
	ret->from = text;
	ret->from_length = without_slashes(text, (size_t)(colon - text));
	ret->to = colon + 1;
	ret->to_length = length - (size_t)(colon + 1 - text);
	ret->to_length =
		strcspn(ret->to, "/") < ret->to_length ? strcspn(ret->to, "/") : ret->to_length;
	return ret->from_length > 0 && ret->to_length > 0;
}

/* Host names are case-insensitive, paths are not. Paths are compared by whole segments. */
static bool matches(const struct mirror *mirror, const char *image)
{
	size_t host = strcspn(mirror->from, "/");
	const char *behind;

	if (host > mirror->from_length)
		host = mirror->from_length;
	if (strlen(image) <= mirror->from_length || strncasecmp(image, mirror->from, host) != 0 ||
	    strncmp(image + host, mirror->from + host, mirror->from_length - host) != 0)
		return false;
	behind = image + mirror->from_length;
	return *behind == '/' || (host < mirror->from_length && strchr(":@", *behind));
}

/* Is it for the same registry, ignoring the path? */
static bool same_host(const struct mirror *mirror, const char *asked)
{
	size_t length = strlen(asked);

	return strncasecmp(mirror->from, asked, length) == 0 && mirror->from_length > length &&
	       mirror->from[length] == '/';
}

static void find_mirror(const struct acr_app *app, const char *mirrors, const char *image,
			char *target, size_t size, struct acr_kubelet_source *ret)
{
	size_t longest = 0;

	for (const char *next = mirrors; next && *next;) {
		struct mirror mirror;
		size_t length;

		next += strspn(next, " ,");
		length = strcspn(next, " ,");
		if (length > 0 && !read_mirror(next, length, &mirror)) {
			acr_say(app, "--registry-mirror: \"%.*s\" is not FROM:TO and is ignored",
				(int)(length < 100 ? length : 100), next);
		} else if (length > 0) {
			ret->by_image |= same_host(&mirror, ret->asked);
			if (mirror.from_length > longest && mirror.to_length < size &&
			    matches(&mirror, image)) {
				longest = mirror.from_length;
				acr_string_free(&ret->from);
				ret->from = acr_format("%.*s", (int)longest, mirror.from);
				snprintf(target, size, "%.*s", (int)mirror.to_length, mirror.to);
			}
		}
		next += length;
	}
}

void acr_kubelet_source_find(const struct acr_app *app, const char *image, const char *mirrors,
			     struct acr_kubelet_source *ret)
{
	size_t length = strcspn(image, "/");
	char target[ACR_HOST_MAX + 8];

	*ret = (struct acr_kubelet_source){ 0 };
	if (!image[length] || length >= sizeof(ret->asked))
		return;
	snprintf(ret->asked, sizeof(ret->asked), "%.*s", (int)length, image);
	snprintf(target, sizeof(target), "%s", ret->asked);
	find_mirror(app, mirrors, image, target, sizeof(target), ret);
	ret->ours = acr_registry_parse(app->config, target, strlen(target), &ret->registry);
}
