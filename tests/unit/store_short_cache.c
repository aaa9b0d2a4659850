/* SPDX-License-Identifier: Apache-2.0 */
/* Tests notes: they are remembered for a limited time, within one boot, for their kind and
 * subject. */
#include "edges.h"

#include "acr/store.h"
#include "base/hash.h"

#define BOOT_ID "proc/sys/kernel/random/boot_id"

static struct edges edges;

static bool remembers(const char *kind, const char *subject, const char *text)
{
	auto_secret said = { 0 };

	return acr_note_find(&edges.app, kind, subject, &said) && acr_secret_equals(&said, text);
}

static void a_note_is_found_under_its_kind_and_subject(void **state)
{
	(void)state;
	assert_false(acr_note_find(&edges.app, "refusal", "acme\nidentity", NULL));
	acr_note_keep(&edges.app, "refusal", "acme\nidentity", 30, "401 \xc3\xbc\n");
	assert_true(remembers("refusal", "acme\nidentity", "401 \xc3\xbc\n"));
	assert_true(acr_note_find(&edges.app, "refusal", "acme\nidentity", NULL));
	assert_false(acr_note_find(&edges.app, "notice", "acme\nidentity", NULL));
	assert_false(acr_note_find(&edges.app, "refusal", "acme\nidentity2", NULL));
}

static void a_later_note_replaces_an_earlier_one(void **state)
{
	(void)state;
	acr_note_keep(&edges.app, "refusal", "acme", 30, "one");
	acr_note_keep(&edges.app, "refusal", "acme", 30, "two");
	assert_true(remembers("refusal", "acme", "two"));
}

static void a_note_expires(void **state)
{
	(void)state;
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	edges.boot += 29999;
	assert_true(remembers("refusal", "acme", "no"));
	edges.boot += 1;
	assert_false(remembers("refusal", "acme", "no"));
}

static void the_wall_clock_does_not_affect_a_note(void **state)
{
	(void)state;
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	edges.wall += 31536000;
	assert_true(remembers("refusal", "acme", "no"));
	edges.wall = 0;
	assert_true(remembers("refusal", "acme", "no"));
}

static void a_note_is_not_valid_after_a_reboot(void **state)
{
	(void)state;
	edges_write(&edges, BOOT_ID, "first");
	acr_note_keep(&edges.app, "imds-absent", "", 300, "");
	assert_true(remembers("imds-absent", "", ""));
	edges_write(&edges, BOOT_ID, "second");
	assert_false(remembers("imds-absent", "", ""));
	edges_write(&edges, BOOT_ID, "first");
	edges.boot = 0;
	assert_false(remembers("imds-absent", "", ""));
}

static void a_note_is_dropped(void **state)
{
	(void)state;
	acr_note_drop(&edges.app, "refusal", "acme");
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	acr_note_drop(&edges.app, "refusal", "acme");
	assert_false(remembers("refusal", "acme", "no"));
}

static void without_a_cache_nothing_is_remembered(void **state)
{
	(void)state;
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", "none");
	edges_configure(&edges);
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	assert_false(remembers("refusal", "acme", "no"));
}

static void count(void *data, const char *key)
{
	(void)key;
	++*(int *)data;
}

static void expired_notes_are_removed(void **state)
{
	int notes = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char subject[16];

		snprintf(subject, sizeof(subject), "host%d", i);
		acr_note_keep(&edges.app, "notice", subject, 30, "");
		edges.boot += 10000;
	}
	assert_int_equal(acr_cache_homes[0]->each(&edges.app, count, &notes, NULL), 0);
	assert_true(notes <= 4);
}

static void a_damaged_note_is_ignored(void **state)
{
	char path[96];

	(void)state;
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	snprintf(path, sizeof(path), "run/docker-credential-acr/note_refusal_%016llx",
		 (unsigned long long)acr_hash(ACR_HASH_BASIS, "acme", 4));
	edges_write(&edges, path, "docker-credential-acr note 1\nkind");
	assert_false(remembers("refusal", "acme", "no"));
	acr_note_keep(&edges.app, "refusal", "acme", 30, "again");
	assert_true(remembers("refusal", "acme", "again"));
}

/* The hash is used only for the file name. */
static void a_note_about_another_subject_in_a_file_of_this_name_is_ignored(void **state)
{
	char command[512];

	(void)state;
	acr_note_keep(&edges.app, "refusal", "acme", 30, "no");
	snprintf(command, sizeof(command),
		 "cd %s/run/docker-credential-acr && cp -p note_refusal_* note_refusal_%016llx && "
		 "cp -p note_refusal_%016llx note_notice_%016llx",
		 edges.folder, (unsigned long long)acr_hash(ACR_HASH_BASIS, "evil", 4),
		 (unsigned long long)acr_hash(ACR_HASH_BASIS, "acme", 4),
		 (unsigned long long)acr_hash(ACR_HASH_BASIS, "acme", 4));
	assert_int_equal(system(command), 0);
	assert_true(remembers("refusal", "acme", "no"));
	assert_false(acr_note_find(&edges.app, "refusal", "evil", NULL));
	assert_false(acr_note_find(&edges.app, "notice", "acme", NULL));
}

static int begin(void **state)
{
	(void)state;
	edges_begin(&edges);
	return 0;
}

static int end(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_note_is_found_under_its_kind_and_subject),
		TEST(a_later_note_replaces_an_earlier_one),
		TEST(a_note_expires),
		TEST(the_wall_clock_does_not_affect_a_note),
		TEST(a_note_is_not_valid_after_a_reboot),
		TEST(a_note_is_dropped),
		TEST(without_a_cache_nothing_is_remembered),
		TEST(expired_notes_are_removed),
		TEST(a_damaged_note_is_ignored),
		TEST(a_note_about_another_subject_in_a_file_of_this_name_is_ignored),
	};

	return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
