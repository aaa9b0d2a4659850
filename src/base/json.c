/* SPDX-License-Identifier: Apache-2.0 */
/* Parses JSON (RFC 8259): a strict scan of the bytes, then json-c; and access to members that may
 * be absent or of another type. */
#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/escape.h"
#include "base/jsonc.h"
#include "base/utf8.h"

/* The position of the scan; `reason` is set at the first error. */
struct scan {
	const unsigned char *bytes;
	size_t at, length;
	bool copied; /* the text is copied and not parsed: allow what json-c cannot represent */
	enum acr_message_id reason;
};

static bool wrong(struct scan *scan, enum acr_message_id reason)
{
	if (!scan->reason)
		scan->reason = reason;
	return false;
}

static int hex4(const unsigned char *bytes)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = bytes[i];
		int digit = c >= '0' && c <= '9'		 ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* At a backslash. */
static bool scan_escape(struct scan *scan)
{
	const unsigned char *bytes = scan->bytes + scan->at;
	size_t left = scan->length - scan->at;
	int unit, low;

	if (left < 2 || (bytes[1] != 'u' && !strchr("\"\\/bfnrt", bytes[1])) || bytes[1] == '\0')
		return wrong(scan, ACR_MESSAGE_JSON_ESCAPE);
	if (bytes[1] != 'u') {
		scan->at += 2;
		return true;
	}
	unit = left >= 6 ? hex4(bytes + 2) : -1;
	if (unit < 0)
		return wrong(scan, ACR_MESSAGE_JSON_UNICODE_ESCAPE);
	if (scan->copied) {
		scan->at += 6;
		return true;
	}
	if (unit == 0)
		return wrong(scan, ACR_MESSAGE_JSON_NUL);
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return wrong(scan, ACR_MESSAGE_JSON_SURROGATE);
	scan->at += 6;
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	low = left >= 12 && bytes[6] == '\\' && bytes[7] == 'u' ? hex4(bytes + 8) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return wrong(scan, ACR_MESSAGE_JSON_SURROGATE);
	scan->at += 6;
	return true;
}

/* Begins after the opening quote, ends after the closing one. */
static bool scan_string(struct scan *scan)
{
	while (scan->at < scan->length) {
		unsigned char c = scan->bytes[scan->at];
		size_t size;

		if (c == '"') {
			scan->at++;
			return true;
		}
		if (c < 0x20 || (c == 0x7f && !scan->copied))
			return wrong(scan, ACR_MESSAGE_JSON_CONTROL);
		if (c == '\\') {
			if (!scan_escape(scan))
				return false;
			continue;
		}
		size = acr_utf8_size((const char *)scan->bytes + scan->at, scan->length - scan->at);
		if (size == 0)
			return wrong(scan, ACR_MESSAGE_JSON_UTF8);
		scan->at += size;
	}
	return wrong(scan, ACR_MESSAGE_JSON_STRING_END);
}

/* At a letter outside of strings: a literal, or the exponent of a number. json-c would accept NaN
 * and Infinity. */
static bool scan_word(struct scan *scan)
{
	static const char *const words[] = { "true", "false", "null" };
	const unsigned char *word = scan->bytes + scan->at - 1;
	size_t left = scan->length - scan->at + 1;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);

		if (length <= left && memcmp(word, words[i], length) == 0) {
			scan->at += length - 1;
			return true;
		}
	}
	if ((*word | 32) == 'e' && scan->at >= 2 && word[-1] >= '0' && word[-1] <= '9')
		return true;
	return wrong(scan, ACR_MESSAGE_JSON_WORD);
}

static bool scan_all(const char *bytes, size_t length, bool copied, size_t *ret_offset,
		     enum acr_message_id *ret_reason)
{
	struct scan scan = { (const unsigned char *)bytes, 0, length, copied, 0 };
	int depth = 0;

