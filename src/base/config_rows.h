/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that config.c loads and config_lookup.c searches. */
#ifndef BASE_CONFIG_ROWS_H
#define BASE_CONFIG_ROWS_H

#include "acr/config.h"
#include "acr/message.h"

/* Highest precedence first. */
enum rank { FROM_ENVIRONMENT, FROM_PERSONAL_HOST, FROM_SYSTEM_HOST, FROM_PERSONAL, FROM_SYSTEM };

struct row {
	enum rank rank;
	char *host; /* NULL: global */
	const char *key;
	char *value;
};

struct acr_config {
	struct row *rows;
	size_t count;
	char *paths[2]; /* /etc and the user's; NULL without a home directory */
	struct acr_message *warnings;
	size_t warning_count;
};

#endif
