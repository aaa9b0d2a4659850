/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Secret Service as a keychain. libsecret has no timeout, GLib ends the process if memory runs
 * out, and a bus that does not respond blocks forever. Therefore it is used in a child
 * (libsecret.c) that returns a record through a pipe, and is killed after a timeout.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/store.h"
#include "base/budget.h"
#include "base/file.h"
#include "base/process.h"
#include "base/utf8.h"
#include "store/bus.h"
#include "store/bus_child.h"
#include "store/libsecret.h"
#include "store/serialize.h"

#define ANSWER_MAX (ACR_STORE_MAX + 64 * 1024)
#define NOTE	   "no-bus"

/* ---- in the child ---- */

struct child {
	const struct acr_app *app;
	struct acr_libsecret_question question;
};

static int work(void *data, int out)
{
	const struct child *child = data;
	auto_secret answer = { 0 }, parts = { 0 };
	struct acr_error error = { 0 };

	acr_bus_child_begin(child->app);
	if (acr_libsecret_answer(&child->question, &parts, &error))
		acr_secret_wipe(&parts);
	acr_record_begin(&answer, "answer", 1);
	acr_record_add_number(&answer, "kind", error.kind);
	acr_record_add(&answer, "message", error.message.value, strlen(error.message.value));
	acr_record_add(&answer, "sentence", error.sentence, strlen(error.sentence));
	acr_secret_add_bytes(&answer, acr_secret_text(&parts), parts.length);
	acr_record_end(&answer);
	return acr_write(out, acr_secret_text(&answer), answer.length);
}

/* ---- in the parent ---- */

/* The error that the child returned, or ACR_FINE and the parts of the answer. */
static int open_answer(const struct acr_secret *answer, struct acr_record *ret,
		       struct acr_error *error)
{
	struct acr_message why;
	auto_string sentence = NULL;
	auto_string message = NULL;
	int64_t kind;

	if (acr_record_open(acr_secret_text(answer), answer->length, "answer", 1, ret, error) ||
	    !acr_record_take_number(ret, "kind", &kind) ||
	    !acr_record_take_text(ret, "message", &message) ||
	    !acr_record_take_text(ret, "sentence", &sentence) ||
	    (kind != ACR_FINE && !acr_message_read(message, &why)))
		return acr_raise(error, SECRET_SERVICE_CUT);
	if (kind == ACR_FINE)
		return 0;
	acr_error_from(error, (enum acr_kind)kind, ACR_ORIGIN_HERE, &why);
	acr_error_quote(error, sentence, strlen(sentence));
	return -1;
}

static int ask(const struct child *child, int64_t budget, struct acr_secret *answer,
	       struct acr_record *ret, struct acr_error *error)
{
	struct acr_error failure = { 0 };
	int result = acr_fork_ask(child->app, work, (void *)(uintptr_t)child, budget, ANSWER_MAX,
				  answer, &failure);

	/* The service exists, but its content is unknown, which is not the same as "no login". A
	 * fault of this machine is still reported as one. */
	if (result && failure.kind == ACR_TIMEOUT)
		acr_raise(&failure, SECRET_SERVICE_SILENT);
	else if (result && failure.kind != ACR_SYSTEM)
		failure.kind = ACR_LOCKED;
	else if (result == 0)
		result = open_answer(answer, ret, &failure);
	if (failure.kind != ACR_SYSTEM)
		failure.origin = ACR_ORIGIN_KEYCHAIN;
	if (result && error)
		*error = failure;
	return result;
}

/* D-Bus transports only UTF-8; GLib ends the process for anything else. */
static bool is_utf8(const char *text)
{
	size_t left = strlen(text), size;

	for (; left > 0; text += size, left -= size)
		if ((size = acr_utf8_size(text, left)) == 0)
			return false;
	return true;
}

/* For reads, which may use the cached results "no service on this bus" and "it does not respond". A
 * keychain that was locked is asked again, since the user may have unlocked it. */
static int ask_again(const struct acr_app *app, struct child *child, struct acr_secret *answer,
		     struct acr_record *ret, struct acr_error *error)
{
	auto_string address = acr_bus_address(app, error);
	struct acr_error failure = { 0 };
	auto_secret note = { 0 };
	bool patient; /* a timeout that was shortened proves nothing */

