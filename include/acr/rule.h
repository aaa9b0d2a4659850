/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explanation is data: symptom -> cause -> remedy -> link, one row in
 * src/explain/rules/<subject>.def.
 *
 *	RULE("firewall", READ, "S7 C6",
 *	     WHEN(HAS(TEXT, "is not allowed access")),
 *	     WHAT("the firewall of {registry} does not let {client_ip} in"),
 *	     WHY("Its network rules have no entry for the address from which the request came."),
 *	     DO(STEP("Let this address in:",
 *		     "az acr network-rule add --name {name} --ip-address {client_ip}")),
 *	     "https://aka.ms/acr/firewall")
 *
 * What is known about a failure is a set of facts: from a struct acr_error and what the broker
 * reports, from any text that a person has, or from the checks of `diagnose`. A rule's conditions
 * are about facts; the rule with the most conditions that all hold is the one that explains, so a
 * special case is written beside the general one and neither knows of the other. {names} in texts
 * are facts too, never format strings: a fact that is not known takes the stand-in of its row
 * ("REGISTRY"), and where it has none, the line that names it is left out.
 *
 * Rules that only repeat a symptom (GENERAL) count where no other rule holds, and those for what is
 * not ours to explain (NOT_OURS) last. READ: what it says was read in a source (Microsoft's pages,
 * or the service's own words); ASSUMED: it was not, and the explanation says "probably".
 *
 * One cause that is told in several ways has one RULE and, below it, an ALSO for each further set
 * of conditions: ALSO("firewall", WHEN(...)) explains with the texts of the RULE of that id.
 *
 * Every rule has an evidence file in tests/rules/, and the suite fails for one without.
 */
#ifndef ACR_RULE_H
#define ACR_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/app.h"
#include "acr/broker.h"
#include "acr/error.h"
#include "acr/secret.h"

/* ---- facts ---- */

/* FACT(SYMBOL, "name", stand-in in commands or NULL, stand-in in sentences or NULL, what it is) */
/* clang-format off */
#define ACR_FACTS(FACT) \
	FACT(RULE, "rule", NULL, NULL, "the explanation itself, where a check knows it") \
	FACT(TEXT, "text", NULL, NULL, "all that was said, for conditions") \
	FACT(KIND, "kind", NULL, NULL, "acr_kind_name: refused, unreachable, timeout, locked, ...") \
	FACT(ERROR, "error", NULL, NULL, "ids of our own error and its causes (acr/messages)") \
	FACT(ORIGIN, "origin", NULL, NULL, "here, entra, registry, endpoint, az, keychain") \
	FACT(SITUATION, "situation", NULL, NULL, "where the client runs, where no person can sign in: github-actions, gitlab-ci, pod, ...") \
	FACT(VERB, "verb", NULL, NULL, "get, store, explain, diagnose") \
	FACT(CHECK, "check", NULL, NULL, "a check of diagnose, or an error of az acr check-health") \
	FACT(STATUS, "status", NULL, NULL, "HTTP status") \
	FACT(CODE, "code", NULL, NULL, "AADSTS7000222, UNAUTHORIZED, DENIED, invalid_client") \
	FACT(NUMBER, "number", NULL, NULL, "the digits of an AADSTS code") \
	FACT(SENTENCE, "sentence", NULL, NULL, "the service's own first sentence") \
	FACT(REASON, "reason", NULL, NULL, "our own sentence for it: a message's value, or a text") \
	FACT(HOST, "host", NULL, N_("this host"), "the host that was spoken to or looked up") \
	FACT(CORRELATION, "correlation", NULL, NULL, "the service's id of the failed request") \
	FACT(TRACE, "trace", NULL, NULL, "Entra's trace id") \
	FACT(RETRY_AFTER, "retry_after", NULL, NULL, "seconds that a service asked to wait") \
	FACT(REGISTRY, "registry", "REGISTRY.azurecr.io", N_("this registry"), "the login server") \
	FACT(HIDDEN, "hidden", NULL, NULL, "its name is masked: azure, or maybe where nothing says that it is Azure's") \
	FACT(NAME, "name", "REGISTRY", N_("this registry"), "the registry's resource name, for az") \
	FACT(CLOUD, "cloud", "AzureCloud", N_("this cloud"), "as `az cloud list` has it") \
	FACT(AUTHORITY, "authority", "login.microsoftonline.com", NULL, "Entra's host for it") \
	FACT(PORTAL, "portal", "https://portal.azure.com", "https://portal.azure.com", "the portal of its cloud") \
	FACT(REPOSITORY, "repository", "REPOSITORY", N_("this repository"), "an image's name without registry and tag") \
	FACT(ACTION, "action", NULL, NULL, "pull, push or delete") \
	FACT(ROLE, "role", "AcrPull", "AcrPull", "the role that would allow the action, by the registry's role mode") \
	FACT(SOURCE, "source", NULL, NULL, "the identity: environment, azure-cli, managed-identity, ...") \
	FACT(WHO, "who", NULL, N_("this identity"), "whose token it was: a line of who.h") \
	FACT(ASSIGNEE, "assignee", "IDENTITY", NULL, "for az role assignment: the client id or the user; {--assignee}: --assignee-object-id where that is known") \
	FACT(OBJECT, "object", "OBJECT-ID", NULL, "the object id of the principal: az finds it without Microsoft Graph") \
	FACT(SCOPE, "scope", "REGISTRY-RESOURCE-ID", NULL, "the resource id that a role is about") \
	FACT(TENANT, "tenant", "TENANT", N_("this tenant"), "the Entra tenant") \
	FACT(CLIENT_ID, "client_id", "APPLICATION-ID", N_("this application"), "the application (client) id") \
	FACT(USER, "user", "USER", N_("this user"), "a user's name") \
	FACT(SUBJECT, "subject", "SUBJECT", N_("this subject"), "of a federated assertion that was presented") \
	FACT(ISSUER, "issuer", "ISSUER", N_("this issuer"), "of a federated assertion that was presented") \
	FACT(AUDIENCE, "audience", NULL, NULL, "of an assertion, or the resource asked for") \
	FACT(CLIENT_IP, "client_ip", "IP-ADDRESS", N_("this machine"), "the address that the registry saw") \
	FACT(PROXY, "proxy", NULL, N_("the proxy"), "a proxy on the way") \
	FACT(ADDRESS, "address", NULL, NULL, "the address that a name led to") \
	FACT(CERTIFICATE, "certificate", NULL, NULL, "who signed the certificate that was shown") \
	FACT(SKEW, "skew", NULL, NULL, "how far this machine's clock is off, as text") \
	FACT(NEAR_MISS, "near_miss", NULL, NULL, "what was probably meant by a name that is none") \
	FACT(TYPED, "typed", NULL, N_("this name"), "a name as somebody typed it") \
	FACT(DATA_ENDPOINT, "data_endpoint", NULL, N_("the data endpoint"), "where a registry sends clients for layers") \
	FACT(VARIABLE, "variable", NULL, N_("this variable"), "a variable of the process whose value cannot be meant") \
	FACT(FLAW, "flaw", NULL, N_("its value cannot be meant"), "what is wrong with it, as text") \
	FACT(FILE, "file", NULL, NULL, "a file of this machine") \
	FACT(SERVER, "server", NULL, N_("this server"), "a server that is not one of ours, verbatim")
/* clang-format on */

enum acr_fact {
#define ACR_FACT_SYMBOL(symbol, name, stand_in, prose, about) ACR_FACT_##symbol,
	ACR_FACTS(ACR_FACT_SYMBOL)
#undef ACR_FACT_SYMBOL
		ACR_FACT_COUNT
};

struct acr_fact_row {
	const char *name, *stand_in, *prose, *about;
};
extern const struct acr_fact_row acr_fact_rows[ACR_FACT_COUNT];

/* ACR_FACT_COUNT when there is no such fact. `length` bytes of `name` count. */
enum acr_fact acr_fact_by_name(const char *name, size_t length);

struct acr_facts {
	char *values[ACR_FACT_COUNT]; /* owned; NULL: not known */
};
#define auto_facts __attribute__((cleanup(acr_facts_wipe))) struct acr_facts
void acr_facts_wipe(struct acr_facts *facts);

/* Set (value copied: one line, control characters and what is no UTF-8 as '?', cut at 500 bytes;
 * TEXT keeps its lines and its length) or, with NULL or "", forget. */
void acr_facts_set(struct acr_facts *facts, enum acr_fact fact, const char *value);
void acr_facts_set_bytes(struct acr_facts *facts, enum acr_fact fact, const char *value,
			 size_t length);
void acr_facts_set_number(struct acr_facts *facts, enum acr_fact fact, long value);
/* "" when not known. Borrowed. */
const char *acr_facts_get(const struct acr_facts *facts, enum acr_fact fact);

/* registry, name, cloud, authority, portal. */
void acr_facts_of_registry(const struct acr_registry *registry, struct acr_facts *facts);
/* kind, origin, status, code, ... and what the service's sentence names (client, tenant,
 * address). */
void acr_facts_of_error(const struct acr_app *app, const struct acr_error *error,
			struct acr_facts *facts);
/* who, and the user, client_id and tenant of it. */
void acr_facts_of_who(const struct acr_who *who, struct acr_facts *facts);
/* The value of a fact as it is shown, owned: who it is and our own sentences in words, in the
 * person's language or (`plain`) in English. */
char *acr_fact_text(enum acr_fact fact, const char *value, bool plain);
/* Both, and which identity it was: its source, who, tenant and client id, from the report's trail,
 * the config and the environment. */
void acr_facts_of_report(const struct acr_app *app, const struct acr_report *report,
			 const struct acr_error *error, struct acr_facts *facts);

/* situation: where this process runs, and what the config pins for the registry in `facts`. */
void acr_facts_of_situation(const struct acr_app *app, struct acr_facts *facts);

/* ---- rules ---- */

enum acr_test { ACR_IS = 1, ACR_NOT, ACR_HAS, ACR_LACKS, ACR_BEGINS, ACR_KNOWN, ACR_UNKNOWN };

/* Words in `operand` are alternatives, "|" between them; upper and lower case are the same. */
struct acr_condition {
	enum acr_fact fact;
	enum acr_test test; /* 0: no (more) condition */
	const char *operand;
};

struct acr_step_row {
	const char *say;     /* a sentence before it, or alone */
	const char *command; /* to paste, lines parted by \n, or NULL */
};

enum acr_basis { ACR_READ, ACR_ASSUMED, ACR_GENERAL, ACR_NOT_OURS };

/* Where in a chain of failures it stands: SYMPTOM, what a client says after something else has
 * failed (a second attempt without a login), yields to a cause; LOCAL, a place of this machine that
 * was looked at before a registry was asked, to all that a registry says. */
enum acr_place_in_chain { ACR_PLACE_CAUSE, ACR_PLACE_SYMPTOM, ACR_PLACE_LOCAL };

struct acr_rule {
	const char *id;
	enum acr_basis basis;
	const char
		*article; /* symptoms S1..S8 and causes C1..C8 of Microsoft's "Troubleshoot registry
				login" */
	struct acr_condition when[6];
	const char *what; /* one line; begins in lower case, no full stop */
	const char *why;  /* sentences, one a line */
	struct acr_step_row steps[5];
	const char *link; /* or NULL */
	bool machine;	  /* a fault of this machine: told for servers that are not ours, too */
	enum acr_place_in_chain place;
	bool alternative; /* other conditions for the rule of this id that stands above (ALSO) */
};
const struct acr_rule *acr_rules(void); /* ends with id == NULL */

/* Does every condition hold? */
bool acr_rule_holds(const struct acr_rule *rule, const struct acr_facts *facts);

/* NULL for none of this id. */
const struct acr_rule *acr_rule_by_id(const char *id);

/* How special a rule is: of those that hold, the highest explains. */
int acr_rule_weight(const struct acr_rule *rule);

/* The rule that explains these facts, NULL for none: the one that the fact "rule" names, else the
 * one that claims most. `ret_tie` (may be NULL): another that claims
 * as much, which the suite takes for a mistake; NULL for none. */
const struct acr_rule *acr_rules_match(const struct acr_facts *facts,
				       const struct acr_rule **ret_tie);

/* ---- reading any text ---- */

struct acr_finding {
	const struct acr_rule *rule, *tie;
	size_t record,
		attempt; /* where: the record's place in the decoded text, which of its attempts */
	bool own;	 /* this program's own words, which name the rule */
	struct acr_facts facts; /* those near the place where it was found */
};
struct acr_findings {
	struct acr_finding list[8];
	size_t count;
};
void acr_findings_wipe(struct acr_findings *findings);
#define auto_findings __attribute__((cleanup(acr_findings_wipe))) struct acr_findings

/* Every known symptom in `text` (any bytes), the most special first, each rule once; a line
 * explains once. Rules of the basis GENERAL and NOT_OURS only where nothing else was found. */
void acr_findings_read(const struct acr_app *app, const char *text, size_t length,
		       struct acr_findings *ret);

/* What is wrong with a name that a person typed, taken for a registry's: nothing, or one
 * finding. */
void acr_findings_of_name(const struct acr_app *app, const char *name, struct acr_findings *ret);

/* ---- rendering ---- */

struct acr_explanation {
	const char *id;		 /* of its rule, borrowed for ever */
	char *what, *why, *link; /* owned; "" where there is nothing */
	struct {
		char *say, *command; /* owned; command "" for none */
	} steps[5];
	size_t step_count;
	bool probably;
};
#define auto_explanation __attribute__((cleanup(acr_explanation_wipe))) struct acr_explanation
void acr_explanation_wipe(struct acr_explanation *explanation);

/* The rule's texts in the language of acr_language_begin, with the facts in their places. Values in
 * commands are quoted for a shell where they need it; one that cannot be made harmless leaves its
 * step out. */
void acr_rule_render(const struct acr_rule *rule, const struct acr_facts *facts,
		     struct acr_explanation *ret);

/* `text` with its {names} filled, owned; lines that name an unknown fact are left out. NULL when
 * `for_shell` and a value cannot be made harmless. */
char *acr_fill(const char *text, const struct acr_facts *facts, bool for_shell);

/* The four parts (what, why, what to do, details), the first line ended by the id in brackets,
 * wrapped at the terminal's width (80 columns where there is none) and at most 20 lines, each ended
 * by a newline: a screen has 24. `lead` stands in front of the first line
 * ("docker-credential-acr:"). */
#define ACR_LINES 20
void acr_explanation_lay_out(const struct acr_explanation *explanation,
			     const struct acr_facts *facts, const char *lead,
			     struct acr_secret *out);

/* The same in at most 14 lines, so that the headline is still on a screen of 24 when a client has
 * printed its own lines: one or two commands, and where to find the rest. */
#define ACR_LINES_BRIEF 14
struct acr_brief {
	const char *lead;
	const char *headline; /* with the id, and with status and code where there are such */
	const char *said;     /* the error's words, "" where the headline says as much */
	const char *others;   /* other identities that were denied, "" for none */
	const char *host;     /* "" for none that `diagnose` could check */
	bool remembered;      /* it is told again without asking, unless a person asks anew */
	size_t rows;	      /* at most so many lines; 0: ACR_LINES_BRIEF */
};
void acr_explanation_lay_out_brief(const struct acr_explanation *explanation,
				   const struct acr_facts *facts, const struct acr_brief *brief,
				   struct acr_secret *out);

/* The same for a page of its own: the id in front, no limit to its lines. */
void acr_explanation_lay_out_whole(const struct acr_explanation *explanation,
				   struct acr_secret *out);

/* One object of the documented JSON form (docker-credential-acr(1), explain). */
void acr_explanation_json(const struct acr_rule *rule, const struct acr_facts *facts,
			  const struct acr_explanation *explanation, struct acr_secret *out);

/* The whole table as an array of such objects, with {names} in place of facts and each rule's
 * conditions as "when", those of its ALSO rows as "or". */
void acr_rules_json(struct acr_secret *out);

/* The full page of each explanation that has this id, or this code of Entra ID or of `az acr
 * check-health` (AADSTS700016, DOCKER_PULL_ERROR); upper and lower case are the same. Returns how
 * many there are. */
size_t acr_rules_page(const char *word, struct acr_secret *out);

/* The codes of Entra ID and of `az acr check-health` that mean this rule, a blank behind each. */
void acr_rule_codes(const struct acr_rule *rule, struct acr_secret *out);

/* Every id with its headline, a line each. */
void acr_rules_list(struct acr_secret *out);

/* The id that `word` was probably meant to be, borrowed for ever; NULL for none. */
const char *acr_rule_nearest(const char *word);

/* Choose the language by LC_ALL, LC_MESSAGES, LANG and LANGUAGE. On the way to an explanation only:
 * it reads files. */
void acr_language_begin(const struct acr_app *app);

#endif
