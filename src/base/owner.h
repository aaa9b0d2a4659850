/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose is a path? Who owns a folder or a link on the way decides what is found at the end of it,
 * so the question is asked of every one of them, from / on, through descriptors, links followed.
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

/* The first folder, link or file on the way to `path` for which that does not hold, and its owner;
 * NULL for none. What does not exist is nobody's. Owned by the caller. */
char *acr_stranger(const char *path, enum acr_claim claim, uid_t *ret_owner);

/* Is what `fd` (of any kind) stands for root's? In a user namespace that does not map root, such as
 * rootless podman's, root's files look like anybody's: what lies below /usr, /bin, /sbin, /etc and
 * /opt is root's there. */
bool acr_is_roots(int fd, const struct stat *status);

/* "root" or "uid N": as whom this runs. */
const char *acr_own_name(char ret[static 24]);

#endif
