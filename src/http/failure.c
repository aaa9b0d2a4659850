/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's codes (libcurl-errors(3); the numbers are part of its ABI) as sentences: one row each.
 */
#include "http/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct meaning {
	int code;
	enum acr_transport transport;
	enum acr_kind kind;
	const char *before, *after; /* what stands around the host */
} meanings[] = {
	{ 1, ACR_TRANSPORT_CONNECTION, ACR_INVALID, "",
	  " cannot be spoken to in HTTPS" }, /* UNSUPPORTED_PROTOCOL */
	{ 3, ACR_TRANSPORT_CONNECTION, ACR_INVALID, "",
	  " cannot stand in a URL" }, /* URL_MALFORMAT */
	{ 6, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "the name ",
	  " could not be resolved" }, /* COULDNT_RESOLVE_HOST */
	{ 7, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "no connection to ",
	  "" }, /* COULDNT_CONNECT */
	{ 8, ACR_TRANSPORT_CONNECTION, ACR_INVALID, "",
	  " does not speak HTTP" }, /* WEIRD_SERVER_REPLY */
	{ 18, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "the answer of ",
	  " was cut short" }, /* PARTIAL_FILE */
	{ 23, ACR_TRANSPORT_CONNECTION, ACR_INVALID, "the answer of ",
	  " is larger than any that is due" }, /* WRITE_ERROR */
	/* A connection that is reset within the handshake looks like that too: not final. */
	{ 35, ACR_TRANSPORT_TLS, ACR_UNREACHABLE, "no TLS connection to ",
	  " could be set up" }, /* SSL_CONNECT_ERROR */
	{ 52, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "",
	  " closed the connection without an answer" }, /* GOT_NOTHING */
	{ 55, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "the connection to ",
	  " broke off" }, /* SEND_ERROR */
	{ 56, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "the connection to ",
	  " broke off" }, /* RECV_ERROR */
	{ 60, ACR_TRANSPORT_CERTIFICATE, ACR_UNREACHABLE, "the certificate of ",
	  " is not trusted here" }, /* PEER_FAILED_VERIFICATION */
	{ 77, ACR_TRANSPORT_CERTIFICATE, ACR_SYSTEM, "for ",
	  ", the file of trusted certificates cannot be read" }, /* SSL_CACERT_BADFILE */
	{ 97, ACR_TRANSPORT_PROXY, ACR_UNREACHABLE, "on the way to ",
	  ", the proxy failed" }, /* PROXY */
/* libcurl itself: no memory, no descriptor, no part of it that is needed. */
#define LOCAL(code)                                                                                \
	{                                                                                          \
		code, ACR_TRANSPORT_CONNECTION, ACR_SYSTEM, "the request to ",                     \
			" could not be made by this machine"                                       \
	}
	LOCAL(2),  /* FAILED_INIT */
	LOCAL(4),  /* NOT_BUILT_IN */
	LOCAL(26), /* READ_ERROR */
	LOCAL(27), /* OUT_OF_MEMORY */
	LOCAL(37), /* FILE_COULDNT_READ_FILE */
	LOCAL(41), /* FUNCTION_NOT_FOUND */
	LOCAL(42), /* ABORTED_BY_CALLBACK */
	LOCAL(43), /* BAD_FUNCTION_ARGUMENT */
	LOCAL(45), /* INTERFACE_FAILED */
	LOCAL(48), /* UNKNOWN_OPTION */
	LOCAL(81), /* AGAIN */
	LOCAL(99), /* UNRECOVERABLE_POLL */
#undef LOCAL
	{ 0, ACR_TRANSPORT_CONNECTION, ACR_UNREACHABLE, "the request to ", " failed" },
};

/* TLS that this machine could not even begin: engines, client certificates, lists of revoked ones. */
static const int local_tls[] = { 53, 54, 58, 66, 82 };

/* What socket() and connect() give where this machine is the cause, not the network. */
static const int local_numbers[] = { EACCES, EPERM, EMFILE, ENFILE, ENOMEM, ENOBUFS, EINTR };

static bool holds(const int *list, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}
#define HOLDS(list, number) holds(list, sizeof(list) / sizeof((list)[0]), number)

/* What else is about TLS: too rare for words of its own. */
static const int rare[] = { 51, 53, 54, 58, 59, 64, 66, 80, 82, 83, 90, 91, 98 };

/* X509_V_ERR_... (OpenSSL's x509_vfy.h) that a person can do something about. */
static const struct {
	long number;
	const char *meaning;
} certificates[] = {
	{ 9, "is not valid yet, or this machine's clock is slow" },
	{ 10, "has expired, or this machine's clock is fast" },
	{ 18, "is signed by itself and not trusted here" },
	{ 19, "comes from an authority that is not trusted here" },
	{ 20, "comes from an authority that is not trusted here" },
	{ 62, "is for another name" },
};

