/* SPDX-License-Identifier: Apache-2.0 */
/* Check: looks for a test login in the keychain, stores it, reads it and removes it. Its server
 * name cannot exist. The first read never prompts for a password, so a locked keychain is reported
 * and not changed. */
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "acr/check.h"
#include "acr/store.h"
#include "base/file.h"
#include "explain/language.h"

#define USER "docker-credential-acr-diagnose"

static char *random_name(void)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = 1;
	return acr_format("%016llx.diagnose.invalid", (unsigned long long)random);
}

/* Directories that the check created are removed afterwards; existing ones are kept. */
struct trace {
	char *folders[2]; /* owned, the inner directory first */
	bool there[2];
};

static void begin_trace(const struct acr_app *app, struct trace *ret)
{
	static const char *const below[] = { "/logins", "" };

	for (size_t i = 0; i < 2; i++) {
		ret->folders[i] = acr_home_path(app, "XDG_DATA_HOME", ".local/share", below[i]);
		ret->there[i] = !ret->folders[i] || access(ret->folders[i], F_OK) == 0;
	}
}

static void end_trace(struct trace *trace)
{
	for (size_t i = 0; i < 2; i++) {
		if (!trace->there[i])
			rmdir(trace->folders[i]);
		acr_string_free(&trace->folders[i]);
	}
}

static int there_and_back(const struct acr_app *app, const char *server,
			  const struct acr_keychain **ret_used, struct acr_error *error)
{
	auto_login login = { .username = acr_copy(USER) }, found = { 0 };
	bool any;
	int result;

	acr_secret_add(&login.secret, server);
	if (acr_keychain_keep(app, server, &login, ret_used, error))
		return -1;
	result = acr_keychain_find(app, server, &found, error);
	if (result == 0 &&
	    (strcmp(found.username, USER) != 0 || !acr_secret_equals(&found.secret, server)))
		result = acr_raise(error, KEYCHAIN_WRONG_ANSWER);
	/* Remove the test login in all cases. */
	if (acr_keychain_drop(app, server, &any, result ? NULL : error))
		return -1;
	return result;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const struct acr_keychain *used = NULL;
	auto_string server = random_name();
	struct acr_error error = { 0 };
	auto_login nothing = { 0 };
	struct trace trace;

	if (acr_keychain_find(app, server, &nothing, &error) == 0 || error.kind != ACR_NOT_FOUND) {
		acr_check_fail(app, subject,
			       error.kind == ACR_LOCKED ? ACR_VERDICT_PROBLEM : ACR_VERDICT_WARNING,
			       &error, ret);
		return;
	}
	begin_trace(app, &trace);
	if (there_and_back(app, server, &used, &error))
		acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	else if (used->plain)
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("%s: no Secret Service available; logins are stored in a file that "
				"only you can read"),
			      used->name);
	else
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("%s: a test login was stored, read and removed"), used->name);
	end_trace(&trace);
}

const struct acr_check_row acr_check_keychain = {
	.id = "keychain",
	.title = N_("keychain"),
	.about = ACR_ABOUT_MACHINE,
	.after = "folders", /* which must not see the directory of the test login */
	.budget = 9000,
	.likely = 55,
	.run = run,
};
