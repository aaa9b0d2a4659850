/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The third stage: whose event it is. An error that names a host is that host's. One that names
 * none is a registry's only if a registry or its clients speak like that, and then it belongs to
 * the image or registry that the operation around it names. Nothing else gets a registry.
 */
#ifndef EXPLAIN_ATTRIBUTE_H
#define EXPLAIN_ATTRIBUTE_H

#include "acr/rule.h"
#include "explain/segment.h"

enum acr_subject {
	ACR_SUBJECT_NONE,     /* nothing says whose it is */
	ACR_SUBJECT_FOREIGN,  /* another host's, or another registry's */
	ACR_SUBJECT_NEAR,     /* one that was probably meant to be a registry */
	ACR_SUBJECT_SERVICE,  /* Entra ID's, Resource Manager's, the metadata endpoint's */
	ACR_SUBJECT_MASKED,   /* a registry's whose name is hidden; Azure's as it seems, or not */
	ACR_SUBJECT_REGISTRY, /* an Azure registry's */
};

/* The subject, and in `facts` what follows from it: registry, repository and the like, or that it
 * is masked. TEXT becomes what was said about this event: its attempt, and the lines around it that
 * are not about others. `specific`: the words at `at` are of no other programs, so that the
 * registry of the operation around them is theirs whatever else the record says. */
enum acr_subject acr_attribute(const struct acr_app *app, const char *text, size_t length,
			       size_t at, bool specific, const struct acr_event *event,
			       struct acr_facts *facts);

/* Are these words of so many programs that they say nothing without the one they are about? */
bool acr_is_generic(const char *word, size_t length);

#endif
