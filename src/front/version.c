/* SPDX-License-Identifier: Apache-2.0 */
/* `version`: identifies this program, since other programs are also called
 * docker-credential-acr. */
#include "explain/language.h"
#include "front/front.h"

static int version(struct acr_app *app, char *const *arguments, const char *const *values)
{
	auto_secret line = { 0 };

	(void)arguments;
	(void)values;
	acr_secret_format(&line, "%s (Azure Container Registry credential helper in C) %s\n",
			  app->program, ACR_VERSION);
	return acr_docker_answer(app, &line);
}

const struct acr_command acr_command_version = {
	.name = "version",
	.arguments = "",
	.summary = N_("print the program name and version"),
	.protocol = true,
	.run = version,
};
