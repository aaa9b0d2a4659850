/* SPDX-License-Identifier: Apache-2.0 */
/* Restricts a child before it loads GLib: see bus_child.h. */
#include "store/bus_child.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/process.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SPACE RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SPACE RLIM_INFINITY
#endif
#endif
#ifndef ADDRESS_SPACE
#define ADDRESS_SPACE (1 << 30) /* each thread of GLib reserves 136 MB of it */
#endif

/* Protects against a service that sends a gigabyte. */
static void limit(void)
{
	static const struct {
		int resource;
		rlim_t most;
	} limits[] = { { RLIMIT_CORE, 0 },
		       { RLIMIT_CPU, 5 },
		       { RLIMIT_NOFILE, 64 },
		       { RLIMIT_FSIZE, 0 },
		       { RLIMIT_AS, ADDRESS_SPACE } };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit both = { limits[i].most, limits[i].most };
		setrlimit(limits[i].resource, &both);
	}
}

void acr_bus_child_begin(const struct acr_app *app)
{
	/* GLib and libsecret read the environment of the process. They get only these variables,
	 * and so no SECRET_BACKEND and no GIO modules. */
	static const char *const names[] = { "HOME", "XDG_RUNTIME_DIR", NULL };

	environ = acr_environment_pick(app, names);
	/* Prevents code from looking for a bus by itself. */
	setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 1);
	limit();
}