	while (scan.at < length && !scan.reason) {
		unsigned char c = scan.bytes[scan.at++];

		if (c == '"')
			scan_string(&scan);
		else if ((c == '{' || c == '[') && ++depth > ACR_JSON_DEPTH)
			wrong(&scan, ACR_MESSAGE_JSON_DEPTH);
		else if (c == '}' || c == ']')
			depth--;
		else if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c >= 0x7f ||
			 c == '\'' || c == '/')
			wrong(&scan, ACR_MESSAGE_JSON_CHARACTER);
		else if ((c | 32) >= 'a' && (c | 32) <= 'z')
			scan_word(&scan);
	}
	if (scan.reason) {
		*ret_offset = scan.at < length ? scan.at : length;
		*ret_reason = scan.reason;
	}
	return !scan.reason;
}

bool acr_json_scan(const char *bytes, size_t length, size_t *ret_offset,
		   enum acr_message_id *ret_reason)
{
	return scan_all(bytes, length, false, ret_offset, ret_reason);
}

static int fail_at(struct acr_error *error, const char *bytes, size_t offset,
		   const struct acr_message *reason)
{
	long long line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		column = bytes[i] == '\n' ? 1 : column + 1;
		line += bytes[i] == '\n';
	}
	return acr_raise_cause(error, reason, JSON_INVALID, acr_number(line).text,
			       acr_number(column).text);
}

static int parse(const char *bytes, size_t length, bool copied, struct json_object **ret,
		 struct acr_error *error)
{
	struct json_tokener *tokener;
	struct json_object *json;
	enum json_tokener_error result;
	enum acr_message_id reason;
	struct acr_message why;
	size_t offset = 0;

	if (acr_jsonc_load(error))
		return -1;
	if (!scan_all(bytes, length, copied, &offset, &reason)) {
		acr_message_set(&why, reason, NULL, NULL, 0);
		return fail_at(error, bytes, offset, &why);
	}
	while (length > 0 && strchr(" \t\r\n", bytes[length - 1]) && bytes[length - 1])
		length--;
	if (length == 0 || length > INT32_MAX) {
		acr_message_set(&why, length ? ACR_MESSAGE_JSON_TOO_LARGE : ACR_MESSAGE_JSON_EMPTY,
				NULL, NULL, 0);
		return fail_at(error, bytes, length, &why);
	}
	tokener = json_tokener_new_ex(ACR_JSON_DEPTH + 1);
	if (!tokener)
		acr_out_of_memory();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, bytes, (int)length);
	result = json_tokener_get_error(tokener);
	/* A lone number or literal ends only at the end of input, which json-c must be told
	 * about. */
	if (result == json_tokener_continue) {
		json = json_tokener_parse_ex(tokener, "", 1);
		result = json_tokener_get_error(tokener);
		offset = length;
	} else {
		offset = json_tokener_get_parse_end(tokener);
	}
	json_tokener_free(tokener);
	if (result == json_tokener_success && offset == length) {
		*ret = json;
		return 0;
	}
	json_object_put(json);
	if (result == json_tokener_success)
		acr_message_set(&why, ACR_MESSAGE_JSON_TRAILING, NULL, NULL, 0);
	else if (offset >= length)
		acr_message_set(&why, ACR_MESSAGE_JSON_TRUNCATED, NULL, NULL, 0);
	else
		acr_message_set(&why, ACR_MESSAGE_PLAIN, NULL,
				(const char *const[]){ json_tokener_error_desc(result) }, 1);
	return fail_at(error, bytes, offset < length ? offset : length, &why);
}

int acr_json_parse(const char *bytes, size_t length, struct json_object **ret,
		   struct acr_error *error)
{
	return parse(bytes, length, false, ret, error);
}

int acr_json_check(const char *bytes, size_t length, struct acr_error *error)
{
	auto_json json = NULL;

	return parse(bytes, length, true, &json, error);
}

void acr_json_free(struct json_object **json)
{
	if (*json)
		json_object_put(*json);
	*json = NULL;
}

