/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explanations are data: symptom -> cause -> remedy -> link, one row per explanation in
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
 * What is known about a failure is a set of facts. They come from a struct acr_error and the
 * broker's report, from any text of the user, or from the checks of `diagnose`. The conditions of a
 * rule test facts. Of the rules whose conditions all hold, the one with the most conditions is
 * used, so that a special case can be added without changing the general one. {names} in texts are
 * facts, never format strings: an unknown fact is replaced by the default of its row ("REGISTRY");
 * if it has none, the line that names it is omitted.
 *
 * Rules that only repeat a symptom (GENERAL) are used if no other rule holds, and rules for
 * failures of other services (NOT_OURS) last. READ: the explanation is based on a source
 * (Microsoft's documentation, or the service's own message); ASSUMED: it is not, and says
 * "probably".
 *
 * If one cause has several symptoms, it has one RULE and, below it, an ALSO for each further set of
 * conditions: ALSO("firewall", WHEN(...)) uses the texts of the RULE with that id.
 *
 * Every rule must have an evidence file in tests/rules/.
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

/* FACT(SYMBOL, "name", default in commands or NULL, default in sentences or NULL, what it is) */
/* clang-format off */
#define ACR_FACTS(FACT) \
	FACT(RULE, "rule", NULL, NULL, "the id of the rule, if a check knows it") \
	FACT(TEXT, "text", NULL, NULL, "the whole text, for conditions") \
	FACT(KIND, "kind", NULL, NULL, "acr_kind_name: refused, unreachable, timeout, locked, ...") \
	FACT(ERROR, "error", NULL, NULL, "ids of our own error and its causes (acr/messages)") \
	FACT(ORIGIN, "origin", NULL, NULL, "here, entra, registry, endpoint, az, keychain") \
	FACT(SITUATION, "situation", NULL, NULL, "where the client runs, if users cannot sign in there: github-actions, gitlab-ci, pod, ...") \
	FACT(VERB, "verb", NULL, NULL, "get, store, explain, diagnose") \
	FACT(CHECK, "check", NULL, NULL, "a check of diagnose, or an error of az acr check-health") \
	FACT(STATUS, "status", NULL, NULL, "HTTP status") \
	FACT(CODE, "code", NULL, NULL, "AADSTS7000222, UNAUTHORIZED, DENIED, invalid_client") \
	FACT(NUMBER, "number", NULL, NULL, "the digits of an AADSTS code") \
	FACT(SENTENCE, "sentence", NULL, NULL, "the service's own first sentence") \
	FACT(REASON, "reason", NULL, NULL, "this program's description: a message's value, or a text") \
	FACT(HOST, "host", NULL, N_("this host"), "the host of the request or the DNS lookup") \
	FACT(CORRELATION, "correlation", NULL, NULL, "the service's correlation id of the failed request") \
	FACT(TRACE, "trace", NULL, NULL, "Entra's trace id") \
	FACT(RETRY_AFTER, "retry_after", NULL, NULL, "seconds to wait, as the service requested") \
	FACT(REGISTRY, "registry", "REGISTRY.azurecr.io", N_("this registry"), "the login server") \
	FACT(HIDDEN, "hidden", NULL, NULL, "the registry's name is masked: azure, or maybe if it may not be an Azure registry") \
	FACT(NAME, "name", "REGISTRY", N_("this registry"), "the registry's resource name, for az") \
	FACT(CLOUD, "cloud", "AzureCloud", N_("this cloud"), "as `az cloud list` has it") \
	FACT(AUTHORITY, "authority", "login.microsoftonline.com", NULL, "Entra's host for it") \
	FACT(PORTAL, "portal", "https://portal.azure.com", "https://portal.azure.com", "the portal of its cloud") \
	FACT(REPOSITORY, "repository", "REPOSITORY", N_("this repository"), "an image's name without registry and tag") \
	FACT(ACTION, "action", NULL, NULL, "pull, push or delete") \
	FACT(ROLE, "role", "AcrPull", "AcrPull", "the role that would allow the action, by the registry's role mode") \
	FACT(SOURCE, "source", NULL, NULL, "the identity: environment, azure-cli, managed-identity, ...") \
	FACT(WHO, "who", NULL, N_("this identity"), "the identity of the token: a line of who.h") \
	FACT(ASSIGNEE, "assignee", "IDENTITY", NULL, "for az role assignment: the client id or the user; {--assignee}: --assignee-object-id if it is known") \
	FACT(OBJECT, "object", "OBJECT-ID", NULL, "the object id of the principal, which az need not look up in Microsoft Graph") \
	FACT(SCOPE, "scope", "REGISTRY-RESOURCE-ID", NULL, "the resource id for a role assignment") \
	FACT(TENANT, "tenant", "TENANT", N_("this tenant"), "the Entra tenant") \
	FACT(CLIENT_ID, "client_id", "APPLICATION-ID", N_("this application"), "the application (client) id") \
	FACT(USER, "user", "USER", N_("this user"), "a user's name") \
	FACT(SUBJECT, "subject", "SUBJECT", N_("this subject"), "the subject of a federated assertion") \
	FACT(ISSUER, "issuer", "ISSUER", N_("this issuer"), "the issuer of a federated assertion") \
	FACT(AUDIENCE, "audience", NULL, NULL, "the audience of an assertion, or the requested resource") \
	FACT(CLIENT_IP, "client_ip", "IP-ADDRESS", N_("this machine"), "the address that the registry saw") \
	FACT(PROXY, "proxy", NULL, N_("the proxy"), "the proxy of the connection") \
	FACT(ADDRESS, "address", NULL, N_("its address"), "the address that a name resolved to") \
	FACT(CERTIFICATE, "certificate", NULL, NULL, "the issuer of the server's certificate") \
	FACT(SKEW, "skew", NULL, NULL, "the error of this machine's clock, as text") \
	FACT(NEAR_MISS, "near_miss", NULL, NULL, "a valid name that is similar to an invalid one") \
	FACT(TYPED, "typed", NULL, N_("this name"), "a name as it was typed") \
	FACT(DATA_ENDPOINT, "data_endpoint", NULL, N_("the data endpoint"), "where a registry redirects clients for layers") \
	FACT(VARIABLE, "variable", NULL, N_("this variable"), "an environment variable with an invalid value") \
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

