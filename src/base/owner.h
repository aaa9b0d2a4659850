/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks who owns a path. The owner of each folder or link of a path decides what the path leads
 * to, so each of them is checked, starting at /, through descriptors, and links are followed.
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

enum acr_claim {
	ACR_OWNED, /* belongs to root or us */
	ACR_CLOSED /* ... and nobody else can write it; the group may where root owns it */
};

/* The first folder, link or file of `path` that does not satisfy the claim, and its owner; NULL if
 * all do. Components that do not exist are ignored. Owned by the caller. */
char *acr_stranger(const char *path, enum acr_claim claim, uid_t *ret_owner);

/* Does root own the file `fd` (of any kind)? In a user namespace that does not map root, such as in
 * rootless Podman, root's files cannot be told from others; there, files below /usr, /bin, /sbin
 * and /etc count as root's. Not those below /opt, where packages of other users are common. */
bool acr_is_roots(int fd, const struct stat *status);

/* "root" or "uid N": the user of this process. */
const char *acr_own_name(char ret[static 24]);

#endif
