/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses JSON from untrusted sources. The bytes are scanned before json-c parses them, since json-c
 * accepts too much (measured): lone surrogates, \u0000, raw control characters, invalid UTF-8,
 * trailing bytes and a depth over ACR_JSON_DEPTH are rejected.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "acr/error.h"
#include "acr/secret.h"

/* Freed with json_object_put, or automatically by auto_json. The program's free() wipes the
 * memory. */
void acr_json_free(struct json_object **json);
#define auto_json __attribute__((cleanup(acr_json_free))) struct json_object *

/* JSON_INVALID names line, column and the error. The result is owned by the caller. */
_checked_ int acr_json_parse(const char *bytes, size_t length, struct json_object **ret,
			     struct acr_error *error);

/* The same for a text that is copied and not parsed: accepts \u0000, lone surrogates and a raw DEL,
 * which json-c cannot represent and RFC 8259 allows. */
_checked_ int acr_json_check(const char *bytes, size_t length, struct acr_error *error);

/* May json-c parse this text? Only the scan; on failure the offset and a reason. */
bool acr_json_scan(const char *bytes, size_t length, size_t *ret_offset,
		   enum acr_message_id *ret_reason);

/* Members of an object; NULL, false or `otherwise` where absent or of another type. Strings are
 * borrowed. `object` may be NULL or not an object. */
const char *acr_json_string(struct json_object *object, const char *key);
struct json_object *acr_json_member(struct json_object *object, const char *key);
bool acr_json_bool(struct json_object *object, const char *key, bool otherwise);
/* Accepts numbers and numeric strings (Entra and IMDS send both). */
int64_t acr_json_int(struct json_object *object, const char *key, int64_t otherwise);

/* The number of members of the object in this text, which has passed acr_json_parse. Larger than
 * json_object_object_length if a name occurs more than once. */
size_t acr_json_count(const char *bytes, size_t length);

/* Append `text` as a JSON string, quotes included, as Go's decoder and json-c read it. */
void acr_json_quote(struct acr_secret *out, const char *text, size_t length);

/* Append a parsed value as JSON without white space. */
void acr_json_write(struct acr_secret *out, struct json_object *json);

#endif
