/* SPDX-License-Identifier: Apache-2.0 */
/* Check: the timer that renews tokens, if it is enabled. Without it, tokens are renewed in the
 * background after a `get`. */
#include <sys/stat.h>
#include <unistd.h>

#include "acr/check.h"
#include "explain/language.h"

#define UNIT "docker-credential-acr-renew.timer"
#define LINK "systemd/user/timers.target.wants/" UNIT

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *config = acr_env(app, "XDG_CONFIG_HOME"), *home = acr_env(app, "HOME");
	auto_string of_all = acr_system_path(app, "/etc/" LINK);
	auto_string own = config ? acr_format("%s/" LINK, config)
				 : acr_format("%s/.config/" LINK, home ? home : "");
	const char *const links[] = { own, of_all, NULL };
	struct stat status;

	(void)subject;
	for (const char *const *link = links; *link; link++) {
		if (lstat(*link, &status))
			continue;
		if (access(*link, F_OK) == 0)
			acr_check_say(ret, ACR_VERDICT_OK, _("enabled by %s"), *link);
		else
			acr_check_say(ret, ACR_VERDICT_WARNING,
				      _("%s is a broken link: the package was removed"), *link);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
		      _("disabled: tokens are renewed when they are requested"));
}

const struct acr_check_row acr_check_timer = {
	.id = "timer",
	.title = N_("renewal timer"),
	.about = ACR_ABOUT_MACHINE,
	.run = run,
};
