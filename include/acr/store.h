/* SPDX-License-Identifier: Apache-2.0 */
/*
 * There are two kinds of secrets and two stores for them.
 *
 * The keychain contains what the user stored (with `docker login`, or the refresh token of
 * `docker-credential-acr login`). It is the Secret Service, in the schema of
 * docker-credential-secretservice, so that users can switch between the two programs and keep all
 * logins; if there is no Secret Service, one file with mode 0600 per login. A Secret Service that
 * is locked or does not respond is ACR_LOCKED, never "not found".
 *
 * The cache contains what was derived from an identity and can be derived again: ACR refresh tokens
 * and notes. It is in the runtime directory, the kernel keyring or the cache directory, or there is
 * none. A failure of the cache never makes `get` fail.
 *
 * In addition there is one small state file per host, which is not secret: the decisions of the
 * user (signed out, or a stored login). Its inode and mtime are part of every cache key, so all
 * cached tokens of the host become invalid when it is written.
 *
 * A keychain or a cache is one file in src/store/ and one row in keychains.def or caches.def. Rows
 * contain no policy: keychain.c, cache.c and the broker decide what is stored where.
 *
 * For a run that may not use a store (acr_may_use, app.h), the store is empty and is not written.
 */
#ifndef ACR_STORE_H
#define ACR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- the keychain: what the user stored ---- */

struct acr_keychain;
struct acr_login {
	char *username;		  /* owned */
	struct acr_secret secret; /* owned; stored byte for byte */
	int64_t since; /* when it was stored, in seconds since 1970; 0: not known, or now */
	const struct acr_keychain *kept_in; /* where acr_keychain_find found it, borrowed */
	bool encrypted; /* for acr_keychain_keep: never store it unencrypted on a disk */
};
void acr_login_wipe(struct acr_login *login);
#define auto_login __attribute__((cleanup(acr_login_wipe))) struct acr_login

typedef void acr_keychain_visit(void *data, const char *server, const char *username);

struct acr_keychain {
	const char *name; /* "secret-service", as in "keychain" of the configuration */
	bool plain;	  /* secrets are stored unencrypted on a disk, which causes a warning */
	/* All: ACR_UNAVAILABLE if there is no such service, ACR_LOCKED if there is but it cannot be
	 * read. find and drop: ACR_NOT_FOUND if there is no login for exactly this server. keep
	 * replaces all logins for the server, and shows no password prompt for a login that was
	 * stored before (`since`). */
	int (*find)(const struct acr_app *app, const char *server, struct acr_login *ret,
		    struct acr_error *error);
	int (*keep)(const struct acr_app *app, const char *server, const struct acr_login *login,
		    struct acr_error *error);
	int (*drop)(const struct acr_app *app, const char *server, struct acr_error *error);
	int (*each)(const struct acr_app *app, acr_keychain_visit *visit, void *data,
		    struct acr_error *error);
};
/* In order of preference; ends with NULL. */
extern const struct acr_keychain *const acr_keychains[];

/* Search the keychains that the configuration allows. ACR_NOT_FOUND, ACR_LOCKED or another error.
 * If there is a login in the Secret Service and another one in a file, stored while the Secret
 * Service was not reachable, the newer one is returned and replaces the other. */
_checked_ int acr_keychain_find(const struct acr_app *app, const char *server,
				struct acr_login *ret, struct acr_error *error);
/* The same; `ret_absent` is why the Secret Service was not searched, ACR_FINE if it was. */
_checked_ int acr_keychain_look(const struct acr_app *app, const char *server,
				struct acr_login *ret, struct acr_error *ret_absent,
				struct acr_error *error);
/* Store in the first available keychain, which is returned in `*ret_used` (may be NULL). */
_checked_ int acr_keychain_keep(const struct acr_app *app, const char *server,
				const struct acr_login *login, const struct acr_keychain **ret_used,
				struct acr_error *error);
/* Remove from all keychains. Returns 0 also if there was no login; `*ret_any` tells whether there
 * was. */
_checked_ int acr_keychain_drop(const struct acr_app *app, const char *server, bool *ret_any,
				struct acr_error *error);
/* Could all keychains be searched for this server? False: there may be a login that this run cannot
 * reach (sessions of ssh and cron have no session bus). */
