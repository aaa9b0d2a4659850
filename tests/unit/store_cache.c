/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the cache: which caches are read and written, which entries are valid, and which are not
 * even read. */
#include "edges.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <time.h>

#include <linux/magic.h>

#include "acr/store.h"
#include "store/serialize.h"

#define HOST	 "acme.azurecr.io"
#define IDENTITY "config auto\nfile 1:2:3\n"
#define HASH	 0x0123456789abcdefULL
#define NAME	 "entry_" HOST "_0123456789abcdef"
#define IN_RUN	 "run/docker-credential-acr/" NAME
#define IN_CACHE ".cache/docker-credential-acr/" NAME

static struct edges edges;

static struct acr_entry entry_of(const char *host, const char *identity, const char *token)
{
	struct acr_entry entry = { .host = acr_copy(host),
				   .identity = acr_copy(identity),
				   .life = 10800,
				   .wall = edges.wall,
				   .boot = edges.boot };

	acr_secret_add(&entry.token, token);
	return entry;
}

static const char *keep(const char *host, const char *identity, const char *token)
{
	auto_entry entry = entry_of(host, identity, token);
	const struct acr_cache_home *home = acr_cache_keep(&edges.app, HASH, &entry);

	return home ? home->name : "nowhere";
}

static bool found(const char *token)
{
	auto_entry entry = { 0 };

	return acr_cache_find(&edges.app, HOST, HASH, IDENTITY, &entry) &&
	       acr_secret_equals(&entry.token, token);
}

static const char *at(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/%s", edges.folder, path);
	return full;
}

static bool exists(const char *path)
{
	struct stat status;

	return lstat(at(path), &status) == 0;
}

static void configure(const char *cache)
{
	edges_set(&edges, "DOCKER_CREDENTIAL_ACR_CACHE", cache);
	edges_configure(&edges);
}

static void an_entry_is_found_only_under_its_host_and_identity(void **state)
{
	auto_entry entry = { 0 };

	(void)state;
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_true(found("token"));
	/* With the same hash. */
	assert_false(acr_cache_find(&edges.app, HOST, HASH, "config auto\n", &entry));
	assert_false(acr_cache_find(&edges.app, HOST, HASH, IDENTITY "x", &entry));
	assert_false(acr_cache_find(&edges.app, "acme2.azurecr.io", HASH, IDENTITY, &entry));
	assert_false(acr_cache_find(&edges.app, HOST, HASH + 1, IDENTITY, &entry));
	assert_null(entry.host);
}

/* The file name contains acme, but the entry in the file does not. */
static void an_entry_of_another_host_in_a_file_of_this_name_is_not_found(void **state)
{
	auto_entry other = entry_of("evil.azurecr.io", IDENTITY, "token");
	auto_secret bytes = { 0 };

	(void)state;
	acr_entry_write(&other, &bytes);
	edges_write(&edges, "run/docker-credential-acr/x", "");
	assert_int_equal(acr_cache_homes[0]->write(&edges.app, NAME, &bytes, 600, NULL), 0);
	assert_false(found("token"));
}

static void an_entry_is_kept_in_the_first_cache_that_accepts_it_and_dropped_from_the_others(
	void **state)
{
	char runtime[128];

	(void)state;
	snprintf(runtime, sizeof(runtime), "%s/run", edges.folder);
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	assert_string_equal(keep(HOST, IDENTITY, "old"), "cache-folder");
	assert_true(exists(IN_CACHE));
	edges_set(&edges, "XDG_RUNTIME_DIR", runtime);
	assert_true(found("old"));
	assert_string_equal(keep(HOST, IDENTITY, "new"), "runtime-folder");
	assert_false(exists(IN_CACHE));
	assert_true(found("new"));
}

static void the_config_chooses_the_caches(void **state)
{
	(void)state;
	configure("none");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	assert_false(found("token"));
	configure("file");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_true(found("token"));
	configure("none");
	assert_false(found("token"));
	configure("kernel-keyring");
	assert_false(found("token"));
}

