/* SPDX-License-Identifier: Apache-2.0 */
/* Tests from which registry an image is pulled with --registry-mirror: one row for each form. */
#include "edges.h"
#include "kubelet/kubelet.h"

static struct edges edges;

static int setup(void **state)
{
	(void)state;
	edges_begin(&edges);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edges_end(&edges);
	return 0;
}

static const struct row {
	const char *image, *mirrors, *from, *host; /* host NULL: not an Azure registry */
	bool by_image;
} rows[] = {
	{ "acme.azurecr.io/app:1", NULL, NULL, "acme.azurecr.io", false },
	{ "acme.azurecr.io", NULL, NULL, NULL, false },
	{ "docker.io/library/nginx", NULL, NULL, NULL, false },
	{ "docker.io/library/nginx", "docker.io:acme.azurecr.io", "docker.io", "acme.azurecr.io",
	  false },
	{ "docker.io/library/nginx", "DOCKER.io:acme.azurecr.io", "DOCKER.io", "acme.azurecr.io",
	  false },
	{ "docker.io.example/nginx", "docker.io:acme.azurecr.io", NULL, NULL, false },
	{ "docker.io/nginx", "docker.io/:acme.azurecr.io/mirror", "docker.io", "acme.azurecr.io",
	  false },
	{ "localhost:5000/app", "localhost:5000:acme.azurecr.io", "localhost:5000",
	  "acme.azurecr.io", false },
	/* A path matches by whole segments and is case-sensitive. */
	{ "docker.io/team/app", "docker.io/team:acme.azurecr.io", "docker.io/team",
	  "acme.azurecr.io", true },
	{ "docker.io/teams/app", "docker.io/team:acme.azurecr.io", NULL, NULL, true },
	{ "docker.io/Team/app", "docker.io/team:acme.azurecr.io", NULL, NULL, true },
	{ "docker.io/team:1", "docker.io/team:acme.azurecr.io", "docker.io/team", "acme.azurecr.io",
	  true },
	{ "docker.io/team@sha256:0", "docker.io/team:acme.azurecr.io", "docker.io/team",
	  "acme.azurecr.io", true },
	/* The longest FROM wins, at any position. */
	{ "docker.io/team/app", "docker.io:one.azurecr.io,docker.io/team:two.azurecr.io",
	  "docker.io/team", "two.azurecr.io", true },
	{ "docker.io/team/app", "docker.io/team:two.azurecr.io,docker.io:one.azurecr.io",
	  "docker.io/team", "two.azurecr.io", true },
	{ "docker.io/other/app", "docker.io/team:two.azurecr.io, docker.io:one.azurecr.io",
	  "docker.io", "one.azurecr.io", true },
	/* An entry without the form FROM:TO is ignored. */
	{ "docker.io/nginx", "docker.io,:acme.azurecr.io,docker.io:", NULL, NULL, false },
	/* An image of an Azure registry may be pulled from elsewhere. */
	{ "acme.azurecr.io/app", "acme.azurecr.io:registry.example", "acme.azurecr.io", NULL,
	  false },
};

static void an_image_is_pulled_from_the_mirror_of_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_kubelet_source source = { 0 };

		acr_kubelet_source_find(&edges.app, rows[i].image, rows[i].mirrors, &source);
		if (source.ours != (rows[i].host != NULL) ||
		    (source.ours && strcmp(source.registry.host, rows[i].host) != 0) ||
		    strcmp(source.from ? source.from : "none",
			   rows[i].from ? rows[i].from : "none") != 0 ||
		    source.by_image != rows[i].by_image)
			fail_msg("%s by %s: from %s, at %s, by image: %d", rows[i].image,
				 rows[i].mirrors, source.from,
				 source.ours ? source.registry.host : "", source.by_image);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_image_is_pulled_from_the_mirror_of_its_row,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
