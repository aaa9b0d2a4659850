/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The third stage: determines the subject of an event. If an error names a host, that is the
 * subject. If it names none, it belongs to a registry only if its words are those of a registry or
 * its clients; then it belongs to the image or registry that the operation around it names. Other
 * errors have no registry.
 */
#ifndef EXPLAIN_ATTRIBUTE_H
#define EXPLAIN_ATTRIBUTE_H

#include "acr/rule.h"
#include "explain/segment.h"

enum acr_subject {
	ACR_SUBJECT_NONE,     /* unknown */
	ACR_SUBJECT_FOREIGN,  /* another host, or another registry */
	ACR_SUBJECT_NEAR,     /* probably a misspelled Azure registry */
	ACR_SUBJECT_SERVICE,  /* Entra ID, Resource Manager or the metadata endpoint */
	ACR_SUBJECT_MASKED,   /* a registry whose name is masked, whether of Azure or not */
	ACR_SUBJECT_REGISTRY, /* an Azure registry */
};

/* Returns the subject and sets the `facts` that follow from it: registry, repository and others, or
 * that it is masked. TEXT becomes the text of the event: its attempt, and the lines around it that
 * are not about other subjects. `specific`: the words at `at` are used by no other programs, so
 * that they belong to the registry of the operation around them, whatever else the record says. */
enum acr_subject acr_attribute(const struct acr_app *app, const char *text, size_t length,
			       size_t at, bool specific, const struct acr_event *event,
			       struct acr_facts *facts);

/* Are these words used by so many programs that they mean nothing unless their subject is known? */
bool acr_is_generic(const char *word, size_t length);

#endif