static void a_runtime_folder_that_is_not_private_is_skipped(void **state)
{
	char folder[128];

	(void)state;
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "run"); /* relative */
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
	edges_set(&edges, "XDG_RUNTIME_DIR", "/nonexistent");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
	edges_set(&edges, "XDG_RUNTIME_DIR", "/tmp");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
	snprintf(folder, sizeof(folder), "%s/run", edges.folder);
	edges_set(&edges, "XDG_RUNTIME_DIR", folder);
	assert_int_equal(chmod(folder, 0750), 0);
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
	assert_int_equal(chmod(folder, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(folder, 65534, 65534), 0);
		assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
		assert_int_equal(chown(folder, 0, 0), 0);
	}
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
}

static void a_cache_folder_that_others_can_access_is_not_written(void **state)
{
	(void)state;
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	edges_write(&edges, ".cache/docker-credential-acr/x", "");
	assert_int_equal(chmod(at(".cache/docker-credential-acr"), 0755), 0);
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	assert_int_equal(chmod(at(".cache/docker-credential-acr"), 0700), 0);
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
}

/* With sudo -E, HOME belongs to another user, who could not remove files that were created
 * there. */
static void nothing_is_created_in_the_home_directory_of_another_user(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	edges_set(&edges, "HOME", at("home"));
	assert_int_equal(mkdir(at("home"), 0755), 0);
	assert_int_equal(chown(at("home"), 65534, 65534), 0);
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	assert_false(exists("home/.cache"));
}

/* Like /tmp. */
static void nothing_is_created_in_a_world_writable_folder(void **state)
{
	(void)state;
	configure("file");
	assert_int_equal(mkdir(at("tmp"), 0700), 0);
	assert_int_equal(chmod(at("tmp"), 01777), 0);
	edges_set(&edges, "XDG_RUNTIME_DIR", at("tmp"));
	edges_set(&edges, "XDG_CACHE_HOME", at("tmp"));
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	assert_false(exists("tmp/docker-credential-acr"));
}

static void without_any_folder_there_is_no_cache_and_no_error(void **state)
{
	(void)state;
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	edges_set(&edges, "HOME", "");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	assert_false(found("token"));
	edges_set(&edges, "HOME", "/dev/null");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	edges_set(&edges, "HOME", "/proc");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "nowhere");
	acr_cache_drop(&edges.app, HOST);
}

static void a_damaged_entry_is_a_cache_miss_and_is_moved_away_once(void **state)
{
	static const char *const damages[] = { "", "garbage", "{\"version\": 1}",
					       "docker-credential-acr entry 1\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		edges_write(&edges, IN_RUN, damages[i]);
		assert_false(found("token"));
		assert_false(exists(IN_RUN));
		assert_true(exists(IN_RUN ".corrupt"));
	}
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_true(found("token"));
}

static void an_entry_of_a_newer_version_is_neither_read_nor_replaced(void **state)
{
	auto_secret newer = { 0 };
	auto_secret after = { 0 };

	(void)state;
	configure("file");
	acr_record_begin(&newer, "entry", 99);
	acr_secret_add(&newer, "what will be\n");
	acr_record_end(&newer);
	edges_write(&edges, IN_RUN, newer.bytes);
	assert_false(found("token"));
	assert_string_equal(keep(HOST, IDENTITY, "token"), "cache-folder");
	assert_true(found("token"));
	assert_int_equal(acr_cache_homes[0]->read(&edges.app, NAME, &after, NULL), 0);
	assert_true(acr_secret_equals(&after, newer.bytes));
	/* An entry that the user erases is removed, whichever version wrote it. */
	acr_cache_drop(&edges.app, HOST);
	assert_false(exists(IN_RUN));
}

/* Objects that another user could put in place of an entry. They are never read and never block. */
static void make_symlink(const char *path, const char *good)
{
	assert_int_equal(symlink(good, path), 0);
}

