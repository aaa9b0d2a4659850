/* SPDX-License-Identifier: Apache-2.0 */
/* Tests libraries that are loaded on first use: one that is missing, and one that this machine
 * cannot load. */
#include "edges.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/library.h"

static const struct acr_library_symbol none[] = { { NULL, NULL } };

static int load(const char *soname, struct acr_error *error)
{
	*error = (struct acr_error){ 0 };
	return acr_library_load(soname, "a test", none, error);
}

static void a_library_that_is_not_installed_is_missing(void **state)
{
	struct acr_error error;

	(void)state;
	assert_int_equal(load("libacr-nowhere.so.1", &error), -1);
	assert_true(acr_error_is(&error, LIBRARY_MISSING));
	assert_true(acr_library_is_absent(&error));
	assert_int_equal(error.kind, ACR_SYSTEM);
}

static void a_library_without_a_needed_function_is_too_old(void **state)
{
	static void *pointer;
	static const struct acr_library_symbol wanted[] = { { "acr_no_such_function", &pointer },
							    { NULL, NULL } };
	struct acr_error error = { 0 };

	(void)state;
	assert_int_equal(acr_library_load("libc.so.6", "a test", wanted, &error), -1);
	assert_true(acr_error_is(&error, LIBRARY_TOO_OLD));
	assert_true(acr_library_is_absent(&error));
}

static void a_damaged_library_is_not_reported_as_missing(void **state)
{
	struct acr_error error;
	struct edges edges;
	auto_string path = NULL;

	(void)state;
	edges_begin(&edges);
	edges_write(&edges, "libbroken.so.1", "no library");
	path = acr_format("%s/libbroken.so.1", edges.folder);
	assert_int_equal(load(path, &error), -1);
	assert_true(acr_error_is(&error, LIBRARY_UNREADABLE));
	assert_false(acr_library_is_absent(&error));
	edges_end(&edges);
}

static void without_a_free_descriptor_no_library_is_reported_as_missing(void **state)
{
	struct rlimit was, few;
	struct acr_error error;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(load("libgio-2.0.so.0", &error), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_true(acr_error_is(&error, LIBRARY_UNREADABLE));
	assert_non_null(strstr(edges_words(&error), "Too many open files"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_that_is_not_installed_is_missing),
		cmocka_unit_test(a_library_without_a_needed_function_is_too_old),
		cmocka_unit_test(a_damaged_library_is_not_reported_as_missing),
		cmocka_unit_test(without_a_free_descriptor_no_library_is_reported_as_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
