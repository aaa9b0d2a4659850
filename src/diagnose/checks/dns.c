/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: which addresses does DNS return (A and AAAA, private or public), and what is the canonical
 * name? That of a private endpoint ends in privatelink.azurecr.io. getent resolves names like all
 * programs on this machine (including /etc/hosts) and, unlike getaddrinfo, runs in a process that
 * can be killed.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/wait.h>

#include "acr/http.h"
#include "base/budget.h"
#include "base/process.h"
#include "diagnose/network.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define PATIENCE 5000 /* milliseconds */
#define SILENCE	 2000 /* timeout of one attempt in ACR_RESOLVER_OPTIONS */

bool acr_address_is_private(const char *text)
{
	unsigned char six[16];
	struct in_addr four;
	uint32_t number;

	if (inet_pton(AF_INET6, text, six) == 1)
		return (six[0] & 0xfe) == 0xfc || (six[0] == 0xfe && (six[1] & 0xc0) == 0x80) ||
		       strcmp(text, "::1") == 0;
	if (inet_pton(AF_INET, text, &four) != 1)
		return false;
	number = ntohl(four.s_addr);
	/* RFC 1918, RFC 6598 (carrier NAT and some clusters), link-local, loopback */
	return number >> 24 == 10 || number >> 20 == 0xac1 || number >> 16 == 0xc0a8 ||
	       number >> 22 == 0x191 || number >> 16 == 0xa9fe || number >> 24 == 127;
}

/* Parses a line of getent: ADDRESS TYPE [NAME]. Each address appears once for each socket type. */
static void take_line(const char *line, size_t length, struct acr_secret *addresses,
		      char *canonical, size_t size)
{
	size_t address = strcspn(line, " \t"), name;
	auto_string wanted = acr_format("%.*s\n", (int)address, line);
	const char *rest;

	if (address == 0 || address > length)
		return;
	if (!strstr(acr_secret_text(addresses), wanted))
		acr_secret_add(addresses, wanted);
	rest = line + address + strspn(line + address, " \t");
	rest += strcspn(rest, " \t\n");
	rest += strspn(rest, " \t");
	name = strcspn(rest, " \t\n");
	if (!*canonical && name > 0 && rest < line + length && name < size) {
		memcpy(canonical, rest, name);
		canonical[name] = '\0';
	}
}

static int look_up(const struct acr_app *app, const char *host, struct acr_secret *ret,
		   char *canonical, size_t size, struct acr_error *error)
{
	static const char *const names[] = { "LOCALDOMAIN", "HOSTALIASES", NULL };
	auto_string getent = acr_program_find(app, "getent");
	const char *const arguments[] = { getent, "ahosts", host, NULL };
	auto_environment environment = acr_environment_pick(app, names);
	/* Use the timeouts of `get`. With the default ones, a first name server that does not
	 * respond would use up all the time. */
	const char *own = acr_env(app, "RES_OPTIONS");
	auto_string options = acr_format("RES_OPTIONS=" ACR_RESOLVER_OPTIONS " %s", own ? own : "");
	const char *const rows[] = { options, environment[0],
				     environment[0] ? environment[1] : NULL, NULL };
	const struct acr_run run = { arguments, rows, PATIENCE, 64 * 1024 };
	int64_t began = app->clock.boot(app), took;
	auto_secret out = { 0 }, err = { 0 };
	struct acr_error failure = { 0 };
	int status = -1;

	if (!getent)
		return acr_raise(error, CHECK_PROGRAM_MISSING, "getent");
	if (app->run(app, &run, &status, &out, &err, &failure)) {
		if (failure.kind == ACR_TIMEOUT)
			return acr_raise(error, DNS_TIMEOUT, host, acr_seconds(PATIENCE).text);
		*error = failure;
		return -1;
	}
	took = app->clock.boot(app) - began;
	/* getent exits with the same status whether the name does not exist or the server does not
	 * respond. */
	if ((!WIFEXITED(status) || WEXITSTATUS(status) != 0) && took >= SILENCE)
		return acr_raise(error, DNS_TIMEOUT, host, acr_seconds(took).text);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return acr_offline() ? acr_raise(error, OFFLINE, host)
				     : acr_raise(error, DNS_FAILED, host);
	for (const char *line = acr_secret_text(&out); *line;
	     line += strcspn(line, "\n"), line += *line == '\n')
		take_line(line, strcspn(line, "\n"), ret, canonical, size);
	return 0;
}

static void tell(const char *addresses, const char *host, const char *canonical,
		 struct acr_check_result *ret)
{
	auto_secret list = { 0 };
	size_t privates = 0, count = 0;
	const char *kind;

	for (const char *at = addresses; *at; at += strcspn(at, "\n") + 1, count++) {
		auto_string one = acr_format("%.*s", (int)strcspn(at, "\n"), at);

		privates += acr_address_is_private(one);
		if (count < 4)
			acr_secret_format(&list, "%s%s", list.length ? ", " : "", one);
	}
	kind = privates == 0	   ? _("public")
	       : privates == count ? _("private")
				   : _("private and public");
	if (*canonical && strcmp(canonical, host) != 0)
		acr_check_detail(ret, _("alias of %s"), canonical);
	if (privates > 0 && privates < count)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: %s; the DNS server returns both, and clients use either"),
			      acr_secret_text(&list), kind);
	else if (strstr(canonical, "privatelink") && privates == 0)
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("%s: %s, although the registry has a private endpoint (%s)"),
			      acr_secret_text(&list), kind, canonical);
	else
		acr_check_say(ret, ACR_VERDICT_OK, "%s (%s)", acr_secret_text(&list), kind);
}

/* Is there a known registry with a similar name? */
static void unknown(const struct acr_app *app, const struct acr_case *subject,
		    const struct acr_error *error, struct acr_check_result *ret)
{
	auto_string meant = acr_case_nearest(app, subject->registry.host);
	auto_string words = acr_error_words(error);

	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, error, ret);
	if (meant)
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s; did you mean %s?"), words, meant);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *host = subject->registry.host,
		   *proxy = acr_case_found(subject, ACR_FOUND_PROXY);
	struct acr_error error = { 0 };
	auto_secret addresses = { 0 };
	char canonical[256] = "";

	if (look_up(app, host, &addresses, canonical, sizeof(canonical), &error) == 0) {
		tell(acr_secret_text(&addresses), host, canonical, ret);
		acr_check_found(ret, ACR_FOUND_ADDRESSES, acr_secret_text(&addresses));
		return;
	}
	/* getent did not run: nothing is known about the name. */
	if (error.kind != ACR_UNREACHABLE) {
		acr_check_say_error(ret, ACR_VERDICT_SKIPPED, &error);
		return;
	}
	error.origin = ACR_ORIGIN_REGISTRY;
	if (*proxy)
		acr_check_say(ret, ACR_VERDICT_OK,
			      _("cannot be resolved locally; the proxy %s resolves it"), proxy);
	else
		unknown(app, subject, &error, ret);
}

const struct acr_check_row acr_check_dns = {
	.id = "dns",
	.title = N_("DNS lookup"),
	.alias = "CONNECTIVITY_DNS_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "name",
	.after = "proxy",
	.likely = 95,
	.run = run,
};
