/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds explanations for any text, in stages, one file each: decode, segment, attribute, match,
 * rank. The words of rules are searched for in one pass; where some are found, the event around
 * them gets its facts, and the most specific rule that matches explains it. Only the findings are
 * kept.
 */
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "explain/anchors.h"
#include "explain/attribute.h"
#include "explain/decode.h"
#include "explain/extract.h"
#include "explain/own_words.h"
#include "explain/rank.h"
#include "explain/segment.h"
#include "explain/situation.h"

#define HITS_MOST     64 /* words of rules in one event */
#define PLACES_MOST   40 /* of one rule */
#define RULES_MOST    400
#define FINDINGS_MOST (sizeof(((struct acr_findings *)NULL)->list) / sizeof(struct acr_finding))

struct hit {
	const struct acr_anchor *anchor;
	size_t at;
};

struct reading {
	const struct acr_app *app;
	const char *text;
	size_t length;
	struct acr_findings *findings;
	const struct acr_situation *situation; /* NULL: none that is known */
	unsigned char places[RULES_MOST];      /* how often each rule was tried */
	struct acr_event event;		       /* the current event, and the words in it */
	struct hit hits[HITS_MOST];
	size_t count;
};

void acr_findings_wipe(struct acr_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		acr_facts_wipe(&findings->list[i].facts);
	findings->count = 0;
}

/* Add what the configuration says about a registry that was named. */
static void complete(const struct acr_app *app, struct acr_facts *facts)
{
	const char *registry = acr_facts_get(facts, ACR_FACT_REGISTRY);

	if (!app->config || !*registry)
		return;
	if (!*acr_facts_get(facts, ACR_FACT_TENANT))
		acr_facts_set(facts, ACR_FACT_TENANT,
			      acr_config_get(app->config, registry, "tenant"));
	if (!*acr_facts_get(facts, ACR_FACT_CLIENT_ID))
		acr_facts_set(facts, ACR_FACT_CLIENT_ID,
			      acr_config_get(app->config, registry, "client_id"));
}

/* A rule is reported once, and a code needs no second explanation. */
static bool is_told(const struct acr_findings *findings, const struct acr_rule *rule,
		    const struct acr_facts *facts)
{
	const char *code = facts ? acr_facts_get(facts, ACR_FACT_CODE) : "";

	for (size_t i = 0; i < findings->count; i++) {
		const struct acr_finding *one = &findings->list[i];

		if (strcmp(one->rule->id, rule->id) == 0 ||
		    (rule->when[0].fact == ACR_FACT_CODE && *code &&
		     strcmp(acr_facts_get(&one->facts, ACR_FACT_CODE), code) == 0))
			return true;
	}
	return false;
}

/* If the list is full, the least useful finding is removed. */
static bool make_room(struct acr_findings *findings, const struct acr_rule *rule)
{
	struct acr_finding *last = &findings->list[FINDINGS_MOST - 1];

	if (findings->count < FINDINGS_MOST)
		return true;
	acr_rank(findings);
	if (findings->count < FINDINGS_MOST)
		return true;
	if (acr_rule_tier(last->rule) >= acr_rule_tier(rule))
		return false;
	acr_facts_wipe(&last->facts);
	findings->count--;
	return true;
}

/* Another rule that matches the event equally well. */
static const struct acr_rule *find_tie(const struct reading *reading, const struct hit *hit,
				       const struct acr_facts *facts)
{
	for (size_t i = 0; i < reading->count; i++) {
		const struct acr_anchor *other = reading->hits[i].anchor;

		if (strcmp(other->rule->id, hit->anchor->rule->id) != 0 &&
		    other->weight == hit->anchor->weight && acr_rule_holds(other->rule, facts))
			return other->rule;
	}
	return NULL;
}

/* Rules that do not concern a registry do not determine one by their words. */
static bool is_specific(const struct acr_anchor *anchor)
{
	return !acr_anchor_is_generic(anchor) && anchor->rule->basis != ACR_NOT_OURS;
}

/* Words that many programs use count only if their subject is known. */
static bool holds(const struct hit *hit, enum acr_subject subject, const struct acr_facts *facts)
{
	return (!acr_anchor_is_generic(hit->anchor) || subject >= ACR_SUBJECT_NEAR) &&
	       acr_rule_holds(hit->anchor->rule, facts);
}

static int by_weight(const void *left, const void *right)
{
	const struct hit *a = left, *b = right;
	int tiers = acr_rule_tier(b->anchor->rule) - acr_rule_tier(a->anchor->rule);

	if (tiers)
		return tiers;

	if (a->anchor->weight != b->anchor->weight)
		return b->anchor->weight - a->anchor->weight;
	if (a->anchor->rule != b->anchor->rule)
		return (a->anchor->rule > b->anchor->rule) - (a->anchor->rule < b->anchor->rule);
	return (a->at > b->at) - (a->at < b->at);
}

