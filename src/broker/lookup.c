/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the cached entry for a registry and the current identity, and decides when an entry is too
 * old to be returned. */
#include <string.h>

#include "acr/config.h"
#include "base/budget.h"
#include "base/clock.h"
#include "base/hash.h"
#include "broker/broker.h"

#define VALIDITY 3600 /* seconds: a long push must not fail halfway ("min_validity") */

void acr_lookup_end(struct acr_lookup *lookup)
{
	acr_fingerprint_free(&lookup->fingerprint);
	acr_entry_wipe(&lookup->old);
}

void acr_lookup_begin(const struct acr_app *app, const struct acr_registry *registry,
		      struct acr_lookup *ret)
{
	acr_lookup_end(ret);
	ret->registry = registry;
	acr_fingerprint_take(app, registry, &ret->fingerprint);
}

char *acr_lookup_subject(const struct acr_lookup *lookup)
{
	return acr_format("%s.%016llx", lookup->registry->host,
			  (unsigned long long)lookup->fingerprint.hash);
}

int acr_lookup_lock(const struct acr_app *app, const struct acr_lookup *lookup)
{
	int64_t left = acr_budget(app, ACR_BUDGET_LONGEST);
	auto_string about = acr_lookup_subject(lookup);

	left = left > 2 * ACR_BUDGET_ALONE ? left - ACR_BUDGET_ALONE : left / 2;
	return acr_lock_take(app, about,
			     lookup->old.host && left > ACR_BUDGET_LOCK ? ACR_BUDGET_LOCK : left);
}

void acr_entry_login(const struct acr_entry *entry, struct acr_login *ret)
{
	acr_login_wipe(ret);
	ret->username = acr_copy(entry->username);
	acr_secret_add_bytes(&ret->secret, entry->token.bytes, entry->token.length);
}

bool acr_lookup_cached(const struct acr_app *app, struct acr_lookup *lookup, struct acr_login *ret,
		       struct acr_report *report)
{
	struct acr_entry entry = { 0 };

	if (!acr_cache_find(app, lookup->registry->host, lookup->fingerprint.hash,
			    lookup->fingerprint.text, &entry))
		return false;
	lookup->left = entry.left;
	if (entry.left < entry.validity) {
		acr_entry_wipe(&lookup->old);
		lookup->old = entry;
		return false;
	}
	acr_entry_login(&entry, ret);
	report->renew_behind = entry.age >= entry.renew;
	report->left = entry.left;
	acr_entry_wipe(&entry);
	return true;
}

/* A number from 0 to 999 that differs between entries and between machines; it need not be
 * random. */
static int64_t spread(const struct acr_entry *entry)
{
	uint64_t hash = ACR_HASH_BASIS;
	const char *const parts[] = { entry->host, entry->boot_id, acr_secret_text(&entry->token) };

	for (size_t i = 0; i < 3; i++)
		hash = acr_hash(hash, parts[i], strlen(parts[i]));
	return (int64_t)((hash >> 32) % 1000);
}

void acr_entry_begin(const struct acr_app *app, const struct acr_lookup *lookup, const char *source,
		     const struct acr_who *who, const struct acr_secret *token, int64_t life,
		     struct acr_entry *ret)
{
	const char *host = lookup->registry->host;
	const char *username = acr_config_get(app->config, host, "username");
	int64_t validity = acr_config_seconds(app->config, host, "min_validity", VALIDITY);

	*ret = (struct acr_entry){
		.host = acr_copy(host),
		.identity = acr_copy(lookup->fingerprint.text),
		.source = acr_copy(source),
		.who = acr_copy(acr_who_line(who).text),
		.username = acr_copy(username ? username : ACR_NULL_GUID),
		.life = life,
		.validity = validity < life / 3 ? validity : life / 3,
		.wall = app->clock.wall(app),
		.boot = app->clock.boot(app),
	};
	acr_clock_boot_id(app, ret->boot_id);
	acr_secret_add_bytes(&ret->token, token->bytes, token->length);
	/* After half of its lifetime, at a point between 50 and 65 % that differs between entries,
	 * so that machines that started together do not renew together. */
	ret->renew = life / 2 + life * 15 / 100 * spread(ret) / 1000;
}
