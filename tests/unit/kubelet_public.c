/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that the token of an anonymous client is used only for what it allows. */
#include "edges.h"
#include "kubelet/kubelet.h"
#include "tokens.h"

#define IMAGE "contoso.azurecr.io/team/app:1"
#define ROW(type, name, actions)                                                                   \
	"{\"access\":[{\"type\":\"" type "\",\"name\":\"" name "\",\"actions\":" actions "}]}"

static const struct {
	const char *claims;
	bool public;
} tokens[] = {
	{ ROW("repository", "team/app", "[\"pull\"]"), true },
	{ ROW("repository", "team/app", "[\"metadata_read\",\"pull\"]"), true },
	{ ROW("repository", "team/app", "[\"*\"]"), true },
	{ "{\"access\":[{\"Type\":\"repository\",\"Name\":\"team/app\",\"Actions\":[\"pull\"]}]}",
	  true },
	{ "{\"access\":[5,{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":[\"pull\"]}]}",
	  true },
	{ ROW("repository", "team/app", "[]"), false },
	{ ROW("repository", "team/app", "null"), false },
	{ ROW("repository", "team/app", "[\"metadata_read\"]"), false },
	{ ROW("repository", "team/app", "[1]"), false },
	{ ROW("repository", "team/other", "[\"pull\"]"), false },
	{ ROW("registry", "team/app", "[\"pull\"]"), false },
	{ "{\"access\":[]}", false },
	{ "{\"access\":[{}]}", false },
	{ "{\"access\":[null]}", false },
	{ "{\"access\":\"repository:team/app:pull\"}", false },
	{ "{}", false },
};

static void an_image_is_public_only_if_the_anonymous_token_allows_pull(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		auto_secret token = { 0 }, body = { 0 };
		struct acr_registry registry;
		struct edges edges;

		edges_begin(&edges);
		assert_true(acr_registry_parse(edges.config, "contoso.azurecr.io", 18, &registry));
		token_add(&token, tokens[i].claims);
		acr_secret_format(&body, "{\"access_token\":\"%s\"}", acr_secret_text(&token));
		edges_answer(&edges, "GET https://contoso.azurecr.io/oauth2/token?", 200,
			     acr_secret_text(&body));
		if (acr_kubelet_is_public(&edges.app, &registry, IMAGE) != tokens[i].public)
			fail_msg("%s", tokens[i].claims);
		edges_end(&edges);
	}
}

static void an_answer_without_a_token_means_not_public(void **state)
{
	static const struct {
		int status;
		const char *body;
	} answers[] = { { 401, "" }, { 403, "" },   { 404, "" },
			{ 200, "" }, { 200, "{}" }, { 200, "{\"access_token\":\"opaque\"}" } };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct acr_registry registry;
		struct edges edges;

		edges_begin(&edges);
		assert_true(acr_registry_parse(edges.config, "contoso.azurecr.io", 18, &registry));
		edges_answer(&edges, "GET https://contoso.azurecr.io/oauth2/token?",
			     answers[i].status, answers[i].body);
		assert_false(acr_kubelet_is_public(&edges.app, &registry, IMAGE));
		edges_end(&edges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_is_public_only_if_the_anonymous_token_allows_pull),
		cmocka_unit_test(an_answer_without_a_token_means_not_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
