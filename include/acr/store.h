/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two kinds of secret have two homes.
 *
 * The keychain keeps what a person gave us (a `docker login`, the refresh token of our own
 * `login`): the Secret Service in the very schema of docker-credential-secretservice, so that
 * people can switch to us and back and keep every login; one 0600 file a login where there is no
 * Secret Service at all. Unreachable is not empty: a locked or silent Secret Service is ACR_LOCKED,
 * never "not found".
 *
 * The cache keeps what we derived from an identity and could derive again: ACR refresh tokens,
 * notes. The runtime folder, the kernel keyring, the cache folder, or nothing. A fault of the cache
 * never fails a `get`.
 *
 * Beside both, one small state file a host, not secret: what the person decided (signed out? a
 * stored login?). Its inode and mtime are part of every cache key, so that whatever lies in another
 * cache home is dead from the moment it is written.
 *
 * A keychain or a cache home is one file in src/store/ and one row in keychains.def or caches.def.
 * Rows are dumb: what goes where is decided in keychain.c, cache.c and by the broker.
 *
 * What a run may not use (acr_may_use, app.h) is empty for it, and is not written.
 */
#ifndef ACR_STORE_H
#define ACR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- the keychain: what a person gave us ---- */

struct acr_keychain;
struct acr_login {
	char *username;		  /* owned */
	struct acr_secret secret; /* owned; kept to the byte */
	int64_t since; /* when it was stored, in seconds since 1970; 0: not known, or just now */
	const struct acr_keychain *kept_in; /* where acr_keychain_find found it, borrowed */
	bool encrypted; /* acr_keychain_keep: never where it lies open on a disk */
};
void acr_login_wipe(struct acr_login *login);
#define auto_login __attribute__((cleanup(acr_login_wipe))) struct acr_login

typedef void acr_keychain_visit(void *data, const char *server, const char *username);

struct acr_keychain {
	const char *name; /* "secret-service", as in the config's "keychain" */
	const char *summary;
	bool plain; /* it keeps secrets readable on a disk: worth a warning */
	/* All: ACR_UNAVAILABLE where there is no such service here, ACR_LOCKED where there is but
	 * it cannot be read. find and drop: ACR_NOT_FOUND when it keeps nothing under exactly this
	 * server. keep replaces every login for it, and asks nobody for a password where the login
	 * was stored before (`since`). */
	int (*find)(const struct acr_app *app, const char *server, struct acr_login *ret,
		    struct acr_error *error);
	int (*keep)(const struct acr_app *app, const char *server, const struct acr_login *login,
		    struct acr_error *error);
	int (*drop)(const struct acr_app *app, const char *server, struct acr_error *error);
	int (*each)(const struct acr_app *app, acr_keychain_visit *visit, void *data,
		    struct acr_error *error);
};
extern const struct acr_keychain
	*const acr_keychains[]; /* in order of preference, ends with NULL */

/* Look in the keychains that the config allows. ACR_NOT_FOUND, ACR_LOCKED or another error. Of a
 * login in the Secret Service and one that was stored in a file while that was out of reach, the
 * newer counts, and takes the other's place. */
_checked_ int acr_keychain_find(const struct acr_app *app, const char *server,
				struct acr_login *ret, struct acr_error *error);
/* The same; `ret_absent` is why the Secret Service was not looked into, ACR_FINE where it was. */
_checked_ int acr_keychain_look(const struct acr_app *app, const char *server,
				struct acr_login *ret, struct acr_error *ret_absent,
				struct acr_error *error);
/* Keep in the first that is there; `*ret_used` (may be NULL) tells which. */
_checked_ int acr_keychain_keep(const struct acr_app *app, const char *server,
				const struct acr_login *login, const struct acr_keychain **ret_used,
				struct acr_error *error);
/* Remove from all of them. 0 also when there was nothing; `*ret_any` tells. */
_checked_ int acr_keychain_drop(const struct acr_app *app, const char *server, bool *ret_any,
				struct acr_error *error);
/* Could all of them be asked about this server? False: a login may lie where this run does not
 * reach (ssh and cron have no session bus). */
bool acr_keychain_is_whole(const struct acr_app *app, const char *server);
/* Visit every login of all of them, each server once. */
_checked_ int acr_keychain_each(const struct acr_app *app, acr_keychain_visit *visit, void *data,
				struct acr_error *error);