/* At the end of an event: the first rule that matches explains it. */
static void explain_event(struct reading *reading)
{
	struct acr_findings *findings = reading->findings;
	enum acr_subject subject = ACR_SUBJECT_NONE;
	bool specific = false;
	size_t at = (size_t)-1;
	auto_facts facts = { 0 };

	qsort(reading->hits, reading->count, sizeof(reading->hits[0]), by_weight);
	for (size_t i = 0; i < reading->count; i++) {
		const struct hit *hit = &reading->hits[i];
		unsigned char *places = &reading->places[hit->anchor->rule - acr_rules()];

		if (is_told(findings, hit->anchor->rule, NULL) || *places >= PLACES_MOST)
			continue;
		++*places;
		if (at != hit->at || specific != is_specific(hit->anchor)) {
			specific = is_specific(hit->anchor);
			acr_facts_wipe(&facts);
			acr_facts_set(&facts, ACR_FACT_VERB, "explain");
			acr_facts_set(&facts, ACR_FACT_SITUATION,
				      reading->situation ? reading->situation->id : NULL);
			subject = acr_attribute(reading->app, reading->text, reading->length,
						hit->at, specific, &reading->event, &facts);
			complete(reading->app, &facts);
			at = hit->at;
		}
		if (!holds(hit, subject, &facts) || is_told(findings, hit->anchor->rule, &facts))
			continue;
		if (!make_room(findings, hit->anchor->rule))
			break;
		findings->list[findings->count++] =
			(struct acr_finding){ .rule = hit->anchor->rule,
					      .tie = find_tie(reading, hit, &facts),
					      .record = reading->event.record.begin,
					      .attempt = reading->event.number,
					      .facts = facts };
		facts = (struct acr_facts){ 0 };
		break;
	}
	reading->count = 0;
}

/* Output of this program is explained by the id in it, not by its words. */
static void explain_own(struct reading *reading, const struct acr_own_words *own)
{
	auto_facts facts = { 0 };
	struct acr_finding *last;

	explain_event(reading);
	if (is_told(reading->findings, own->rule, NULL) || !make_room(reading->findings, own->rule))
		return;
	acr_event_at(reading->text, reading->length, own->mark, &reading->event);
	acr_facts_set(&facts, ACR_FACT_VERB, "explain");
	acr_facts_set(&facts, ACR_FACT_SITUATION,
		      reading->situation ? reading->situation->id : NULL);
	acr_attribute(reading->app, reading->text, reading->length, own->mark, true,
		      &reading->event, &facts);
	complete(reading->app, &facts);
	last = &reading->findings->list[reading->findings->count++];
	*last = (struct acr_finding){ .rule = own->rule,
				      .record = reading->event.record.begin,
				      .own = true,
				      .facts = facts };
	facts = (struct acr_facts){ 0 };
}

static void add_hit(struct reading *reading, const struct acr_anchor *anchor, size_t at)
{
	const struct acr_span *attempt = &reading->event.attempt;

	if (reading->count > 0 && (at < attempt->begin || at >= attempt->end))
		explain_event(reading);
	if (reading->count == 0)
		acr_event_at(reading->text, reading->length, at, &reading->event);
	if (reading->count < HITS_MOST)
		reading->hits[reading->count++] = (struct hit){ anchor, at };
}

/* Returns how many words of rules were found: if a text can be read in two ways, the one in which
 * more is explained is used, otherwise the one with more of these words. */
static size_t read_text(const struct acr_app *app, const struct acr_secret *text,
			struct acr_findings *ret)
{
	const struct acr_anchors *anchors = acr_anchors();
	struct reading reading = { .app = app, .findings = ret };
	size_t count = 0;

	ret->count = 0;
	reading.text = acr_secret_text(text);
	reading.length = text->length;
	reading.situation = acr_situation_of_text(reading.text, reading.length);
	if (!reading.situation)
		reading.situation = acr_situation_of_process(app, "");
	for (size_t at = 0; at < text->length; at++) {
		const struct acr_anchor *anchor = NULL;
		struct acr_own_words own;

		if ((at == 0 || reading.text[at - 1] == '\n') &&
		    acr_own_words_at(reading.text, text->length, at, &own)) {
			if (own.rule) {
				explain_own(&reading, &own);
				count++;
			}
			at = own.end;
			continue;
		}
		while ((anchor = acr_anchor_at(anchors, reading.text + at, text->length - at,
					       anchor))) {
			add_hit(&reading, anchor, at);
			count++;
		}
	}
	explain_event(&reading);
	acr_rank(ret);
	return count;
}

void acr_findings_read(const struct acr_app *app, const char *text, size_t length,
		       struct acr_findings *ret)
{
	auto_secret clean = { 0 };
	auto_secret other = { 0 };
	auto_findings findings = { 0 };
	bool ambiguous = acr_decode(text, length, false, &clean);
	size_t count = read_text(app, &clean, ret), more;

	if (!ambiguous)
		return;
	acr_decode(text, length, true, &other);
	more = read_text(app, &other, &findings);
	if (findings.count < ret->count || (findings.count == ret->count && more <= count))
		return;
	acr_findings_wipe(ret);
	*ret = findings;
	findings = (struct acr_findings){ 0 };
}

void acr_findings_of_name(const struct acr_app *app, const char *name, struct acr_findings *ret)
{
	const struct acr_excerpt excerpt = { name, strlen(name), 0 };
	struct acr_finding *finding = &ret->list[0];
	auto_facts facts = { 0 };

	ret->count = 0;
	if (excerpt.length == 0 || excerpt.length >= ACR_HOST_MAX || strpbrk(name, " \t\r\n"))
		return;
	acr_extract_hosts(app, &excerpt, &facts);
	acr_extract_names(&excerpt, &facts);
	acr_facts_set(&facts, ACR_FACT_CHECK, "name");
	acr_facts_set(&facts, ACR_FACT_SERVER, name);
	finding->rule = acr_rules_match(&facts, &finding->tie);
	if (!finding->rule || finding->rule->when[0].fact != ACR_FACT_CHECK)
		return;
	finding->facts = facts;
	facts = (struct acr_facts){ 0 };
	ret->count = 1;
}
