/* SPDX-License-Identifier: Apache-2.0 */
/* Linked with the free() of the executable: freed memory is wiped, also if a shared library frees
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "acr/error.h"
#include <json-c/json.h>

/* How often does a freed block of `size` bytes still contain "SSSS"? An attacker would read it in
 * the same way. (Pointers of the allocator may contain one such byte by chance.) */
static size_t left_behind(volatile const char *block, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i + 4 <= size; i += 4)
		count += block[i] == 'S' && block[i + 1] == 'S' && block[i + 2] == 'S' &&
			 block[i + 3] == 'S';
	return count;
}

static void a_freed_block_is_wiped(void **state)
{
	static const size_t sizes[] = { 24, 100, 1000, 2500, 30000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *block = malloc(sizes[i]);
		uintptr_t address = (uintptr_t)block;

		memset(block, 'S', sizes[i]);
		free(block);
		assert_int_equal(left_behind((volatile const char *)address, sizes[i]), 0);
	}
}

static void a_block_that_moves_when_it_grows_is_wiped(void **state)
{
	char *block = malloc(600);
	uintptr_t address = (uintptr_t)block;
	char *grown;

	(void)state;
	memset(block, 'S', 600);
	grown = realloc(block, 60000);
	assert_non_null(grown);
	assert_int_equal(left_behind(grown, 600), 150);
	assert_true((uintptr_t)grown != address);
	assert_int_equal(left_behind((volatile const char *)address, 600), 0);
	free(grown);
	assert_null(realloc(malloc(10), 0));
	grown = realloc(NULL, 10);
	assert_non_null(grown);
	free(grown);
}

static void a_block_that_a_library_frees_is_wiped(void **state)
{
	char text[2001];
	uintptr_t address;

	(void)state;
	memset(text, 'S', 2000);
	text[2000] = '\0';
	struct json_object *json = json_object_new_string(text);
	address = (uintptr_t)json_object_get_string(json);
	json_object_put(json);
	assert_int_equal(left_behind((volatile const char *)address, 2000), 0);
}

static jmp_buf ended;

/* Replaces the function in error.c, which ends the process. */
void acr_out_of_memory(void)
{
	longjmp(ended, 1);
}

/* More than the address space, and an overflow. */
static void a_failed_allocation_ends_the_process_for_any_caller(void **state)
{
	static const size_t much = (size_t)-1 / 2;
	static volatile int ends;
	void *volatile block = malloc(16);

	(void)state;
	ends = 0;
	for (volatile int i = 0; i < 4; i++) {
		if (setjmp(ended)) {
			ends++;
			continue;
		}
		(void)!(i == 0	 ? malloc(much)
			: i == 1 ? calloc(much, 4)
			: i == 2 ? realloc(block, much)
				 : reallocarray(block, much, 4));
	}
	assert_int_equal(ends, 4);
	free(block);
}

static void copies_are_complete(void **state)
{
	char *whole = strdup("twelve bytes"), *part = strndup("twelve bytes", 6);

	(void)state;
	assert_string_equal(whole, "twelve bytes");
	assert_string_equal(part, "twelve");
	free(whole);
	free(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_freed_block_is_wiped),
		cmocka_unit_test(a_block_that_moves_when_it_grows_is_wiped),
		cmocka_unit_test(a_block_that_a_library_frees_is_wiped),
		cmocka_unit_test(a_failed_allocation_ends_the_process_for_any_caller),
		cmocka_unit_test(copies_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