/* Docker's own folder ($DOCKER_CONFIG or ~/.docker) and the config.json in it; owned, NULL without a
 * home. */
char *acr_docker_folder(const struct acr_app *app);
char *acr_docker_config_path(const struct acr_app *app);
/* The member of "auths" or "credHelpers" for a host, whose keys may be URLs; NULL for none. */
struct json_object;
struct json_object *acr_docker_entry(struct json_object *object, const char *host);

/* A plaintext entry in Docker's own config.json ("auths"): with credsStore set, docker itself no
 * longer looks there, and people would find themselves logged out. Read only. ACR_NOT_FOUND. */
_checked_ int acr_docker_auths_find(const struct acr_app *app, const char *server,
				    struct acr_login *ret, struct acr_error *error);
/* Visit every login there, each with the key that it stands under. Entries that hold none, such as
 * the {} that docker leaves behind for a login that it keeps elsewhere, are passed by. */
typedef void acr_docker_auths_visit(void *data, const char *key, const struct acr_login *login);
_checked_ int acr_docker_auths_each(const struct acr_app *app, acr_docker_auths_visit *visit,
				    void *data, struct acr_error *error);
/* The host in such a key, as docker's ConvertToHostname has it: what stands between "://" (if any)
 * and the next slash, for keys of old config files are URLs. Borrowed, `*ret_length` bytes long. */
const char *acr_docker_auths_host(const char *key, size_t *ret_length);

/* ---- the cache: what we derived ---- */

struct acr_cache_home {
	const char *name; /* "runtime-folder", "kernel-keyring", "cache-folder" */
	const char *summary;
	bool memory;	     /* nothing reaches a disk */
	const char *setting; /* the config's word for it: "file", "kernel-keyring" */
	/* `key` is made of letters, digits, '.', '-' and '_' (at most 240 bytes). `life` in
	 * seconds: kernel timeout, or ignored. */
	int (*read)(const struct acr_app *app, const char *key, struct acr_secret *ret,
		    struct acr_error *error);
	int (*write)(const struct acr_app *app, const char *key, const struct acr_secret *bytes,
		     int64_t life, struct acr_error *error);
	int (*drop)(const struct acr_app *app, const char *key, struct acr_error *error);
	int (*each)(const struct acr_app *app, void (*visit)(void *data, const char *key),
		    void *data, struct acr_error *error);
	/* A folder for lock files, owned by the caller, or NULL. */
	char *(*folder)(const struct acr_app *app);
};
extern const struct acr_cache_home *const acr_cache_homes[]; /* in order, ends with NULL */

/* Does the config's "cache" let this home be used? */
bool acr_cache_allows(const struct acr_app *app, const struct acr_cache_home *home);

/* One cached login for one registry and one identity. Text fields are owned. */
struct acr_entry {
	char *host, *identity, *source, *username;
	char *who; /* a line of who.h; a cached answer goes out without reading it */
	struct acr_secret token;
	int64_t life;  /* seconds that the token had when it was obtained, by the server's clock */
	int64_t renew; /* renewed behind once it is this old (seconds): past half its life, jittered
			*/
	int64_t validity;  /* renewed first once less than this is left (seconds) */
	int64_t wall;	   /* when obtained: seconds since 1970, as this machine believed */
	int64_t boot;	   /* when obtained: ms of boot time */
	char boot_id[40];  /* of which boot */
	int64_t left, age; /* seconds, as of when acr_cache_find found it; not written down */
};
void acr_entry_wipe(struct acr_entry *entry);
#define auto_entry __attribute__((cleanup(acr_entry_wipe))) struct acr_entry

/* Seconds of life left, by boot time within one boot (it does not jump and counts suspend), by the
 * wall clock across boots; 0 when it is dead or its age cannot be told. `ret_age` may be NULL. */
int64_t acr_entry_left(const struct acr_app *app, const struct acr_entry *entry, int64_t *ret_age);

/* The bytes of an entry, and back. acr_entry_read fails with ACR_INVALID on anything that it did
 * not write itself, and with ACR_UNAVAILABLE on what a newer version wrote. */
void acr_entry_write(const struct acr_entry *entry, struct acr_secret *ret);
_checked_ int acr_entry_read(const char *bytes, size_t length, struct acr_entry *ret,
			     struct acr_error *error);

