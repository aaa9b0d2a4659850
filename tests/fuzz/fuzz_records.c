/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the records of this program on disk: a decision, a sign-in, a login, a note, a remembered
 * denial. The first byte selects the record. The target corrects the checksum, because otherwise no
 * input would be accepted. */
#include "acr/sign_in.h"
#include "acr/store.h"
#include "broker/negative_cache.c"
#include "store/serialize.h"
#include "world.h"

extern const struct acr_keychain acr_keychain_login_file;

static const struct {
	const char *kind, *path;
} records[] = {
	{ "state", ".local/share/docker-credential-acr/registries/" HOST },
	{ "sign-in", ".local/share/docker-credential-acr/sign-ins/" HOST },
	{ "login", ".local/share/docker-credential-acr/logins/" HOST },
	{ "note", "run/docker-credential-acr/note_kind_26ee6de901ffea8f" },
};

static void refusal(const uint8_t *data, size_t size)
{
	auto_string text = acr_format("%.*s", (int)size, (const char *)data);
	const char *next = text;
	struct acr_error error = { 0 };
	struct acr_step step = { 0 };

	if (!take_error(&next, &error))
		return;
	must(memchr(error.code, '\0', sizeof(error.code)) &&
	     memchr(error.message.value, '\0', sizeof(error.message.value)));
	while (*next)
		if (!take_step(&next, &step))
			return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world = world_begin();
	struct acr_error error = { 0 };
	struct acr_state state = { 0 };
	auto_sign_in sign_in = { 0 };
	auto_secret record = { 0 }, note = { 0 };
	auto_login login = { 0 };
	int result = 0;
	size_t which;

	if (size == 0)
		return 0;
	if (!world->environment[1]) {
		auto_string row = acr_format("XDG_RUNTIME_DIR=%s/run", world->folder);

		world_set(world, row);
	}
	which = *data % 5;
	if (which == 4) {
		refusal(data + 1, size - 1);
		return 0;
	}
	if (!(*data & 0x80))
		acr_record_begin(&record, records[which].kind, 1);
	acr_secret_add_bytes(&record, data + 1, size - 1);
	acr_record_end(&record);
	world_write(world, records[which].path, record.bytes, record.length);
	switch (which) {
	case 0:
		result = acr_state_read(&world->app, HOST, &state, &error);
		break;
	case 1:
		result = acr_sign_in_find(&world->app, HOST, &sign_in, &error);
		break;
	case 2:
		result = acr_keychain_login_file.find(&world->app, HOST, &login, &error);
		must(result || login.username);
		break;
	default:
		acr_note_find(&world->app, "kind", HOST, &note);
	}
	if (result)
		must(error.kind != ACR_FINE && error.message.value[0]);
	return 0;
}
