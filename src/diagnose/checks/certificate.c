/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: is the certificate trusted, and who issued it? Microsoft or DigiCert issues the
 * certificates of Azure (learn.microsoft.com,
 * security/fundamentals/azure-certificate-authority-details). If another trusted authority issued
 * it, TLS is being inspected, and docker's engine and az must trust that authority too.
 */
#include <stdio.h>
#include <string.h>

#include "diagnose/network.h"
#include "explain/language.h"
#include "explain/sanitize.h"

static void fail(const struct acr_app *app, const struct acr_case *subject, const char *tls,
		 struct acr_check_result *ret)
{
	size_t text = strcspn(tls, "\n");
	auto_string value = acr_format("%.*s", (int)text, tls);
	struct acr_message message = { 0 };
	struct acr_error error = { 0 };

	if (acr_message_read(value, &message))
		acr_raise_cause(&error, &message, PLAIN);
	error.message = message;
	error.kind = ACR_UNREACHABLE;
	error.origin = ACR_ORIGIN_REGISTRY;
	snprintf(error.host, sizeof(error.host), "%s", subject->registry.host);
	if (tls[text])
		acr_error_quote(&error, tls + text + 1, strlen(tls + text + 1));
	acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *tls = acr_case_found(subject, ACR_FOUND_TLS_ERROR);
	const char *issuer = acr_case_found(subject, ACR_FOUND_ISSUER);

	if (*tls)
		fail(app, subject, tls, ret);
	else if (!*issuer)
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("trusted; the issuer is unknown"));
	else if (subject->registry.genuine && !acr_words_has(issuer, "Microsoft|DigiCert"))
		acr_check_say(
			ret, ACR_VERDICT_WARNING,
			_("issued by %s, not by Microsoft or DigiCert: TLS is being inspected"),
			issuer);
	else
		acr_check_say(ret, ACR_VERDICT_OK, _("issued by %s"), issuer);
}

const struct acr_check_row acr_check_certificate = {
	.id = "certificate",
	.title = N_("certificate"),
	.alias = "CONNECTIVITY_SSL_ERROR",
	.about = ACR_ABOUT_REGISTRY,
	.needs = "connection",
	.likely = 91,
	.run = run,
};
