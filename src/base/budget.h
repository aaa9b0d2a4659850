/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All timeouts (in milliseconds unless stated otherwise) and size limits (in bytes). Clients have
 * no timeout of their own, so these are the only ones; the absolute deadline of a run
 * (app->deadline) applies in addition to each of them.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#define ACR_BUDGET_GET	      30000 /* a run without "timeout"; BuildKit gives up after 60 s */
#define ACR_BUDGET_CONNECT    5000  /* DNS lookup, TCP and TLS of one connection */
#define ACR_BUDGET_SILENT     12000 /* from a request to the first byte of its response */
#define ACR_BUDGET_AGAIN      3000  /* a request that failed after a longer time is not retried */
#define ACR_BUDGET_AT_ONCE    1000  /* a failure within this time did not reach any network */
#define ACR_BUDGET_KNOWN      10000 /* a host that timed out is not connected to again */
#define ACR_BUDGET_RENEWAL    3000  /* a renewal while the old token is valid */
#define ACR_BUDGET_WARM	      500   /* the response on a connection that was opened in advance */
#define ACR_BUDGET_PROBE      300   /* connecting to IMDS, which may not exist ... */
#define ACR_BUDGET_PROBE_SLOW 1500  /* ... second attempt: long enough for a TCP retransmission */
#define ACR_BUDGET_ENDPOINT   3000  /* one response of a local endpoint */
#define ACR_BUDGET_KEYCHAIN   2000  /* the response of the Secret Service */
#define ACR_BUDGET_PROMPT     25000 /* the same if it may prompt for a password: store only */
#define ACR_BUDGET_PORTAL     10000 /* the desktop portal, to open a page */
#define ACR_BUDGET_AZ	      15000 /* another program that gets a token for us */
#define ACR_BUDGET_ANONYMOUS  3000  /* both requests that test for anonymous pull */
#define ACR_BUDGET_LOCK	      5000 /* waiting for the lock with an old token at hand, or to write */
#define ACR_BUDGET_LOOK	      5000 /* until the state of the lock holder is checked */
#define ACR_BUDGET_ALONE      5000 /* the time that remains for a run that did not get the lock */
#define ACR_BUDGET_LONGEST    600000 /* upper limit of "timeout" */
#define ACR_BUDGET_STDIN      5000   /* between two bytes of a request */
#define ACR_BUDGET_SAY	      200    /* for a stderr that is not read */
#define ACR_BUDGET_ANSWER     30000  /* for a reader of stdout that pauses during a long answer */

/* DNS lookups, in the syntax of resolv.conf(5): two attempts of 2 s per server. */
#define ACR_RESOLVER_OPTIONS "timeout:2 attempts:2"

#define ACR_NOTE_REFUSAL     30 /* seconds that a refusal is cached (BuildKit asks 2 to 8 times) */
#define ACR_NOTE_NOTICE	     3600 /* seconds between two notices for the same host and cause */
#define ACR_NOTE_ANONYMOUS   3600 /* seconds that "allows anonymous pull", or not, is cached */
#define ACR_NOTE_TOLD	     5	  /* seconds in which the same failure is not explained again */
#define ACR_NOTE_IMDS	     300  /* seconds that "no IMDS here" is cached if that is certain */
#define ACR_NOTE_IMDS_SILENT 20	  /* seconds that IMDS is not asked after a timeout */
#define ACR_NOTE_IMDS_HERE   (24 * 3600) /* seconds that a response from IMDS is remembered */
#define ACR_NOTE_BUS                                                                               \
	60 /* seconds that "no Secret Service here" is cached; store and erase ignore this */

#define ACR_SERVER_MAX	(8 * 1024)
#define ACR_STORE_MAX	(4 * 1024 * 1024)
#define ACR_ANSWER_MAX	(256 * 1024)
#define ACR_HEADERS_MAX (64 * 1024)
#define ACR_ENTRY_MAX	(256 * 1024)
#define ACR_TOKEN_MAX	(32 * 1024)
#define ACR_CONFIG_MAX	(1024 * 1024)
#define ACR_JSON_DEPTH	16

#endif
