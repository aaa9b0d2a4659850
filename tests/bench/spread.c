/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulates a thousand nodes that start within one minute: when do they renew their token? The
 * point of renewal of each node is that of the program (acr_entry_begin); a get runs every few
 * minutes, and the first one after that point renews. For comparison, also prints a fleet that
 * renews after half of the lifetime, without a spread.
 *
 * spread [NODES] [HOURS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acr/config.h"
#include "base/clock.h"
#include "broker/broker.h"

#define LIFE  (3 * 3600)
#define BIN   300 /* seconds in one bar of the histogram */
#define START 60  /* seconds within which all nodes start */
#define GETS  120 /* seconds between two gets of a node */
#define BARS  600

static uint64_t seed = 88172645463325252ULL;

/* xorshift (Marsaglia 2003): the same numbers in every run. */
static uint64_t chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static int64_t point_of(const struct acr_app *app, const struct acr_lookup *lookup, int node,
			int token_number)
{
	auto_secret token = { 0 };
	auto_entry entry = { 0 };

	acr_secret_format(&token, "e30.%d.%d", node, token_number);
	acr_entry_begin(app, lookup, "environment", "a node", &token, LIFE, &entry);
	return entry.renew;
}

struct fleet {
	int bars[BARS];
	int most; /* renewals in one bar, without those at the start */
};

static void run(const struct acr_app *app, const struct acr_lookup *lookup, int nodes,
		int64_t seconds, bool spread, struct fleet *ret)
{
	for (int node = 0; node < nodes; node++) {
		int64_t now = (int64_t)chance(START), phase = (int64_t)chance(GETS);

		for (int number = 0; now < seconds; number++) {
			int64_t point = spread ? point_of(app, lookup, node, number) : LIFE / 2;

			if (now / BIN < BARS)
				ret->bars[now / BIN]++;
			/* The first get after the point of renewal. */
			now += point;
			now += (GETS + phase - now % GETS) % GETS;
		}
	}
	for (int64_t bar = 1; bar < seconds / BIN && bar < BARS; bar++)
		if (ret->bars[bar] > ret->most)
			ret->most = ret->bars[bar];
}

static void bar(int count, int whole)
{
	static const char marks[] = "##############################";
	int length = whole ? count * 30 / whole : 0;

	printf("%5d %-30.*s", count, length, marks);
}

int main(int argc, char **argv)
{
	int nodes = argc > 1 ? atoi(argv[1]) : 1000;
	int64_t seconds = 3600 * (argc > 2 ? atoi(argv[2]) : 8);
	static const char *const nothing[] = { NULL };
	struct acr_app app = { .program = "spread",
			       .environment = nothing,
			       .in = -1,
			       .out = -1,
			       .err = -1,
			       .clock = { acr_clock_wall, acr_clock_boot },
			       .root = "" };
	struct acr_config *config = NULL;
	struct acr_registry registry;
	struct acr_error error = { 0 };
	auto_lookup lookup = { 0 };
	struct fleet with = { 0 }, without = { 0 };

	if (acr_config_load(&app, &config, &error))
		return 1;
	app.config = config;
	acr_registry_parse(config, "acme.azurecr.io", strlen("acme.azurecr.io"), &registry);
	acr_lookup_begin(&app, &registry, &lookup);
	run(&app, &lookup, nodes, seconds, true, &with);
	run(&app, &lookup, nodes, seconds, false, &without);
	printf("%d nodes that start within a minute, tokens of three hours, a get every %d s\n"
	       "exchanges in each %d minutes:\n\n  time  with our points of renewal            at "
	       "half the life\n",
	       nodes, GETS, BIN / 60);
	for (int64_t i = 0; i < seconds / BIN && i < BARS; i++) {
		if (with.bars[i] + without.bars[i] == 0)
			continue;
		printf("%3lld:%02lld ", (long long)(i * BIN / 3600),
		       (long long)(i * BIN / 60 % 60));
		bar(with.bars[i], nodes);
		printf("  ");
		bar(without.bars[i], nodes);
		printf("\n");
	}
	printf("\nmost in one bar after the start: %d with, %d without\n", with.most, without.most);
	acr_config_free(config);
	return 0;
}
