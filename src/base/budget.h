/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit in one place: how long anything may take (milliseconds unless named otherwise) and
 * how large anything may be (bytes). No client of ours has a time-out of its own, so these are the
 * only ones there are; one absolute deadline (app->deadline) runs over them all.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#define ACR_BUDGET_GET	      30000 /* a run without a "timeout"; BuildKit gives up at 60 s */
#define ACR_BUDGET_CONNECT    5000  /* name lookup, TCP and TLS of one connection */
#define ACR_BUDGET_SILENT     12000 /* from a request to the first byte of its answer */
#define ACR_BUDGET_AGAIN      3000  /* a try that failed after longer is not made again */
#define ACR_BUDGET_AT_ONCE    1000  /* what failed within this met no network at all */
#define ACR_BUDGET_KNOWN      10000 /* how long a host that kept us waiting is not asked again */
#define ACR_BUDGET_RENEWAL    3000  /* a renewal, while the old token is valid */
#define ACR_BUDGET_WARM	      500   /* the answer on a connection that was opened ahead */
#define ACR_BUDGET_PROBE      300   /* connecting to IMDS, which may not be there ... */
#define ACR_BUDGET_PROBE_SLOW 1500 /* ... once more: long enough for the network to send it twice */
#define ACR_BUDGET_ENDPOINT   3000 /* one answer of an endpoint of this machine */
#define ACR_BUDGET_KEYCHAIN   2000 /* the Secret Service, answering */
#define ACR_BUDGET_PROMPT     25000 /* the same where it may ask for a password: store only */
#define ACR_BUDGET_PORTAL     10000 /* the desktop portal, opening a page */
#define ACR_BUDGET_AZ	      15000 /* another program that gets us a token */
#define ACR_BUDGET_ANONYMOUS  3000  /* whether a registry serves whoever asks, both questions */
#define ACR_BUDGET_LOCK	      5000 /* waiting for the lock with an old token at hand, or to write */
#define ACR_BUDGET_LOOK	      5000 /* until the holder of the lock is looked at */
#define ACR_BUDGET_ALONE      5000 /* what is left of a run that waited for the lock in vain */
#define ACR_BUDGET_LONGEST    600000 /* a run whose "timeout" says more is no matter here */
#define ACR_BUDGET_STDIN      5000   /* between one byte of a request and the next */
#define ACR_BUDGET_SAY	      200    /* for a stderr that nobody reads */
#define ACR_BUDGET_ANSWER     30000  /* until somebody reads on of a long answer on stdout */

/* Name lookups, in the resolver's own words (resolv.conf(5)): two attempts of 2 s per server. */
#define ACR_RESOLVER_OPTIONS "timeout:2 attempts:2"

#define ACR_NOTE_REFUSAL     30 /* seconds that a refusal is remembered (BuildKit asks 2 to 8 times) */
#define ACR_NOTE_NOTICE	     3600 /* seconds between two notices for the same host and cause */
#define ACR_NOTE_ANONYMOUS   3600 /* seconds that "serves anybody", or not, is remembered */
#define ACR_NOTE_TOLD	     5	  /* seconds in which the same is not explained again */
#define ACR_NOTE_IMDS	     300 /* seconds that "no IMDS here" is remembered where that is certain */
#define ACR_NOTE_IMDS_SILENT 20		 /* seconds that it is not asked again after silence */
#define ACR_NOTE_IMDS_HERE   (24 * 3600) /* seconds that it is remembered to have answered */
#define ACR_NOTE_BUS                                                                               \
	60 /* seconds that "no Secret Service here" is remembered, never against store or erase */

#define ACR_SERVER_MAX	(8 * 1024)
#define ACR_STORE_MAX	(4 * 1024 * 1024)
#define ACR_ANSWER_MAX	(256 * 1024)
#define ACR_HEADERS_MAX (64 * 1024)
#define ACR_ENTRY_MAX	(256 * 1024)
#define ACR_TOKEN_MAX	(32 * 1024)
#define ACR_CONFIG_MAX	(1024 * 1024)
#define ACR_JSON_DEPTH	16

#endif
