/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which language. glibc decides by LC_ALL, LC_MESSAGES, LANG and LANGUAGE; the text comes as UTF-8
 * whatever the locale's own code set is, since terminals have long agreed on it. A locale that was
 * never generated (containers have none) must not cost a person their language: then the one that
 * every glibc has is taken, and LANGUAGE says which.
 */
#include "explain/language.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acr/rule.h"

/* Written by meson; a tool that only looks at the sources does without. */
#if __has_include("explain/po/folders.h")
#include "explain/po/folders.h"
#else
#define ACR_LOCALE_INSTALLED "/usr/share/locale"
#define ACR_LOCALE_BUILT     "explain/po"
#endif

const char *acr_text(const char *text)
{
	return *text ? dgettext(ACR_DOMAIN, text) : text;
}

const char *acr_plural(const char *one, const char *many, unsigned long count)
{
	return dngettext(ACR_DOMAIN, one, many, count);
}

/* The name of the locale that was asked for. */
static const char *asked_for(const struct acr_app *app)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !value; i++)
		value = acr_env(app, names[i]);
	return value;
}

static void choose_locale(const struct acr_app *app)
{
	const char *wanted = asked_for(app);

	if (setlocale(LC_MESSAGES, "") || !wanted || strchr(wanted, '/'))
		return;
	if (setlocale(LC_MESSAGES, "C.UTF-8"))
		setenv("LANGUAGE", wanted, 0);
}

/* Where the catalogues lie: where they were installed to, or, for a program that runs where it was
 * built, beside it. */
static void choose_folder(void)
{
	char path[4096];
	ssize_t length =
		readlink("/proc/self/exe", path, sizeof(path) - sizeof(ACR_LOCALE_BUILT) - 1);
	char *slash;

	bindtextdomain(ACR_DOMAIN, ACR_LOCALE_INSTALLED);
	if (length <= 0)
		return;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return;
	memcpy(slash + 1, ACR_LOCALE_BUILT, sizeof(ACR_LOCALE_BUILT));
	if (access(path, R_OK) == 0)
		bindtextdomain(ACR_DOMAIN, path);
}

void acr_language_begin(const struct acr_app *app)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	choose_locale(app);
	choose_folder();
	bind_textdomain_codeset(ACR_DOMAIN, "UTF-8");
}
