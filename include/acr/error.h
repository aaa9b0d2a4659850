/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, as a value.
 *
 * A function that can fail returns 0 or -1 and takes a `struct acr_error *` as its last parameter.
 * The error is untouched on success, lives on the caller's stack and owns nothing, so nobody frees
 * it and nobody forgets to. Code decides on the `kind`, rules (rule.h) match on `kind`, `status`
 * and `code` and on the ids of `message`, of which people read the words: one sentence on one line
 * that never holds a secret. It is printed once, by the front.
 *
 *	if (acr_exchange(app, &registry, &token, &entry, error))
 *		return -1;
 *
 * A failure that a caller can live with is noted in the trail (identity.h) and forgotten here.
 */
#ifndef ACR_ERROR_H
#define ACR_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "acr/message.h"

#define _checked_	      __attribute__((warn_unused_result))
#define _printf_(text, first) __attribute__((format(printf, text, first)))

/* The few kinds that a caller can act on. */
enum acr_kind {
	ACR_FINE,	/* no error */
	ACR_NOT_SET_UP, /* an identity or a store that is not configured here: silent, take the next
			 */
	ACR_UNAVAILABLE, /* configured, but not to be had now (IMDS silent, az signed out): the
			    next, with a word */
	ACR_NOT_FOUND,	 /* nothing is kept under that name */
	ACR_REFUSED,	 /* Entra ID or a registry understood us and said no */
	ACR_UNREACHABLE, /* name look-up, connection, TLS, a proxy, 429 or 5xx after all retries */
	ACR_TIMEOUT,	 /* our own budget ran out */
	ACR_LOCKED,	 /* the keychain is there, but locked or silent: not the same as empty */
	ACR_INVALID,	 /* input or an answer that is not what it should be */
	ACR_SYSTEM,	 /* disk, permission, memory, a missing library or program */
};

/* Who said it. Rules and the trail name it; ACR_ORIGIN_HERE is this program and this machine. */
enum acr_origin {
	ACR_ORIGIN_HERE,
	ACR_ORIGIN_ENTRA,
	ACR_ORIGIN_REGISTRY,
	ACR_ORIGIN_ENDPOINT,
	ACR_ORIGIN_AZ,
	ACR_ORIGIN_KEYCHAIN
};

/* Where a request ended that brought no answer. */
enum acr_transport {
	ACR_TRANSPORT_WORKED,
	ACR_TRANSPORT_CONNECTION, /* the name, the connection, half an answer: may work next time */
	ACR_TRANSPORT_TLS,	  /* somebody is there, but no TLS came about */
	ACR_TRANSPORT_CERTIFICATE, /* it is not trusted here, and will not be by itself */
	ACR_TRANSPORT_PROXY	   /* a proxy that cannot do what it is asked for */
};

struct acr_error {
	enum acr_kind kind;
	enum acr_origin origin;
	enum acr_transport transport;
	int status;	  /* HTTP status, 0 where there was no answer */
	long retry_after; /* seconds that a 429 or 503 asked for; 0: none */
	char code[40];	  /* AADSTS7000215, UNAUTHORIZED, DENIED, invalid_client; "" where there is
			     none */
	char host[256];	  /* the host that was spoken to, "" for none */
	char correlation[64]; /* the service's own id of the failed request, for its support */
	char sentence[512];   /* the service's own words, control characters removed, cut; may be
				 empty */
	struct acr_message message; /* ours: what happened */
	bool temporary;		    /* UNAVAILABLE, but it is here and may answer in a moment */
	bool terse; /* the message says little more than the status: what it means, a rule knows */
};

/*
 * Fill `error` (may be NULL) with a message, and the kind and the origin of its row; everything
 * else zeroed. Returns -1. `cause` and the errno take the row's last place.
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
/* Put another message around the one that is there, which takes its last place; kind, origin and
 * what a service said stay. Returns -1. */
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
/* Say it in another message; everything else stays. Returns -1. */
#define acr_reword(error, name, ...)                                                               \
	({                                                                                         \
		ACR_CHECK_PLACEHOLDERS(name, 0, __VA_ARGS__);                                      \
		acr_error_reword(error, ACR_MESSAGE_##name, ACR_ARGUMENTS(__VA_ARGS__),            \
				 ACR_GIVEN(__VA_ARGS__));                                          \
	})
int acr_error_reword(struct acr_error *error, enum acr_message_id id, const char *const *arguments,
		     size_t count);

/* The error that another process wrote down. Returns -1. */
int acr_error_from(struct acr_error *error, enum acr_kind kind, enum acr_origin origin,
		   const struct acr_message *message);

/* Is it this error, or one with it as a cause? acr_error_is(error, LOGIN_MISSING) */
#define acr_error_is(error, name) acr_message_holds(&(error)->message, ACR_MESSAGE_##name)

/* What it says in English, owned: for machines, logs and tests. People read acr_error_words
 * (explain/error_words.h). */
char *acr_error_text(const struct acr_error *error);

/* Copy a service's words into `error->sentence`: one line, escapes and control characters shown as
 * '?', invalid UTF-8 too, cut at the size of the field. `length` in bytes. */
void acr_error_quote(struct acr_error *error, const char *bytes, size_t length);

/* "refused", "unreachable": a kind as a word for JSON and logs. Never NULL, never translated. */
const char *acr_kind_name(enum acr_kind kind);

/* Memory is gone: one line on stdout (docker shows it), _exit(1). Nothing is ever half-written,
 * since files are renamed into place and answers are written whole. The executable's allocator
 * functions come here by themselves, for libraries too (src/base/heap.c). */
_Noreturn void acr_out_of_memory(void);

/* The whole answer is with its reader: from here on memory that is gone ends the run with status 0
 * and no line, which would only spoil the answer. */
void acr_answer_is_out(void);

#endif
