/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the messages for libcurl's error codes. */
#include "edges.h"

#include <errno.h>

#include "http/failure.h"

#define HOST "acme.azurecr.io"

static void each_failure_has_its_message_and_kind(void **state)
{
	static const struct {
		struct acr_failure failure;
		enum acr_kind kind;
		const char *text;
	} rows[] = {
		{ { .code = 6 }, ACR_UNREACHABLE, "acr-error:dns-failed; acme.azurecr.io" },
		{ { .code = 6, .took = 4000 },
		  ACR_UNREACHABLE,
		  "acr-error:dns-timeout; acme.azurecr.io 4.0" },
		{ { .code = 6, .offline = true },
		  ACR_UNREACHABLE,
		  "acr-error:offline; acme.azurecr.io" },
		{ { .code = 7, .number = ENETUNREACH, .offline = true },
		  ACR_UNREACHABLE,
		  "acr-error:offline; acme.azurecr.io" },
		{ { .code = 7, .number = ECONNREFUSED },
		  ACR_UNREACHABLE,
		  "acr-error:connect-failed-why; acme.azurecr.io acr-error:errno; ECONNREFUSED" },
		{ { .code = 7, .number = EHOSTUNREACH },
		  ACR_UNREACHABLE,
		  "acr-error:connect-failed-why; acme.azurecr.io acr-error:errno; EHOSTUNREACH" },
		{ { .code = 1 }, ACR_INVALID, "acr-error:url-unsupported; acme.azurecr.io" },
		{ { .code = 3 }, ACR_INVALID, "acr-error:url-invalid; acme.azurecr.io" },
		{ { .code = 8 }, ACR_INVALID, "acr-error:not-http; acme.azurecr.io" },
		{ { .code = 18 }, ACR_UNREACHABLE, "acr-error:response-cut; acme.azurecr.io" },
		{ { .code = 35 }, ACR_UNREACHABLE, "acr-error:tls-failed; acme.azurecr.io" },
		{ { .code = 52 }, ACR_UNREACHABLE, "acr-error:connection-closed; acme.azurecr.io" },
		{ { .code = 55 }, ACR_UNREACHABLE, "acr-error:connection-lost; acme.azurecr.io" },
		{ { .code = 77 }, ACR_SYSTEM, "acr-error:ca-file-unreadable; acme.azurecr.io" },
		{ { .code = 97 }, ACR_UNREACHABLE, "acr-error:proxy-failed; acme.azurecr.io" },
		{ { .code = 56, .number = EPIPE },
		  ACR_UNREACHABLE,
		  "acr-error:connection-lost; acme.azurecr.io" },
		{ { .code = 23 }, ACR_INVALID, "acr-error:response-too-large; acme.azurecr.io" },
		{ { .code = 94 }, ACR_UNREACHABLE, "acr-error:request-failed; acme.azurecr.io" },
		/* The stage that timed out, and which timeout it was. */
		{ { .code = 28, .stage = ACR_STAGE_NAME, .took = 5000 },
		  ACR_UNREACHABLE,
		  "acr-error:dns-timeout; acme.azurecr.io 5.0" },
		{ { .code = 28, .stage = ACR_STAGE_NAME, .took = 1200 },
		  ACR_TIMEOUT,
		  "acr-error:dns-timeout; acme.azurecr.io 1.2" },
		{ { .code = 28, .stage = ACR_STAGE_CONNECTION, .took = 5001 },
		  ACR_UNREACHABLE,
		  "acr-error:connect-timeout; acme.azurecr.io 5.0" },
		{ { .code = 28, .stage = ACR_STAGE_HANDSHAKE, .took = 5001 },
		  ACR_UNREACHABLE,
		  "acr-error:tls-timeout; acme.azurecr.io 5.0" },
		{ { .code = 28, .stage = ACR_STAGE_ANSWER, .took = 29000 },
		  ACR_TIMEOUT,
		  "acr-error:response-timeout; acme.azurecr.io 29.0" },
		/* Certificates. */
		{ { .code = 60, .verified = 9 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-not-yet-valid; acme.azurecr.io" },
		{ { .code = 60, .verified = 18 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-self-signed; acme.azurecr.io" },
		{ { .code = 60, .verified = 19 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-issuer-unknown; acme.azurecr.io" },
		{ { .code = 60, .verified = 62 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-name; acme.azurecr.io" },
		{ { .code = 60, .verified = 10 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-expired; acme.azurecr.io" },
		{ { .code = 60, .verified = 20 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-issuer-unknown; acme.azurecr.io" },
		{ { .code = 60, .verified = 7 },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-untrusted; acme.azurecr.io" },
		{ { .code = 60,
		    .verified = 1,
		    .message = "SSL: no alternative certificate subject name matches" },
		  ACR_UNREACHABLE,
		  "acr-error:certificate-name; acme.azurecr.io" },
		/* Proxies. */
		{ { .code = 5, .proxy = "proxy.example:3128" },
		  ACR_UNREACHABLE,
		  "acr-error:proxy-dns-failed; proxy.example:3128 acme.azurecr.io" },
		{ { .code = 7,
		    .proxy = "proxy.example:3128",
		    .number = ECONNREFUSED,
		    .message = "Failed to connect to proxy.example port 3128 after 0 ms" },
		  ACR_UNREACHABLE,
		  "acr-error:proxy-connect-failed-why; proxy.example:3128 acme.azurecr.io "
		  "acr-error:errno; ECONNREFUSED" },
		{ { .code = 7,
		    .proxy = "proxy.example:3128",
		    .number = ECONNREFUSED,
		    .message = "Failed to connect to acme.azurecr.io port 443 after 0 ms" },
		  ACR_UNREACHABLE,
		  "acr-error:connect-failed-why; acme.azurecr.io acr-error:errno; ECONNREFUSED" },
		{ { .code = 56, .proxy = "proxy.example:3128", .proxy_status = 407 },
		  ACR_UNREACHABLE,
		  "acr-error:proxy-authentication; proxy.example:3128 acme.azurecr.io" },
		{ { .code = 56, .proxy = "proxy.example:3128", .proxy_status = 403 },
		  ACR_UNREACHABLE,
		  "acr-error:proxy-denied; proxy.example:3128 acme.azurecr.io 403" },
		{ { .code = 56, .proxy = "proxy.example:3128", .proxy_status = 502 },
		  ACR_UNREACHABLE,
		  "acr-error:proxy-target-failed; proxy.example:3128 acme.azurecr.io 502" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acr_failure failure = rows[i].failure;
		auto_string data = NULL;
		struct acr_error error = { 0 };

		failure.host = HOST;
		failure.connect = 5000;
		failure.proxy = failure.proxy ? failure.proxy : "";
		failure.message = failure.message ? failure.message : "";
		assert_int_equal(acr_failure_tell(&failure, &error), -1);
		data = acr_message_data(&error.message);
		assert_string_equal(data, rows[i].text);
		assert_int_equal(error.kind, rows[i].kind);
		assert_int_equal(error.status, failure.proxy_status);
		assert_string_equal(error.host, HOST);
		assert_string_equal(error.sentence, failure.message);
	}
}

static void a_port_is_not_part_of_a_host(void **state)
{
	const struct acr_failure failure = {
		.code = 6, .host = "localhost:40342", .proxy = "", .message = ""
	};
	struct acr_error error = { 0 };

	(void)state;
	acr_failure_tell(&failure, &error);
	assert_string_equal(error.host, "localhost");
}

/* No host has responded: this must not be reported or remembered as the response of a host. */
static void a_fault_of_this_machine_is_not_a_network_fault(void **state)
{
	static const struct {
		int code, number;
		enum acr_kind kind;
	} rows[] = {
		{ 2, 0, ACR_SYSTEM },		{ 26, 0, ACR_SYSTEM },
		{ 27, 0, ACR_SYSTEM },		{ 43, 0, ACR_SYSTEM },
		{ 4, 0, ACR_SYSTEM },		{ 37, 0, ACR_SYSTEM },
		{ 41, 0, ACR_SYSTEM },		{ 42, 0, ACR_SYSTEM },
		{ 45, 0, ACR_SYSTEM },		{ 48, 0, ACR_SYSTEM },
		{ 99, 0, ACR_SYSTEM },		{ 54, 0, ACR_SYSTEM },
		{ 66, 0, ACR_SYSTEM },		{ 82, 0, ACR_SYSTEM },
		{ 7, EPERM, ACR_SYSTEM },	{ 7, ENOBUFS, ACR_SYSTEM },
		{ 53, 0, ACR_SYSTEM },		{ 58, 0, ACR_SYSTEM },
		{ 77, 0, ACR_SYSTEM },		{ 81, 0, ACR_SYSTEM },
		{ 7, EMFILE, ACR_SYSTEM },	{ 7, ENFILE, ACR_SYSTEM },
		{ 7, EACCES, ACR_SYSTEM },	{ 7, ENOMEM, ACR_SYSTEM },
		{ 7, EINTR, ACR_SYSTEM },	{ 7, ECONNREFUSED, ACR_UNREACHABLE },
		{ 7, 0, ACR_UNREACHABLE },	{ 7, ENETUNREACH, ACR_UNREACHABLE },
		{ 6, EMFILE, ACR_UNREACHABLE }, { 35, EACCES, ACR_UNREACHABLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct acr_failure failure = { .code = rows[i].code,
						     .number = rows[i].number,
						     .host = HOST,
						     .proxy = "",
						     .message = "" };
		struct acr_error error = { 0 };

		acr_failure_tell(&failure, &error);
		if (error.kind != rows[i].kind)
			fail_msg("code %d, errno %d: %s", rows[i].code, rows[i].number,
				 edges_words(&error));
	}
}

static void each_code_says_which_phase_failed(void **state)
{
	static const struct {
		enum acr_transport transport;
		int codes[16];
	} rows[] = {
		{ ACR_TRANSPORT_CONNECTION, { 5, 6, 7, 18, 28, 52, 55, 56, 94 } },
		{ ACR_TRANSPORT_TLS, { 35, 51, 53, 54, 58, 59, 64, 66, 80, 82, 83, 90, 91, 98 } },
		{ ACR_TRANSPORT_CERTIFICATE, { 60, 77 } },
		{ ACR_TRANSPORT_PROXY, { 97 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (const int *code = rows[i].codes; *code; code++) {
			const struct acr_failure failure = {
				.code = *code, .host = HOST, .proxy = "", .message = ""
			};
			struct acr_error error = { 0 };

			acr_failure_tell(&failure, &error);
			assert_int_equal(error.transport, rows[i].transport);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failure_has_its_message_and_kind),
		cmocka_unit_test(a_port_is_not_part_of_a_host),
		cmocka_unit_test(each_code_says_which_phase_failed),
		cmocka_unit_test(a_fault_of_this_machine_is_not_a_network_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
