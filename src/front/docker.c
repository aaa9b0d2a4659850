/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Implements Docker's protocol: reads a request with size limits, writes a complete answer or none,
 * and reports a failure as one line on stdout (which Docker compares with three fixed strings, or
 * prints) with the explanation on stderr.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "acr/rule.h"
#include "base/budget.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/utf8.h"
#include "explain/explain.h"
#include "explain/language.h"
#include "front/front.h"

#define AT_ONCE 100   /* milliseconds until a client begins to write a request */
#define SLOW	2000  /* maximum pause of a reader in milliseconds */
#define STOPPED 10000 /* maximum for a reader that has stopped */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int acr_docker_check_server(struct acr_secret *server, struct acr_error *error)
{
	auto_secret trimmed = { 0 };
	const char *bytes = acr_secret_text(server);
	size_t begin = 0, end = server->length;

	while (begin < end && is_space(bytes[begin]))
		begin++;
	while (end > begin && is_space(bytes[end - 1]))
		end--;
	if (begin == end)
		return acr_raise(error, SERVER_MISSING);
	if (end - begin > ACR_SERVER_MAX)
		return acr_raise(error, SERVER_TOO_LONG, acr_number(ACR_SERVER_MAX).text);
	for (size_t i = begin; i < end;) {
		size_t size = acr_utf8_size(bytes + i, end - i);

		if (size == 0)
			return acr_raise(error, SERVER_NOT_TEXT);
		if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
			return acr_raise(error, SERVER_CONTROL);
		i += size;
	}
	acr_secret_add_bytes(&trimmed, bytes + begin, end - begin);
	acr_secret_wipe(server);
	*server = acr_secret_steal(&trimmed);
	return 0;
}

int acr_docker_read(const struct acr_app *app, const char *what, size_t limit,
		    struct acr_secret *ret, struct acr_error *error)
{
	int64_t patience = ACR_BUDGET_STDIN;

	if (app->in < 0 || acr_read_all(app, app->in, limit, AT_ONCE, ret, error) == 0)
		return 0;
	if (!acr_error_is(error, STDIN_TIMEOUT))
		return -1;
	/* isatty() is called only now, so that a client whose request is ready costs no system call
	 * for it. */
	if (isatty(app->in)) {
		acr_language_begin(app);
		acr_say(app, _("waiting for %s on stdin; Ctrl-D ends it"), acr_text(what));
		patience = ACR_BUDGET_LONGEST;
	}
	*error = (struct acr_error){ 0 };
	return acr_read_all(app, app->in, limit, patience, ret, error);
}

int acr_docker_server(const struct acr_app *app, struct acr_secret *ret, struct acr_error *error)
{
	if (app->in < 0)
		return acr_raise(error, SERVER_MISSING);
	if (acr_docker_read(app, N_("a server such as contoso.azurecr.io"), ACR_SERVER_MAX + 64,
			    ret, error))
		return -1;
	return acr_docker_check_server(ret, error);
}

/* A reader that has stopped is waited for until the deadline of the run, which is over by now or
 * soon; one that is only slow has its own limit. */
static int patience(const struct acr_app *app)
{
	int64_t left = acr_budget(app, STOPPED);

	return (int)(left > SLOW ? left : SLOW);
}

static int write_out(const struct acr_app *app, const struct acr_secret *text)
{
	return acr_escape_write_within(app->out, acr_secret_text(text), text->length,
				       patience(app));
}

static int complain(const struct acr_app *app)
{
	int number = app->out < 0 ? EBADF : errno;

	acr_language_begin(app);
	acr_say(app, _("cannot write the answer to stdout: %s"), strerror(number));
	return 1;
}

int acr_docker_json(const struct acr_app *app, const struct acr_secret *json)
{
	return app->out >= 0 && acr_write_within(app->out, acr_secret_text(json), json->length,
						 patience(app)) == 0
		       ? 0
		       : complain(app);
}

/* A reader that has read enough (| head) closes the pipe, which is not an error. */
int acr_docker_answer(const struct acr_app *app, const struct acr_secret *answer)
{
	if (app->out >= 0 && write_out(app, answer) == 0)
		return 0;
	return app->out >= 0 && errno == EPIPE ? 1 : complain(app);
}

int acr_docker_refuse(const struct acr_app *app, const struct acr_report *report,
		      const struct acr_error *error)
{
	auto_known known = { 0 };
	auto_string what = NULL;
	auto_secret line = { 0 };

	acr_language_begin(app);
	acr_known_of(app, report, error, &known);
	what = acr_known_line(&known, error);
	acr_secret_format(&line, "%s\n", error->kind == ACR_NOT_FOUND ? ACR_NO_CREDENTIALS : what);
	if (app->out >= 0 && write_out(app, &line))
		(void)complain(app);
	acr_explain_known(app, report, error, &known);
	return 1;
}
