/* SPDX-License-Identifier: Apache-2.0 */
/* The environment in which a client runs: a CI system, a service, a cluster, or (NULL) interactive
 * use. */
#ifndef EXPLAIN_SITUATION_H
#define EXPLAIN_SITUATION_H

#include "acr/rule.h"

enum acr_situation_kind { ACR_UNATTENDED, ACR_JOB, ACR_CLUSTER };

struct acr_situation {
	const char *id;
	enum acr_situation_kind kind;
	const char *words, *variables; /* alternatives, as in conditions of rules; "" for none */
	struct acr_step_row step;
};

/* By the words at the beginning and the end of a log, NULL if unknown. */
const struct acr_situation *acr_situation_of_text(const char *text, size_t length);

/* By the environment of this process, and by the identity that the configuration sets for `host`
 * (may be ""). */
const struct acr_situation *acr_situation_of_process(const struct acr_app *app, const char *host);

/* That of the fact "situation", NULL if it is not set. */
const struct acr_situation *acr_situation_of_facts(const struct acr_facts *facts);

/* The remedy in `situation` (may be NULL) that replaces `step`; `step` itself if it applies
 * everywhere. */
const struct acr_step_row *acr_situation_step(const struct acr_situation *situation,
					      const struct acr_step_row *step);

#endif
