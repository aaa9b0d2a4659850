/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes `explain` with any text: the explanation fits a terminal and is plain text, and its JSON
 * is valid. Facts from the text become part of commands, so a shell must read each of them as one
 * word. */
#include "acr/rule.h"
#include "base/json.h"
#include "base/utf8.h"
#include "oracle.h"

static void must_be_text(const char *text, bool lines)
{
	for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
		size = acr_utf8_size(text, left);
		must(size > 0 && (unsigned char)*text != 0x7f);
		must((unsigned char)*text >= 0x20 || (lines && *text == '\n'));
		must(size != 2 || (unsigned char)text[0] != 0xc2 || (unsigned char)text[1] >= 0xa0);
	}
}

static void check(const struct acr_finding *finding)
{
	auto_explanation explanation = { 0 };
	auto_secret page = { 0 }, out = { 0 };
	struct acr_error error;
	auto_json json = NULL;

	for (size_t i = 0; i < ACR_FACT_COUNT; i++)
		must_be_text(acr_facts_get(&finding->facts, (enum acr_fact)i), i == ACR_FACT_TEXT);
	acr_rule_render(finding->rule, &finding->facts, &explanation);
	must(*explanation.what && !strchr(explanation.what, '\n'));
	acr_explanation_lay_out(&explanation, &finding->facts, "docker-credential-acr:", &page);
	must_be_text(acr_secret_text(&page), true);
	acr_explanation_json(finding->rule, &finding->facts, &explanation, &out);
	must(acr_json_parse(out.bytes, out.length, &json, &error) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environment[] = { NULL };
	const struct acr_app app = { .program = "docker-credential-acr",
				     .environment = environment,
				     .in = -1,
				     .out = -1,
				     .err = -1,
				     .root = "" };
	auto_findings findings = { 0 };

	acr_findings_read(&app, (const char *)data, size, &findings);
	for (size_t i = 0; i < findings.count; i++)
		check(&findings.list[i]);
	acr_findings_wipe(&findings);
	char *name = strndup((const char *)data, size);
	must(name);
	acr_findings_of_name(&app, name, &findings);
	if (findings.count)
		check(&findings.list[0]);
	free(name);
	return 0;
}