struct json_object *acr_json_member(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;

	if (!object || !json_object_is_type(object, json_type_object))
		return NULL;
	return json_object_object_get_ex(object, key, &member) ? member : NULL;
}

const char *acr_json_string(struct json_object *object, const char *key)
{
	struct json_object *member = acr_json_member(object, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

bool acr_json_bool(struct json_object *object, const char *key, bool otherwise)
{
	struct json_object *member = acr_json_member(object, key);

	return json_object_is_type(member, json_type_boolean) ? json_object_get_boolean(member)
							      : otherwise;
}

int64_t acr_json_int(struct json_object *object, const char *key, int64_t otherwise)
{
	struct json_object *member = acr_json_member(object, key);
	const char *text;
	char *end;
	int64_t value;

	if (json_object_is_type(member, json_type_int))
		return json_object_get_int64(member);
	if (json_object_is_type(member, json_type_double)) {
		double number = json_object_get_double(member);
		return number > -9e15 && number < 9e15 ? (int64_t)number : otherwise;
	}
	text = json_object_is_type(member, json_type_string) ? json_object_get_string(member) : "";
	errno = 0;
	value = strtoll(text, &end, 10);
	return *text && !*end && errno == 0 ? value : otherwise;
}

size_t acr_json_count(const char *bytes, size_t length)
{
	size_t count = 0;
	bool string = false;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];

		if (string && c == '\\')
			i++;
		else if (c == '"')
			string = !string;
		else if (!string)
			depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
		count += !string && c == ':' && depth == 1;
	}
	return count;
}

void acr_json_quote(struct acr_secret *out, const char *text, size_t length)
{
	static const bool escaped[256] = {
		[0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, [0x7f ... 0xff] = true
	};
	size_t plain = 0;

	acr_secret_reserve(out, out->length + length + 2);
	acr_secret_add(out, "\"");
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		size_t size;

		if (!escaped[c])
			continue;
		size = acr_utf8_size(text + i, length - i);
		if (size > 1 && !acr_escape_steers(text + i, size)) {
			i += size - 1;
			continue;
		}
		acr_secret_add_bytes(out, text + plain, i - plain);
		if (c == '"' || c == '\\')
			acr_secret_format(out, "\\%c", c);
		else /* bytes that are not UTF-8 are replaced, as Go does */
			acr_secret_format(out, "\\u%04x",
					  size ? acr_escape_code(text + i, size) : 0xfffd);
		i += size ? size - 1 : 0;
		plain = i + 1;
	}
	acr_secret_add_bytes(out, text + plain, length - plain);
	acr_secret_add(out, "\"");
}

static void write_object(struct acr_secret *out, struct json_object *json)
{
	const char *before = "";

	json_object_object_foreach(json, key, value)
	{
		acr_secret_add(out, before);
		acr_json_quote(out, key, strlen(key));
		acr_secret_add(out, ":");
		acr_json_write(out, value);
		before = ",";
	}
}

void acr_json_write(struct acr_secret *out, struct json_object *json)
{
	switch (json_object_get_type(json)) {
	case json_type_object:
		acr_secret_add(out, "{");
		write_object(out, json);
		acr_secret_add(out, "}");
		return;
	case json_type_array:
		acr_secret_add(out, "[");
		for (size_t i = 0; i < json_object_array_length(json); i++) {
			acr_secret_add(out, i ? "," : "");
			acr_json_write(out, json_object_array_get_idx(json, i));
		}
		acr_secret_add(out, "]");
		return;
	case json_type_string:
		acr_json_quote(out, json_object_get_string(json),
			       (size_t)json_object_get_string_len(json));
		return;
	case json_type_int:
		acr_secret_format(out, "%" PRId64, json_object_get_int64(json));
		return;
	case json_type_double:
		acr_secret_format(out, "%.17g", json_object_get_double(json));
		return;
	case json_type_boolean:
		acr_secret_add(out, json_object_get_boolean(json) ? "true" : "false");
		return;
	case json_type_null:
	default:
		acr_secret_add(out, "null");
	}
}