/* ACR_FACT_COUNT if there is no such fact. `name` has `length` bytes. */
enum acr_fact acr_fact_by_name(const char *name, size_t length);

struct acr_facts {
	char *values[ACR_FACT_COUNT]; /* owned; NULL: not known */
};
#define auto_facts __attribute__((cleanup(acr_facts_wipe))) struct acr_facts
void acr_facts_wipe(struct acr_facts *facts);

/* Set a fact, or remove it with NULL or "". The value is copied: one line, control characters and
 * invalid UTF-8 become '?', cut at 500 bytes; TEXT keeps its lines and its length. */
void acr_facts_set(struct acr_facts *facts, enum acr_fact fact, const char *value);
void acr_facts_set_bytes(struct acr_facts *facts, enum acr_fact fact, const char *value,
			 size_t length);
void acr_facts_set_number(struct acr_facts *facts, enum acr_fact fact, long value);
/* "" if not known. Borrowed. */
const char *acr_facts_get(const struct acr_facts *facts, enum acr_fact fact);

/* Set registry, name, cloud, authority and portal. */
void acr_facts_of_registry(const struct acr_registry *registry, struct acr_facts *facts);
/* Set kind, origin, status, code, ... and what the service's sentence names (client, tenant,
 * address). */
void acr_facts_of_error(const struct acr_app *app, const struct acr_error *error,
			struct acr_facts *facts);
/* Set who, and its user, client_id and tenant. */
void acr_facts_of_who(const struct acr_who *who, struct acr_facts *facts);
/* The value of a fact as it is printed, owned: identities and messages as text, in the user's
 * language or (`plain`) in English. */
