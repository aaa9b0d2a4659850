/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unified diff of two small files, for a person to look at. Whatever may be a password (docker
 * keeps them in config.json, base64 in "auths", plain in "HttpHeaders") is shown as dots: a diff
 * ends in logs.
 */
#include <stdlib.h>
#include <string.h>

#include "configure/configure.h"

#define CONTEXT	  3
#define CELLS_MAX (4 * 1024 * 1024) /* of the table below; larger middles are shown as replaced */

struct mask {
	const struct acr_secret *bytes;
	struct acr_secret *out;
	size_t done;
};

static void hide(void *data, size_t from, size_t to)
{
	struct mask *mask = data;

	acr_secret_add_bytes(mask->out, acr_secret_text(mask->bytes) + mask->done,
			     from - mask->done);
	acr_secret_add(mask->out, "...");
	mask->done = to;
}

static void masked(const struct acr_secret *bytes, bool json, struct acr_secret *out)
{
	struct mask mask = { bytes, out, 0 };

	if (json)
		acr_member_values(bytes, hide, &mask);
	acr_secret_add_bytes(out, acr_secret_text(bytes) + mask.done, bytes->length - mask.done);
}

struct lines {
	const char **at; /* owned; each points into the text */
	size_t *length;	 /* owned; with the line end */
	size_t count;
};

static void free_lines(struct lines *lines)
{
	free(lines->at);
	free(lines->length);
}

static void *room(size_t count, size_t size)
{
	void *made = calloc(count + 1, size);

	if (!made)
		acr_out_of_memory();
	return made;
}

static void split(const struct acr_secret *text, struct lines *ret)
{
	const char *next = acr_secret_text(text), *end = next + text->length;
	size_t count = 1;

	for (const char *c = next; c < end; c++)
		count += *c == '\n';
	ret->at = room(count, sizeof(*ret->at));
	ret->length = room(count, sizeof(*ret->length));
	while (next < end) {
		const char *line_end = memchr(next, '\n', (size_t)(end - next));
		size_t length = line_end ? (size_t)(line_end - next) + 1 : (size_t)(end - next);

		ret->at[ret->count] = next;
		ret->length[ret->count++] = length;
		next += length;
	}
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	return a->length[i] == b->length[k] && memcmp(a->at[i], b->at[k], a->length[i]) == 0;
}

/* One line of the script: ' ' both have it, '-' and '+'. */
struct script {
	struct row {
		char mark;
		const char *at;
		size_t length;
	} * rows; /* owned */
	size_t count;
};

static void put(struct script *script, char mark, const struct lines *lines, size_t i)
{
	script->rows[script->count++] = (struct row){ mark, lines->at[i], lines->length[i] };
}

/* The longest common subsequence of what lies between `begin` and the two ends. */
static void compare(const struct lines *a, size_t a_end, const struct lines *b, size_t b_end,
		    size_t begin, struct script *script)
{
	size_t rows = a_end - begin + 1, columns = b_end - begin + 1;
	size_t i = begin, k = begin;
	unsigned int *best = NULL;

	if (rows <= CELLS_MAX / columns)
		best = room(rows * columns, sizeof(*best));
	for (size_t x = rows - 1; best && x-- > 0;)
		for (size_t y = columns - 1; y-- > 0;) {
			unsigned int down = best[(x + 1) * columns + y];
			unsigned int right = best[x * columns + y + 1];

			best[x * columns + y] = same(a, begin + x, b, begin + y)
							? best[(x + 1) * columns + y + 1] + 1
						: down > right ? down
							       : right;
		}
	while (i < a_end || k < b_end) {
		if (best && i < a_end && k < b_end && same(a, i, b, k)) {
			put(script, ' ', a, i++);
			k++;
		} else if (i < a_end && (k == b_end || !best ||
					 best[(i - begin + 1) * columns + k - begin] >=
						 best[(i - begin) * columns + k - begin + 1])) {
			put(script, '-', a, i++);
		} else {
			put(script, '+', b, k++);
		}
	}
	free(best);
}

static void make_script(const struct lines *a, const struct lines *b, struct script *script)
{
	size_t begin = 0, a_end = a->count, b_end = b->count;

	script->rows = room(a->count + b->count, sizeof(*script->rows));
	while (begin < a_end && begin < b_end && same(a, begin, b, begin))
		put(script, ' ', a, begin++);
	while (a_end > begin && b_end > begin && same(a, a_end - 1, b, b_end - 1)) {
		a_end--;
		b_end--;
	}
	compare(a, a_end, b, b_end, begin, script);
	for (; a_end < a->count; a_end++)
		put(script, ' ', a, a_end);
}

static void print_hunk(const struct script *script, size_t from, size_t to, size_t a, size_t b,
		       struct acr_secret *out)
{
	size_t a_lines = 0, b_lines = 0;

	for (size_t i = from; i < to; i++) {
		a_lines += script->rows[i].mark != '+';
		b_lines += script->rows[i].mark != '-';
	}
	acr_secret_format(out, "@@ -%zu,%zu +%zu,%zu @@\n", a + (a_lines > 0), a_lines,
			  b + (b_lines > 0), b_lines);
	for (size_t i = from; i < to; i++) {
		const struct row *row = &script->rows[i];

		acr_secret_format(out, "%c", row->mark);
		acr_secret_add_bytes(out, row->at, row->length);
		if (row->length == 0 || row->at[row->length - 1] != '\n')
			acr_secret_add(out, "\n\\ No newline at end of file\n");
	}
}

/* Is a row within CONTEXT rows that differ, and up to where does that go on? */
static void print(const struct script *script, struct acr_secret *out)
{
	size_t a = 0, b = 0, done = 0;

	for (size_t i = 0; i < script->count; i++) {
		size_t from, to, last;

		if (script->rows[i].mark == ' ')
			continue;
		from = i - done > CONTEXT ? i - CONTEXT : done;
		for (last = to = i; to < script->count && to - last <= 2 * CONTEXT; to++)
			if (script->rows[to].mark != ' ')
				last = to;
		to = last + 1 + CONTEXT < script->count ? last + 1 + CONTEXT : script->count;
		for (; done < from; done++) {
			a++;
			b++;
		}
		print_hunk(script, from, to, a, b, out);
		for (; done < to; done++) {
			a += script->rows[done].mark != '+';
			b += script->rows[done].mark != '-';
		}
		i = to - 1;
	}
}

void acr_diff(const char *path, const struct acr_secret *before, const struct acr_secret *after,
	      bool json, struct acr_secret *out)
{
	auto_secret old_text = { 0 }, new_text = { 0 };
	struct lines a = { 0 }, b = { 0 };
	struct script script = { 0 };

	masked(before, json, &old_text);
	masked(after, json, &new_text);
	split(&old_text, &a);
	split(&new_text, &b);
	make_script(&a, &b, &script);
	acr_secret_format(out, "--- %s\n+++ %s\n", before->length ? path : "/dev/null",
			  after->length ? path : "/dev/null");
	print(&script, out);
	free(script.rows);
	free_lines(&a);
	free_lines(&b);
}
