/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `explain`: most failures happen in Docker itself, after a helper has answered. Reads any text
 * (from a pipe, a file or arguments) and prints an explanation for every known symptom in it. Uses
 * no network and does not guess: if nothing is found, it prints nothing, or on a terminal a line
 * that says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/rule.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"
#include "explain/error_words.h"
#include "explain/language.h"
#include "front/front.h"

#define KEPT (1024 * 1024) /* bytes at the end of a text that are examined */

enum { OPTION_JSON, OPTION_FACTS, OPTION_RULES, OPTION_LIST };

static void keep(struct acr_secret *text, const char *bytes, size_t length)
{
	if (text->length + length > 2 * KEPT) {
		size_t drop = text->length + length - KEPT;

		drop = drop < text->length ? drop : text->length;
		memmove(text->bytes, text->bytes + drop, text->length - drop);
		text->length -= drop;
	}
	acr_secret_add_bytes(text, bytes, length);
}

/* Print the input at once, without terminal control sequences; an incomplete sequence at the end of
 * a piece waits in `passed`. Called without bytes at the end of input. */
static int pass_on(int fd, struct acr_secret *passed, const char *bytes, size_t length)
{
	auto_secret out = { 0 }, rest = { 0 };
	size_t whole;

	acr_secret_add_bytes(passed, bytes, length);
	whole = length ? acr_escape_whole(passed->bytes, passed->length) : passed->length;
	acr_escape(&out, acr_secret_text(passed), whole, ACR_ESCAPE_PIPED);
	acr_secret_add_bytes(&rest, acr_secret_text(passed) + whole, passed->length - whole);
	acr_secret_wipe(passed);
	*passed = acr_secret_steal(&rest);
	return acr_write(fd, acr_secret_text(&out), out.length);
}

/* Read until EOF, however long that takes (a push may be running); `echo` gets every piece at
 * once. */
static int read_on(const struct acr_app *app, int fd, int echo, struct acr_secret *ret)
{
	auto_secret passed = { 0 };
	char bytes[16 * 1024];

	acr_secret_reserve(ret, sizeof(bytes));
	for (;;) {
		ssize_t got = read(fd, bytes, sizeof(bytes));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			acr_say(app, "%s: %s", _("cannot read the text"), strerror(errno));
			return -1;
		}
		/* The reader of our output may exit; the text is still examined. */
		if (echo >= 0 && pass_on(echo, &passed, bytes, (size_t)got))
			echo = -1;
		if (got == 0)
			return 0;
		keep(ret, bytes, (size_t)got);
	}
}

/* Read a file with this name. 1 if there is none. */
static int read_file(const struct acr_app *app, const char *path, struct acr_secret *ret)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int why = errno;
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return read_on(app, fd, -1, ret);
	if (fd < 0 && (why == ENOENT || why == ENAMETOOLONG || why == ENOTDIR) && *path != '/')
		return 1;
	if (strpbrk(path, " \n"))
		return 1;
	acr_say(app, "%s %s: %s", _("cannot read"), path, strerror(fd < 0 ? why : EINVAL));
	return -1;
}

/* Several arguments are one text without quotes. */
static void join(char *const *arguments, struct acr_secret *ret)
{
	for (size_t i = 0; arguments[i]; i++) {
		acr_secret_add(ret, i ? " " : "");
		acr_secret_add(ret, arguments[i]);
	}
}

static void show(const struct acr_app *app, const struct acr_finding *finding, bool json,
		 const char *lead, bool first, struct acr_secret *out)
{
	auto_explanation explanation = { 0 };

	acr_rule_render(finding->rule, &finding->facts, &explanation);
	if (json) {
		acr_secret_add(out, first ? "" : ",");
		acr_explanation_json(finding->rule, &finding->facts, &explanation, out);
		if (finding->tie) {
			out->length--;
			acr_secret_format(out, ",\"tie\":\"%s\"}", finding->tie->id);
		}
		return;
	}
	if (finding->rule->basis == ACR_NOT_OURS && explanation.step_count == 0) {
		acr_secret_format(out, "%s: %s\n", app->program, explanation.what);
		return;
	}
	acr_secret_add(out, first ? "" : "\n");
	acr_explanation_lay_out(&explanation, &finding->facts, lead, out);
}