	if (!address)
		return -1;
	if (!app->interactive && acr_note_find(app, NOTE, address, &note))
		return acr_secret_equals(&note, "silent")
			       ? acr_raise(error, SECRET_SERVICE_SILENT_BEFORE)
			       : acr_raise(error, SECRET_SERVICE_ABSENT_BEFORE);
	child->app = app;
	child->question.bus = address;
	patient = acr_budget(app, ACR_BUDGET_KEYCHAIN) == ACR_BUDGET_KEYCHAIN;
	if (ask(child, ACR_BUDGET_KEYCHAIN, answer, ret, &failure) == 0)
		return 0;
	if (failure.kind == ACR_UNAVAILABLE)
		acr_note_keep(app, NOTE, address, ACR_NOTE_BUS, "absent");
	else if (failure.kind == ACR_LOCKED && !answer->length && patient &&
		 child->question.verb == ACR_LIBSECRET_FIND) /* listing may just take long */
		acr_note_keep(app, NOTE, address, ACR_NOTE_REFUSAL, "silent");
	if (error)
		*error = failure;
	return -1;
}

/* For changes, which ignore cached results. */
static int change(const struct acr_app *app, struct child *child, int64_t budget,
		  struct acr_error *error)
{
	auto_string address = acr_bus_address(app, error);
	auto_secret answer = { 0 };
	struct acr_record record;

	if (!address)
		return -1;
	child->app = app;
	child->question.bus = address;
	if (ask(child, budget, &answer, &record, error))
		return -1;
	acr_note_drop(app, NOTE, address);
	return 0;
}

static int find(const struct acr_app *app, const char *server, struct acr_login *ret,
		struct acr_error *error)
{
	struct child child = { .question = { .verb = ACR_LIBSECRET_FIND, .server = server } };
	auto_secret answer = { 0 };
	auto_login login = { 0 };
	struct acr_record record;
	const char *bytes;
	size_t length;

	if (!is_utf8(server))
		return acr_raise(error, LOGIN_MISSING, server);
	if (ask_again(app, &child, &answer, &record, error))
		return -1;
	if (!acr_record_take_text(&record, "username", &login.username) ||
	    !acr_record_take_number(&record, "modified", &login.since) ||
	    !acr_record_take(&record, "secret", &bytes, &length))
		return acr_raise(error, SECRET_SERVICE_CUT);
	acr_secret_add_bytes(&login.secret, bytes, length);
	acr_login_wipe(ret);
	*ret = login;
	login = (struct acr_login){ 0 };
	return 0;
}

static int keep(const struct acr_app *app, const char *server, const struct acr_login *login,
		struct acr_error *error)
{
	bool screen = !login->since && (acr_env(app, "DISPLAY") || acr_env(app, "WAYLAND_DISPLAY"));
	struct child child = { .question = { .verb = ACR_LIBSECRET_KEEP,
					     .server = server,
					     .login = login,
					     .prompt = screen } };

	if (!is_utf8(server) || !is_utf8(login->username))
		return acr_raise(error, SECRET_SERVICE_NOT_UTF8);
	return change(app, &child, screen ? ACR_BUDGET_PROMPT : ACR_BUDGET_KEYCHAIN, error);
}

static int drop(const struct acr_app *app, const char *server, struct acr_error *error)
{
	struct child child = { .question = { .verb = ACR_LIBSECRET_DROP, .server = server } };

	if (!is_utf8(server))
		return acr_raise(error, LOGIN_MISSING, server);
	return change(app, &child, ACR_BUDGET_KEYCHAIN, error);
}

static int each(const struct acr_app *app, acr_keychain_visit *visit, void *data,
		struct acr_error *error)
{
	struct child child = { .question = { .verb = ACR_LIBSECRET_EACH } };
	auto_secret answer = { 0 };
	struct acr_record record;

	if (ask_again(app, &child, &answer, &record, error))
		return -1;
	while (!acr_record_done(&record)) {
		auto_string server = NULL;
		auto_string username = NULL;

		if (!acr_record_take_text(&record, "server", &server) ||
		    !acr_record_take_text(&record, "username", &username))
			return acr_raise(error, SECRET_SERVICE_CUT);
		visit(data, server, username);
	}
	return 0;
}

const struct acr_keychain acr_keychain_secret_service = {
	.name = "secret-service",
	.plain = false,
	.find = find,
	.keep = keep,
	.drop = drop,
	.each = each,
};
