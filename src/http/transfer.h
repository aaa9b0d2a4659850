/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request under way: a libcurl easy handle, what it may do, what it hears, and what became of
 * it. transfer.c makes the handle, curl.c drives it; no other file knows libcurl.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#ifndef ACR_CURL_TYPE_CHECK
#define CURL_DISABLE_TYPECHECK
#endif
#include <curl/curl.h>

#include "http/answer.h"
#include "http/failure.h"

/* Lives where it is until acr_transfer_end: libcurl holds its address. */
struct acr_transfer {
	CURL *easy;
	struct curl_slist *headers;
	struct acr_answer answer;
	char origin[300]; /* https://host[:port] */
	const char *host; /* the part of it that may be shown */
	int64_t began;	  /* boot time in ms */
	int64_t connect;  /* how many ms name look-up and connection may take */
	bool local;	  /* no proxy has a part in it */
	bool hashed;	  /* only the system's hashed folder of certificates is trusted */
	bool too_large;
	bool heard;    /* the first byte of an answer has come */
	bool opened;   /* there was a socket */
	int no_socket; /* errno of the last one that there was none for */
	bool done;     /* libcurl is through with it, with this code: */
	CURLcode code;
	int64_t ended; /* boot time in ms */
	char message[CURL_ERROR_SIZE];
};

/* Find what transfer.c calls in an already loaded library. */
_checked_ int acr_transfer_load(const char *soname, struct acr_error *error);

/* The origin of a URL, before anything else. */
void acr_transfer_name(struct acr_transfer *transfer, const char *url);

/* Make the handle for `request`, whose body must outlive it. `hashed`: see acr_trust_find. */
_checked_ int acr_transfer_begin(const struct acr_app *app, const struct acr_request *request,
				 bool hashed, struct acr_transfer *transfer,
				 struct acr_error *error);

/* How far it has come; may be asked at any time. */
enum acr_stage acr_transfer_stage(const struct acr_transfer *transfer);

/* What became of it: the rest of the answer, or the error (always -1). */
void acr_transfer_answer(const struct acr_app *app, struct acr_transfer *transfer);
int acr_transfer_fail(const struct acr_app *app, const struct acr_transfer *transfer, CURLcode code,
		      struct acr_error *error);

/* Overwrite the headers' secrets, and release the handle unless it has to be left as it is. */
void acr_transfer_end(struct acr_transfer *transfer, bool leave);

#endif
