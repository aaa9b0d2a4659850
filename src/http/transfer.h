/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request in progress: a libcurl easy handle, its options, its response and its result.
 * transfer.c creates the handle, curl.c runs it; no other file uses libcurl.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#ifndef ACR_CURL_TYPE_CHECK
#define CURL_DISABLE_TYPECHECK
#endif
#include <curl/curl.h>

#include "http/answer.h"
#include "http/failure.h"

/* Must not be moved until acr_transfer_end: libcurl holds its address. */
struct acr_transfer {
	bool fresh; /* over a connection of its own */
	CURL *easy;
	struct curl_slist *headers;
	struct acr_answer answer;
	char origin[300]; /* https://host[:port] */
	const char *host; /* the part of it that may be shown */
	int64_t began;	  /* boot time in ms */
	int64_t connect;  /* connect timeout in ms, including the DNS lookup */
	bool local;	  /* never through a proxy */
	bool hashed;	  /* only the system's hashed folder of certificates is trusted */
	bool too_large;
	bool heard;    /* the first byte of a response has arrived */
	bool opened;   /* a socket was created */
	int no_socket; /* errno of the last socket that could not be created */
	bool done;     /* libcurl has finished it, with this code: */
	CURLcode code;
	int64_t ended; /* boot time in ms */
	char message[CURL_ERROR_SIZE];
};

/* Look up the functions that transfer.c calls in a library that is already loaded. */
_checked_ int acr_transfer_load(const char *soname, struct acr_error *error);

/* Set the origin from a URL; must be called first. */
void acr_transfer_name(struct acr_transfer *transfer, const char *url);

/* Create the handle for `request`, whose body must outlive it. `hashed`: see acr_trust_find. */
_checked_ int acr_transfer_begin(const struct acr_app *app, const struct acr_request *request,
				 bool hashed, struct acr_transfer *transfer,
				 struct acr_error *error);

/* How far the transfer got; may be called at any time. */
enum acr_stage acr_transfer_stage(const struct acr_transfer *transfer);

/* The result: the rest of the response, or the error (always -1). */
void acr_transfer_answer(const struct acr_app *app, struct acr_transfer *transfer);
int acr_transfer_fail(const struct acr_app *app, const struct acr_transfer *transfer, CURLcode code,
		      struct acr_error *error);

/* Wipe the secrets in the headers, and release the handle unless `leave` is set. */
void acr_transfer_end(struct acr_transfer *transfer, bool leave);

#endif
