/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the same tests for every row of caches.def, wherever it stores its entries. A cache that is
 * not available here (a container without keyrings) is skipped. */
#include "edges.h"

#include "acr/store.h"

#define KEY "entry_contract.azurecr.io_0123456789abcdef"

static const struct acr_cache_home *row;
static struct edges edges;

static void write_text(const char *key, const char *bytes, size_t length)
{
	auto_secret secret = { 0 };
	struct acr_error error = { 0 };

	acr_secret_add_bytes(&secret, bytes, length);
	if (row->write(&edges.app, key, &secret, 600, &error))
		fail_msg("%s: %s", row->name, edges_words(&error));
}

static void expect(const char *key, const char *bytes, size_t length)
{
	auto_secret secret = { 0 };
	struct acr_error error = { 0 };

	if (row->read(&edges.app, key, &secret, &error))
		fail_msg("%s: %s", row->name, edges_words(&error));
	assert_int_equal(secret.length, length);
	assert_memory_equal(secret.bytes, bytes, length);
}

static void expect_none(const char *key)
{
	auto_secret secret = { 0 };
	struct acr_error error = { 0 };

	assert_int_equal(row->read(&edges.app, key, &secret, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
	assert_int_equal(secret.length, 0);
	assert_int_equal(row->drop(&edges.app, key, &error), -1);
	assert_int_equal(error.kind, ACR_NOT_FOUND);
}

static void in_an_empty_cache_nothing_is_found_or_dropped(void **state)
{
	(void)state;
	expect_none(KEY);
}

static void an_entry_is_found_until_it_is_dropped(void **state)
{
	(void)state;
	write_text(KEY, "token", 5);
	expect(KEY, "token", 5);
	assert_int_equal(row->drop(&edges.app, KEY, NULL), 0);
	expect_none(KEY);
}

static void writing_again_replaces_the_entry(void **state)
{
	(void)state;
	write_text(KEY, "a longer first token", 20);
	write_text(KEY, "second", 6);
	expect(KEY, "second", 6);
	assert_int_equal(row->drop(&edges.app, KEY, NULL), 0);
	expect_none(KEY);
}

static void every_byte_is_kept(void **state)
{
	char bytes[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	write_text(KEY, bytes, sizeof(bytes));
	expect(KEY, bytes, sizeof(bytes));
}

static void an_entry_of_16_kilobytes_is_kept(void **state)
{
	static char bytes[16 * 1024];

	(void)state;
	/* An ordinary user has 20,000 bytes there, and half of them are left to other programs. */
	if (geteuid() != 0 && strcmp(row->name, "kernel-keyring") == 0)
		skip();
	memset(bytes, 'x', sizeof(bytes));
	write_text(KEY, bytes, sizeof(bytes));
	expect(KEY, bytes, sizeof(bytes));
}

static void keys_of_240_bytes_are_distinct(void **state)
{
	char one[241], other[241];

	(void)state;
	memset(one, 'k', 240);
	one[240] = '\0';
	memcpy(other, one, 241);
	other[239] = 'l';
	write_text(one, "one", 3);
	write_text(other, "other", 5);
	expect(one, "one", 3);
	expect(other, "other", 5);
}

static void count_ours(void *data, const char *key)
{
	if (strcmp(key, KEY) == 0 || strcmp(key, "note_refusal_0") == 0)
		++*(int *)data;
	else
		fail_msg("a key that nobody wrote: %s", key);
}

static void each_visits_exactly_the_keys(void **state)
{
	int count = 0;

	(void)state;
	assert_int_equal(row->each(&edges.app, count_ours, &count, NULL), 0);
	assert_int_equal(count, 0);
	write_text(KEY, "token", 5);
	write_text("note_refusal_0", "note", 4);
	assert_int_equal(row->each(&edges.app, count_ours, &count, NULL), 0);
	assert_int_equal(count, 2);
}

static int begin(void **state)
{
	row = *state;
	edges_begin(&edges);
	return 0;
}

static void drop(void *data, const char *key)
{
	(void)data;
	row->drop(&edges.app, key, NULL);
}

static int end(void **state)
{
	(void)state;
	row->each(&edges.app, drop, NULL, NULL);
	edges_end(&edges);
	return 0;
}

static bool is_here(const struct acr_cache_home *home)
{
	void *state = (void *)(uintptr_t)home;
	struct acr_error error = { 0 };
	auto_secret bytes = { 0 };
	bool here;

	begin(&state);
	acr_secret_add(&bytes, "x");
	here = row->write(&edges.app, KEY, &bytes, 600, &error) == 0;
	if (!here)
		print_message("# %s is skipped: %s\n", row->name, edges_words(&error));
	end(&state);
	return here;
}

#define ASSERTION(name)                                                                            \
	{                                                                                          \
#name, name                                                                        \
	}

int main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction function;
	} assertions[] = {
		ASSERTION(in_an_empty_cache_nothing_is_found_or_dropped),
		ASSERTION(an_entry_is_found_until_it_is_dropped),
		ASSERTION(writing_again_replaces_the_entry),
		ASSERTION(every_byte_is_kept),
		ASSERTION(an_entry_of_16_kilobytes_is_kept),
		ASSERTION(keys_of_240_bytes_are_distinct),
		ASSERTION(each_visits_exactly_the_keys),
	};
	const size_t count = sizeof(assertions) / sizeof(assertions[0]);
	struct CMUnitTest tests[8 * sizeof(assertions) / sizeof(assertions[0])] = { 0 };
	size_t used = 0;
	int failed;

	for (size_t i = 0; acr_cache_homes[i]; i++)
		for (size_t j = 0; j < count && (j > 0 || is_here(acr_cache_homes[i])); j++)
			tests[used++] =
				(struct CMUnitTest){ acr_format("%s: %s", acr_cache_homes[i]->name,
								assertions[j].name),
						     assertions[j].function, begin, end,
						     (void *)(uintptr_t)acr_cache_homes[i] };
	failed = _cmocka_run_group_tests("caches", tests, used, NULL, NULL);
	for (size_t i = 0; i < used; i++)
		free((void *)(uintptr_t)tests[i].name);
	return failed;
}
