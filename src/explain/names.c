/* SPDX-License-Identifier: Apache-2.0 */
/* Finds hosts, images and masked names in a span of text, and which of them a position refers
 * to. */
#include "explain/names.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "explain/extract.h"
#include "explain/sanitize.h"

/* The kind of a host, by its suffix; documentation links in an error say nothing about its
 * subject. */
enum kind { PAGE, SERVICE, DATA, OTHER };
static const struct {
	const char *end;
	enum kind kind;
} known_hosts[] = {
	{ "aka.ms", PAGE },
	{ "learn.microsoft.com", PAGE },
	{ "docs.microsoft.com", PAGE },
	{ "docs.docker.com", PAGE },
	{ "www.docker.com", PAGE },
	{ "portal.azure.com", PAGE },
	{ "azure.status.microsoft", PAGE },
	{ "containerregistry.azure.net", PAGE },
	{ "login.microsoftonline.com", SERVICE },
	{ "login.microsoftonline.us", SERVICE },
	{ "login.partner.microsoftonline.cn", SERVICE },
	{ "login.chinacloudapi.cn", SERVICE },
	{ "login.windows.net", SERVICE },
	{ "sts.windows.net", SERVICE },
	{ "management.azure.com", SERVICE },
	{ "management.chinacloudapi.cn", SERVICE },
	{ "management.usgovcloudapi.net", SERVICE },
	{ "169.254.169.254", SERVICE },
	{ "169.254.170.2", SERVICE },
};

static enum kind kind_of(const char *host, size_t length)
{
	auto_string name = acr_copy_bytes(host, length);

	if (acr_words_has(name, ".blob.core.|.data.azurecr.|.privatelink."))
		return DATA;
	for (size_t i = 0; i < sizeof(known_hosts) / sizeof(known_hosts[0]); i++)
		if (strcasecmp(name, known_hosts[i].end) == 0)
			return known_hosts[i].kind;
	return OTHER;
}

static bool follows(const char *text, const struct acr_span *span, size_t at, const char *word)
{
	size_t length = strlen(word);

	return span->end - at >= length && strncasecmp(text + at, word, length) == 0;
}

static bool precedes(const char *text, const struct acr_span *span, size_t at, const char *word)
{
	size_t length = strlen(word);

	return at - span->begin >= length && strncasecmp(text + at - length, word, length) == 0;
}

static bool any_precedes(const char *text, const struct acr_span *span, size_t at,
			 const char *words)
{
	const char *word;
	size_t length;

	while (acr_words_next(&words, &word, &length))
		if (at - span->begin >= length &&
		    strncasecmp(text + at - length, word, length) == 0)
			return true;
	return false;
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.';
}

/* Is it an IP address other than the client's own end of a connection, a resolver or a web
 * server? */
static bool is_other_address(const char *text, const struct acr_span *span, size_t end)
{
	size_t digits = 0;

	if (end >= span->end)
		return false;
	if (follows(text, span, end, " port ") && !follows(text, span, end, " port 443"))
		return true;
	while (text[end] == ':' && end + 1 + digits < span->end &&
	       isdigit((unsigned char)text[end + 1 + digits]))
		digits++;
	if (digits == 0 || follows(text, span, end + 1 + digits, "->"))
		return false;
	return !(digits == 2 &&
		 (strncmp(text + end, ":53", 3) == 0 || strncmp(text + end, ":80", 3) == 0)) &&
	       !(digits == 3 && strncmp(text + end, ":443", 4) == 0);
}

/* Placeholders that CI systems and users write: "***", "<name>", "$(ACR)", "${{ secrets.ACR }}".
 * Before azurecr they mask the name of a registry, in place of a host the whole host. */
static bool take_mask(const char *text, const struct acr_span *span, size_t at,
		      struct acr_name *ret)
{
	size_t end = at;

	if (text[at] == '.' && follows(text, span, at, ".azurecr.") &&
	    (at == span->begin || !in_name(text[at - 1]))) {
		for (end = at + 9; end < span->end && isalpha((unsigned char)text[end]); end++)
			continue;
		*ret = (struct acr_name){ ACR_SUBJECT_MASKED, at, end, true };
		return true;
	}
	while (end < span->end && text[end] == '*')
		end++;
	if (end - at < 3 || (at > span->begin && text[at - 1] == '*') ||
	    follows(text, span, end, ".azurecr."))
		return false;
	if (!any_precedes(text, span, at,
			  "://|lookup |get |head |post |put |resolve host: |host |host: |"
			  "registry |registry: |server |server: |from |for |): ") &&
	    !(end < span->end &&
	      (text[end] == '/' || text[end] == ':' || text[end] == '"' || text[end] == '\'')))
		return false;
	*ret = (struct acr_name){ ACR_SUBJECT_MASKED, at, end, true };
	return true;
}

/* The name of a registry with a wrong suffix, or without a suffix where a registry is expected. */
static bool is_nearly_ours(const char *text, const struct acr_span *span, size_t at, size_t end)
{
	auto_string host = acr_copy_bytes(text + at, end - at);
	auto_string meant = acr_near_miss(host);

	return meant || (!strchr(host, '.') && follows(text, span, end, "/v2/"));
}

/* "my_registry.azurecr.io": an underscore is not valid in a host name, so this one cannot be
 * resolved. */
static bool take_underscored(const char *text, const struct acr_span *span, size_t at,
			     struct acr_name *ret)
{
	size_t end = at;

