/* SPDX-License-Identifier: Apache-2.0 */
/* The real clocks, which main() assigns to struct acr_app. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "acr/app.h"

int64_t acr_clock_wall(const struct acr_app *app);
int64_t acr_clock_boot(const struct acr_app *app);

/* The id of this boot (/proc/sys/kernel/random/boot_id), "" if it cannot be read. */
void acr_clock_boot_id(const struct acr_app *app, char ret[static 40]);

/* Days since 1970-01-01 of a Gregorian date, independent of time zone and locale. */
int64_t acr_clock_days(int64_t year, int month, int day);

/* Seconds since 1970 of an HTTP date (RFC 9110 5.6.7, the preferred form), 0 if it is not one. */
int64_t acr_clock_http_date(const char *text);

#endif
