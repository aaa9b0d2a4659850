/* SPDX-License-Identifier: Apache-2.0 */
/* Two clocks: wall-clock time, which anybody may set, and boot time, which nobody can set. */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

int64_t acr_clock_wall(const struct acr_app *app)
{
	struct timespec now;

	(void)app;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t acr_clock_boot(const struct acr_app *app)
{
	struct timespec now;

	(void)app;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t acr_budget(const struct acr_app *app, int64_t at_most)
{
	int64_t left;

	if (app->deadline == 0)
		return at_most;
	left = app->deadline - app->clock.boot(app);
	return left < 0 ? 0 : left < at_most ? left : at_most;
}

void acr_clock_boot_id(const struct acr_app *app, char ret[static 40])
{
	auto_string path = acr_system_path(app, "/proc/sys/kernel/random/boot_id");
	auto_fd fd = -1;
	ssize_t got;

	ret[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, ret, 39);
	ret[got > 0 ? got : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

int64_t acr_clock_days(int64_t year, int month, int day)
{
	/* Howard Hinnant's days_from_civil (public domain): years begin in March, so that leap days
	 * come last. */
	int64_t era, of_era, of_year, day_of_era;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
	return era * 146097 + day_of_era - 719468;
}

int64_t acr_clock_http_date(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, year, hour, minute, second;
	char month[4];
	const char *found;

	/* "Tue, 15 Nov 1994 08:12:31 GMT" */
	if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &day, month, &year,
		   &hour, &minute, &second) != 6)
		return 0;
	found = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!found || (found - months) % 3 != 0 || day < 1 || day > 31 || year < 1970 ||
	    hour > 23 || minute > 59 || second > 60)
		return 0;
	return acr_clock_days(year, (int)((found - months) / 3) + 1, day) * 86400 + hour * 3600 +
	       minute * 60 + second;
}
