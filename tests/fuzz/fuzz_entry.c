/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes a cache entry on disk: an entry that is accepted is serialized to the same bytes. The
 * target corrects the checksum, because otherwise no input would be accepted. */
#include "acr/store.h"
#include "oracle.h"
#include "store/serialize.h"

static void look_at(const char *bytes, size_t length)
{
	struct acr_error error = { 0 };
	auto_entry entry = { 0 };
	auto_secret again = { 0 };

	if (acr_entry_read(bytes, length, &entry, &error)) {
		must(error.kind != ACR_FINE && !entry.host && !entry.token.bytes);
		return;
	}
	acr_entry_write(&entry, &again);
	must(again.length == length && memcmp(again.bytes, bytes, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret parts = { 0 }, whole = { 0 };

	acr_secret_add_bytes(&whole, data, size);
	acr_record_end(&whole);
	look_at(acr_secret_text(&whole), whole.length);
	acr_record_begin(&parts, "entry", 1);
	acr_secret_add_bytes(&parts, data, size);
	acr_record_end(&parts);
	look_at(acr_secret_text(&parts), parts.length);
	look_at((const char *)data, size);
	return 0;
}
