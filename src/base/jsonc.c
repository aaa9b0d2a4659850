/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads json-c when it is first called: a cached answer needs no JSON, and a process that is linked
 * to json-c takes 10 % longer to start. Each json-c function that this program calls has a row
 * here, which defines a function of the same name that calls the real one; a function without a row
 * would link json-c (tests/architecture/test_costs.py checks this). No row creates or prints an
 * object: JSON is written by acr_json_quote and acr_json_write.
 */
#include "base/jsonc.h"

#include <json-c/json.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/library.h"

typedef struct json_object object;
typedef struct json_tokener tokener;

/* Return type, name, parameters, and arguments of the call. */
/* clang-format off */
#define FUNCTIONS(X)                                                                               \
	X(object *, json_object_array_get_idx, (const object *json, size_t i), (json, i))          \
	X(size_t, json_object_array_length, (const object *json), (json))                          \
	X(json_bool, json_object_get_boolean, (const object *json), (json))                        \
	X(double, json_object_get_double, (const object *json), (json))                            \
	X(int64_t, json_object_get_int64, (const object *json), (json))                            \
	X(struct lh_table *, json_object_get_object, (const object *json), (json))                 \
	X(const char *, json_object_get_string, (object *json), (json))                            \
	X(int, json_object_get_string_len, (const object *json), (json))                           \
	X(enum json_type, json_object_get_type, (const object *json), (json))                      \
	X(int, json_object_is_type, (const object *json, enum json_type type), (json, type))       \
	X(json_bool, json_object_object_get_ex,                                                    \
	  (const object *json, const char *key, object **value), (json, key, value))               \
	X(int, json_object_object_length, (const object *json), (json))                            \
	X(int, json_object_put, (object *json), (json))                                            \
	X(const char *, json_tokener_error_desc, (enum json_tokener_error number), (number))       \
	X(void, json_tokener_free, (tokener *of), (of))                                            \
	X(enum json_tokener_error, json_tokener_get_error, (tokener *of), (of))                    \
	X(size_t, json_tokener_get_parse_end, (tokener *of), (of))                                 \
	X(tokener *, json_tokener_new_ex, (int depth), (depth))                                    \
	X(object *, json_tokener_parse_ex, (tokener *of, const char *text, int length),            \
	  (of, text, length))                                                                      \
	X(void, json_tokener_set_flags, (tokener *of, int flags), (of, flags))
/* clang-format on */

#define POINTER(returns, name, parameters, arguments) ACR_LIBRARY_POINTER(name)
#define ROW(returns, name, parameters, arguments)     ACR_LIBRARY_ROW(name)
FUNCTIONS(POINTER)
static const struct acr_library_symbol library_symbols[] = { FUNCTIONS(ROW){ NULL, NULL } };
ACR_LIBRARY_NOTE(jsonc_note, "[{\"soname\":[\"libjson-c.so.5\"],\"feature\":\"json\","
			     "\"description\":\"reading JSON\",\"priority\":\"required\"}]");

int acr_jsonc_load(struct acr_error *error)
{
	if (sym_json_object_put)
		return 0;
	return acr_library_load("libjson-c.so.5", "reading JSON", library_symbols, error);
}

/* acr_json_parse has loaded json-c or has reported an error; this covers calls with an object that
 * is NULL, on a machine without json-c. */
static void need(void)
{
	struct acr_error error = { 0 };
	char *text;

	if (acr_jsonc_load(&error) == 0)
		return;
	text = acr_error_text(&error);
	if (acr_write(STDOUT_FILENO, text, strlen(text)) == 0)
		(void)!write(STDOUT_FILENO, "\n", 1);
	_exit(1);
}

#define FORWARD(returns, name, parameters, arguments)                                              \
	returns name parameters                                                                    \
	{                                                                                          \
		need();                                                                            \
		return sym_##name arguments;                                                       \
	}
FUNCTIONS(FORWARD)
