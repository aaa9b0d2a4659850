/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of `diagnose`: one row a check in src/diagnose/checks.def, one file
 * src/diagnose/checks/NAME.c that exports the row.
 *
 * A check finds out one thing and says it in one line: ok, warning (it works, and a person should
 * know), problem (something to mend), or skipped. What it knows of a problem are facts (rule.h), by
 * which a rule explains it; what later checks go on from is handed on as `found`. A row names the
 * checks that it needs: where one of those is a problem it is not run, since its answer would mean
 * nothing. All others run, whatever came of those before.
 *
 * Every check runs in a child of its own, as soon as what it needs is known: a slow one holds up
 * nobody, and one that hangs is ended after its time.
 *
 * A check may ask services and read files; it changes nothing that it does not put back.
 */
#ifndef ACR_CHECK_H
#define ACR_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "acr/app.h"
#include "acr/http.h"
#include "acr/registry.h"
#include "acr/rule.h"
#include "acr/secret.h"

/* ---- what is asked about ---- */

/* What checks hand on to those that need them. FOUND(SYMBOL): text, secret or not; none of it is
 * printed. */
#define ACR_FOUNDS(FOUND)                                                                          \
	FOUND(DOCKER)	   /* the path of the docker command */                                    \
	FOUND(ENGINE_INFO) /* the engine's /info, JSON */                                          \
	FOUND(CONFIG)	   /* docker's config.json, as text */                                     \
	FOUND(CONFIG_PATH) /* where it lies */                                                     \
	FOUND(WIRED)	   /* the helper that docker asks for this registry: "acr" */              \
	FOUND(PROXY)	   /* the proxy that is on the way to the registry */                      \
	FOUND(ADDRESSES)   /* of the registry's name, one a line */                                \
	FOUND(ANSWERED)	   /* from which address the registry answered */                          \
	FOUND(TLS_ERROR)   /* why there was no TLS connection: libcurl's code and our sentence */  \
	FOUND(ISSUER)	   /* who signed its certificate */                                        \
	FOUND(STATUS)	   /* what it answers to /v2/ */                                           \
	FOUND(CHALLENGE)   /* its WWW-Authenticate */                                              \
	FOUND(TYPE)	   /* Content-Type of that answer */                                       \
	FOUND(SAID)	   /* code and sentence of that answer, a line each */                     \
	FOUND(CORRELATION) /* its id of that request */                                            \
	FOUND(SKEW)	   /* its clock against ours, in seconds */                                \
	FOUND(THROTTLED)   /* seconds to wait, of whoever said "too many requests" */              \
	FOUND(ANONYMOUS)   /* actions that anybody may take on the repository */                   \
	FOUND(STORED)	   /* "good" or "refused": a login of the person's own */                  \
	FOUND(STORED_USER) /* of one that may pull the repository */                               \
	FOUND(STORED_SECRET) /* its password */                                                    \
	FOUND(SIGNED_OUT)    /* no identity is used for this registry */                           \
	FOUND(ENTRA_TOKEN)   /* of the first identity that had one */                              \
	FOUND(AUDIENCE)	     /* what it is for */                                                  \
	FOUND(TENANT)	     /* its tenant */                                                      \
	FOUND(WHO)	     /* whose it is, for people */                                         \
	FOUND(SOURCE)	     /* the identity's name */                                             \
	FOUND(CURSOR)	     /* where the chain goes on behind it */                               \
	FOUND(REFRESH_TOKEN) /* what the registry exchanged for it */                              \
	FOUND(ACCESS_TOKEN)  /* for the repository */                                              \
	FOUND(ACTIONS)	     /* that it allows: "pull,push" */                                     \
	FOUND(PULL_TOKEN)    /* of whoever would pull the image, for the registry alone */         \
	FOUND(MANIFEST)	     /* of the image: JSON */                                              \
	FOUND(IMAGE)	     /* its manifest for the platform that pulls it: JSON */               \
	FOUND(SETTINGS)	     /* the registry as Azure Resource Manager has it, JSON */

enum acr_found {
#define ACR_FOUND_SYMBOL(symbol) ACR_FOUND_##symbol,
	ACR_FOUNDS(ACR_FOUND_SYMBOL)
#undef ACR_FOUND_SYMBOL
		ACR_FOUND_COUNT
};

/* One registry, or (typed "") this machine. Text fields are owned, "" where there is nothing. */
struct acr_case {
	char *typed; /* the host as somebody wrote it */
	bool ours;   /* it is a registry: */
	struct acr_registry registry;
	char *repository, *reference; /* team/app; v1 or sha256:... */
	bool untagged;		      /* none was named: docker takes "latest" */
	char *action;		      /* pull, push or delete */
	char *pull;		      /* an image that may be pulled for a try */
	const struct acr_case
		*machine; /* what was found about the machine counts for every registry; borrowed */
	struct acr_secret found[ACR_FOUND_COUNT];
};
void acr_case_wipe(struct acr_case *subject);

/* Take apart REGISTRY or IMAGE, "" for the machine. `repository` (may be NULL) stands over the
 * image's. */
void acr_case_begin(const struct acr_app *app, const char *typed, const char *repository,
		    const char *action, struct acr_case *ret);

/* The machine, and every registry of ours that docker's config, our config or the cache names;
 * at most `most`. */
