/* SPDX-License-Identifier: Apache-2.0 */
/* Check: which proxy do programs use for the registry that read the environment as libcurl does? */
#include <string.h>
#include <strings.h>

#include "acr/check.h"
#include "acr/http.h"
#include "explain/language.h"

/* Does NO_PROXY ("a.b, .c.d e") exclude this host? An entry matches a host and its subdomains; "*"
 * matches all. */
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
	const char *name = acr_proxy_variable(app), *past = acr_env(app, "no_proxy");
	char shown[256] = "";

	if (!past)
		past = acr_env(app, "NO_PROXY");
	if (!acr_proxy_name(app, shown, sizeof(shown))) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("none"));
		return;
	}
	if (past && is_left_out(past, subject->registry.host)) {
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("none: NO_PROXY excludes the registry from %s"), name);
		return;
	}
	acr_check_found(ret, ACR_FOUND_PROXY, shown);
	acr_check_say(ret, ACR_VERDICT_OK, _("%s, from %s"), shown, name);
}

const struct acr_check_row acr_check_proxy = {
	.id = "proxy",
	.title = N_("proxy"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.run = run,
};
