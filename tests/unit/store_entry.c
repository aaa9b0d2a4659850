/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the serialization of cached entries: what was written can be read, everything else is
 * rejected, and clocks are trusted only within limits. */
#include "edges.h"

#include "acr/store.h"
#include "acr/who.h"
#include "store/serialize.h"

#define BOOT_ID "11111111-2222-3333-4444-555555555555"

static struct acr_entry sample(void)
{
	struct acr_entry entry = {
		.host = acr_copy("acme.azurecr.io"),
		.identity = acr_copy("config auto\nfile 1:2:3\n"),
		.source = acr_copy("azure-cli"),
		.who = acr_copy("managed-identity id=1 tenant=3 name=Z\xc3\xbcrich, \"42\""),
		.username = acr_copy("00000000-0000-0000-0000-000000000000"),
		.life = 10800,
		.renew = 5400,
		.validity = 3600,
		.wall = 1750000000,
		.boot = 1000000,
		.boot_id = BOOT_ID
	};

	for (int byte = 0; byte < 256; byte++)
		acr_secret_add_bytes(&entry.token, &(char){ (char)byte }, 1);
	return entry;
}

static struct acr_secret bytes_of(const struct acr_entry *entry)
{
	struct acr_secret bytes = { 0 };

	acr_entry_write(entry, &bytes);
	return bytes;
}

static void an_entry_is_read_back_unchanged(void **state)
{
	auto_entry entry = sample();
	auto_entry back = { 0 };
	auto_secret bytes = bytes_of(&entry);
	auto_secret again = { 0 };
	struct acr_error error = { 0 };

	(void)state;
	assert_int_equal(acr_entry_read(bytes.bytes, bytes.length, &back, &error), 0);
	assert_int_equal(error.kind, ACR_FINE);
	assert_string_equal(back.host, entry.host);
	assert_string_equal(back.identity, entry.identity);
	assert_string_equal(back.source, entry.source);
	assert_string_equal(back.who, entry.who);
	assert_string_equal(back.username, entry.username);
	assert_string_equal(back.boot_id, BOOT_ID);
	assert_int_equal(back.token.length, 256);
	assert_memory_equal(back.token.bytes, entry.token.bytes, 256);
	assert_int_equal(back.life, 10800);
	assert_int_equal(back.renew, 5400);
	assert_int_equal(back.validity, 3600);
	assert_int_equal(back.wall, 1750000000);
	assert_int_equal(back.boot, 1000000);
	acr_entry_write(&back, &again);
	assert_int_equal(again.length, bytes.length);
	assert_memory_equal(again.bytes, bytes.bytes, bytes.length);
}

static void an_entry_without_texts_is_read_back_with_empty_ones(void **state)
{
	struct acr_entry entry = { .life = 5 };
	auto_entry back = { 0 };
	auto_secret bytes = bytes_of(&entry);

	(void)state;
	assert_int_equal(acr_entry_read(bytes.bytes, bytes.length, &back, NULL), 0);
	assert_string_equal(back.host, "");
	assert_string_equal(back.who, "");
	assert_int_equal(back.token.length, 0);
}

