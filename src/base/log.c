/* SPDX-License-Identifier: Apache-2.0 */
/* Prints messages to stderr: one line at a time, in one write, with a short timeout if nobody
 * reads. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acr/app.h"
#include "base/budget.h"
#include "base/escape.h"

static void put(const struct acr_app *app, const char *bytes, size_t length)
{
	while (length > 0) {
		struct pollfd ready = { .fd = app->err, .events = POLLOUT };
		ssize_t written;

		if (poll(&ready, 1, ACR_BUDGET_SAY) != 1 || !(ready.revents & POLLOUT))
			return;
		written = write(app->err, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

__attribute__((format(printf, 3, 0))) static void line(const struct acr_app *app,
						       const char *prefix, const char *format,
						       va_list arguments)
{
	auto_secret text = { 0 };
	char body[4096];

	if (app->err < 0)
		return;
	vsnprintf(body, sizeof(body), format, arguments);
	acr_secret_format(&text, "%s: %s", app->program, prefix);
	acr_escape(&text, body, strlen(body), ACR_ESCAPE_ALL);
	acr_secret_add(&text, "\n");
	put(app, acr_secret_text(&text), text.length);
}

void acr_say(const struct acr_app *app, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line(app, "", format, arguments);
	va_end(arguments);
}

void acr_debug(const struct acr_app *app, const char *format, ...)
{
	const char *level = acr_env(app, "DOCKER_CREDENTIAL_ACR_LOG");
	va_list arguments;

	if (!level || strcmp(level, "debug") != 0)
		return;
	va_start(arguments, format);
	line(app, "debug: ", format, arguments);
	va_end(arguments);
}

void acr_debug_error(const struct acr_app *app, const char *about, const struct acr_error *error)
{
	auto_string text = acr_error_text(error);

	acr_debug(app, "%s: %s", about, text);
}
