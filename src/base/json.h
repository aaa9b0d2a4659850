/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON from outside. A scan over the bytes goes before json-c, which cannot tell (measured): lone
 * surrogates, \u0000, raw control characters, invalid UTF-8, trailing bytes and a depth
 * over ACR_JSON_DEPTH are refused.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "acr/error.h"
#include "acr/secret.h"

/* Freed with json_object_put; auto_json does it. Whatever it holds is wiped by the program's
 * free(). */
void acr_json_free(struct json_object **json);
#define auto_json __attribute__((cleanup(acr_json_free))) struct json_object *

/* JSON_INVALID tells line, column and what is wrong there. The result is owned by the caller. */
_checked_ int acr_json_parse(const char *bytes, size_t length, struct json_object **ret,
			     struct acr_error *error);

/* The same of a text that is copied and not read: of \u0000, lone surrogates and a raw DEL, which json-c
 * cannot tell and RFC 8259 allows, none is refused. */
_checked_ int acr_json_check(const char *bytes, size_t length, struct acr_error *error);

/* Is this text fit for json-c? The scan alone; on failure the offset and a reason. */
bool acr_json_scan(const char *bytes, size_t length, size_t *ret_offset,
		   enum acr_message_id *ret_reason);

/* Members of an object; NULL, false or `otherwise` where absent or of another type. Strings are
 * borrowed. `object` may be NULL or not an object. */
const char *acr_json_string(struct json_object *object, const char *key);
struct json_object *acr_json_member(struct json_object *object, const char *key);
bool acr_json_bool(struct json_object *object, const char *key, bool otherwise);
/* Accepts numbers and numeric strings (Entra and IMDS send both). */
int64_t acr_json_int(struct json_object *object, const char *key, int64_t otherwise);

/* How many members the object has that this text is; the text has passed acr_json_parse. More than
 * json_object_object_length where a name stands there more than once. */
size_t acr_json_count(const char *bytes, size_t length);

/* Append `text` as a JSON string, quotes included, as Go's decoder and json-c read it. */
void acr_json_quote(struct acr_secret *out, const char *text, size_t length);

/* Append a value that was read, as JSON without white space. */
void acr_json_write(struct acr_secret *out, struct json_object *json);

#endif