char *acr_fact_text(enum acr_fact fact, const char *value, bool plain);
/* Set the facts of the registry, the error and the identity (source, who, tenant, client id), from
 * the report's trail, the configuration and the environment. */
void acr_facts_of_report(const struct acr_app *app, const struct acr_report *report,
			 const struct acr_error *error, struct acr_facts *facts);

/* Set situation: where this process runs, and the identity that the configuration selects for the
 * registry in `facts`. */
void acr_facts_of_situation(const struct acr_app *app, struct acr_facts *facts);

/* ---- rules ---- */

enum acr_test { ACR_IS = 1, ACR_NOT, ACR_HAS, ACR_LACKS, ACR_BEGINS, ACR_KNOWN, ACR_UNKNOWN };

/* `operand` is a list of alternatives, separated by "|"; case is ignored. */
struct acr_condition {
	enum acr_fact fact;
	enum acr_test test; /* 0: no (more) condition */
	const char *operand;
};

struct acr_step_row {
	const char *say;     /* a sentence before the command, or without one */
	const char *command; /* to run as it is, lines separated by \n; or NULL */
};

enum acr_basis { ACR_READ, ACR_ASSUMED, ACR_GENERAL, ACR_NOT_OURS };

/* The position in a chain of failures. A SYMPTOM is what a client prints after another failure
 * (such as a second attempt without a login): causes take precedence over it. LOCAL is a failure on
 * this machine before the registry was contacted: everything that a registry says takes
 * precedence. */
enum acr_place_in_chain { ACR_PLACE_CAUSE, ACR_PLACE_SYMPTOM, ACR_PLACE_LOCAL };

struct acr_rule {
	const char *id;
	enum acr_basis basis;
	/* Symptoms S1..S8 and causes C1..C8 of Microsoft's "Troubleshoot registry login". */
	const char *article;
	struct acr_condition when[6];
	const char *what; /* one line; begins in lower case, no period */
	const char *why;  /* sentences, one per line */
	struct acr_step_row steps[5];
	const char *link; /* or NULL */
	bool machine;	  /* a failure of this machine: also explained for foreign hosts */
	enum acr_place_in_chain place;
	bool alternative; /* ALSO: other conditions for the rule with this id */
};
const struct acr_rule *acr_rules(void); /* ends with id == NULL */

/* Do all conditions hold? */
bool acr_rule_holds(const struct acr_rule *rule, const struct acr_facts *facts);

/* NULL if there is no rule with this id. */
const struct acr_rule *acr_rule_by_id(const char *id);

/* How specific a rule is: of the rules that hold, the one with the highest weight is used. */
int acr_rule_weight(const struct acr_rule *rule);

/* The rule that explains these facts, NULL for none: the one that the fact "rule" names, otherwise
 * the most specific one. `ret_tie` (may be NULL): another rule with the same weight, which the
 * tests treat as an error; NULL for none. */
const struct acr_rule *acr_rules_match(const struct acr_facts *facts,
				       const struct acr_rule **ret_tie);

/* ---- reading any text ---- */

struct acr_finding {
	const struct acr_rule *rule, *tie;
	size_t record;		/* its position in the decoded text */
	size_t attempt;		/* the position of the attempt in the record */
	bool own;		/* a message of this program, which names the rule */
	struct acr_facts facts; /* those near the position where it was found */
};
struct acr_findings {
	struct acr_finding list[8];
	size_t count;
};
void acr_findings_wipe(struct acr_findings *findings);
#define auto_findings __attribute__((cleanup(acr_findings_wipe))) struct acr_findings

/* Find every known error in `text` (any bytes), the most specific first, each rule once, and at
 * most one per line. Rules of the basis GENERAL and NOT_OURS are used only if nothing else was
 * found. */
void acr_findings_read(const struct acr_app *app, const char *text, size_t length,
		       struct acr_findings *ret);