bool acr_keychain_is_whole(const struct acr_app *app, const char *server);
/* Visit the logins in all keychains, each server once. */
_checked_ int acr_keychain_each(const struct acr_app *app, acr_keychain_visit *visit, void *data,
				struct acr_error *error);

/* Docker's own folder ($DOCKER_CONFIG or ~/.docker) and the config.json in it; owned, NULL without
 * a home directory. */
char *acr_docker_folder(const struct acr_app *app);
char *acr_docker_config_path(const struct acr_app *app);
/* The member of "auths" or "credHelpers" for a host; the keys may be URLs. NULL for none. */
struct json_object;
struct json_object *acr_docker_entry(struct json_object *object, const char *host);

/* A login in Docker's own config.json ("auths"). If credsStore is set, Docker no longer reads these
 * logins, and users would appear to be logged out. ACR_NOT_FOUND. */
_checked_ int acr_docker_auths_find(const struct acr_app *app, const char *server,
				    struct acr_login *ret, struct acr_error *error);
/* Visit every login there, with its key. Entries without a login, such as the {} that Docker writes
 * for a login in a credential store, are skipped. */
typedef void acr_docker_auths_visit(void *data, const char *key, const struct acr_login *login);
_checked_ int acr_docker_auths_each(const struct acr_app *app, acr_docker_auths_visit *visit,
				    void *data, struct acr_error *error);
/* The host in such a key, as returned by Docker's ConvertToHostname: the text between "://" (if
 * there is one) and the next slash, since keys in old files are URLs. Borrowed, `*ret_length`
 * bytes. */
const char *acr_docker_auths_host(const char *key, size_t *ret_length);

/* ---- the cache: what was derived ---- */

struct acr_cache_home {
	const char *name;    /* "runtime-folder", "kernel-keyring", "cache-folder" */
	bool memory;	     /* it is in memory, not on a disk */
	const char *setting; /* its name in the configuration: "file", "kernel-keyring" */
	/* `key` consists of letters, digits, '.', '-' and '_' (at most 240 bytes). `life` in
	 * seconds is the timeout of the kernel key, otherwise ignored. */
	int (*read)(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error);
	int (*write)(const struct acr_app *app, const char *key, const struct acr_secret *bytes,
		     int64_t life, struct acr_error *error);
	int (*drop)(const struct acr_app *app, const char *key, struct acr_error *error);
	int (*each)(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error);
	/* A directory for lock files, owned by the caller, or NULL. */
	char *(*folder)(const struct acr_app *app);
};
extern const struct acr_cache_home *const acr_cache_homes[]; /* in order, ends with NULL */

/* Does "cache" in the configuration allow this cache? */
bool acr_cache_allows(const struct acr_app *app, const struct acr_cache_home *home);

/* One cached login for one registry and one identity. Text fields are owned. */
struct acr_entry {
	char *host, *identity, *source, *username;
	char *who; /* a line of who.h; not parsed for a cached answer */
	struct acr_secret token;
	int64_t life;	   /* lifetime in seconds when it was obtained, by the server's clock */
	int64_t renew;	   /* age in seconds at which it is renewed in the background: random, after
			  half of its lifetime */
	int64_t validity;  /* renewed before it is returned if less than this is left (seconds) */
	int64_t wall;	   /* when obtained: seconds since 1970, by this machine's clock */
	int64_t boot;	   /* when obtained: ms of boot time */
	char boot_id[40];  /* the boot to which `boot` refers */
	int64_t left, age; /* seconds, as of when acr_cache_find found it; not stored */
};
void acr_entry_wipe(struct acr_entry *entry);
#define auto_entry __attribute__((cleanup(acr_entry_wipe))) struct acr_entry

/* The remaining lifetime in seconds: by boot time within one boot (it does not jump, and includes
 * suspend), by the wall clock across boots. 0 if it has expired or its age is not known. `ret_age`
 * may be NULL. */
int64_t acr_entry_left(const struct acr_app *app, const struct acr_entry *entry, int64_t *ret_age);

/* Serialize and parse an entry. acr_entry_read fails with ACR_INVALID on anything that
 * acr_entry_write did not write, and with ACR_UNAVAILABLE on an entry of a newer version. */
void acr_entry_write(const struct acr_entry *entry, struct acr_secret *ret);
_checked_ int acr_entry_read(const char *bytes, size_t length, struct acr_entry *ret,
			     struct acr_error *error);