static const struct meaning *find(int code)
{
	const struct meaning *row = meanings;

	while (row->code != 0 && row->code != code)
		row++;
	return row;
}

static enum acr_transport transport_of(int code)
{
	return HOLDS(rare, code) ? ACR_TRANSPORT_TLS : find(code)->transport;
}

static int tell_late(const struct acr_failure *failure, struct acr_error *error)
{
	/* Time ran out while connecting: theirs, and worth another try. Later: ours. */
	bool ours = failure->stage == ACR_STAGE_ANSWER || failure->took < failure->connect;
	enum acr_kind kind = ours ? ACR_TIMEOUT : ACR_UNREACHABLE;
	double seconds = (double)failure->took / 1000;
	const char *proxy = failure->proxy, *by = *proxy ? " by way of the proxy " : "";

	switch (failure->stage) {
	case ACR_STAGE_NAME:
		return acr_fail(error, kind, "the name %s%s%s was not resolved within %.1f s",
				failure->host, *proxy ? " or that of the proxy " : "", proxy,
				seconds);
	case ACR_STAGE_CONNECTION:
		return acr_fail(error, kind, "no connection to %s%s%s came about within %.1f s",
				failure->host, by, proxy, seconds);
	case ACR_STAGE_HANDSHAKE:
		return acr_fail(error, kind, "no TLS connection to %s%s%s came about within %.1f s",
				failure->host, by, proxy, seconds);
	case ACR_STAGE_ANSWER:
	default:
		return acr_fail(error, kind, "%s did not answer within %.1f s", failure->host,
				seconds);
	}
}

static int tell_certificate(const struct acr_failure *failure, struct acr_error *error)
{
	const char *meaning = "is not trusted here";

	/* libcurl compares the name by itself, which gives no number. */
	if (strstr(failure->message, "subject name"))
		meaning = "is for another name";

	for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++)
		if (certificates[i].number == failure->verified)
			meaning = certificates[i].meaning;
	return acr_fail(error, ACR_UNREACHABLE, "the certificate of %s %s", failure->host, meaning);
}

static int tell(const struct acr_failure *failure, struct acr_error *error)
{
	const struct meaning *row = find(failure->code);
	const char *proxy = failure->proxy;
	/* Of any other code the errno is some earlier call's. */
	bool known = failure->code == 7 && failure->number;
	const char *why = known ? ": " : "", *reason = known ? acr_errno_text(failure->number) : "";
	char name[256];

	/* libcurl names the host that it could not connect to, and that may be the proxy. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(proxy, ":"), proxy);
	if (failure->proxy_status >= 500)
		return acr_fail(error, ACR_UNREACHABLE,
				"the proxy %s could not reach %s (status %ld)", proxy,
				failure->host, failure->proxy_status);
	if (failure->proxy_status >= 300)
		return acr_fail(error, ACR_UNREACHABLE,
				"the proxy %s lets nobody through to %s (status %ld%s)", proxy,
				failure->host, failure->proxy_status,
				failure->proxy_status == 407
					? ": it wants a user name and a password"
					: "");
	if (failure->code == 5)
		return acr_fail(error, ACR_UNREACHABLE,
				"the proxy %s on the way to %s cannot be found", proxy,
				failure->host);
	if (failure->code == 28)
		return tell_late(failure, error);
	if (failure->code == 60)
		return tell_certificate(failure, error);
	if (failure->code == 7 && name[0] && strstr(failure->message, name))
		return acr_fail(error, row->kind,
				"no connection to the proxy %s on the way to %s%s%s", proxy,
				failure->host, why, reason);
	return acr_fail(error, row->kind, "%s%s%s%s%s", row->before, failure->host, row->after, why,
			reason);
}

int acr_failure_tell(const struct acr_failure *failure, struct acr_error *error)
{
	if (!error)
		return -1;
	tell(failure, error);
	if (HOLDS(local_tls, failure->code) ||
	    (failure->code == 7 && HOLDS(local_numbers, failure->number)))
		error->kind = ACR_SYSTEM;
	error->transport = transport_of(failure->code);
	error->status = failure->proxy_status >= 300 ? (int)failure->proxy_status : 0;
	snprintf(error->host, sizeof(error->host), "%.*s", (int)strcspn(failure->host, ":"),
		 failure->host);
	acr_error_quote(error, failure->message, strlen(failure->message));
	return -1;
}