/* An entry of version 0.1, which described the identity in a sentence. */
static void an_entry_of_version_0_1_is_read(void **state)
{
	static const char *const parts[][2] = {
		{ "host", "acme.azurecr.io" }, { "identity", "i" },
		{ "source", "environment" },   { "who", "user u, tenant t" },
		{ "username", "0000-00" },     { "token", "t0k3n" },
	};
	static const char *const numbers[] = { "life", "renew", "validity", "wall", "boot" };
	auto_secret bytes = { 0 };
	auto_entry back = { 0 };
	struct acr_who who;

	(void)state;
	acr_record_begin(&bytes, "entry", 1);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		acr_record_add(&bytes, parts[i][0], parts[i][1], strlen(parts[i][1]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		acr_record_add_number(&bytes, numbers[i], 60);
	acr_record_add(&bytes, "boot-id", "", 0);
	acr_record_end(&bytes);
	assert_int_equal(acr_entry_read(bytes.bytes, bytes.length, &back, NULL), 0);
	assert_string_equal(acr_secret_text(&back.token), "t0k3n");
	assert_string_equal(back.username, "0000-00");
	acr_who_read(back.who, &who);
	assert_string_equal(who.name, "user u, tenant t");
}

static void every_truncated_entry_is_invalid(void **state)
{
	auto_entry entry = sample();
	auto_secret bytes = bytes_of(&entry);

	(void)state;
	for (size_t length = 0; length < bytes.length; length++) {
		/* A copy of exactly this size, so that a sanitizer detects a read past its end. */
		char *cut = malloc(length ? length : 1);
		auto_entry back = { 0 };
		struct acr_error error = { 0 };

		memcpy(cut, bytes.bytes, length);
		assert_int_equal(acr_entry_read(cut, length, &back, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
		assert_null(back.host);
		free(cut);
	}
}

static void every_entry_with_a_flipped_bit_is_invalid(void **state)
{
	auto_entry entry = sample();
	auto_secret bytes = bytes_of(&entry);

	(void)state;
	for (size_t i = 0; i < bytes.length * 8; i++) {
		auto_entry back = { 0 };
		struct acr_error error = { 0 };

		bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ 1 << i % 8);
		assert_int_equal(acr_entry_read(bytes.bytes, bytes.length, &back, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
		bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ 1 << i % 8);
	}
}

static void an_entry_with_trailing_bytes_is_invalid(void **state)
{
	auto_entry entry = sample();
	auto_entry back = { 0 };
	auto_secret bytes = bytes_of(&entry);
	auto_secret twice = bytes_of(&entry);

	(void)state;
	acr_secret_add_bytes(&twice, bytes.bytes, bytes.length);
	assert_int_equal(acr_entry_read(twice.bytes, twice.length, &back, NULL), -1);
	acr_secret_add(&bytes, "\n");
	assert_int_equal(acr_entry_read(bytes.bytes, bytes.length, &back, NULL), -1);
}

/* A record with a valid checksum must still be checked. */
static void a_complete_record_with_wrong_fields_is_invalid(void **state)
{
	static const char *const parts[] = {
		"",
		"host 1 h\n",
		"host 01 h\nidentity 0 \n",
		"host -1 h\n",
		"host 999999999999999999 h\n",
		"host 99999999999999999999999 h\n",
		"host 18446744073709551615 h\n",
		"host 0 \nidentity 0 \nsource 0 \nwho 0 \nusername 0 \ntoken 0 \nlife 010\nrenew "
		"1\n"
		"validity 1\nwall 1\nboot 1\nboot-id 0 \n",
		"identity 0 \nhost 1 h\n",
		"host 2 h\nidentity 0 \n",
		"host 0 \nidentity 0 \nsource 0 \nwho 0 \nusername 0 \ntoken 0 \nlife 1\nrenew 1\n"
		"validity 1\nwall 1\nboot 1\nboot-id 0 \nmore 0 \n",
		"host 0 \nidentity 0 \nsource 0 \nwho 0 \nusername 0 \ntoken 0 \nlife 1\nrenew 1\n"
		"validity 1\nwall 1\nboot 1\nboot-id 40 1234567890123456789012345678901234567890\n",
		"host 0 \nidentity 0 \nsource 0 \nwho 0 \nusername 0 \ntoken 0 \nlife -1\nrenew 1\n"
		"validity 1\nwall 1\nboot 1\nboot-id 0 \n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		auto_secret record = { 0 };
		auto_entry back = { 0 };
		struct acr_error error = { 0 };

		acr_record_begin(&record, "entry", 1);
		acr_secret_add(&record, parts[i]);
		acr_record_end(&record);
		assert_int_equal(acr_entry_read(record.bytes, record.length, &back, &error), -1);
		assert_int_equal(error.kind, ACR_INVALID);
	}
}

/* The entry with another host and a valid checksum. */
static int read_with_host(const char *host, size_t length)
{
	auto_entry entry = sample();
	auto_entry back = { 0 };
	auto_secret whole = bytes_of(&entry);
	auto_secret record = { 0 };
	const char *rest = strstr(whole.bytes, "identity ");
	const char *check = whole.bytes + whole.length - strlen("check 0123456789abcdef\n");

	acr_record_begin(&record, "entry", 1);
	acr_record_add(&record, "host", host, length);
	acr_secret_add_bytes(&record, rest, (size_t)(check - rest));
	acr_record_end(&record);
	return acr_entry_read(record.bytes, record.length, &back, NULL);
}

static void a_text_with_a_nul_is_invalid(void **state)
{
	(void)state;
	assert_int_equal(read_with_host("a-b", 3), 0);
	assert_int_equal(read_with_host("a\0b", 3), -1);
}

static void a_newer_entry_differs_from_a_damaged_one(void **state)
{
	auto_secret record = { 0 };
	auto_entry back = { 0 };
	struct acr_error error = { 0 };

	(void)state;
	acr_record_begin(&record, "entry", 99);
	acr_secret_add(&record, "something else entirely\n");
	acr_record_end(&record);
	assert_int_equal(acr_entry_read(record.bytes, record.length, &back, &error), -1);
	assert_int_equal(error.kind, ACR_UNAVAILABLE);
	record.bytes[record.length / 2] ^= 1;
	assert_int_equal(acr_entry_read(record.bytes, record.length, &back, &error), -1);
	assert_int_equal(error.kind, ACR_INVALID);
}

static void a_record_of_another_kind_is_not_an_entry(void **state)
{
	auto_secret record = { 0 };
	auto_entry back = { 0 };

	(void)state;
	acr_record_begin(&record, "login", 1);
	acr_record_end(&record);
	assert_int_equal(acr_entry_read(record.bytes, record.length, &back, NULL), -1);
}

static void the_lifetime_is_computed_with_the_clock_that_is_valid(void **state)
{
	static const struct {
		const char *what, *boot_id;
		int64_t wall, boot; /* since it was obtained: seconds, ms */
		int64_t left, age;
	} cases[] = {
		{ "now", BOOT_ID, 0, 0, 10800, 0 },
		{ "an hour later", BOOT_ID, 3600, 3600000, 7200, 3600 },
		{ "one second before its end", BOOT_ID, 10799, 10799000, 1, 10799 },
		{ "at its end", BOOT_ID, 10800, 10800000, 0, 10800 },
		{ "asleep for eight hours", BOOT_ID, 28800, 28800000, 0, 28800 },
		{ "the wall clock set a year ahead", BOOT_ID, 31536000, 60000, 10740, 60 },
		{ "the wall clock set a year back", BOOT_ID, -31536000, 60000, 10740, 60 },
		{ "the wall clock in 1970", BOOT_ID, -1750000000, 60000, 10740, 60 },
		{ "this boot, but before it was obtained", BOOT_ID, 0, -1000, 0, 0 },
		{ "another boot, an hour later", "other", 3600, -900000, 7200, 3600 },
		{ "another boot, too late", "other", 10800, 0, 0, 10800 },
		{ "another boot, from the future", "other", -1, 0, 0, 0 },
		{ "another boot, in 2038", "other", 2147483648 - 1750000000, 0, 0, 397483648 },
		{ "no boot id, an hour later", "", 3600, 5000, 7200, 3600 },
	};
	struct edges edges;

	(void)state;
	edges_begin(&edges);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_entry entry = sample();
		int64_t age = -1, left;

		edges_write(&edges, "proc/sys/kernel/random/boot_id", cases[i].boot_id);
		edges.wall = entry.wall + cases[i].wall;
		edges.boot = entry.boot + cases[i].boot;
		left = acr_entry_left(&edges.app, &entry, &age);
		if (left != cases[i].left || age != cases[i].age)
			fail_msg("%s: %ld left, %ld old", cases[i].what, (long)left, (long)age);
	}
	edges_end(&edges);
}

static void an_entry_of_an_unknown_boot_does_not_match_this_boot(void **state)
{
	struct edges edges;
	auto_entry entry = sample();

	(void)state;
	edges_begin(&edges);
	entry.boot_id[0] = '\0';
	edges_write(&edges, "proc/sys/kernel/random/boot_id", "");
	edges.boot = entry.boot;
	edges.wall = entry.wall + 20000;
	assert_int_equal(acr_entry_left(&edges.app, &entry, NULL), 0);
	edges_end(&edges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read_back_unchanged),
		cmocka_unit_test(an_entry_without_texts_is_read_back_with_empty_ones),
		cmocka_unit_test(an_entry_of_version_0_1_is_read),
		cmocka_unit_test(an_entry_of_version_0_1_is_read),
		cmocka_unit_test(every_truncated_entry_is_invalid),
		cmocka_unit_test(every_entry_with_a_flipped_bit_is_invalid),
		cmocka_unit_test(an_entry_with_trailing_bytes_is_invalid),
		cmocka_unit_test(a_complete_record_with_wrong_fields_is_invalid),
		cmocka_unit_test(a_text_with_a_nul_is_invalid),
		cmocka_unit_test(a_newer_entry_differs_from_a_damaged_one),
		cmocka_unit_test(a_record_of_another_kind_is_not_an_entry),
		cmocka_unit_test(the_lifetime_is_computed_with_the_clock_that_is_valid),
		cmocka_unit_test(an_entry_of_an_unknown_boot_does_not_match_this_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
