/* SPDX-License-Identifier: Apache-2.0 */
/* Recognizes output of this program by the explanation id, even if a client has added words around
 * it. */
#include "explain/own_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "explain/language.h"
#include "explain/sanitize.h"

#define PREFIX	  "docker-credential-acr: "
#define LINE_MOST 2000 /* maximum bytes of a line that are examined */
#define WRAPS	  3    /* lines that a headline may take */

static size_t line_end(const char *text, size_t length, size_t at)
{
	const char *found = memchr(text + at, '\n', length - at);

	return found ? (size_t)(found - text) : length;
}

/* The rule whose id is in brackets at `at`. */
static const struct acr_rule *rule_at(const char *text, size_t end, size_t at)
{
	size_t size = 0;
	auto_string id = NULL;

	while (at + 1 + size < end &&
	       strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text[at + 1 + size]))
		size++;
	if (size == 0 || at + 1 + size >= end || text[at + 1 + size] != ']')
		return NULL;
	id = acr_copy_bytes(text + at + 1, size);
	return acr_rule_by_id(id);
}

/* Only closing quotes may follow an id on its line. */
static bool ends_line(const char *text, size_t end, size_t at)
{
	const char *close = memchr(text + at, ']', end - at);

	for (close++; close < text + end; close++)
		if (!strchr(" `\"'\\.)}", *close))
			return false;
	return true;
}

/* What a client prints before the output of a credential helper that failed. */
static const char quoting[] = ", out: `";

/* Does the text name an Azure registry as this program does, by its host and not as part of an
 * image? */
static bool names_registry(const char *text, const char *end)
{
	const char *at = text;

	while ((at = acr_words_find(at, (size_t)(end - at), ".azurecr.", 9))) {
		at += 9;
		while (at < end && isalpha((unsigned char)*at))
			at++;
		if (at == end || *at != '/')
			return true;
	}
	return false;
}

/* Does the text contain the longest part of `what` that does not depend on the registry? */
static bool says(const char *what, const char *text, const char *end)
{
	const char *longest = what;
	size_t most = 0;

	for (size_t size; *what; what += size, what += strcspn(what, "}"), what += *what == '}') {
		size = strcspn(what, "{");
		longest = size > most ? what : longest;
		most = size > most ? size : most;
	}
	return acr_words_find(text, (size_t)(end - text), longest, most);
}

/* Is the text before an id a line of this program, even without its name? `quoted`: a client quotes
 * a helper. Ids that are ordinary words may also be printed by other programs. */
static bool is_ours(const struct acr_rule *rule, const char *text, const char *mark, bool quoted)
{
	bool registry = names_registry(text, mark);

	if (mark - text < 2 || !strchr(" \n", mark[-1]) || strchr("=:;,([]{}|", mark[-2]))
		return false;
	if (quoted && memchr(text, '`', (size_t)(mark - text)))
		return false;
	if (quoted && registry)
		return true;
	return (quoted || registry) && (strchr(rule->id, '-') || says(rule->what, text, mark) ||
					says(acr_text(rule->what), text, mark));
}

/* An id between `from` and `end` that this program printed: preceded by its name, or by the words
 * of the rule since `at`. */
static const struct acr_rule *find_mark(const char *text, size_t at, size_t from, size_t end,
					bool named, bool quoted, size_t *ret_mark)
{
	const char *here = text + from;

	while ((here = memchr(here, '[', (size_t)(text + end - here)))) {
		size_t mark = (size_t)(here - text);
		const struct acr_rule *rule = rule_at(text, end, mark);

		*ret_mark = mark;
		if (rule && (named || (ends_line(text, end, mark) &&
				       is_ours(rule, text + at, here, quoted))))
			return rule;
		here++;
	}
	return NULL;
}

/* The headings of a page, in English and in the language of this process. Version 0.1.0 printed
 * "Who was tried:". */
static bool is_heading(const char *line, size_t size)
{
	static const char *const headings[] = { N_("Why:"),	      N_("Why, probably:"),
						N_("Who was tried:"), N_("Also denied:"),
						N_("What to do:"),    N_("After a change:"),
						N_("All steps:"),     N_("All checks:"),
						N_("More:") };

	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		const char *const both[] = { headings[i], acr_text(headings[i]) };

		for (size_t j = 0; j < 2; j++)
			if (size >= strlen(both[j]) && strncmp(line, both[j], strlen(both[j])) == 0)
				return true;
	}
	return false;
}

static size_t page_end(const char *text, size_t length, size_t end)
{
	bool page = false;

	while (end < length) {
		const char *line = text + end + 1;
		size_t next = line_end(text, length, end + 1), size = next - end - 1;

		page = page || is_heading(line, size);
		if (!page ||
		    !(is_heading(line, size) || (size > 2 && strncmp(line, "  ", 2) == 0) ||
		      (size > 8 && strncmp(line, "https://", 8) == 0)))
			break;
		end = next;
	}
	return end;
}

/* The name of this program at the beginning of a line. A shell and exec also print it if they
 * cannot start the program. */
static const char *find_name(const char *text, size_t length)
{
	static const char *const theirs[] = {
		"executable file not found", "no such file",	  "command not found", "not found",
		"permission denied",	     "exec format error", "cannot execute",    "cannot open"
	};
	const char *name = acr_words_find(text, length, PREFIX, strlen(PREFIX));
	size_t left = name ? (size_t)(text + length - name) - strlen(PREFIX) : 0;

	for (size_t i = 0; name && i < sizeof(theirs) / sizeof(theirs[0]); i++)
		if (left >= strlen(theirs[i]) &&
		    strncasecmp(name + strlen(PREFIX), theirs[i], strlen(theirs[i])) == 0)
			return NULL;
	return name;
}

bool acr_own_words_at(const char *text, size_t length, size_t at, struct acr_own_words *ret)
{
	size_t end = line_end(text, length, at), begin = at;
	const char *name, *quote;

	end = end - at > LINE_MOST ? at + LINE_MOST : end;
	name = find_name(text + at, end - at);
	quote = acr_words_find(text + at, end - at, quoting, strlen(quoting));
	if (name)
		begin = (size_t)(name - text);
	else if (quote)
		begin = (size_t)(quote - text) + strlen(quoting);
	ret->rule = find_mark(text, begin, begin, end, name, quote, &ret->mark);
	/* A headline may continue on the next lines, whose indentation has been removed. */
	for (size_t i = 1, next = end; (name || quote) && !ret->rule && i < WRAPS && next < length;
	     i++) {
		size_t line = next + 1;
		const struct acr_rule *rule;

		next = line_end(text, length, line);
		rule = find_mark(text, begin, line, next, name, quote, &ret->mark);
		if (rule && ends_line(text, next, ret->mark)) {
			ret->rule = rule;
			end = next;
		}
	}
	ret->end = page_end(text, length, end);
	/* Without an id it may still quote Entra ID, whose code is sufficient. */
	return ret->rule || (name && !acr_words_find(text + at, end - at, "AADSTS", 6));
}
