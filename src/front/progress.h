/* SPDX-License-Identifier: Apache-2.0 */
/* A line on the terminal of stderr that says what is waited for. It is written over each time, and
 * gone when the command ends, also where a signal ends it. */
#ifndef FRONT_PROGRESS_H
#define FRONT_PROGRESS_H

#include "acr/app.h"

/* Nothing where stderr is no terminal. */
void acr_progress_show(const struct acr_app *app, const char *text);
void acr_progress_end(const struct acr_app *app);

#endif
