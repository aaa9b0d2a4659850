/* SPDX-License-Identifier: Apache-2.0 */
/* Determines the subject of an event by the words around it, never by the program that wrote
 * them. */
#include "explain/attribute.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "explain/extract.h"
#include "explain/names.h"
#include "explain/sanitize.h"

#define OPERATION (64 * 1024) /* bytes before and after an event in which its image is searched */
#define AROUND	  900	      /* bytes before and after an event that are read together with it */

/* Texts that any client of any service prints; a part of one is generic, too. */
static const char generic[] =
	"401|403|404|429|500|502|503|504|401 Unauthorized|401 (Unauthorized)|403 Forbidden|403 "
	"(Forbidden)|404 Not "
	"Found"
	"|429 Too Many Requests|500 Internal Server Error|502 Bad Gateway|503 Service Unavailable"
	"|504 Gateway|504 Gateway Timeout|unauthorized|unauthorized: {|denied: |forbidden|timeout"
	"|timed out|i/o timeout|Connection timed out|connect timed out|Read timed out"
	"|ConnectTimeoutError|TLS handshake timeout|Client.Timeout exceeded"
	"|request canceled while waiting for connection|context deadline exceeded|EOF|unexpected "
	"EOF"
	"|connection refused|ECONNREFUSED|\": EOF|: EOF|connection reset by peer|connection "
	"reset|ECONNRESET"
	"|no route to host|network is unreachable|EHOSTUNREACH|ENETUNREACH|no such host"
	"|could not be resolved|Could not resolve host|Name or service not known"
	"|Temporary failure in name resolution|nodename nor servname|server misbehaving"
	"|Failed to resolve '|getaddrinfo failed|NameResolutionError|toomanyrequests"
	"|token has expired|token is expired|certificate has expired|is not yet valid"
	"|certificate signed by unknown authority|unable to get local issuer certificate"
	"|self-signed certificate|self signed certificate|certificate verify failed"
	"|x509: certificate is valid for|no alternative certificate subject name matches"
	"|hostname mismatch|doesn't match"
	"|protocol version|unsupported protocol|wrong version number|handshake failure"
	"|server gave HTTP response to HTTPS client|invalid character '<' looking for beginning of "
	"value"
	"|The SSL connection could not be established|The remote certificate is invalid|<!DOCTYPE "
	"html|invalid reference format|must be lowercase|invalid repository name"
	"|authorization failed|incorrect username or password|invalid username/password"
	"|407 Proxy Authentication|Proxy Authentication Required|status 407|proxyconnect tcp"
	"|Received HTTP code 403 from proxy|Tunnel connection failed: 403|Could not resolve proxy"
	"|The proxy tunnel request to proxy|Cannot connect to proxy|Unable to connect to "
	"proxy|.blob.core.|.data.azurecr."
	"|AuthorizationFailure|: not found|This request is not authorized to perform this operation"
	"|Server failed to authenticate the request|AuthenticationFailed|PKIX path building "
	"failed|EOF. Retrying|status: 401|status: 403|status code 401|authentication required";

/* Expressions of registries and their clients: an error that contains one is about an image or a
 * login, even if it names neither. */
static const char speech[] =
	"error response from daemon|failed to pull|failed to push|failed to resolve|failed to "
	"authorize"
	"|failed to fetch oauth|failed to fetch anonymous|failed to do request|failed to copy"
	"|failed to solve|unauthorized: {|denied: {|denied: client with"
	"|unauthorized: authentication required|authentication required, visit"
	"|requested access to the resource|basic auth credentials|manifest unknown|manifest for "
	"|blob unknown|blob upload|rpc error: code|pull access denied|toomanyrequests|login attempt"
	"|error logging in|oauth2/|/v2/|httpreadseeker|getting credentials|storing credentials"
	"|saving credentials|build image failed|errimagepull|imagepullbackoff|operation is "
	"disallowed|image pull"
	"|pulling image|docker/registry|aadsts|docker login| registry| repository|login server"
	"|insufficient_scope|nobody is signed in|signed out of|incorrect username or password";

/* Messages of registries in general. */
static const char sentences[] = "unauthorized: authentication required"
				"|requested access to the resource is denied"
				"|no basic auth credentials";

/* Messages that only Azure registries send. */
static const char azure_alone[] =
	"aka.ms/acr|.azurecr.|client with IP|CorrelationId|azure container registry"
	"|Microsoft.ContainerRegistry";

bool acr_is_generic(const char *word, size_t length)
{
	const char *next = generic, *one;
	size_t size;

	while (length > 0 && !isalnum((unsigned char)word[length - 1]))
		length--;
	for (; length > 0 && !isalnum((unsigned char)*word); word++)
		length--;
	while (acr_words_next(&next, &one, &size))
		if (acr_words_find(one, size, word, length))
			return true;
	return false;
}

static bool has(const char *text, const struct acr_span *span, const char *words)
{
	const char *word;
	size_t length;

	while (acr_words_next(&words, &word, &length))
		if (acr_words_find(text + span->begin, span->end - span->begin, word, length))
			return true;
	return false;
}

/* The last image or registry that the text before the event names, otherwise the first after it. */
static struct acr_name operation(const struct acr_app *app, const char *text, size_t length,
				 const struct acr_span *record)
{
	struct acr_span line = *record;
	struct acr_name name;

	while (acr_line_before(text, &line) && record->begin - line.begin < OPERATION) {
		name = acr_name_for(app, text, &line, line.end);
		if (name.subject && name.image)
			return name;
	}
	line = *record;
	while (acr_line_behind(text, length, &line) && line.end - record->end < OPERATION) {
		name = acr_name_for(app, text, &line, line.begin);
		if (name.subject && name.image)
			return name;
	}
	return (struct acr_name){ 0 };
}

