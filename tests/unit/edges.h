/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edges of the program for unit tests: a struct acr_app whose environment, clock, network and
 * programs are set by the test.
 *
 *	struct edges edges;
 *	edges_begin(&edges); // a new folder, edges.folder, is HOME, root and XDG_RUNTIME_DIR
 *	edges_answer(&edges, "POST https://login.microsoftonline.com/", 200, "{...}");
 *	... call with &edges.app ...
 *	edges_end(&edges); // fails the test if a response was never requested
 */
#ifndef TESTS_EDGES_H
#define TESTS_EDGES_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "acr/app.h"
#include "acr/config.h"
#include "acr/http.h"
#include "acr/store.h"

struct edges_answer {
	const char *prefix; /* "METHOD URL-prefix" */
	int status;
	const char *body;
	const char *challenge;
	int64_t date;
	long retry_after;
	enum acr_kind fails; /* not ACR_FINE: no response, but this error */
	bool asked;
};

struct edges {
	struct acr_app app;
	struct acr_http http;
	char folder[64];
	char *variables[64];
	size_t variable_count;
	int64_t wall, boot; /* seconds and ms of the two clocks */
	struct edges_answer answers[16];
	size_t answer_count;
	char sent[16][8192]; /* "METHOD URL\n<body>" of each request, in order */
	size_t sent_count;
	struct acr_config *config;
};

static inline int64_t edges_wall(const struct acr_app *app)
{
	return ((const struct edges *)(const void *)app)->wall;
}

static inline int64_t edges_boot(const struct acr_app *app)
{
	return ((const struct edges *)(const void *)app)->boot;
}

/* An error that a test simulates; its only argument is `about`. Returns -1. */
static inline int edges_fail(struct acr_error *error, enum acr_kind kind, const char *about)
{
	acr_raise(error, PLAIN, about);
	if (error)
		error->kind = kind;
	return -1;
}

static inline int edges_send(struct acr_http *self, const struct acr_app *app,
			     const struct acr_request *request, int64_t budget,
			     struct acr_response *ret, struct acr_error *error)
{
	struct edges *edges = (struct edges *)(uintptr_t)app;
	char line[4096];

	(void)self;
	(void)budget;
	snprintf(line, sizeof(line), "%s %s", request->method, request->url);
	if (edges->sent_count < 16)
		snprintf(edges->sent[edges->sent_count++], sizeof(edges->sent[0]), "%s\n%s", line,
			 request->body ? acr_secret_text(request->body) : "");
	for (size_t i = 0; i < edges->answer_count; i++) {
		struct edges_answer *answer = &edges->answers[i];
		if ((answer->asked && answer->fails == ACR_FINE) ||
		    strncmp(line, answer->prefix, strlen(answer->prefix)) != 0)
			continue;
		answer->asked = true;
		if (answer->fails != ACR_FINE)
			return edges_fail(error, answer->fails, request->url);
		ret->status = answer->status;
		ret->date = answer->date;
		ret->retry_after = answer->retry_after;
		if (answer->body)
			acr_secret_add(&ret->body, answer->body);
		if (answer->challenge)
			snprintf(ret->challenge, sizeof(ret->challenge), "%s", answer->challenge);
		return 0;
	}
	fail_msg("a request that nobody expected: %s", line);
	return -1;
}

static inline void edges_set(struct edges *edges, const char *name, const char *value)
{
	size_t length = strlen(name);
	size_t place = edges->variable_count;

	for (size_t i = 0; i < edges->variable_count; i++)
		if (strncmp(edges->variables[i], name, length) == 0 &&
		    edges->variables[i][length] == '=')
			place = i;
	if (place == edges->variable_count)
		edges->variable_count++;
	else
		free(edges->variables[place]);
	assert_true(edges->variable_count < 64);
	assert_true(asprintf(&edges->variables[place], "%s=%s", name, value) > 0);
}

/* Reads the configuration files and overrides again. */
/* Returns the text of an error in English, valid until the next call. */
static inline const char *edges_words(const struct acr_error *error)
{
	static char words[1024];
	auto_string text = acr_message_text(&error->message, NULL);

	snprintf(words, sizeof(words), "%s", text);
	return words;
}

/* Returns the IDs and arguments of an error, as rules see them; valid until the next call. */
static inline const char *edges_data(const struct acr_error *error)
{
	static char data[1024];
	auto_string text = acr_message_data(&error->message);

	snprintf(data, sizeof(data), "%s", text);
	return data;
}

static inline void edges_configure(struct edges *edges)
{
	struct acr_error error = { 0 };

	acr_config_free(edges->config);
	edges->config = NULL;
	if (acr_config_load(&edges->app, &edges->config, &error))
		fail_msg("config: %s", edges_words(&error));
	edges->app.config = edges->config;
}

static inline void edges_write(struct edges *edges, const char *path, const char *text)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", edges->folder, path);
	for (char *slash = full + strlen(edges->folder) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(full, 0600), 0);
}

static inline void edges_begin(struct edges *edges)
{
	memset(edges, 0, sizeof(*edges));
	strcpy(edges->folder, "/tmp/acr-unit-XXXXXX");
	assert_non_null(mkdtemp(edges->folder));
	edges->wall = 1750000000;
	edges->boot = 1000000;
	edges->http.send = edges_send;
	edges->app = (struct acr_app){ .program = "docker-credential-acr",
				       .environment = (const char *const *)edges->variables,
				       .in = -1,
				       .out = -1,
				       .err = -1,
				       .clock = { edges_wall, edges_boot },
				       .http = &edges->http,
				       .root = edges->folder };
	edges_set(edges, "HOME", edges->folder);
	char runtime[80];
	snprintf(runtime, sizeof(runtime), "%s/run", edges->folder);
	assert_int_equal(mkdir(runtime, 0700), 0);
	edges_set(edges, "XDG_RUNTIME_DIR", runtime);
	edges->app.deadline = edges->boot + 30000;
	edges_write(edges, "proc/sys/kernel/random/boot_id",
		    "6f1c2a9e-0d5b-4a0e-9a0f-2f7d3b1c8e55\n");
	edges_configure(edges);
}

static inline struct edges_answer *edges_answer(struct edges *edges, const char *prefix, int status,
						const char *body)
{
	struct edges_answer *answer = &edges->answers[edges->answer_count++];

	*answer = (struct edges_answer){ .prefix = prefix, .status = status, .body = body };
	return answer;
}

struct edges_home {
	const struct acr_app *app;
	const struct acr_cache_home *home;
};

static inline void edges_drop_key(void *data, const char *key)
{
	const struct edges_home *one = data;

	one->home->drop(one->app, key, NULL);
}

static inline void edges_end(struct edges *edges)
{
	char command[128];

	/* Keys in the kernel keyring outlive the directory of a test. */
	for (size_t i = 0; acr_cache_homes[i]; i++) {
		struct edges_home one = { &edges->app, acr_cache_homes[i] };

		acr_cache_homes[i]->each(&edges->app, edges_drop_key, &one, NULL);
	}

	for (size_t i = 0; i < edges->answer_count; i++)
		if (!edges->answers[i].asked)
			fail_msg("nobody asked for %s", edges->answers[i].prefix);
	acr_config_free(edges->config);
	for (size_t i = 0; i < edges->variable_count; i++)
		free(edges->variables[i]);
	snprintf(command, sizeof(command), "rm -rf %s", edges->folder);
	assert_int_equal(system(command), 0);
}

#endif
