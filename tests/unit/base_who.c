/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the description of an identity: it survives serialization, becomes text only when it is
 * printed, and cannot imitate another identity. */
#include "edges.h"

#include "acr/message.h"
#include "acr/who.h"

#define LONG                                                                                       \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                         \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\xc3\xbc"

static void assert_text(const struct acr_who *who, const char *text)
{
	auto_string said = acr_who_text(who, NULL);

	assert_string_equal(said, text);
}

static void an_identity_is_read_back_unchanged(void **state)
{
	static const char *const texts[] = { NULL, "x", "a b", "id=1 tenant=2", "=", LONG };
	const size_t count = sizeof(texts) / sizeof(texts[0]);

	(void)state;
	for (enum acr_who_type type = ACR_WHO_OTHER; type <= ACR_WHO_MANAGED_IDENTITY; type++)
		for (size_t i = 0; i < count * 4; i++) {
			/* IDs and tenants never contain spaces. */
			const char *word = i & 1 ? "1111-22" : NULL,
				   *tenant = i & 2 ? "t.de" : NULL;
			struct acr_who who = acr_who(type, word, texts[i / 4], tenant), back;
			struct acr_who_line line = acr_who_line(&who);

			acr_who_read(line.text, &back);
			assert_memory_equal(&back, &who, sizeof(who));
		}
}

static void an_identity_is_described_in_words(void **state)
{
	struct acr_who who = acr_who(ACR_WHO_USER, "1", "user@contoso.com", "2");

	(void)state;
	assert_text(&who, "user user@contoso.com, tenant 2");
	assert_string_equal(acr_who_short(&who), "user@contoso.com");
	who = acr_who(ACR_WHO_SERVICE_PRINCIPAL, "1", NULL, "2");
	assert_text(&who, "service principal 1, tenant 2");
	assert_string_equal(acr_who_short(&who), "1");
	who = acr_who(ACR_WHO_MANAGED_IDENTITY, "1", "puller", "2");
	assert_text(&who, "managed identity puller (1), tenant 2");
	who = acr_who(ACR_WHO_MANAGED_IDENTITY, "1", NULL, NULL);
	assert_text(&who, "managed identity 1");
	who = acr_who(ACR_WHO_MANAGED_IDENTITY, NULL, NULL, NULL);
	assert_text(&who, "managed identity");
	who = acr_who(ACR_WHO_OTHER, NULL, "somebody", NULL);
	assert_text(&who, "somebody");
	who = acr_who(ACR_WHO_OTHER, NULL, NULL, NULL);
	assert_false(acr_who_is_known(&who));
	assert_text(&who, "an identity");
}

/* An earlier version stored a sentence: it is shown unchanged. */
static void text_of_an_earlier_version_is_shown_as_a_name(void **state)
{
	static const char *const sentences[] = {
		"service principal 1111, tenant 2222",	       "user user@contoso.com, tenant 2222",
		"managed identity puller (1111), tenant 2222", "managed identity",
		"a token that was stored by a client",
	};
	struct acr_who who;

	(void)state;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		acr_who_read(sentences[i], &who);
		assert_int_equal(who.type, ACR_WHO_OTHER);
		assert_text(&who, sentences[i]);
	}
}

static void a_claim_is_escaped_and_cut_between_characters(void **state)
{
	struct acr_who who = acr_who(ACR_WHO_USER, LONG, "a\x1b[31m\xc2\x9b\nb\xff", LONG LONG);

	(void)state;
	assert_string_equal(who.name, "a?[31m? b?");
	assert_int_equal(strlen(who.id), sizeof(who.id) - 1);
	who = acr_who(ACR_WHO_USER, NULL, LONG "\xc3\xbc", NULL);
	assert_int_equal(strlen(who.name), sizeof(who.name) - 1);
	who = acr_who(ACR_WHO_USER, NULL, &LONG[10], NULL);
	assert_int_equal(strlen(who.name), sizeof(who.name) - 2);
	acr_who_read("user name=a\xff\nx", &who);
	assert_string_equal(who.name, "a?");
}

static const char *shout(const char *english)
{
	return strcmp(english, "user {name}") == 0		     ? "USER {name}"
	       : strcmp(english, "{identity}, tenant {tenant}") == 0 ? "{tenant}'s {identity}"
								     : english;
}

/* In a message it is an argument, and is translated with the message. */
static void a_message_describes_the_identity_in_its_own_language(void **state)
{
	struct acr_who who = acr_who(ACR_WHO_USER, NULL, "a@b", "t");
	struct acr_message message;
	auto_string english = NULL;
	auto_string other = NULL;
	auto_string data = NULL;

	(void)state;
	acr_message_set(&message, ACR_MESSAGE_SIGN_IN_UNREACHABLE, NULL,
			(const char *const[]){ acr_who_line(&who).text, "no bus" }, 2);
	english = acr_message_text(&message, NULL);
	assert_non_null(strstr(english, "user a@b, tenant t"));
	other = acr_message_text(&message, shout);
	assert_non_null(strstr(other, "t's USER a@b"));
	data = acr_message_data(&message);
	assert_non_null(strstr(data, "; user tenant=t name=a@b no bus"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identity_is_read_back_unchanged),
		cmocka_unit_test(an_identity_is_described_in_words),
		cmocka_unit_test(text_of_an_earlier_version_is_shown_as_a_name),
		cmocka_unit_test(a_claim_is_escaped_and_cut_between_characters),
		cmocka_unit_test(a_message_describes_the_identity_in_its_own_language),
	};

	return cmocka_run_group_tests_name("base: who", tests, NULL, NULL);
}
