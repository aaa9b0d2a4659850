/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules: what the .def files say, as data. How a row is written stands in acr/rule.h. */
#include "acr/rule.h"
#include "explain/language.h"

/* Conditions. TEXT is all that was said; alternatives are parted by "|". */
#define WHEN(...)	 { __VA_ARGS__ }
#define ALWAYS		 { { ACR_FACT_TEXT, (enum acr_test)0, NULL } }
#define IS(fact, words)	 { ACR_FACT_##fact, ACR_IS, words }
#define NOT(fact, words) { ACR_FACT_##fact, ACR_NOT, words }
#define HAS(fact, words) { ACR_FACT_##fact, ACR_HAS, words }
#define LACKS(fact, words) { ACR_FACT_##fact, ACR_LACKS, words }
#define BEGINS(fact, words) { ACR_FACT_##fact, ACR_BEGINS, words }
#define KNOWN(fact)	 { ACR_FACT_##fact, ACR_KNOWN, NULL }
#define UNKNOWN(fact)	 { ACR_FACT_##fact, ACR_UNKNOWN, NULL }

#define WHAT(text)	   text
#define WHY(text)	   text
#define DO(...)		   { __VA_ARGS__ }
#define STEP(say, command) { say, command }
#define SAY(say)	   { say, NULL }
#define RUN(command)	   { NULL, command }
#define NOTHING		   { { NULL, NULL } }

#define RULE(name, how_known, of_article, conditions, happened, because, todo, page)                \
	{ .id = name, .basis = ACR_##how_known, .article = of_article, .when = conditions,          \
	  .what = happened, .why = because, .steps = todo, .link = page, .machine = MACHINE },

const struct acr_rule acr_rules[] = {
#define MACHINE false
#include "explain/entra.def"
#include "explain/signin.def"
#include "explain/registry.def"
#include "explain/network.def"
#include "explain/clients.def"
#include "explain/checks.def"
#undef MACHINE
#define MACHINE true
#include "explain/machine.def"
#undef MACHINE
	{ .id = NULL },
};
