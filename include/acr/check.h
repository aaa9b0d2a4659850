/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of `diagnose`: one row per check in src/diagnose/checks.def, and one file
 * src/diagnose/checks/NAME.c that exports the row.
 *
 * A check examines one thing and reports it in one line: ok, warning (it works, but the user should
 * know something), problem (something to fix), or skipped. The facts (rule.h) of a problem select
 * the rule that explains it; values for later checks are passed on as `found`. A row names the
 * checks that it needs: if one of them is a problem, the check is skipped, since its result would
 * be meaningless. All other checks run, whatever the results of the others are.
 *
 * Every check runs in its own child process as soon as the checks that it needs have finished. A
 * slow check does not delay others, and one that hangs is killed when it times out.
 *
 * A check may send requests and read files; it must undo every change that it makes.
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

struct json_object;

/* ---- what is checked ---- */

/* Values that checks pass on to others. FOUND(SYMBOL): text, secret or not; none of it is
 * printed. */
#define ACR_FOUNDS(FOUND)                                                                          \
	FOUND(DOCKER)	     /* the path of the docker command */                                  \
	FOUND(ENGINE_INFO)   /* the engine's /info, JSON */                                        \
	FOUND(CONFIG)	     /* docker's config.json, as text */                                   \
	FOUND(CONFIG_PATH)   /* its path */                                                        \
	FOUND(WIRED)	     /* the helper that docker uses for this registry: "acr" */            \
	FOUND(PROXY)	     /* the proxy for connections to the registry */                       \
	FOUND(ADDRESSES)     /* of the registry's name, one per line */                            \
	FOUND(ANSWERED)	     /* from which address the registry answered */                        \
	FOUND(TLS_ERROR)     /* why TLS failed: libcurl's code, and our message */                 \
	FOUND(ISSUER)	     /* who issued its certificate */                                      \
	FOUND(STATUS)	     /* HTTP status of /v2/ */                                             \
	FOUND(CHALLENGE)     /* its WWW-Authenticate */                                            \
	FOUND(TYPE)	     /* Content-Type of that answer */                                     \
	FOUND(SAID)	     /* code and sentence of that answer, one line each */                 \
	FOUND(CORRELATION)   /* correlation id of that request */                                  \
	FOUND(SKEW)	     /* difference of its clock to ours, in seconds */                     \
	FOUND(THROTTLED)     /* seconds to wait, if a service throttled a request */               \
	FOUND(ANONYMOUS)     /* actions that anonymous clients may take on the repository */       \
	FOUND(STORED)	     /* "good" or "refused": a stored login of the user */                 \
	FOUND(STORED_USER)   /* user name of a stored login that may pull the repository */        \
	FOUND(STORED_SECRET) /* its password */                                                    \
	FOUND(SIGNED_OUT)    /* no identity is used for this registry */                           \
	FOUND(ENTRA_TOKEN)   /* of the first identity that had one */                              \
	FOUND(AUDIENCE)	     /* its audience */                                                    \
	FOUND(TENANT)	     /* its tenant */                                                      \
	FOUND(WHO)	     /* whose token it is: a line of who.h */                              \
	FOUND(SOURCE)	     /* the name of the identity */                                        \
	FOUND(CURSOR)	     /* the position in the chain after it */                              \
	FOUND(REFRESH_TOKEN) /* the registry's token for it */                                     \
	FOUND(ACCESS_TOKEN)  /* for the repository */                                              \
	FOUND(ACTIONS)	     /* that it allows: "pull,push" */                                     \
	FOUND(PULL_TOKEN)    /* of the client that would pull the image, for the registry only */  \
	FOUND(MANIFEST)	     /* of the image: JSON */                                              \
	FOUND(IMAGE)	     /* its manifest for the platform that pulls it: JSON */               \
	FOUND(SETTINGS)	     /* the registry's resource from Azure Resource Manager: JSON */

enum acr_found {
#define ACR_FOUND_SYMBOL(symbol) ACR_FOUND_##symbol,
	ACR_FOUNDS(ACR_FOUND_SYMBOL)
#undef ACR_FOUND_SYMBOL
		ACR_FOUND_COUNT
};

/* One registry, or (typed "") this machine. Text fields are owned; "" if empty. */
struct acr_case {
	char *typed; /* the host as it was typed */
	bool ours;   /* it is an Azure registry: */
	struct acr_registry registry;
	char *repository, *reference;	/* team/app; v1 or sha256:... */
	bool untagged;			/* none was named: docker takes "latest" */
	char *action;			/* pull, push or delete */
	char *pull;			/* an image that may be pulled as a test */
	const struct acr_case *machine; /* its results apply to all registries; borrowed */
	struct acr_secret found[ACR_FOUND_COUNT];
};
void acr_case_wipe(struct acr_case *subject);

/* Parse REGISTRY or IMAGE, "" for the machine. `repository` (may be NULL) overrides the image's. */
void acr_case_begin(const struct acr_app *app, const char *typed, const char *repository,
		    const char *action, struct acr_case *ret);

/* The machine, and every Azure registry in docker's configuration, our configuration or the cache;
 * at most `most`. */
size_t acr_case_discover(const struct acr_app *app, struct acr_case *ret, size_t most);

/* One of these registries whose name is similar to `host`; owned, NULL for none. */
char *acr_case_nearest(const struct acr_app *app, const char *host);

