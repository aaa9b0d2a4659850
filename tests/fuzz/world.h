/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of a fuzz target, in which the input is the content of all files, programs and
 * services. The environment variables are those of the target, directories are in memory, the clock
 * stands still, and nothing is started or connected to. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acr/app.h"
#include "acr/config.h"
#include "acr/error.h"
#include "acr/http.h"
#include "oracle.h"

#define WALL   1750000000
#define HOST   "acme.azurecr.io"
#define TENANT "11111111-1111-1111-1111-111111111111"
#define CLIENT "22222222-2222-2222-2222-222222222222"

struct world {
	struct acr_app app; /* must be first: it is cast back to the world */
	struct acr_http http;
	char folder[64]; /* root and HOME */
	char variables[8][512];
	const char *environment[9];
	const uint8_t *data; /* the response of a service, or the output of a program */
	size_t size;
	int status; /* the HTTP status, or the exit status of the program */
};

static inline int64_t world_wall(const struct acr_app *app)
{
	(void)app;
	return WALL;
}

static inline int64_t world_boot(const struct acr_app *app)
{
	(void)app;
	return 1000000;
}

static inline int world_send(struct acr_http *self, const struct acr_app *app,
			     const struct acr_request *request, int64_t budget,
			     struct acr_response *ret, struct acr_error *error)
{
	const struct world *world = (const void *)app;

	(void)self;
	(void)request;
	(void)budget;
	(void)error;
	ret->status = world->status;
	acr_secret_add_bytes(&ret->body, world->data, world->size);
	return 0;
}

static inline int world_run(const struct acr_app *app, const struct acr_run *run, int *status,
			    struct acr_secret *ret_out, struct acr_secret *ret_err,
			    struct acr_error *error)
{
	const struct world *world = (const void *)app;

	(void)run;
	(void)error;
	*status = world->status << 8;
	acr_secret_add_bytes(world->status ? ret_err : ret_out, world->data, world->size);
	return 0;
}

static inline void world_set(struct world *world, const char *row)
{
	for (int i = 0; i < 8; i++) {
		if (world->environment[i])
			continue;
		snprintf(world->variables[i], sizeof(world->variables[i]), "%s", row);
		world->environment[i] = world->variables[i];
		return;
	}
	abort();
}

static struct world world_there;

static void world_end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", world_there.folder);
	if (system(command))
		return;
}

/* Created once: a target overwrites its own files in each run. */
static inline struct world *world_begin(void)
{
	char row[128];

	if (*world_there.folder)
		return &world_there;
	snprintf(world_there.folder, sizeof(world_there.folder), "/dev/shm/acr-fuzz-XXXXXX");
	must(mkdtemp(world_there.folder));
	must(atexit(world_end) == 0);
	world_there.http.send = world_send;
	world_there.status = 200;
	world_there.app = (struct acr_app){ .program = "docker-credential-acr",
					    .environment = world_there.environment,
					    .in = -1,
					    .out = -1,
					    .err = -1,
					    .clock = { world_wall, world_boot },
					    .http = &world_there.http,
					    .run = world_run,
					    .deadline = 1030000,
					    .root = world_there.folder };
	snprintf(row, sizeof(row), "HOME=%s", world_there.folder);
	world_set(&world_there, row);
	return &world_there;
}

/* Writes a file below the folder and creates its parent directories. */
static inline void world_write(const struct world *world, const char *path, const void *bytes,
			       size_t size)
{
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", world->folder, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (char *slash = full + strlen(world->folder) + 1; fd < 0 && (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	if (fd < 0)
		fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && close(fd) == 0);
}

/* Returns the input as a file without a name, to be closed by the caller; `ret_path` refers to
 * it. */
static inline int world_file(const void *bytes, size_t size, char ret_path[static 32])
{
	int fd = memfd_create("input", 0);

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	snprintf(ret_path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* An error must be printable, and a failure must have one. */
static inline void must_be_told(const struct acr_error *error)
{
	auto_string text = acr_error_text(error);

	must(error->kind != ACR_FINE && *text);
	must_be_printable(text, strlen(text) + 1);
	must_be_printable(error->code, sizeof(error->code));
	must_be_printable(error->sentence, sizeof(error->sentence));
}

#endif
