/* SPDX-License-Identifier: Apache-2.0 */
/* Which proxy is on the way to the registry, for programs that read the environment as libcurl
 * does? */
#include <string.h>
#include <strings.h>

#include "acr/check.h"
#include "explain/language.h"

static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
				       NULL };

static const char *first(const struct acr_app *app, const char *const *names, const char **ret_name)
{
	for (; *names; names++)
		if (acr_env(app, *names)) {
			*ret_name = *names;
			return acr_env(app, *names);
		}
	return NULL;
}

/* "a.b, .c.d e": a host, or one below it; "*" is all. */
static bool is_left_out(const char *list, const char *host)
{
	size_t host_length = strlen(host);

	for (list += strspn(list, ", "); *list; list += strspn(list, ", ")) {
		size_t length = strcspn(list, ", ");
		const char *word = list;

		list += length;
		if (length == 1 && *word == '*')
			return true;
		if (*word == '.') {
			word++;
			length--;
		}
		if (length > 0 && length <= host_length &&
		    strncasecmp(host + host_length - length, word, length) == 0 &&
		    (length == host_length || host[host_length - length - 1] == '.'))
			return true;
	}
	return false;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	static const char *const none[] = { "no_proxy", "NO_PROXY", NULL };
	const char *name = "", *ignored, *proxy = first(app, proxies, &name),
		   *past = first(app, none, &ignored);
	const char *at, *start;
	auto_string shown = NULL;

	if (!proxy) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("none"));
		return;
	}
	start = strstr(proxy, "://") ? strstr(proxy, "://") + 3 : proxy;
	at = strrchr(start, '@');
	shown = acr_format("%.*s", (int)strcspn(at ? at + 1 : start, "/"), at ? at + 1 : start);
	if (past && is_left_out(past, subject->registry.host)) {
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("none: NO_PROXY leaves the registry out of %s"), name);
		return;
	}
	acr_check_found(ret, ACR_FOUND_PROXY, shown);
	acr_check_say(ret, ACR_VERDICT_OK, _("%s, by %s"), shown, name);
}

const struct acr_check_row acr_check_proxy = {
	.id = "proxy",
	.title = N_("proxy"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.run = run,
};