	if (!isalnum((unsigned char)text[at]) ||
	    (at > span->begin && (in_name(text[at - 1]) || text[at - 1] == '_')))
		return false;
	while (end < span->end && (in_name(text[end]) || text[end] == '_'))
		end++;
	if (!memchr(text + at, '_', end - at) ||
	    !acr_words_find(text + at, end - at, ".azurecr.", strlen(".azurecr.")))
		return false;
	*ret = (struct acr_name){ ACR_SUBJECT_NEAR, at, end, true };
	return true;
}

/* Words before a host name that is not part of a URL. */
static const char before_host[] = "host: |host |resolve '|registry |connect to |connecting to "
				  "|connection to |communicate with |contacting |reach |reaching ";

/* Words before a proxy, which is not the subject of the error. */
static const char before_way[] = "proxy 'http://|proxy 'https://|proxy \"http://|proxy http://";

/* The host name that begins at `at`, and its kind. */
static bool take_name(const struct acr_app *app, const char *text, const struct acr_span *span,
		      size_t at, struct acr_name *ret)
{
	struct acr_registry registry;
	bool url = precedes(text, span, at, "://") || precedes(text, span, at, "lookup "), dot,
	     path;
	size_t end = at;

	if (!isalnum((unsigned char)text[at]) ||
	    (at > span->begin && (in_name(text[at - 1]) || strchr("@\\_$%", text[at - 1]))))
		return false;
	while (end < span->end && in_name(text[end]))
		end++;
	while (end > at && !isalnum((unsigned char)text[end - 1]))
		end--;
	dot = memchr(text + at, '.', end - at);
	path = end < span->end && text[end] == '/';
	*ret = (struct acr_name){ ACR_SUBJECT_NONE, at, end,
				  path && (!url || follows(text, span, end, "/v2/")) };
	if (follows(text, span, end, ".***")) {
		ret->subject = ACR_SUBJECT_MASKED;
		return true;
	}
	if ((!dot && !url) || end - at >= ACR_HOST_MAX)
		return dot;
	if (acr_registry_parse(app->config, text + at, end - at, &registry)) {
		ret->subject = ACR_SUBJECT_REGISTRY;
		ret->image = true;
		return true;
	}
	switch (kind_of(text + at, end - at)) {
	case PAGE:
	case DATA:
		return true;
	case SERVICE:
		ret->subject = ACR_SUBJECT_SERVICE;
		return true;
	case OTHER:
		break;
	}
	if (is_nearly_ours(text, span, at, end)) {
		ret->subject = ACR_SUBJECT_NEAR;
		return true;
	}
	if (strspn(text + at, "0123456789.") >= end - at) {
		if (url || is_other_address(text, span, end))
			ret->subject = ACR_SUBJECT_FOREIGN;
		return true;
	}
	/* A path may contain dots, too. */
	if (any_precedes(text, span, at, before_way))
		return true;
	if (url || any_precedes(text, span, at, before_host) ||
	    (path && isalpha((unsigned char)text[end - 1]) &&
	     !(at > span->begin && text[at - 1] == '/')))
		ret->subject = ACR_SUBJECT_FOREIGN;
	return true;
}

/* "pull access denied for shop-web": the name of an image without a registry is one of Docker
 * Hub. */
static bool take_hub(const char *text, const struct acr_span *span, size_t at, struct acr_name *ret)
{
	size_t end = at;

	if (!precedes(text, span, at, "pull access denied for "))
		return false;
	while (end < span->end && !strchr(",/ \n", text[end]))
		end++;
	if (end == at || memchr(text + at, '.', end - at) || memchr(text + at, ':', end - at) ||
	    memchr(text + at, '*', end - at))
		return false;
	*ret = (struct acr_name){ ACR_SUBJECT_FOREIGN, at, end, true };
	return true;
}

/* Is it the same name again, as in the message of a DNS lookup? */
bool acr_name_is_same(const char *text, const struct acr_name *one, const struct acr_name *other)
{
	return one->end - one->begin == other->end - other->begin &&
	       strncasecmp(text + one->begin, text + other->begin, one->end - one->begin) == 0;
}

/* Addresses are used only if there are no names. */
bool acr_name_is_address(const char *text, const struct acr_name *name)
{
	return strspn(text + name->begin, "0123456789.") >= name->end - name->begin;
}

/* The name that the position `at` refers to: the nearest one before it, otherwise the first after
 * it. */
struct acr_name acr_name_for(const struct acr_app *app, const char *text,
			     const struct acr_span *span, size_t at)
{
	struct acr_name best = { 0 }, name;

	for (size_t i = span->begin; i < span->end; i++) {
		bool address;

		if (!take_hub(text, span, i, &name) && !take_mask(text, span, i, &name) &&
		    !take_underscored(text, span, i, &name) &&
		    !take_name(app, text, span, i, &name))
			continue;
		i = name.end > i ? name.end - 1 : i;
		if (name.subject == ACR_SUBJECT_NONE ||
		    (best.subject == ACR_SUBJECT_NEAR && acr_name_is_same(text, &best, &name)))
			continue;
		address = acr_name_is_address(text, &name) && name.subject == ACR_SUBJECT_FOREIGN;
		if (best.subject && ((address && !acr_name_is_address(text, &best)) ||
				     (name.begin > at && !acr_name_is_address(text, &best))))
			continue;
		best = name;
	}
	return best;
}
