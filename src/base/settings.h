/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that a configuration may have, and their valid values. One row per key (settings.c). */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "acr/config.h"
#include "base/json.h"

const struct acr_setting_key *acr_setting_find(const char *name);

/* The known key that is most similar to this one, NULL if none is. */
const char *acr_setting_nearest(const char *name);

/* The value as text (lists joined by commas), owned by the caller; NULL if the JSON type does not
 * fit. */
char *acr_setting_text(const struct acr_setting_key *key, struct json_object *json);

/* The valid value that is most similar to this invalid one, owned by the caller; NULL if none
 * is. */
char *acr_setting_nearest_value(const struct acr_setting_key *key, const char *text);

/* ACR_MESSAGE_NONE if the text is a valid value; otherwise the message that says why it is not. */
enum acr_message_id acr_setting_check(const struct acr_setting_key *key, const char *text);

/* Is this a plain host name, as allowed in a list of hosts? */
bool acr_setting_is_host(const char *text);

/* "90", "90s", "60m", "3h" in seconds; -1 if it is not a duration. */
int64_t acr_setting_seconds(const char *text);

#endif