/* "" if nothing was found. Borrowed. */
const char *acr_case_found(const struct acr_case *subject, enum acr_found found);
/* The same, parsed as JSON; owned by the caller, NULL if nothing was found. */
struct json_object *acr_case_json(const struct acr_case *subject, enum acr_found found);
/* ACR_FOUND_WHO, parsed. */
void acr_case_who(const struct acr_case *subject, struct acr_who *ret);

/* ---- results ---- */

enum acr_verdict { ACR_VERDICT_OK, ACR_VERDICT_WARNING, ACR_VERDICT_PROBLEM, ACR_VERDICT_SKIPPED };
/* "ok", "warning", "problem", "skipped": never translated. */
const char *acr_verdict_name(enum acr_verdict verdict);

struct acr_check_row;

struct acr_check_result {
	enum acr_verdict verdict;
	const struct acr_check_row *blocked_by; /* skipped since this is a problem; or NULL */
	bool done;
	struct acr_secret line;	   /* the result, one line, no period */
	struct acr_secret details; /* more lines, for --json and --report */
	struct acr_facts facts;	   /* of a problem */
	struct acr_secret found[ACR_FOUND_COUNT];
	int64_t took; /* milliseconds */
};
void acr_check_result_wipe(struct acr_check_result *result);

void acr_check_say(struct acr_check_result *result, enum acr_verdict verdict, const char *format,
		   ...) _printf_(3, 4);
/* Report an error in the user's language, without facts for an explanation. */
void acr_check_say_error(struct acr_check_result *result, enum acr_verdict verdict,
			 const struct acr_error *error);
void acr_check_detail(struct acr_check_result *result, const char *format, ...) _printf_(2, 3);
/* Report a verdict with the text and the facts of an error. */
void acr_check_fail(const struct acr_app *app, const struct acr_case *subject,
		    enum acr_verdict verdict, const struct acr_error *error,
		    struct acr_check_result *result);
/* Set registry, repository and action as facts, and `text` for rules that search text. */
void acr_check_facts(const struct acr_case *subject, const char *text,
		     struct acr_check_result *result);
/* Explain a problem with the rule of this id (rule.h) and the facts of `subject`. */
void acr_check_explain(const struct acr_case *subject, const char *rule,
		       struct acr_check_result *result);
void acr_check_found(struct acr_check_result *result, enum acr_found found, const char *text);
void acr_check_found_number(struct acr_check_result *result, enum acr_found found, int64_t number);

/* ---- the table ---- */

enum acr_check_about { ACR_ABOUT_MACHINE, ACR_ABOUT_REGISTRY };

struct acr_check_row {
	const char *id; /* "docker-engine": stable, in --json; the fact "check" of its problems */
	const char *title; /* a word or two */
	const char *alias; /* error codes of az acr check-health, separated by blanks; or NULL */
	enum acr_check_about about;
	const char *needs; /* ids, separated by blanks: skipped if one is a problem; or NULL */
	const char *after; /* ids that must have finished before, with any result; or NULL */
	int budget;	   /* milliseconds; 0: 8000 */
	int likely;	   /* 0 to 100: problems with higher values are shown first */
	bool advises;	   /* its warning is explained if there is no problem */
	void (*run)(struct acr_app *app, const struct acr_case *subject,
		    struct acr_check_result *ret);
};
/* In the order of az acr check-health; ends with NULL. */
extern const struct acr_check_row *const acr_check_rows[];

/* What a check examines: the output has one line for each area. */
enum acr_area {
	ACR_AREA_DOCKER,
	ACR_AREA_CONFIGURATION,
	ACR_AREA_NETWORK,
	ACR_AREA_IDENTITY,
	ACR_AREA_RIGHTS,
	ACR_AREA_COUNT
};
extern const enum acr_area acr_check_areas[]; /* of the rows of acr_check_rows */
/* "docker", "network": stable, in --json; acr_text() translates it. */
const char *acr_area_name(enum acr_area area);

size_t acr_check_count(void);

/* Run every check on every case, in parallel. `results[i]` are acr_check_count() results of case i;
 * cases[0] is the machine. `tell` (may be NULL) gets the titles of the running checks, separated by
 * commas. Found values are stored in the cases. */
void acr_checks_run(struct acr_app *app, struct acr_case *cases, size_t count,
		    struct acr_check_result *const *results,
		    void (*tell)(void *data, size_t done, size_t all, const char *waiting),
		    void *data);

/* ---- causes ---- */

struct acr_cause {
	const struct acr_rule *rule;
	struct acr_facts facts;
	const struct acr_case *subject; /* borrowed */
	char *checks; /* owned; the ids of the checks that it explains, separated by blanks */
	int likely;
};
struct acr_causes {
	struct acr_cause list[64];
	size_t count;
};
void acr_causes_wipe(struct acr_causes *causes);

/* Find the causes of the problems, or, if there are none, of the warnings of checks that advise:
 * the most likely first, each rule once per registry. */
void acr_causes_find(const struct acr_case *cases, size_t count,
		     struct acr_check_result *const *results, struct acr_causes *ret);

/* A Log Analytics query for the registry's owner: failed logins of the last hour. */
void acr_case_query(const struct acr_case *subject, struct acr_secret *out);

#endif