static void make_hard_link(const char *path, const char *good)
{
	assert_int_equal(link(good, path), 0);
}

static void make_fifo(const char *path, const char *good)
{
	(void)good;
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_folder(const char *path, const char *good)
{
	(void)good;
	assert_int_equal(mkdir(path, 0700), 0);
}

static void make_readable(const char *path, const char *good)
{
	assert_int_equal(rename(good, path), 0);
	assert_int_equal(chmod(path, 0640), 0);
}

static void make_foreign(const char *path, const char *good)
{
	assert_int_equal(rename(good, path), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
	else
		assert_int_equal(unlink(path), 0);
}

static void make_sparse(const char *path, const char *good)
{
	assert_int_equal(rename(good, path), 0);
	assert_int_equal(truncate(path, 10LL << 30), 0);
}

static void a_file_that_another_user_could_have_created_is_not_read(void **state)
{
	static void (*const makes[])(const char *path, const char *good) = {
		make_symlink,  make_hard_link, make_fifo,   make_folder,
		make_readable, make_foreign,   make_sparse,
	};
	char path[512], good[512];

	(void)state;
	configure("file");
	snprintf(path, sizeof(path), "%s", at(IN_RUN));
	snprintf(good, sizeof(good), "%s", at("good"));
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		struct timespec before, after;

		assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
		assert_int_equal(rename(path, good), 0);
		makes[i](path, good);
		clock_gettime(CLOCK_MONOTONIC, &before);
		assert_false(found("token"));
		clock_gettime(CLOCK_MONOTONIC, &after);
		assert_true(after.tv_sec - before.tv_sec < 2);
		remove(path);
		remove(good);
	}
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_true(found("token"));
}

static void a_link_in_place_of_the_file_is_replaced_and_not_followed(void **state)
{
	struct stat status;

	(void)state;
	edges_write(&edges, "victim", "untouched");
	edges_write(&edges, "run/docker-credential-acr/x", "");
	assert_int_equal(symlink("../../victim", at(IN_RUN)), 0);
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_int_equal(stat(at("victim"), &status), 0);
	assert_int_equal(status.st_size, strlen("untouched"));
	assert_true(found("token"));
}

static void entries_are_private_with_any_umask(void **state)
{
	static const mode_t masks[] = { 0, 077, 0777 };
	struct stat status;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		mode_t before = umask(masks[i] & 0377);

		assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
		umask(before);
		assert_int_equal(stat(at(IN_RUN), &status), 0);
		assert_int_equal(status.st_mode & 077, 0);
		assert_int_equal(stat(at("run/docker-credential-acr"), &status), 0);
		assert_int_equal(status.st_mode & 077, 0);
	}
}

/* Stores an entry in the cache on disk while the runtime directory cannot be used, then makes it
 * usable. */
static void keep_behind(const char *token)
{
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	assert_string_equal(keep(HOST, IDENTITY, token), "cache-folder");
	edges_set(&edges, "XDG_RUNTIME_DIR", at("run"));
}

static void write_in_front(const struct acr_entry *entry)
{
	auto_secret bytes = { 0 };

	acr_entry_write(entry, &bytes);
	assert_int_equal(acr_cache_homes[0]->write(&edges.app, NAME, &bytes, 600, NULL), 0);
}

static void an_expired_entry_does_not_hide_a_valid_one_in_another_cache(void **state)
{
	auto_entry dead = entry_of(HOST, IDENTITY, "dead");

	(void)state;
	keep_behind("live");
	dead.life = 1;
	dead.wall -= 2;
	write_in_front(&dead);
	assert_true(found("live"));
}

static void an_entry_that_is_due_does_not_hide_a_renewed_one_in_another_cache(void **state)
{
	auto_entry due = entry_of(HOST, IDENTITY, "due");

	(void)state;
	keep_behind("renewed");
	due.life = 10800;
	due.renew = 5400;
	due.boot -= 6000 * 1000;
	due.wall -= 6000;
	write_in_front(&due);
	assert_true(found("renewed"));
	acr_cache_drop(&edges.app, HOST);
	write_in_front(&due);
	assert_true(found("due"));
}

