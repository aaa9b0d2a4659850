/* SPDX-License-Identifier: Apache-2.0 */
/* Who an identity is: created, written as a line, read back, and formatted for people. */
#include "acr/who.h"

#include <stdio.h>
#include <string.h>

#include "acr/message.h"
#include "acr/secret.h"
#include "base/utf8.h"

static const char *const types[] = {
	[ACR_WHO_OTHER] = "identity",
	[ACR_WHO_USER] = "user",
	[ACR_WHO_SERVICE_PRINCIPAL] = "service-principal",
	[ACR_WHO_MANAGED_IDENTITY] = "managed-identity",
};

static void put(char *ret, size_t size, const char *text, size_t length)
{
	ret[acr_utf8_clean(ret, size - 1, text, length)] = '\0';
}

struct acr_who acr_who(enum acr_who_type type, const char *id, const char *name, const char *tenant)
{
	struct acr_who who = { .type = type };

	put(who.id, sizeof(who.id), id ? id : "", id ? strlen(id) : 0);
	put(who.name, sizeof(who.name), name ? name : "", name ? strlen(name) : 0);
	put(who.tenant, sizeof(who.tenant), tenant ? tenant : "", tenant ? strlen(tenant) : 0);
	return who;
}

bool acr_who_is_known(const struct acr_who *who)
{
	return who->type != ACR_WHO_OTHER || who->name[0];
}

const char *acr_who_short(const struct acr_who *who)
{
	return who->name[0] ? who->name : who->id;
}

/* ---- for people ---- */

char *acr_who_text(const struct acr_who *who, const char *(*translate)(const char *))
{
	const char *const arguments[] = { acr_who_short(who), who->id };
	enum acr_message_id id = ACR_MESSAGE_WHO_UNKNOWN;
	struct acr_message message;
	auto_string text = NULL;

	if (who->type == ACR_WHO_USER)
		id = ACR_MESSAGE_WHO_USER;
	else if (who->type == ACR_WHO_SERVICE_PRINCIPAL)
		id = ACR_MESSAGE_WHO_SERVICE_PRINCIPAL;
	else if (who->type == ACR_WHO_MANAGED_IDENTITY)
		id = who->name[0] && who->id[0] ? ACR_MESSAGE_WHO_MANAGED_IDENTITY_NAMED
		     : *arguments[0]		? ACR_MESSAGE_WHO_MANAGED_IDENTITY
						: ACR_MESSAGE_WHO_MACHINE;
	else if (who->name[0])
		id = ACR_MESSAGE_PLAIN;
	acr_message_set(&message, id, NULL, arguments, 2);
	text = acr_message_text(&message, translate);
	if (!who->tenant[0])
		return acr_copy(text);
	acr_message_set(&message, ACR_MESSAGE_WHO_TENANT, NULL,
			(const char *const[]){ text, who->tenant }, 2);
	return acr_message_text(&message, translate);
}

/* ---- as a line ---- */

struct acr_who_line acr_who_line(const struct acr_who *who)
{
	struct acr_who_line line;

	if (who->type == ACR_WHO_OTHER && !who->id[0] && !who->tenant[0])
		snprintf(line.text, sizeof(line.text), "%s", who->name);
	else /* the name is last, since it may contain blanks */
		snprintf(line.text, sizeof(line.text), "%s%s%s%s%s%s%s%s%s", types[who->type],
			 who->id[0] ? " id=" : "", who->id, who->tenant[0] ? " tenant=" : "",
			 who->tenant, who->object[0] ? " object=" : "", who->object,
			 who->name[0] ? " name=" : "", who->name);
	return line;
}

/* The value of `key` (" id=") if it is at `*line`, up to the next blank or to the end; advances
 * behind it. False if something else is there. */
static bool take(const char **line, const char *end, const char *key, bool last, char *ret,
		 size_t size)
{
	size_t length = strlen(key);
	const char *value = *line + length, *stop;

	if ((size_t)(end - *line) <= length || memcmp(*line, key, length) != 0)
		return false;
	stop = last ? end : memchr(value, ' ', (size_t)(end - value));
	stop = stop ? stop : end;
	put(ret, size, value, (size_t)(stop - value));
	*line = stop;
	return true;
}

void acr_who_read(const char *line, struct acr_who *ret)
{
	const char *end = line;

	while ((unsigned char)*end >= 0x20)
		end++;
	for (enum acr_who_type type = ACR_WHO_OTHER; type <= ACR_WHO_MANAGED_IDENTITY; type++) {
		size_t length = strlen(types[type]);
		const char *at = line + length;

		if (strncmp(line, types[type], length) != 0)
			continue;
		*ret = (struct acr_who){ .type = type };
		take(&at, end, " id=", false, ret->id, sizeof(ret->id));
		take(&at, end, " tenant=", false, ret->tenant, sizeof(ret->tenant));
		take(&at, end, " object=", false, ret->object, sizeof(ret->object));
		take(&at, end, " name=", true, ret->name, sizeof(ret->name));
		if (at == end)
			return;
	}
	*ret = (struct acr_who){ 0 };
	put(ret->name, sizeof(ret->name), line, (size_t)(end - line));
}
