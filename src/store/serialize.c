/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads records: parts with their lengths, between a header line and a checksum. */
#include "store/serialize.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define CHECK	   "check %016" PRIx64 "\n"
#define CHECK_SIZE (sizeof("check 0123456789abcdef\n") - 1)

void acr_record_begin(struct acr_secret *record, const char *kind, int version)
{
	acr_secret_format(record, "docker-credential-acr %s %d\n", kind, version);
}

void acr_record_add(struct acr_secret *record, const char *name, const char *bytes, size_t length)
{
	acr_secret_format(record, "%s %zu ", name, length);
	acr_secret_add_bytes(record, bytes, length);
	acr_secret_add(record, "\n");
}

void acr_record_add_number(struct acr_secret *record, const char *name, int64_t number)
{
	acr_secret_format(record, "%s %" PRId64 "\n", name, number < 0 ? 0 : number);
}

void acr_record_end(struct acr_secret *record)
{
	acr_secret_format(record, CHECK,
			  acr_hash(ACR_HASH_BASIS, acr_secret_text(record), record->length));
}

/* If `text` comes next, advance behind it. */
static bool skip(struct acr_record *record, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(record->end - record->next) < length ||
	    memcmp(record->next, text, length) != 0)
		return false;
	record->next += length;
	return true;
}

/* Digits as printf writes them: no sign, no leading zero, at most 18. */
static bool digits(struct acr_record *record, int64_t *ret)
{
	const char *begin = record->next;
	int64_t number = 0;

	while (record->next < record->end && *record->next >= '0' && *record->next <= '9' &&
	       record->next - begin < 18)
		number = number * 10 + (*record->next++ - '0');
	if (record->next == begin || (*begin == '0' && record->next - begin > 1))
		return false;
	*ret = number;
	return true;
}

int acr_record_open(const char *bytes, size_t length, const char *kind, int version,
		    struct acr_record *ret, struct acr_error *error)
{
	struct acr_record record = { bytes, bytes + length };
	char check[CHECK_SIZE + 1];
	int64_t written = 0;

	if (length < CHECK_SIZE)
		return acr_raise(error, RECORD_DAMAGED);
	record.end -= CHECK_SIZE;
	snprintf(check, sizeof(check), CHECK, acr_hash(ACR_HASH_BASIS, bytes, length - CHECK_SIZE));
	if (memcmp(record.end, check, CHECK_SIZE) != 0)
		return acr_raise(error, RECORD_DAMAGED);
	if (!skip(&record, "docker-credential-acr ") || !skip(&record, kind) ||
	    !skip(&record, " ") || !digits(&record, &written) || !skip(&record, "\n"))
		return acr_raise(error, RECORD_DAMAGED);
	if (written > version)
		return acr_raise(error, RECORD_NEWER);
	if (written < version)
		return acr_raise(error, RECORD_OLDER);
	*ret = record;
	return 0;
}

bool acr_record_take(struct acr_record *record, const char *name, const char **ret,
		     size_t *ret_length)
{
	struct acr_record ahead = *record;
	int64_t length = 0;

	if (!skip(&ahead, name) || !skip(&ahead, " ") || !digits(&ahead, &length) ||
	    !skip(&ahead, " ") || length >= ahead.end - ahead.next || ahead.next[length] != '\n')
		return false;
	*ret = ahead.next;
	*ret_length = (size_t)length;
	record->next = ahead.next + length + 1;
	return true;
}

bool acr_record_take_text(struct acr_record *record, const char *name, char **ret)
{
	struct acr_record ahead = *record;
	const char *bytes;
	size_t length;

	if (!acr_record_take(&ahead, name, &bytes, &length) || memchr(bytes, '\0', length))
		return false;
	*ret = acr_copy_bytes(bytes, length);
	*record = ahead;
	return true;
}

bool acr_record_take_number(struct acr_record *record, const char *name, int64_t *ret)
{
	struct acr_record ahead = *record;

	if (!skip(&ahead, name) || !skip(&ahead, " ") || !digits(&ahead, ret) ||
	    !skip(&ahead, "\n"))
		return false;
	*record = ahead;
	return true;
}

bool acr_record_done(const struct acr_record *record)
{
	return record->next == record->end;
}