/* Files cannot grow, as on a full disk. An entry that could not be replaced must not be found
 * before a newer one in another cache. */
static void an_entry_that_could_not_be_replaced_does_not_hide_a_newer_one(void **state)
{
	struct rlimit most, none;
	const char *used;

	(void)state;
	assert_string_equal(keep(HOST, IDENTITY, "old"), "runtime-folder");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &most), 0);
	none = (struct rlimit){ 0, most.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	used = keep(HOST, IDENTITY, "new");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
	assert_false(exists(IN_RUN));
	assert_string_not_equal(used, "runtime-folder");
	assert_int_equal(found("new"), strcmp(used, "nowhere") != 0);
}

static void writing_an_entry_removes_only_expired_entries(void **state)
{
	(void)state;
	configure("file");
	assert_string_equal(keep("old.azurecr.io", IDENTITY, "token"), "runtime-folder");
	edges.wall += 10800;
	edges_write(&edges, "run/docker-credential-acr/readme", "mine");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_false(exists("run/docker-credential-acr/entry_old.azurecr.io_0123456789abcdef"));
	assert_true(exists(IN_RUN));
	assert_true(exists("run/docker-credential-acr/readme"));
}

static void drop_removes_the_entries_of_all_identities_for_one_host(void **state)
{
	auto_entry entry = entry_of(HOST, "another", "token");
	auto_entry back = { 0 };

	(void)state;
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	assert_non_null(acr_cache_keep(&edges.app, HASH + 1, &entry));
	assert_string_equal(keep("acme.azurecr.io.example", IDENTITY, "t"), "runtime-folder");
	assert_string_equal(keep("acme.azurecr.i", IDENTITY, "t"), "runtime-folder");
	acr_cache_drop(&edges.app, HOST);
	assert_false(acr_cache_find(&edges.app, HOST, HASH, IDENTITY, &back));
	assert_false(acr_cache_find(&edges.app, HOST, HASH + 1, "another", &back));
	assert_true(acr_cache_find(&edges.app, "acme.azurecr.io.example", HASH, IDENTITY, &back));
	assert_true(acr_cache_find(&edges.app, "acme.azurecr.i", HASH, IDENTITY, &back));
}

static void drop_covers_caches_that_the_config_does_not_use(void **state)
{
	(void)state;
	configure("file");
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	configure("none");
	acr_cache_drop(&edges.app, HOST);
	assert_false(exists(IN_RUN));
}

static void a_host_of_253_characters_is_cached(void **state)
{
	char host[254], other[254];
	auto_entry entry = { 0 };

	(void)state;
	memset(host, 'a', 253);
	host[253] = '\0';
	memcpy(other, host, sizeof(other));
	other[252] = 'b';
	assert_string_equal(keep(host, IDENTITY, "token"), "runtime-folder");
	assert_true(acr_cache_find(&edges.app, host, HASH, IDENTITY, &entry));
	acr_cache_drop(&edges.app, other);
	assert_true(acr_cache_find(&edges.app, host, HASH, IDENTITY, &entry));
	acr_cache_drop(&edges.app, host);
	assert_false(acr_cache_find(&edges.app, host, HASH, IDENTITY, &entry));
}

static void count_entries(void *data, const struct acr_cache_home *home,
			  const struct acr_entry *entry)
{
	assert_string_equal(home->name, "runtime-folder");
	assert_non_null(strstr(entry->host, ".azurecr.io"));
	++*(int *)data;
}