static void add_span(struct acr_secret *ret, const char *text, const struct acr_span *span)
{
	if (span->end > span->begin) {
		acr_secret_add_bytes(ret, text + span->begin, span->end - span->begin);
		acr_secret_add(ret, "\n");
	}
}

/* Is a line around an event part of it? Not if it is about another subject. */
static bool belongs(const struct acr_app *app, const char *text, const struct acr_span *line,
		    const struct acr_name *subject)
{
	struct acr_name name = acr_name_for(app, text, line, line->end);

	if (name.subject == ACR_SUBJECT_FOREIGN && !acr_name_is_address(text, &name))
		return subject->subject == ACR_SUBJECT_FOREIGN;
	if (name.subject == ACR_SUBJECT_REGISTRY)
		return subject->subject == ACR_SUBJECT_REGISTRY &&
		       acr_name_is_same(text, &name, subject);
	return true;
}

/* The text of the event: the lines before, head and attempt, the lines after. */
static void take_text(const struct acr_app *app, const char *text, size_t length,
		      const struct acr_event *event, const struct acr_name *subject,
		      struct acr_secret *ret, size_t *ret_begin, size_t *ret_end)
{
	struct acr_span line = event->record, first = line;

	while (event->record.begin - first.begin < AROUND && acr_line_before(text, &line))
		first = line;
	line = first;
	if (first.begin < event->record.begin) {
		do
			if (event->record.begin - line.begin < AROUND &&
			    belongs(app, text, &line, subject))
				add_span(ret, text, &line);
		while (acr_line_behind(text, length, &line) && line.begin < event->record.begin);
	}
	*ret_begin = ret->length;
	acr_secret_add_bytes(ret, text + event->head.begin, event->head.end - event->head.begin);
	add_span(ret, text, &event->attempt);
	*ret_end = ret->length;
	line = event->record;
	while (acr_line_behind(text, length, &line) && line.begin - event->record.end < AROUND) {
		if (line.end - event->record.end > AROUND)
			line.end = event->record.end + AROUND;
		if (belongs(app, text, &line, subject))
			add_span(ret, text, &line);
	}
}

/* The registry of a record that names none, if it uses words of a registry. */
static struct acr_name borrow(const struct acr_app *app, const char *text, size_t length,
			      const struct acr_event *event, bool specific)
{
	struct acr_name name = { 0 };

	if (specific || has(text, &event->record, speech))
		name = operation(app, text, length, &event->record);
	if (name.subject == ACR_SUBJECT_NONE && has(text, &event->record, sentences))
		name.subject = ACR_SUBJECT_MASKED;
	return name;
}

/* Set the registry, and the image that is named together with it. */
static void take_registry(const struct acr_app *app, const char *text, size_t length,
			  const struct acr_name *name, struct acr_facts *facts)
{
	size_t end = name->end + strcspn(text + name->end, " \n\"'");

	acr_extract_hosts(app,
			  &(struct acr_excerpt){ text + name->begin,
						 (end < length ? end : length) - name->begin, 0 },
			  facts);
}

enum acr_subject acr_attribute(const struct acr_app *app, const char *text, size_t length,
			       size_t at, bool specific, const struct acr_event *event,
			       struct acr_facts *facts)
{
	struct acr_name subject = acr_name_for(app, text, &event->record, at);
	auto_secret said = { 0 };
	size_t begin, end;

	if (subject.subject == ACR_SUBJECT_NONE)
		subject = borrow(app, text, length, event, specific);
	else if (subject.subject == ACR_SUBJECT_MASKED) {
		struct acr_name named = operation(app, text, length, &event->record);

		if (named.subject == ACR_SUBJECT_REGISTRY)
			subject = named;
	}
	take_text(app, text, length, event, &subject, &said, &begin, &end);
	acr_facts_set_bytes(facts, ACR_FACT_TEXT, said.bytes, said.length);
	if (subject.subject == ACR_SUBJECT_MASKED)
		acr_facts_set(facts, ACR_FACT_HIDDEN,
			      acr_words_has(acr_secret_text(&said), azure_alone) ? "azure"
										 : "maybe");
	if (subject.subject == ACR_SUBJECT_MASKED && subject.end > 0)
		acr_extract_image(&(struct acr_excerpt){ text, length, subject.end }, facts);
	if (subject.subject == ACR_SUBJECT_FOREIGN)
		acr_facts_set_bytes(facts, ACR_FACT_SERVER, text + subject.begin,
				    subject.end - subject.begin);
	if (subject.subject == ACR_SUBJECT_REGISTRY)
		take_registry(app, text, length, &subject, facts);
	/* Names in the event itself take precedence over those in the lines around it. */
	acr_extract_text(&(struct acr_excerpt){ said.bytes + begin, end - begin,
						at - event->attempt.begin + event->head.end -
							event->head.begin },
			 facts);
	acr_extract_text(&(struct acr_excerpt){ said.bytes, said.length, begin }, facts);
	acr_extract_names(&(struct acr_excerpt){ said.bytes + begin, end - begin, 0 }, facts);
	acr_extract_names(&(struct acr_excerpt){ said.bytes, said.length, begin }, facts);
	return subject.subject;
}
