/* SPDX-License-Identifier: Apache-2.0 */
/* This helper's own config, as `get` will read it: one that is broken stops every `get`. */
#include "acr/check.h"
#include "acr/config.h"
#include "explain/language.h"

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct acr_config *config = NULL;
	struct acr_error error = { 0 };
	auto_string path = acr_config_path(app, true);

	if (acr_config_load(app, &config, &error)) {
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_OK, "%s", path ? path : _("there is no home for it"));
	for (size_t i = 0; acr_config_warning(config, i); i++) {
		auto_string warning = acr_message_text(acr_config_warning(config, i), acr_text);

		acr_check_say(ret, ACR_VERDICT_WARNING, "%s", warning);
		acr_check_detail(ret, "%s", warning);
	}
	acr_config_free(config);
}

const struct acr_check_row acr_check_own_config = {
	.id = "own-config",
	.title = N_("our config"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 99,
	.run = run,
};
