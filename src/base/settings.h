/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that a config may have, and what their values may be. One row a key (settings.c). */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "acr/config.h"
#include "base/json.h"

const struct acr_setting_key *acr_setting_find(const char *name);

/* The known key that looks most like this one, NULL when none does. */
const char *acr_setting_nearest(const char *name);

/* The value as text (lists joined by commas), owned by the caller; NULL when the JSON is of a type
 * that does not fit. */
char *acr_setting_text(const struct acr_setting_key *key, struct json_object *json);

/* The valid value that looks most like this wrong one, owned by the caller; NULL when none does. */
char *acr_setting_nearest_value(const struct acr_setting_key *key, const char *text);

/* ACR_MESSAGE_NONE when the text is a fine value; else what is wrong with it. */
enum acr_message_id acr_setting_check(const struct acr_setting_key *key, const char *text);

/* One plain host name, as a list of hosts may have it? */
bool acr_setting_is_host(const char *text);

/* "90", "90s", "60m", "3h" in seconds; -1 when it is none. */
int64_t acr_setting_seconds(const char *text);

#endif
