/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: does the image support the platform that pulls it, which is that of the engine or, without
 * one, that of this machine? An index lists a manifest for each platform (OCI image specification),
 * and `acr purge --untagged` may delete these manifests although the tag remains
 * (Azure/acr-cli#131).
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "diagnose/content.h"
#include "diagnose/network.h"
#include "explain/language.h"

struct platform {
	char os[80], architecture[80];
};

/* Architecture names of the kernel and of Go, and the other architecture that such a machine can
 * run (containerd, platforms/compare.go). */
static const struct {
	const char *kernel, *name, *also;
} architectures[] = {
	{ "x86_64", "amd64", "386" },  { "amd64", "amd64", "386" },
	{ "aarch64", "arm64", "arm" }, { "arm64", "arm64", "arm" },
	{ "armv8l", "arm", "" },       { "armv7l", "arm", "" },
	{ "armv6l", "arm", "" },       { "i686", "386", "" },
	{ "i386", "386", "" },	       { "loongarch64", "loong64", "" },
};

static const char *name_of(const char *kernel)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (strcmp(architectures[i].kernel, kernel) == 0)
			return architectures[i].name;
	return kernel;
}

static const char *also_of(const char *name)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (strcmp(architectures[i].name, name) == 0)
			return architectures[i].also;
	return "";
}

/* DOCKER_DEFAULT_PLATFORM ("linux/arm64/v8") overrides the platform of the engine. */
static void find_platform(const struct acr_app *app, const struct acr_case *subject,
			  struct platform *ret)
{
	const char *chosen = acr_env(app, "DOCKER_DEFAULT_PLATFORM");
	auto_json info = acr_case_json(subject, ACR_FOUND_ENGINE_INFO);
	const char *os = acr_json_string(info, "OSType"),
		   *architecture = acr_json_string(info, "Architecture");
	struct utsname machine = { 0 };
	auto_string second = NULL;

	if (chosen && strchr(chosen, '/')) {
		const char *slash = strchr(chosen, '/');

		snprintf(ret->os, sizeof(ret->os), "%.*s", (int)(slash - chosen), chosen);
		second = acr_format("%.*s", (int)strcspn(slash + 1, "/"), slash + 1);
		snprintf(ret->architecture, sizeof(ret->architecture), "%s", name_of(second));
		return;
	}
	if (!os || !architecture) {
		uname(&machine);
		os = "linux";
		architecture = machine.machine;
	}
	snprintf(ret->os, sizeof(ret->os), "%s", os);
	snprintf(ret->architecture, sizeof(ret->architecture), "%s", name_of(architecture));
}

/* Returns the digest of the first entry for the platform, NULL if there is none; if `exact` is
 * false, also of a compatible platform. An entry without a platform matches any. Variants (v7, v8)
 * are ignored, because clients treat them differently. */
static const char *choose(struct json_object *list, const struct platform *wanted, bool exact)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		struct json_object *platform = acr_json_member(entry, "platform");
		const char *os = acr_json_string(platform, "os"),
			   *architecture = acr_json_string(platform, "architecture");
		const char *fits = exact ? wanted->architecture : also_of(wanted->architecture);

		if ((!os || !architecture)
			    ? !exact
			    : strcmp(os, wanted->os) == 0 && strcmp(architecture, fits) == 0)
			return acr_json_string(entry, "digest") ? acr_json_string(entry, "digest")
								: "";
	}
	return NULL;
}

/* Lists the platforms, for example "linux/arm64, windows/amd64". Attestations ("unknown") are
 * ignored. */
static void list_platforms(struct json_object *list, struct acr_secret *ret)
{
	for (size_t i = 0; i < json_object_array_length(list) && ret->length < 300; i++) {
		struct json_object *platform =
			acr_json_member(json_object_array_get_idx(list, i), "platform");
		const char *os = acr_json_string(platform, "os"),
			   *architecture = acr_json_string(platform, "architecture");

		if (os && architecture && strcmp(os, "unknown") != 0)
			acr_secret_format(ret, "%s%s/%s", ret->length ? ", " : "", os,
					  architecture);
	}
}

static void none(const struct acr_case *subject, struct json_object *list,
		 const struct platform *wanted, struct acr_check_result *ret)
{
	auto_string reason = NULL;
	auto_secret all = { 0 };

	list_platforms(list, &all);
	if (all.length == 0) { /* the index contains no images, but other artifacts */
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s",
			      _("not an image that docker can run"));
		return;
	}
	reason = acr_format(_("The image is pulled for %s/%s; available platforms: %s"), wanted->os,
			    wanted->architecture, acr_secret_text(&all));
	acr_check_say(ret, ACR_VERDICT_PROBLEM, _("no image for %s/%s; your login works"),
		      wanted->os, wanted->architecture);
	acr_check_detail(ret, "%s", reason);
	acr_check_explain(subject, "image-platform", ret);
	acr_facts_set(&ret->facts, ACR_FACT_REASON, reason);
}

static void look(struct acr_app *app, const struct acr_case *subject,
		 const struct platform *platform, const char *digest, struct acr_check_result *ret)
{
	auto_string path = acr_format("%s/manifests/%s", subject->repository, digest);
	auto_string name = acr_content_name(subject, digest);
	struct acr_error error = { 0 };
	auto_response answer = { 0 };
	auto_secret token = { 0 };

	acr_secret_add(&token, acr_case_found(subject, ACR_FOUND_PULL_TOKEN));
	if (acr_content_get(app, subject, &token, path, acr_content_manifest, &answer, &error)) {
		if (acr_error_is(&error, RESPONSE_TOO_LARGE))
			acr_check_say(ret, ACR_VERDICT_OK, "%s/%s", platform->os,
				      platform->architecture);
		else
			acr_check_fail(app, subject, ACR_VERDICT_PROBLEM, &error, ret);
	} else if (answer.status == 200) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s/%s", platform->os, platform->architecture);
		acr_check_found(ret, ACR_FOUND_IMAGE, acr_secret_text(&answer.body));
	} else if (acr_check_refusal(subject->registry.host, &answer, &error) &&
		   acr_content_is_unknown(&error)) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("the manifest %s for %s/%s is missing; your login works"), name,
			      platform->os, platform->architecture);
		acr_check_explain(subject, "manifest-missing", ret);
	} else {
		acr_content_refused(app, subject, &error, ret);
	}
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_json json = acr_case_json(subject, ACR_FOUND_MANIFEST);
	const char *digest;
	struct platform platform = { 0 };
	struct json_object *list;

	if (!json) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("requires a manifest"));
		return;
	}
	list = acr_json_member(json, "manifests");
	if (!json_object_is_type(list, json_type_array)) {
		acr_check_say(ret, ACR_VERDICT_OK, "%s", _("single-platform image"));
		acr_check_found(ret, ACR_FOUND_IMAGE, acr_case_found(subject, ACR_FOUND_MANIFEST));
		return;
	}
	find_platform(app, subject, &platform);
	digest = choose(list, &platform, true);
	if (!digest)
		digest = choose(list, &platform, false);
	if (!digest)
		none(subject, list, &platform, ret);
	else if (acr_content_is_digest(digest))
		look(app, subject, &platform, digest, ret);
	else
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s",
			      _("the image index has no digest for this platform"));
}

const struct acr_check_row acr_check_platform = {
	.id = "platform",
	.title = N_("platform"),
	.about = ACR_ABOUT_REGISTRY,
	.needs = "manifest",
	.after = "docker-engine",
	.likely = 77,
	.run = run,
};