static void each_visits_only_readable_entries(void **state)
{
	auto_entry token = entry_of("", IDENTITY, "entra");
	int count = 0;

	(void)state;
	configure("file");
	keep(HOST, IDENTITY, "token");
	keep("other.azurecr.io", IDENTITY, "token");
	acr_note_keep(&edges.app, "refusal", HOST, 30, "no");
	edges_write(&edges, "run/docker-credential-acr/entry_bad.azurecr.io_0", "garbage");
	acr_cache_each(&edges.app, count_entries, &count);
	assert_int_equal(count, 2);
	acr_cache_each(&edges.app, count_entries, &count);
	assert_int_equal(count, 4);
}

/* An Entra token is valid for several registries, so it must not be written to disk. */
static void entra_tokens_are_kept_only_in_memory(void **state)
{
	auto_entry token = entry_of("login.microsoftonline.com", IDENTITY, "entra");
	auto_entry back = { 0 };
	char memory[] = "/dev/shm/acr-unit-XXXXXX";
	struct statfs status;

	(void)state;
	configure("file");
	edges_set(&edges, "XDG_RUNTIME_DIR", "");
	acr_cache_keep_token(&edges.app, HASH, &token);
	assert_false(acr_cache_find_token(&edges.app, HASH, IDENTITY, &back));
	assert_false(exists(".cache/docker-credential-acr/token_0123456789abcdef"));
	/* A runtime directory on disk is not used as one. */
	if (statfs(edges.folder, &status) == 0 && status.f_type != TMPFS_MAGIC) {
		edges_set(&edges, "XDG_RUNTIME_DIR", at("run"));
		acr_cache_keep_token(&edges.app, HASH, &token);
		assert_false(acr_cache_find_token(&edges.app, HASH, IDENTITY, &back));
	}
	if (!mkdtemp(memory))
		skip();
	edges_set(&edges, "XDG_RUNTIME_DIR", memory);
	acr_cache_keep_token(&edges.app, HASH, &token);
	assert_true(acr_cache_find_token(&edges.app, HASH, IDENTITY, &back));
	assert_true(acr_secret_equals(&back.token, "entra"));
	assert_false(acr_cache_find_token(&edges.app, HASH, "another", &back));
	assert_string_equal(keep(HOST, IDENTITY, "token"), "runtime-folder");
	char command[128];
	snprintf(command, sizeof(command), "rm -r %s", memory);
	assert_int_equal(system(command), 0);
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
	acr_cache_drop(&edges.app, HOST);
	edges_end(&edges);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_is_found_only_under_its_host_and_identity),
		TEST(an_entry_of_another_host_in_a_file_of_this_name_is_not_found),
		TEST(an_entry_is_kept_in_the_first_cache_that_accepts_it_and_dropped_from_the_others),
		TEST(the_config_chooses_the_caches),
		TEST(a_runtime_folder_that_is_not_private_is_skipped),
		TEST(a_cache_folder_that_others_can_access_is_not_written),
		TEST(nothing_is_created_in_the_home_directory_of_another_user),
		TEST(nothing_is_created_in_a_world_writable_folder),
		TEST(without_any_folder_there_is_no_cache_and_no_error),
		TEST(a_damaged_entry_is_a_cache_miss_and_is_moved_away_once),
		TEST(an_entry_of_a_newer_version_is_neither_read_nor_replaced),
		TEST(a_file_that_another_user_could_have_created_is_not_read),
		TEST(a_link_in_place_of_the_file_is_replaced_and_not_followed),
		TEST(entries_are_private_with_any_umask),
		TEST(an_expired_entry_does_not_hide_a_valid_one_in_another_cache),
		TEST(an_entry_that_is_due_does_not_hide_a_renewed_one_in_another_cache),
		TEST(an_entry_that_could_not_be_replaced_does_not_hide_a_newer_one),
		TEST(writing_an_entry_removes_only_expired_entries),
		TEST(drop_removes_the_entries_of_all_identities_for_one_host),
		TEST(drop_covers_caches_that_the_config_does_not_use),
		TEST(a_host_of_253_characters_is_cached),
		TEST(each_visits_only_readable_entries),
		TEST(entra_tokens_are_kept_only_in_memory),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