/* The first entry for exactly this host and identity that has life left; false: there is none. */
bool acr_cache_find(const struct acr_app *app, const char *host, uint64_t hash,
		    const char *identity, struct acr_entry *ret);
/* Best effort: the first home that takes it. Returns which, or NULL. */
const struct acr_cache_home *acr_cache_keep(const struct acr_app *app, uint64_t hash,
					    const struct acr_entry *entry);
/* Everything that is cached for a host, in every home and under every identity, and the tokens of
 * Entra ID, with which more could be had. */
void acr_cache_drop(const struct acr_app *app, const char *host);
/* Every readable entry; `home` tells where it lies. */
void acr_cache_each(const struct acr_app *app,
		    void (*visit)(void *data, const struct acr_cache_home *home,
				  const struct acr_entry *entry),
		    void *data);

/* An Entra access token for the other registries of the same identity: memory-backed homes only. */
bool acr_cache_find_token(const struct acr_app *app, uint64_t hash, const char *identity,
			  struct acr_entry *ret);
void acr_cache_keep_token(const struct acr_app *app, uint64_t hash, const struct acr_entry *entry);
void acr_cache_drop_token(const struct acr_app *app, uint64_t hash);

/* ---- notes: what is remembered for seconds or minutes, and never needed to be right ---- */

/* Is there a note of this kind ("refusal", "notice", "imds-absent", "no-bus") about this subject,
 * and what does it say? `ret` may be NULL. Gone after its time, and after a reboot. */
bool acr_note_find(const struct acr_app *app, const char *kind, const char *subject,
		   struct acr_secret *ret);
void acr_note_keep(const struct acr_app *app, const char *kind, const char *subject,
		   int64_t seconds, const char *text);
void acr_note_drop(const struct acr_app *app, const char *kind, const char *subject);

/* ---- the state of a host: what the person decided ---- */

struct acr_state {
	bool decided; /* there is a file; not written down */
	bool signed_out, stored_login;
	bool in_file; /* the stored login is in a file, so no Secret Service need be reached for it */
	bool repaired; /* others could read the file until now; not written down */
};

/* All false where nothing was decided: no file, or no data folder of ours. A file that is there and
 * cannot be used (damaged, writable by others, a link, a newer version's, out of descriptors) is an
 * error that names it and the command that repairs it, never "nothing was decided". */
_checked_ int acr_state_read(const struct acr_app *app, const char *host, struct acr_state *ret,
			     struct acr_error *error);
/* -1 where a newer version wrote the file: no decision of ours may replace it. */
_checked_ int acr_state_replaceable(const struct acr_app *app, const char *host,
				    struct acr_error *error);
/* Anew each time, so that inode and mtime change, in the place of a file that cannot be used too,
 * but never of a newer version's. Only store, erase, login and logout write it. */
_checked_ int acr_state_write(const struct acr_app *app, const char *host,
			      const struct acr_state *state, struct acr_error *error);
/* Every host that something was decided about. -1 where there may be more. */
_checked_ int acr_state_each(const struct acr_app *app, void (*visit)(void *data, const char *host),
			     void *data, struct acr_error *error);
/* Its path, owned by the caller, NULL without a home. */
char *acr_state_path(const struct acr_app *app, const char *host);

/* What was last seen of a server: hints, never the last word. */
enum acr_marker {
	ACR_WORKED, /* an identity had access: what `list` may promise without asking anybody */
	ACR_IN_SECRET_SERVICE, /* a login is kept there: what a session without a bus must know */
};
void acr_marker_set(const struct acr_app *app, enum acr_marker marker, const char *server);
void acr_marker_clear(const struct acr_app *app, enum acr_marker marker, const char *server);
bool acr_marker_is_set(const struct acr_app *app, enum acr_marker marker, const char *server);
void acr_marker_each(const struct acr_app *app, enum acr_marker marker,
		     void (*visit)(void *data, const char *server), void *data);

/* ---- single flight ---- */

/* One exchange at a time per key, across processes. Always returns: with the lock, after `patience`
 * ms without it, or at once where locks do not work. The result is a descriptor to close
 * (acr_lock_release), or -1. Closed in every child. */
int acr_lock_take(const struct acr_app *app, const char *key, int64_t patience);
void acr_lock_release(int *lock);
/* Unused: it is held, not looked at. */
#define auto_lock __attribute__((cleanup(acr_lock_release), unused)) int

#endif