/* Find out what is wrong with a name that was typed as a registry's: nothing, or one finding. */
void acr_findings_of_name(const struct acr_app *app, const char *name, struct acr_findings *ret);

/* ---- rendering ---- */

struct acr_explanation {
	const char *id;		 /* of its rule, a constant */
	char *what, *why, *link; /* owned; "" if empty */
	struct {
		char *say, *command; /* owned; command "" for none */
	} steps[5];
	size_t step_count;
	bool probably;
};
#define auto_explanation __attribute__((cleanup(acr_explanation_wipe))) struct acr_explanation
void acr_explanation_wipe(struct acr_explanation *explanation);

/* Render the texts of a rule in the language of acr_language_begin, with the facts filled in.
 * Values in commands are quoted for a shell if necessary; a step is omitted if a value cannot be
 * quoted safely. */
void acr_rule_render(const struct acr_rule *rule, const struct acr_facts *facts,
		     struct acr_explanation *ret);

/* `text` with its {names} filled in, owned; lines with an unknown fact are omitted. NULL if
 * `for_shell` and a value cannot be quoted safely. */
char *acr_fill(const char *text, const struct acr_facts *facts, bool for_shell);

/* Lay out the four parts (what, why, what to do, details), with the id in brackets at the end of
 * the headline, wrapped at the width of the terminal (80 columns if there is none), in at most 20
 * lines, since a screen has 24. `lead` precedes the first line ("docker-credential-acr:"). */
#define ACR_LINES 20
void acr_explanation_lay_out(const struct acr_explanation *explanation,
			     const struct acr_facts *facts, const char *lead,
			     struct acr_secret *out);

/* The same in at most 14 lines, so that the headline is still visible on a screen of 24 lines after
 * the client's own output: one or two commands, and where to find the rest. */
#define ACR_LINES_BRIEF 14
struct acr_brief {
	const char *lead;
	const char *headline; /* with the id, and with status and code if there are any */
	const char *said;     /* the error's text, "" if the headline says the same */
	const char *others;   /* other identities that were denied, "" for none */
	const char *host;     /* for `diagnose`, "" for none */
	bool remembered; /* the refusal is remembered, so that it is repeated without a request */
	size_t rows;	 /* maximum number of lines; 0: ACR_LINES_BRIEF */
};
void acr_explanation_lay_out_brief(const struct acr_explanation *explanation,
				   const struct acr_facts *facts, const struct acr_brief *brief,
				   struct acr_secret *out);

/* The same for a separate page: the id comes first, and the number of lines is not limited. */
void acr_explanation_lay_out_whole(const struct acr_explanation *explanation,
				   struct acr_secret *out);

/* One object of the documented JSON form (docker-credential-acr(1), explain). */
void acr_explanation_json(const struct acr_rule *rule, const struct acr_facts *facts,
			  const struct acr_explanation *explanation, struct acr_secret *out);

/* The whole table as an array of such objects, with {names} instead of facts, the conditions of
 * each rule as "when", and those of its ALSO rows as "or". */
void acr_rules_json(struct acr_secret *out);

/* The full page of each explanation with this id, or with this code of Entra ID or of `az acr
 * check-health` (AADSTS700016, DOCKER_PULL_ERROR); case is ignored. Returns their number. */
size_t acr_rules_page(const char *word, struct acr_secret *out);

/* The codes of Entra ID and of `az acr check-health` for this rule, each followed by a blank. */
void acr_rule_codes(const struct acr_rule *rule, struct acr_secret *out);

/* All ids with their headlines, one per line. */
void acr_rules_list(struct acr_secret *out);

/* The id that is most similar to `word`, a constant; NULL for none. */
const char *acr_rule_nearest(const char *word);

/* Set the language from LC_ALL, LC_MESSAGES, LANG and LANGUAGE. Only called to print an
 * explanation, since it reads files. */
void acr_language_begin(const struct acr_app *app);

#endif