/* The first entry for exactly this host and identity that has not expired; false: there is none. */
bool acr_cache_find(const struct acr_app *app, const char *host, uint64_t hash,
		    const char *identity, struct acr_entry *ret);
/* Best effort: store in the first cache that accepts it. Returns this cache, or NULL. */
const struct acr_cache_home *acr_cache_keep(const struct acr_app *app, uint64_t hash,
					    const struct acr_entry *entry);
/* Remove everything that is cached for a host, in all caches and for all identities, and all cached
 * tokens of Entra ID, with which new tokens could be obtained. */
void acr_cache_drop(const struct acr_app *app, const char *host);
/* Visit every readable entry; `home` is the cache that contains it. */
void acr_cache_each(const struct acr_app *app,
		    void (*visit)(void *data, const struct acr_cache_home *home,
				  const struct acr_entry *entry),
		    void *data);

/* An Entra access token for other registries of the same identity: only in caches in memory. */
bool acr_cache_find_token(const struct acr_app *app, uint64_t hash, const char *identity,
			  struct acr_entry *ret);
void acr_cache_keep_token(const struct acr_app *app, uint64_t hash, const struct acr_entry *entry);
void acr_cache_drop_token(const struct acr_app *app, uint64_t hash);

/* ---- notes: remembered for seconds or minutes; nothing depends on them ---- */

/* Is there a note of this kind ("refusal", "notice", "imds-absent", "no-bus") about this subject,
 * and what is its text? `ret` may be NULL. Notes expire, and do not survive a reboot. */
bool acr_note_find(const struct acr_app *app, const char *kind, const char *subject,
		   struct acr_secret *ret);
void acr_note_keep(const struct acr_app *app, const char *kind, const char *subject,
		   int64_t seconds, const char *text);
void acr_note_drop(const struct acr_app *app, const char *kind, const char *subject);

/* ---- the state of a host: what the user decided ---- */

struct acr_state {
	bool decided; /* there is a file; not stored */
	bool signed_out, stored_login;
	bool in_file;  /* the stored login is in a file: the Secret Service is not needed */
	bool repaired; /* others could read the file until now; not stored */
};

/* All false if there is no decision: no file, or no data directory of this user. A file that exists
 * and cannot be used (damaged, writable by others, a link, of a newer version, no free descriptor)
 * is an error that names it and the command that repairs it; the decision is never ignored. */
_checked_ int acr_state_read(const struct acr_app *app, const char *host, struct acr_state *ret,
			     struct acr_error *error);
/* -1 if a newer version wrote the file, which must not be replaced. */
_checked_ int acr_state_replaceable(const struct acr_app *app, const char *host,
				    struct acr_error *error);
/* Write a new file, so that inode and mtime change. It also replaces a file that cannot be used,
 * but never one of a newer version. Only store, erase, login and logout write it. */
_checked_ int acr_state_write(const struct acr_app *app, const char *host,
			      const struct acr_state *state, struct acr_error *error);
/* Visit every host for which there is a decision. -1 if there may be more. */
_checked_ int acr_state_each(const struct acr_app *app, void (*visit)(void *data, const char *host),
			     void *data, struct acr_error *error);
/* The path of the file, owned by the caller; NULL without a home directory. */
char *acr_state_path(const struct acr_app *app, const char *host);

/* What was last seen of a server: hints, on which no decision is based. */
enum acr_marker {
	ACR_WORKED, /* an identity had access: for `list`, which does not use the network */
	ACR_IN_SECRET_SERVICE, /* a login is stored there: for sessions without a bus */
};
void acr_marker_set(const struct acr_app *app, enum acr_marker marker, const char *server);
void acr_marker_clear(const struct acr_app *app, enum acr_marker marker, const char *server);
bool acr_marker_is_set(const struct acr_app *app, enum acr_marker marker, const char *server);
void acr_marker_each(const struct acr_app *app, enum acr_marker marker,
		     void (*visit)(void *data, const char *server), void *data);

/* ---- single flight ---- */

/* One exchange at a time per key, across processes. Always returns: with the lock, without it after
 * `patience` ms, or at once if locks do not work. Returns a descriptor for acr_lock_release, or -1.
 * Children do not inherit it. */
int acr_lock_take(const struct acr_app *app, const char *key, int64_t patience);
void acr_lock_release(int *lock);
/* Unused: the variable only holds the lock. */
#define auto_lock __attribute__((cleanup(acr_lock_release), unused)) int

#endif
