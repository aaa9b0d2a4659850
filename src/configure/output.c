/* SPDX-License-Identifier: Apache-2.0 */
/* What `configure` tells: lines for a person, or one JSON object for a program. */
#include <string.h>

#include "configure/plan.h"
#include "explain/language.h"
#include "front/front.h"

static void quote(struct acr_secret *out, const char *text)
{
	acr_json_quote(out, text, strlen(text));
}

void acr_tell_file(struct acr_telling *telling, const char *path, const char *state,
		   const struct acr_secret *diff)
{
	auto_secret line = { 0 };

	if (telling->json) {
		acr_secret_add(&telling->files, telling->files.length ? "," : "");
		acr_secret_add(&telling->files, "{\"path\":");
		quote(&telling->files, path);
		acr_secret_format(&telling->files, ",\"state\":\"%s\",\"diff\":", state);
		quote(&telling->files, acr_secret_text(diff));
		acr_secret_add(&telling->files, "}");
		return;
	}
	if (diff->length)
		acr_secret_add_bytes(&line, diff->bytes, diff->length);
	else
		acr_secret_format(&line, "%s: %s\n", path, acr_text(state));
	(void)acr_docker_answer(telling->app, &line);
}

void acr_tell_line(const struct acr_telling *telling, const char *text)
{
	auto_secret line = { 0 };

	acr_secret_format(&line, "%s\n", text);
	if (!telling->json)
		(void)acr_docker_answer(telling->app, &line);
}

/* Takes the check over. */
void acr_tell_trial(struct acr_telling *telling, struct acr_trial *check)
{
	auto_secret line = { 0 };

	telling->failed |= !check->fine;
	if (telling->json) {
		acr_secret_add(&telling->checks,
			       telling->checks.length ? ",{\"name\":" : "{\"name\":");
		quote(&telling->checks, check->name);
		acr_secret_format(&telling->checks,
				  ",\"fine\":%s,\"detail\":", check->fine ? "true" : "false");
		quote(&telling->checks, check->detail);
		acr_secret_add(&telling->checks, "}");
	} else if (check->fine) {
		acr_secret_format(&line, "%s\n", check->detail);
		(void)acr_docker_answer(telling->app, &line);
	} else if (strncmp(check->name, "get ", 4) != 0) { /* that is explained already */
		acr_say(telling->app, "%s", check->detail);
	}
	acr_string_free(&check->name);
	acr_string_free(&check->detail);
}

int acr_tell_end(struct acr_telling *telling)
{
	auto_secret json = { 0 };

	if (telling->json) {
		acr_secret_format(&json, "{\"files\":[%s],\"checks\":[%s]}\n",
				  acr_secret_text(&telling->files),
				  acr_secret_text(&telling->checks));
		(void)acr_docker_answer(telling->app, &json);
	}
	acr_secret_wipe(&telling->files);
	acr_secret_wipe(&telling->checks);
	return telling->failed ? 1 : 0;
}
