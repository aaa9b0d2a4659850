/* SPDX-License-Identifier: Apache-2.0 */
/* Check: under sudo, docker reads the configuration and logins of root, not those of the user who
 * ran sudo. A configuration for one of them does not apply to the other. */
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/docker.h"
#include "explain/language.h"

/* Returns the home directory of a user from /etc/passwd (NAME:x:UID:GID:GECOS:HOME:SHELL); owned by
 * the caller, NULL if it is not listed. */
static char *home_of(const struct acr_app *app, const char *user)
{
	auto_string path = acr_system_path(app, "/etc/passwd");
	auto_secret text = { 0 };
	size_t length = strlen(user);

	if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL))
		return NULL;
	for (const char *line = acr_secret_text(&text); *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *field = line + length;

		if (strncmp(line, user, length) != 0 || *field != ':')
			continue;
		for (int skip = 0; skip < 5 && field && *field != '\n'; skip++)
			field = strchr(field, ':') ? strchr(field, ':') + 1 : NULL;
		return field ? acr_format("%.*s", (int)strcspn(field, ":\n"), field) : NULL;
	}
	return NULL;
}

static bool names_us(const char *path)
{
	auto_secret text = { 0 };

	return acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) == 0 &&
	       strstr(acr_secret_text(&text), "\"acr\"");
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *user = acr_env(app, "SUDO_USER"),
		   *mine = acr_case_found(subject, ACR_FOUND_CONFIG_PATH);
	auto_string home = user ? home_of(app, user) : NULL;
	auto_string theirs = home ? acr_format("%s/.docker/config.json", home) : NULL;

	if (!user || strcmp(user, "root") == 0) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("not running under sudo"));
		return;
	}
	if (!theirs || strcmp(theirs, mine) == 0) {
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("running under sudo, with the configuration of %s"), user);
		return;
	}
	if (names_us(theirs) && !names_us(mine)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("under sudo, docker reads %s, but this helper is configured in %s"),
			      mine, theirs);
		acr_check_facts(subject, NULL, ret);
		acr_facts_set(&ret->facts, ACR_FACT_FILE, mine);
		acr_facts_set(&ret->facts, ACR_FACT_USER, user);
		return;
	}
	acr_check_say(
		ret, ACR_VERDICT_WARNING,
		_("under sudo, docker reads %s, not %s; az and stored logins are those of root"),
		mine, theirs);
}

const struct acr_check_row acr_check_sudo_home = {
	.id = "sudo-home",
	.title = "sudo",
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-config",
	.likely = 66,
	.run = run,
};
