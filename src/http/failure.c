/* SPDX-License-Identifier: Apache-2.0 */
/* Converts libcurl's error codes (libcurl-errors(3); the numbers are part of its ABI) to messages:
 * one row each. */
#include "http/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/budget.h"

static const struct meaning {
	int code;
	enum acr_transport transport;
	enum acr_message_id message; /* about the host */
} meanings[] = {
	{ 1, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_URL_UNSUPPORTED },
	{ 3, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_URL_INVALID },	  /* URL_MALFORMAT */
	{ 6, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_DNS_FAILED },	  /* COULDNT_RESOLVE_HOST */
	{ 7, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_CONNECT_FAILED },	  /* COULDNT_CONNECT */
	{ 8, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_NOT_HTTP },		  /* WEIRD_SERVER_REPLY */
	{ 18, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_RESPONSE_CUT },	  /* PARTIAL_FILE */
	{ 23, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_RESPONSE_TOO_LARGE }, /* WRITE_ERROR */
	/* A connection that is reset during the handshake has the same code: not final. */
	{ 35, ACR_TRANSPORT_TLS, ACR_MESSAGE_TLS_FAILED },		 /* SSL_CONNECT_ERROR */
	{ 52, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_CONNECTION_CLOSED }, /* GOT_NOTHING */
	{ 55, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_CONNECTION_LOST },	 /* SEND_ERROR */
	{ 56, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_CONNECTION_LOST },	 /* RECV_ERROR */
	{ 60, ACR_TRANSPORT_CERTIFICATE, ACR_MESSAGE_CERTIFICATE_UNTRUSTED },
	{ 77, ACR_TRANSPORT_CERTIFICATE, ACR_MESSAGE_CA_FILE_UNREADABLE },
	{ 97, ACR_TRANSPORT_PROXY, ACR_MESSAGE_PROXY_FAILED },
/* Errors of libcurl itself: no memory, no descriptor, or a required feature is missing. */
#define LOCAL(code)                                                                                \
	{                                                                                          \
		code, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_REQUEST_LOCAL                          \
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
	{ 0, ACR_TRANSPORT_CONNECTION, ACR_MESSAGE_REQUEST_FAILED },
};

/* TLS errors that this machine causes: engines, client certificates, revocation lists. */
static const int local_tls[] = { 53, 54, 58, 66, 82 };

/* What socket() and connect() return if this machine is the cause, not the network. */
static const int local_numbers[] = { EACCES, EPERM, EMFILE, ENFILE, ENOMEM, ENOBUFS, EINTR };

static bool holds(const int *list, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}
#define HOLDS(list, number) holds(list, sizeof(list) / sizeof((list)[0]), number)

/* Other TLS errors, too rare for messages of their own. */
static const int rare[] = { 51, 53, 54, 58, 59, 64, 66, 80, 82, 83, 90, 91, 98 };

/* X509_V_ERR_... (OpenSSL's x509_vfy.h) for which there is a remedy. */
static const struct {
	long number;
	enum acr_message_id message;
} certificates[] = {
	{ 9, ACR_MESSAGE_CERTIFICATE_NOT_YET_VALID },
	{ 10, ACR_MESSAGE_CERTIFICATE_EXPIRED },
	{ 18, ACR_MESSAGE_CERTIFICATE_SELF_SIGNED },
	{ 19, ACR_MESSAGE_CERTIFICATE_ISSUER_UNKNOWN },
	{ 20, ACR_MESSAGE_CERTIFICATE_ISSUER_UNKNOWN },
	{ 62, ACR_MESSAGE_CERTIFICATE_NAME },
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

/* The timeout message for the host, or for the host and the proxy. */
static int late(const struct acr_failure *failure, enum acr_message_id direct,
		enum acr_message_id proxied, struct acr_error *error)
{
	struct acr_number seconds = acr_seconds(failure->took);

	return *failure->proxy
		       ? acr_error_set(error, proxied, NULL,
				       (const char *const[]){ failure->host, failure->proxy,
							      seconds.text },
				       3)
		       : acr_error_set(error, direct, NULL,
				       (const char *const[]){ failure->host, seconds.text }, 2);
}

static int tell_late(const struct acr_failure *failure, struct acr_error *error)
{
	/* A timeout while connecting is the server's fault and worth a retry. A later one is our
	 * deadline. */
	bool ours = failure->stage == ACR_STAGE_ANSWER || failure->took < failure->connect;

	switch (failure->stage) {
	case ACR_STAGE_NAME:
		late(failure, ACR_MESSAGE_DNS_TIMEOUT, ACR_MESSAGE_DNS_TIMEOUT_PROXY, error);
		break;
	case ACR_STAGE_CONNECTION:
		late(failure, ACR_MESSAGE_CONNECT_TIMEOUT, ACR_MESSAGE_CONNECT_TIMEOUT_PROXY,
		     error);
		break;
	case ACR_STAGE_HANDSHAKE:
		late(failure, ACR_MESSAGE_TLS_TIMEOUT, ACR_MESSAGE_TLS_TIMEOUT_PROXY, error);
		break;
	case ACR_STAGE_ANSWER:
	default:
		acr_raise(error, RESPONSE_TIMEOUT, failure->host, acr_seconds(failure->took).text);
	}
	error->kind = ours ? ACR_TIMEOUT : ACR_UNREACHABLE;
	return -1;
}

static int about(enum acr_message_id message, const char *host, struct acr_error *error)
{
	return acr_error_set(error, message, NULL, (const char *const[]){ host }, 1);
}

static int tell_certificate(const struct acr_failure *failure, struct acr_error *error)
{
	enum acr_message_id message = ACR_MESSAGE_CERTIFICATE_UNTRUSTED;

	/* libcurl compares host names itself, and then there is no error number. */
	if (strstr(failure->message, "subject name"))
		message = ACR_MESSAGE_CERTIFICATE_NAME;
	for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++)
		if (certificates[i].number == failure->verified)
			message = certificates[i].message;
	return about(message, failure->host, error);
}

/* A refused connection, to the host or to the proxy. */
static int tell_connection(const struct acr_failure *failure, struct acr_error *error)
{
	const char *host = failure->host, *proxy = failure->proxy;
	char name[256];

	/* libcurl names the host that it could not connect to, which may be the proxy. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(proxy, ":"), proxy);
	if (name[0] && strstr(failure->message, name))
		return failure->number ? acr_raise_errno(error, failure->number,
							 PROXY_CONNECT_FAILED_WHY, proxy, host)
				       : acr_raise(error, PROXY_CONNECT_FAILED, proxy, host);
	return failure->number ? acr_raise_errno(error, failure->number, CONNECT_FAILED_WHY, host)
			       : acr_raise(error, CONNECT_FAILED, host);
}

static int tell(const struct acr_failure *failure, struct acr_error *error)
{
	const char *host = failure->host, *proxy = failure->proxy;

	if (failure->proxy_status >= 500)
		return acr_raise(error, PROXY_TARGET_FAILED, proxy, host,
				 acr_number(failure->proxy_status).text);
	if (failure->proxy_status == 407)
		return acr_raise(error, PROXY_AUTHENTICATION, proxy, host);
	if (failure->proxy_status >= 300)
		return acr_raise(error, PROXY_DENIED, proxy, host,
				 acr_number(failure->proxy_status).text);
	/* The resolver gave up after all its attempts: no DNS server answered. */
	if ((failure->code == 5 || failure->code == 6) && failure->took >= ACR_BUDGET_AGAIN)
		return late(failure, ACR_MESSAGE_DNS_TIMEOUT, ACR_MESSAGE_DNS_TIMEOUT_PROXY, error);
	switch (failure->code) {
	case 5: /* COULDNT_RESOLVE_PROXY */
		return acr_raise(error, PROXY_DNS_FAILED, proxy, host);
	case 7: /* COULDNT_CONNECT; for other codes the errno is from an earlier call */
		return tell_connection(failure, error);
	case 28: /* OPERATION_TIMEDOUT */
		return tell_late(failure, error);
	case 60: /* PEER_FAILED_VERIFICATION */
		return tell_certificate(failure, error);
	default:
		return about(find(failure->code)->message, host, error);
	}
}

int acr_failure_tell(const struct acr_failure *failure, struct acr_error *error)
{
	if (!error)
		return -1;
	if (failure->offline)
		about(ACR_MESSAGE_OFFLINE, failure->host, error);
	else
		tell(failure, error);
	if (HOLDS(local_tls, failure->code) ||
	    (failure->code == 7 && HOLDS(local_numbers, failure->number)))
		error->kind = ACR_SYSTEM;
	error->transport = transport_of(failure->code);
	error->status = failure->proxy_status >= 300 ? (int)failure->proxy_status : 0;
	snprintf(error->host, sizeof(error->host), "%.*s", (int)strcspn(failure->host, ":"),
		 failure->host);
	/* Without a network, a failed DNS lookup is a symptom, but would be explained as the
	 * cause. */
	if (!failure->offline)
		acr_error_quote(error, failure->message, strlen(failure->message));
	return -1;
}
