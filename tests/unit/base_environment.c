/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which variables reach the libraries of this process. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "edges.h"

/* Does this variable stay in a cleaned environment? Its neighbors always do. */
static bool stays(const char *row)
{
	char before[] = "HOME=/x", after[] = "PATH=/bin";
	auto_string copy = acr_copy(row);
	char *environment[] = { before, copy, after, NULL };

	acr_environment_clean(environment);
	assert_ptr_equal(environment[0], before);
	if (environment[1] == after) {
		assert_null(environment[2]);
		return false;
	}
	assert_ptr_equal(environment[1], copy);
	assert_ptr_equal(environment[2], after);
	return true;
}

static void variables_that_log_keys_or_load_code_are_removed(void **state)
{
	static const char *const rows[] = {
		"SSLKEYLOGFILE=/tmp/keys",
		"SSLKEYLOGFILE=",
		"GNUTLS_KEYLOGFILE=/tmp/keys",
		"GCONV_PATH=/tmp",
		"GCONV_PATH=/usr/lib",
		"QLOGDIR=/tmp",
		"NLSPATH=/tmp/%N",
		"HOSTALIASES=/tmp/x",
		"GNUTLS_DEBUG_LEVEL=9",
		"LANGUAGE=../../tmp/evil",
		"LANGUAGE=fr:/tmp/x",
		"OPENSSL_CONF=openssl.cnf",
		"OPENSSL_CONF=",
		"OPENSSL_CONF=/nonexistent",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (stays(rows[i]))
			fail_msg("kept: %s", rows[i]);
}

static void variables_with_similar_names_are_kept(void **state)
{
	static const char *const rows[] = {
		"SSL_CERT_FILE=/tmp/ca.pem",
		"CURL_CA_BUNDLE=/tmp/ca.pem",
		"LANGUAGE=fr:en",
		"LANGUAGE=",
		"SSLKEYLOGFILES=/x",
		"MY_GCONV_PATH=/x",
		"SSLKEYLOGFILE",
		"OPENSSL_CONFIG=/tmp/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!stays(rows[i]))
			fail_msg("dropped: %s", rows[i]);
}

static void only_root_can_configure_a_library(void **state)
{
	struct edges edges;
	char path[300];
	auto_string row = NULL;

	(void)state;
	assert_true(stays("OPENSSL_CONF=/etc/passwd"));
	assert_true(stays("OPENSSL_MODULES=/usr/lib"));
	assert_true(stays("OPENSSL_MODULES=/"));
	assert_true(stays("OPENSSL_CONF=/dev/null"));
	assert_false(stays("OPENSSL_CONF=/dev/zero"));
	/* Below /tmp, any user may rename a directory. */
	edges_begin(&edges);
	edges_write(&edges, "openssl.cnf", "");
	snprintf(path, sizeof(path), "OPENSSL_CONF=%s/openssl.cnf", edges.folder);
	assert_false(stays(path));
	assert_false(stays("OPENSSL_MODULES=/tmp"));
	/* A link to a file of root there could be replaced after it was checked. */
	snprintf(path, sizeof(path), "%s/link", edges.folder);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	row = acr_format("OPENSSL_CONF=%s", path);
	assert_false(stays(row));
	edges_end(&edges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_that_log_keys_or_load_code_are_removed),
		cmocka_unit_test(variables_with_similar_names_are_kept),
		cmocka_unit_test(only_root_can_configure_a_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
