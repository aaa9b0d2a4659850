/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the third stage of explain, at a position that the first two bytes choose. The registry
 * and host of an event must occur in the text, an error of another server must not be attributed to
 * a registry, and the quoted message must be part of the text. */
#include "acr/registry.h"
#include "explain/attribute.h"
#include "explain/decode.h"
#include "oracle.h"

static void check(const struct acr_facts *facts, enum acr_subject subject, const char *text)
{
	const char *registry = acr_facts_get(facts, ACR_FACT_REGISTRY);
	struct acr_registry parsed;

	must(subject >= ACR_SUBJECT_NONE && subject <= ACR_SUBJECT_REGISTRY);
	must(subject != ACR_SUBJECT_REGISTRY || *registry);
	must(subject != ACR_SUBJECT_FOREIGN || !*registry);
	must(subject == ACR_SUBJECT_MASKED || !*acr_facts_get(facts, ACR_FACT_HIDDEN));
	if (!*registry)
		return;
	must(acr_registry_parse(NULL, registry, strlen(registry), &parsed));
	must(strcasestr(text, registry) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environment[] = { NULL };
	const struct acr_app app = { .program = "docker-credential-acr",
				     .environment = environment,
				     .root = "" };
	auto_secret text = { 0 };

	if (size < 3)
		return 0;
	acr_decode((const char *)data + 2, size - 2, false, &text);
	if (text.length == 0)
		return 0;
	for (int specific = 0; specific <= 1; specific++) {
		size_t at = ((size_t)data[0] << 8 | data[1]) % text.length;
		struct acr_event event;
		auto_facts facts = { 0 };

		acr_event_at(acr_secret_text(&text), text.length, at, &event);
		check(&facts,
		      acr_attribute(&app, acr_secret_text(&text), text.length, at, specific != 0,
				    &event, &facts),
		      acr_secret_text(&text));
	}
	return 0;
}
