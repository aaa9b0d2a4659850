/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes docker's config.json, which any program may have written: a login is read completely or
 * not at all. The first line of the input is the requested server. */
#include "store/docker_auths.c"

#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t length = end ? (size_t)(end - data) : 0;
	auto_string server = acr_format("%.*s", (int)length, (const char *)data);
	const char *text = (const char *)data + length;
	struct acr_error error = { 0 };
	struct json_object *entry;
	auto_login login = { 0 };
	auto_json json = NULL;

	if (acr_json_parse(text, size - length, &json, &error))
		return 0;
	entry = acr_docker_entry(acr_json_member(json, "auths"), server);
	if (!entry)
		return 0;
	if (take_entry(entry, &login, &error))
		must(error.kind != ACR_FINE && !login.username && !login.secret.length);
	else
		must(login.username);
	return 0;
}
