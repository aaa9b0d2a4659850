/* SPDX-License-Identifier: Apache-2.0 */
/* A progress line on the terminal of stderr that says what is being waited for. It is overwritten
 * each time, and erased when the command ends, even by a signal. */
#ifndef FRONT_PROGRESS_H
#define FRONT_PROGRESS_H

#include "acr/app.h"

/* Does nothing if stderr is not a terminal. */
void acr_progress_show(const struct acr_app *app, const char *text);
void acr_progress_end(const struct acr_app *app);

#endif
