/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors are values.
 *
 * A function that can fail returns 0 or -1 and takes a `struct acr_error *` as its last parameter.
 * The error is untouched on success, is on the caller's stack and owns no memory, so it need not be
 * freed. Code makes decisions by `kind`; rules (rule.h) match `kind`, `status`, `code` and the ids
 * of `message`; users read the text of `message`, one sentence on one line that never contains a
 * secret. The front prints it once.
 *
 *	if (acr_exchange(app, &registry, &token, &entry, error))
 *		return -1;
 *
 * A failure that is not fatal is recorded in the trail (identity.h).
 */
#ifndef ACR_ERROR_H
#define ACR_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/message.h"

#define _checked_	      __attribute__((warn_unused_result))
#define _printf_(text, first) __attribute__((format(printf, text, first)))

/* The kinds of errors that callers distinguish. */
enum acr_kind {
	ACR_FINE,	 /* no error */
	ACR_NOT_SET_UP,	 /* an identity or a store that is not configured: skipped silently */
	ACR_UNAVAILABLE, /* configured, but not available now (IMDS does not respond, az is signed
			    out): skipped, and recorded in the trail */
	ACR_NOT_FOUND,	 /* nothing is stored under that name */
	ACR_REFUSED,	 /* rejected by Entra ID, or denied by a registry */
	ACR_UNREACHABLE, /* DNS lookup, connection, TLS, a proxy, 429 or 5xx after all retries */
	ACR_TIMEOUT,	 /* the program's own time limit expired */
	ACR_LOCKED,	 /* the keychain exists, but is locked or does not respond: not empty */
	ACR_INVALID,	 /* input or an answer that is not valid */
	ACR_SYSTEM,	 /* disk, permission, memory, a missing library or program */
};

/* Where the error comes from, for rules and the trail; ACR_ORIGIN_HERE is this program or
 * machine. */
enum acr_origin {
	ACR_ORIGIN_HERE,
	ACR_ORIGIN_ENTRA,
	ACR_ORIGIN_REGISTRY,
	ACR_ORIGIN_ENDPOINT,
	ACR_ORIGIN_AZ,
	ACR_ORIGIN_KEYCHAIN
};

/* Why a request got no answer. */
enum acr_transport {
	ACR_TRANSPORT_WORKED,
	ACR_TRANSPORT_CONNECTION,  /* DNS lookup, connection, incomplete answer: a retry may help */
	ACR_TRANSPORT_TLS,	   /* connected, but the TLS handshake failed */
	ACR_TRANSPORT_CERTIFICATE, /* the certificate is not trusted: a retry does not help */
	ACR_TRANSPORT_PROXY	   /* the proxy cannot connect */
};

struct acr_error {
	enum acr_kind kind;
	enum acr_origin origin;
	enum acr_transport transport;
	int status;	  /* HTTP status, 0 if there was no answer */
	long retry_after; /* seconds to wait, as a 429 or 503 requested; 0: none */
	char code[40];	  /* AADSTS7000215, UNAUTHORIZED, DENIED, invalid_client; "" where there is
			     none */
	char host[256];	  /* the host of the request, "" for none */
	char correlation[64]; /* the service's own id of the failed request, for its support */
	char sentence[512];   /* the service's own words, control characters removed, cut; may be
				 empty */
	struct acr_message message; /* this program's description of what happened */
	bool temporary;		    /* UNAVAILABLE, but it exists and may respond soon */
	bool terse; /* the message says little more than the status; a rule explains the status */
};

/*
 * Fill `error` (may be NULL) with a message, and the kind and the origin of its row; all other
 * fields are zeroed. Returns -1. `cause` or the errno becomes the last argument of the row.
 *
 *	return acr_raise(error, LOGIN_MISSING, server);
 *	return acr_raise_errno(error, errno, FILE_INACCESSIBLE, path);
 */
#define acr_raise(error, name, ...)                                                                \
	acr_raise_with(error, name, NULL, 0, "" __VA_OPT__(, ) __VA_ARGS__)
#define acr_raise_cause(error, cause, name, ...)                                                   \
	acr_raise_with(error, name, cause, 1, "" __VA_OPT__(, ) __VA_ARGS__)
#define acr_raise_errno(error, number, name, ...)                                                  \
	({                                                                                         \
		struct acr_message acr_why_ = acr_message_errno(number);                           \
		acr_raise_with(error, name, &acr_why_, 1, "" __VA_OPT__(, ) __VA_ARGS__);          \
	})
/* Wrap the message in another one, as its last argument; kind, origin and the service's answer are
 * kept. Returns -1. */
#define acr_context(error, name, ...)                                                              \
	({                                                                                         \
		ACR_CHECK_PLACEHOLDERS(name, 1, __VA_ARGS__);                                      \
		acr_error_surround(error, ACR_MESSAGE_##name, ACR_ARGUMENTS(__VA_ARGS__),          \
				   ACR_GIVEN(__VA_ARGS__));                                        \
	})
#define acr_raise_with(error, name, cause, extra, first, ...)                                      \
	({                                                                                         \
		ACR_CHECK_PLACEHOLDERS(name, extra, __VA_ARGS__);                                  \
		acr_error_set(error, ACR_MESSAGE_##name, cause, ACR_ARGUMENTS(__VA_ARGS__),        \
			      ACR_GIVEN(__VA_ARGS__));                                             \
	})
int acr_error_set(struct acr_error *error, enum acr_message_id id, const struct acr_message *cause,
		  const char *const *arguments, size_t count);
int acr_error_surround(struct acr_error *error, enum acr_message_id id,
		       const char *const *arguments, size_t count);
/* Replace the message; everything else is kept. Returns -1. */
#define acr_reword(error, name, ...)                                                               \
	({                                                                                         \
		ACR_CHECK_PLACEHOLDERS(name, 0, __VA_ARGS__);                                      \
		acr_error_reword(error, ACR_MESSAGE_##name, ACR_ARGUMENTS(__VA_ARGS__),            \
				 ACR_GIVEN(__VA_ARGS__));                                          \
	})
int acr_error_reword(struct acr_error *error, enum acr_message_id id, const char *const *arguments,
		     size_t count);

/* Restore an error that another process serialized. Returns -1. */
int acr_error_from(struct acr_error *error, enum acr_kind kind, enum acr_origin origin,
		   const struct acr_message *message);

/* Is it this error, or does it have it as a cause? acr_error_is(error, LOGIN_MISSING) */
#define acr_error_is(error, name) acr_message_holds(&(error)->message, ACR_MESSAGE_##name)

/* The text in English, owned: for machines, logs and tests. For users, acr_error_words
 * (explain/error_words.h) returns it in their language. */
char *acr_error_text(const struct acr_error *error);

/* Copy a service's text into `error->sentence`: one line; escapes, control characters and invalid
 * UTF-8 become '?'; cut at the size of the field. `length` in bytes. */
void acr_error_quote(struct acr_error *error, const char *bytes, size_t length);

/* The name of a kind for JSON and logs: "refused", "unreachable". Never NULL, never translated. */
const char *acr_kind_name(enum acr_kind kind);

/* Out of memory: print one line to stdout (docker shows it) and _exit(1). No file is left
 * incomplete, since files are renamed when they are complete. The allocator functions of the
 * executable call this, also for libraries (src/base/heap.c). */
_Noreturn void acr_out_of_memory(void);

/* The complete answer was written: if memory runs out after this, the program ends with status 0
 * and prints nothing, since that would corrupt the answer. */
void acr_answer_is_out(void);

#endif