size_t acr_case_discover(const struct acr_app *app, struct acr_case *ret, size_t most);

/* A registry among those that is spelt almost like `host`; owned, NULL for none. */
char *acr_case_nearest(const struct acr_app *app, const char *host);

/* "" when nothing was found. Borrowed. */
const char *acr_case_found(const struct acr_case *subject, enum acr_found found);
/* ACR_FOUND_WHO, which is kept as a line of who.h. */
void acr_case_who(const struct acr_case *subject, struct acr_who *ret);

/* ---- what came of it ---- */

enum acr_verdict { ACR_VERDICT_OK, ACR_VERDICT_WARNING, ACR_VERDICT_PROBLEM, ACR_VERDICT_SKIPPED };
/* "ok", "warning", "problem", "skipped": never translated. */
const char *acr_verdict_name(enum acr_verdict verdict);

struct acr_check_row;

struct acr_check_result {
	enum acr_verdict verdict;
	const struct acr_check_row *blocked_by; /* skipped because this one is a problem; or NULL */
	bool done;
	struct acr_secret line;	   /* what was found, one line, no full stop */
	struct acr_secret details; /* more, a line each, for --json and --report */
	struct acr_facts facts;	   /* of a problem */
	struct acr_secret found[ACR_FOUND_COUNT];
	int64_t took; /* milliseconds */
};
void acr_check_result_wipe(struct acr_check_result *result);

void acr_check_say(struct acr_check_result *result, enum acr_verdict verdict, const char *format,
		   ...) _printf_(3, 4);
/* An error in the person's language, where it explains nothing. */
void acr_check_say_error(struct acr_check_result *result, enum acr_verdict verdict,
			 const struct acr_error *error);
void acr_check_detail(struct acr_check_result *result, const char *format, ...) _printf_(2, 3);
/* A verdict with an error's sentence and facts. */
void acr_check_fail(const struct acr_app *app, const struct acr_case *subject,
		    enum acr_verdict verdict, const struct acr_error *error,
		    struct acr_check_result *result);
/* The registry, repository and action as facts, and `text` for rules that look for words. */
void acr_check_facts(const struct acr_case *subject, const char *text,
		     struct acr_check_result *result);
/* The explanation of a problem by its id (rule.h), with the facts of `subject`. */
void acr_check_explain(const struct acr_case *subject, const char *rule,
		       struct acr_check_result *result);
void acr_check_found(struct acr_check_result *result, enum acr_found found, const char *text);
void acr_check_found_number(struct acr_check_result *result, enum acr_found found, int64_t number);

/* ---- the table ---- */

enum acr_check_about { ACR_ABOUT_MACHINE, ACR_ABOUT_REGISTRY };

struct acr_check_row {
	const char *id; /* "docker-engine": stable, in --json; the fact "check" of its problems */
	const char *title; /* a word or two */
	const char *alias; /* error codes of az acr check-health, blanks between them; or NULL */
	enum acr_check_about about;
	const char *
		needs; /* ids, blanks between them: not run where one of them is a problem; or NULL */
	const char *after; /* ids that must have ended before, whatever came of them; or NULL */
	int budget;	   /* milliseconds; 0: 8000 */
	int likely;	   /* of two problems the one with more is told first: 0 to 100 */
	bool advises;	   /* its warning is explained, too, where nothing is a problem */
	void (*run)(struct acr_app *app, const struct acr_case *subject,
		    struct acr_check_result *ret);
};
extern const struct acr_check_row
	*const acr_check_rows[]; /* in the order of az acr check-health; ends with NULL */

/* What a check looks at: a page for people has one line for each area. */
enum acr_area {
	ACR_AREA_DOCKER,
	ACR_AREA_CONFIGURATION,
	ACR_AREA_NETWORK,
	ACR_AREA_IDENTITY,
	ACR_AREA_RIGHTS,
	ACR_AREA_COUNT
};
extern const enum acr_area acr_check_areas[]; /* beside acr_check_rows */
/* "docker", "network": stable, in --json; acr_text() of it is for people. */
const char *acr_area_name(enum acr_area area);

size_t acr_check_count(void);

/* Run every check on every case, side by side. `results[i]` are acr_check_count() results of
 * case i; cases[0] is the machine. `tell` (may be NULL) hears what is waited for, titles with commas
 * between them. What was found lies in the cases. */
void acr_checks_run(struct acr_app *app, struct acr_case *cases, size_t count,
		    struct acr_check_result *const *results,
		    void (*tell)(void *data, size_t done, size_t all, const char *waiting),
		    void *data);

/* ---- what it means ---- */

struct acr_cause {
	const struct acr_rule *rule;
	struct acr_facts facts;
	const struct acr_case *subject; /* borrowed */
	char *checks; /* owned; the ids of the checks that it explains, blanks between them */
	int likely;
};
struct acr_causes {
	struct acr_cause list[64];
	size_t count;
};
void acr_causes_wipe(struct acr_causes *causes);

/* What explains the problems, or, where there is none, the warnings that advise: the most likely
 * first, each rule once a registry. */
void acr_causes_find(const struct acr_case *cases, size_t count,
		     struct acr_check_result *const *results, struct acr_causes *ret);

/* A query for the registry's owner: its failed logins of the last hour (Log Analytics). */
void acr_case_query(const struct acr_case *subject, struct acr_secret *out);

#endif