/* Print what was found; 1 if nothing concerns an Azure registry, otherwise 0. `text` is the text
 * that was printed above, if any. */
static int answer(const struct acr_app *app, const struct acr_findings *findings, bool json,
		  const struct acr_secret *text)
{
	auto_string lead = text ? acr_format("%s:", app->program) : acr_copy("");
	auto_secret out = { 0 };
	int status = 1;

	if (json)
		acr_secret_add(&out, "{\"schema\":1,\"explanations\":[");
	else if (text && findings->count > 0 && text->length > 0 &&
		 text->bytes[text->length - 1] != '\n')
		acr_secret_add(&out, "\n");
	for (size_t i = 0; i < findings->count; i++) {
		show(app, &findings->list[i], json, lead, i == 0, &out);
		if (findings->list[i].rule->basis != ACR_NOT_OURS)
			status = 0;
	}
	if (json)
		acr_secret_add(&out, "]}\n");
	if (out.length > 0 && acr_docker_answer(app, &out))
		return 1;
	return status;
}

/* --facts: an object of facts, as printed by `diagnose --json`, and the rule that explains them. */
static int read_facts(const struct acr_app *app, const struct acr_secret *text,
		      struct acr_findings *ret)
{
	struct acr_finding *finding = &ret->list[0];
	struct acr_error error = { 0 };
	auto_json json = NULL;

	if (acr_json_parse(acr_secret_text(text), text->length, &json, &error) ||
	    !json_object_is_type(json, json_type_object)) {
		auto_string why = acr_error_words(&error);

		acr_say(app, "%s%s%s", _("the input is not a JSON object of facts"),
			*why ? ": " : "", why);
		return -1;
	}
	for (size_t i = 0; i < ACR_FACT_COUNT; i++)
		acr_facts_set(&finding->facts, (enum acr_fact)i,
			      acr_json_string(json, acr_fact_rows[i].name));
	ret->count = 1;
	finding->rule = acr_rules_match(&finding->facts, &finding->tie);
	if (!finding->rule)
		acr_findings_wipe(ret);
	return 0;
}

/* --rules: prints the table of rules, for the man page and the tests. */
static int tell_rules(const struct acr_app *app)
{
	auto_secret out = { 0 };

	acr_rules_json(&out);
	return acr_docker_answer(app, &out);
}

/* --list: prints every id with its headline. */
static int tell_list(const struct acr_app *app)
{
	auto_secret out = { 0 };

	acr_rules_list(&out);
	return acr_docker_answer(app, &out);
}

/* A single word that is an explanation id or a code. */
static bool tell_page(const struct acr_app *app, const char *word, int *ret_status)
{
	auto_secret out = { 0 };

	if (acr_rules_page(word, &out) == 0)
		return false;
	*ret_status = acr_docker_answer(app, &out);
	return true;
}

/* Nothing is known about the text: printed only if a person reads it, so that scripts are not
 * disturbed. */
static void tell_nothing(const struct acr_app *app, const char *text, bool word)
{
	const char *nearest = word ? acr_rule_nearest(text) : NULL;

	if (nearest)
		acr_say(app, _("unknown explanation '%.80s'; did you mean '%s'?"), text, nearest);
	else if (word)
		acr_say(app, _("unknown explanation '%.80s' (see explain --list)"), text);
	else if (isatty(STDERR_FILENO))
		acr_say(app,
			_("this text contains no known error of an Azure container registry; to "
			  "check a registry: %s diagnose HOST"),
			app->program);
}

