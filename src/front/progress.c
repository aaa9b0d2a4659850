/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the progress line, and erases it if a signal ends the program. */
#include "front/progress.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/columns.h"
#include "base/file.h"

#define CLEAR "\r\033[K"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Which process shows its line on which terminal; children inherit the handler, but the line is
 * their parent's. */
static volatile sig_atomic_t shown, owner, terminal;
static struct sigaction before[SIGNALS];

static void clear_and_end(int number)
{
	if (shown && getpid() == owner && write(terminal, CLEAR, strlen(CLEAR)) < 0)
		shown = 0;
	signal(number, SIG_DFL);
	raise(number);
}

static void begin(const struct acr_app *app)
{
	struct sigaction action = { .sa_handler = clear_and_end };

	owner = getpid();
	terminal = app->err;
	shown = 1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++) {
		sigaction(signals[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

void acr_progress_show(const struct acr_app *app, const char *text)
{
	auto_secret line = { 0 };

	if (app->err < 0 || !isatty(app->err))
		return;
	if (!shown)
		begin(app);
	acr_secret_add(&line, CLEAR);
	acr_columns_cell(&line, text, acr_columns_most() - 1, true);
	if (acr_write(app->err, acr_secret_text(&line), line.length))
		acr_debug(app, "stderr went away");
}

void acr_progress_end(const struct acr_app *app)
{
	if (!shown)
		return;
	if (acr_write(app->err, CLEAR, strlen(CLEAR)))
		acr_debug(app, "stderr went away");
	shown = 0;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
}
