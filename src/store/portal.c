/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls the desktop portal once and waits for its answer, which is a signal
 * (flatpak.github.io/xdg-desktop-portal, "OpenURI" and "Request"). Runs in a child, like all code
 * that loads GLib. A request exists only as long as its connection, so the child waits for the
 * answer.
 */
#include "acr/portal.h"

#include <string.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/library.h"
#include "base/process.h"
#include "store/bus.h"
#include "store/bus_child.h"
#include "store/session_bus.h"

#define SYMBOLS(X)                                                                                 \
	X(g_dbus_connection_signal_subscribe)                                                      \
	X(g_main_context_iteration)                                                                \
	X(g_variant_get)                                                                           \
	X(g_variant_new_parsed)
ACR_LIBRARY_DECLARE(SYMBOLS)

#define PORTAL "org.freedesktop.portal.Desktop"

enum { OPENED, DECLINED, FAILED, WAITING }; /* the first three are the portal's own */

struct question {
	const struct acr_app *app;
	const char *bus, *url;
};

static void take_response(GDBusConnection *connection, const char *sender, const char *path,
			  const char *interface, const char *signal, GVariant *parameters,
			  void *data)
{
	guint32 *response = data;

	(void)connection, (void)sender, (void)path, (void)interface, (void)signal;
	sym_g_variant_get(parameters, "(u@a{sv})", response, NULL);
}

static int ask(void *data, int out)
{
	const struct question *question = data;
	guint32 response = WAITING;

	acr_bus_child_begin(question->app);
	if (acr_session_bus_open(question->bus, NULL) ||
	    acr_library_load("libgio-2.0.so.0", "opening a page", library_symbols, NULL))
		return -1;
	sym_g_dbus_connection_signal_subscribe(
		acr_session_bus(), PORTAL, "org.freedesktop.portal.Request", "Response", NULL, NULL,
		G_DBUS_SIGNAL_FLAGS_NONE, take_response, &response, NULL);
	if (!acr_session_bus_call(PORTAL, "/org/freedesktop/portal/desktop",
				  "org.freedesktop.portal.OpenURI", "OpenURI",
				  sym_g_variant_new_parsed("('', %s, @a{sv} {})", question->url),
				  "(o)", NULL))
		return -1;
	while (response == WAITING)
		sym_g_main_context_iteration(NULL, TRUE);
	/* A user who declines has seen the dialog: do not open another one. */
	return response == OPENED || response == DECLINED ? acr_write(out, "1", 1) : -1;
}

bool acr_portal_open(const struct acr_app *app, const char *url)
{
	auto_string bus = acr_bus_address(app, NULL);
	struct question question = { app, bus, url };
	auto_secret answer = { 0 };

	return bus &&
	       acr_fork_ask(app, ask, &question, acr_budget(app, ACR_BUDGET_PORTAL), 1, &answer,
			    NULL) == 0 &&
	       answer.length == 1;
}