/* Determine the source of the text and read it: 0, or the exit status. */
static int read_text(struct acr_app *app, char *const *arguments, bool quiet, bool *ret_piped,
		     bool *ret_word, struct acr_secret *ret)
{
	int got = 1;

	if (!arguments[0] || (strcmp(arguments[0], "-") == 0 && !arguments[1])) {
		if (app->in < 0 || isatty(app->in)) {
			acr_say(app, "%s",
				_("explain needs a text, a file or an id as an argument, or a text "
				  "on stdin"));
			return ACR_EXIT_USAGE;
		}
		*ret_piped = !quiet;
		return read_on(app, app->in, quiet ? -1 : app->out, ret) ? ACR_EXIT_USAGE : 0;
	}
	if (!arguments[1])
		got = read_file(app, arguments[0], ret);
	if (got > 0)
		join(arguments, ret);
	*ret_word = got > 0 && !arguments[1] && !strpbrk(arguments[0], " \t\n");
	return got < 0 ? ACR_EXIT_USAGE : 0;
}

static int explain(struct acr_app *app, char *const *arguments, const char *const *values)
{
	bool json = values[OPTION_JSON];
	struct acr_error error = { 0 };
	auto_findings findings = { 0 };
	auto_secret text = { 0 };
	bool piped = false, word = false, quiet = json || values[OPTION_FACTS];
	int status;

	acr_language_begin(app);
	if (values[OPTION_RULES])
		return tell_rules(app);
	if (values[OPTION_LIST])
		return tell_list(app);
	/* An invalid configuration does not prevent an explanation: only what it would add is
	 * missing. */
	if (acr_front_begin(app, &error))
		acr_debug_error(app, "configuration", &error);
	status = read_text(app, arguments, quiet, &piped, &word, &text);
	if (status)
		return status;
	if (word && !quiet && tell_page(app, acr_secret_text(&text), &status))
		return status;
	if (values[OPTION_FACTS] && read_facts(app, &text, &findings))
		return ACR_EXIT_USAGE;
	if (!values[OPTION_FACTS]) {
		size_t skip = text.length > KEPT ? text.length - KEPT : 0;

		acr_findings_read(app, acr_secret_text(&text) + skip, text.length - skip,
				  &findings);
		if (findings.count == 0 && word && !acr_rule_nearest(acr_secret_text(&text)))
			acr_findings_of_name(app, acr_secret_text(&text), &findings);
	}
	if (findings.count == 0 && !quiet)
		tell_nothing(app, acr_secret_text(&text), word);
	return answer(app, &findings, json, piped ? &text : NULL);
}

static const struct acr_option options[] = {
	[OPTION_JSON] = { "json", NULL, N_("print the explanations as JSON only") },
	[OPTION_FACTS] = { "facts", NULL,
			   N_("read the input as a JSON object of facts, as diagnose --json prints "
			      "them") },
	[OPTION_RULES] = { "rules", NULL, N_("print the table of rules as JSON") },
	[OPTION_LIST] = { "list", NULL, N_("list the ids of all explanations") },
	{ 0 },
};

const struct acr_command acr_command_explain = {
	.name = "explain",
	.arguments = "[FILE|ID|CODE|TEXT...]",
	.summary = N_("explain an error message and what to do about it"),
	.about = N_("Reads the output of docker, podman, containerd, kubelet or az, and explains "
		    "every known error in it: what happened, why, what to do, and where to read "
		    "more. In a pipe, the original output is also printed:\n"
		    "\n"
		    "  docker push contoso.azurecr.io/app 2>&1 | docker-credential-acr explain\n"
		    "\n"
		    "With the id at the end of an explanation, or a code such as AADSTS700016, it "
		    "prints that explanation in full:\n"
		    "\n"
		    "  docker-credential-acr explain firewall\n"
		    "\n"
		    "Nothing is sent over the network. Exit status 1 means that the text contains "
		    "no known error."),
	.options = options,
	.most = 1000,
	.run = explain,
};
