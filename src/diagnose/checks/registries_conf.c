/* SPDX-License-Identifier: Apache-2.0 */
/* Check: registries.conf in the format that was used before 2020, with [registries.search] and
 * similar tables. Current versions of podman reject the whole file. */
#include <string.h>

#include "diagnose/containers.h"
#include "explain/language.h"

struct finding {
	struct acr_check_result *result;
	size_t files;
	bool old;
};

static void look(void *data, const char *path, const char *text)
{
	static const char *const tables[] = { "[registries.search]", "[registries.insecure]",
					      "[registries.block]", NULL };
	struct finding *finding = data;

	finding->files++;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		for (const char *const *table = tables; *table; table++)
			if (strncmp(line, *table, strlen(*table)) == 0) {
				finding->old = true;
				acr_check_say(finding->result, ACR_VERDICT_WARNING,
					      _("%s uses format version 1 (%s), which newer "
						"versions of podman reject"),
					      path, *table);
			}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	struct finding finding = { .result = ret };

	(void)subject;
	acr_containers_each(app, look, &finding);
	if (finding.old)
		return;
	if (finding.files == 0)
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("not found"));
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("files in the current format: %zu"),
			      finding.files);
}

const struct acr_check_row acr_check_registries_conf = {
	.id = "registries-conf",
	.title = "registries.conf",
	.about = ACR_ABOUT_MACHINE,
	.run = run,
};
