/* SPDX-License-Identifier: Apache-2.0 */
/* Check: writes, reads and removes a few bytes in each cache. If no cache works, every `get` has to
 * contact Azure. */
#include <string.h>
#include <unistd.h>

#include "acr/broker.h"
#include "acr/check.h"
#include "explain/error_words.h"
#include "explain/language.h"

struct tally {
	size_t tokens, damaged;
};

static bool works(const struct acr_app *app, const struct acr_cache_home *home,
		  struct acr_error *error)
{
	auto_string key = acr_format("diagnose_%ld", (long)getpid());
	auto_secret bytes = { 0 }, back = { 0 };
	bool fine;

	acr_secret_add(&bytes, "docker-credential-acr");
	if (home->write(app, key, &bytes, 60, error))
		return false;
	fine = home->read(app, key, &back, error) == 0 &&
	       acr_secret_equals(&back, acr_secret_text(&bytes));
	home->drop(app, key, NULL);
	return fine;
}

static void count_token(void *data, const struct acr_cached *cached)
{
	(void)cached;
	((struct tally *)data)->tokens++;
}

static void count_damaged(void *data, const char *key)
{
	((struct tally *)data)->damaged += strstr(key, ".corrupt") != NULL;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const struct acr_cache_home *first = NULL;
	struct tally tally = { 0 };

	(void)subject;
	for (size_t i = 0; acr_cache_homes[i]; i++) {
		const struct acr_cache_home *home = acr_cache_homes[i];
		struct acr_error error = { 0 };
		bool fine = acr_cache_allows(app, home) && works(app, home, &error);
		auto_string why = acr_error_words(&error);

		acr_check_detail(ret, "%s: %s%s%s", home->name,
				 fine ? _("works") : _("cannot be used"), fine ? "" : ", ",
				 fine ? "" : why);
		if (fine && !first)
			first = home;
		home->each(app, count_damaged, &tally, NULL);
	}
	acr_cached_each(app, count_token, &tally);
	if (!first)
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("no cache location can be used: every get requests a new token "
				"from Azure"));
	else if (tally.damaged > 0)
		acr_check_say(ret, ACR_VERDICT_WARNING, _("%s; damaged entries moved aside: %zu"),
			      first->name, tally.damaged);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("%s%s; tokens: %zu"), first->name,
			      first->memory ? "" : _(" (on disk)"), tally.tokens);
}

const struct acr_check_row acr_check_cache = {
	.id = "cache",
	.title = N_("cache"),
	.about = ACR_ABOUT_MACHINE,
	.run = run,
};
