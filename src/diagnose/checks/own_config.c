/* SPDX-License-Identifier: Apache-2.0 */
/* Check: the configuration file of this helper, read as `get` reads it. An invalid file makes every
 * `get` fail. */
#include <unistd.h>

#include "acr/check.h"
#include "acr/config.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	auto_string own = acr_config_path(app, true);
	auto_string all = acr_config_path(app, false);
	bool has_own = own && access(own, F_OK) == 0;
	bool has_all = all && access(all, F_OK) == 0;

	if (acr_config_load(app, &config, &error)) {
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		return;
	}
	if (has_own || has_all)
		acr_check_say(ret, ACR_VERDICT_OK, "%s%s%s", has_own ? own : "",
			      has_own && has_all ? ", " : "", has_all ? all : "");
	else
		acr_check_say(ret, ACR_VERDICT_SKIPPED, _("%s does not exist"), own ? own : all);
	for (size_t i = 0; acr_config_warning(config, i); i++) {
		auto_string warning = acr_message_text(acr_config_warning(config, i), acr_text);

		acr_check_say(ret, ACR_VERDICT_WARNING, "%s", warning);
		acr_check_detail(ret, "%s", warning);
	}
	acr_config_free(config);
}

const struct acr_check_row acr_check_own_config = {
	.id = "own-config",
	.title = N_("helper config"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 99,
	.run = run,
};
