/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check: docker's engine. Sends GET /version and /info to its socket (docs.docker.com,
 * reference/api/engine), which returns more than the docker command prints and works without it.
 * The socket comes from DOCKER_HOST, else from the context (docker/cli, cli/command/cli.go,
 * resolveContextName). If the engine is reached over SSH or TLS, the docker command is run instead.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "diagnose/docker.h"
#include "explain/error_words.h"
#include "explain/language.h"

#define OLDEST 18003 /* learn.microsoft.com, container-registry-troubleshoot-login */

static const int never[] = { 0 };
static const struct acr_service engine = {
	"docker's engine", ACR_ORIGIN_HERE, never, NULL, 1, 3000
};

/* Returns the endpoint of the context with this name; owned by the caller, NULL if there is none.
 * The directory names are hashes; the context name is inside the file. */
static char *context_host(const struct acr_app *app, const char *name)
{
	auto_string docker = acr_docker_folder(app);
	auto_string folder = acr_format("%s/contexts/meta", docker ? docker : "");
	DIR *entries = opendir(folder);
	char *found = NULL;
	struct dirent *entry;

	while (entries && !found && (entry = readdir(entries))) {
		auto_string path = acr_format("%s/%s/meta.json", folder, entry->d_name);
		auto_secret text = { 0 };
		auto_json json = NULL;
		const char *its, *host;

		if (entry->d_name[0] == '.' || acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) ||
		    acr_json_parse(acr_secret_text(&text), text.length, &json, NULL))
			continue;
		its = acr_json_string(json, "Name");
		host = acr_json_string(
			acr_json_member(acr_json_member(json, "Endpoints"), "docker"), "Host");
		if (its && host && strcmp(its, name) == 0)
			found = acr_copy(host);
	}
	if (entries)
		closedir(entries);
	return found;
}

/* Returns the address at which docker looks for its engine; owned by the caller. */
static char *find_host(const struct acr_app *app, const struct acr_case *subject)
{
	const char *host = acr_env(app, "DOCKER_HOST"), *context = acr_env(app, "DOCKER_CONTEXT");
	auto_json config = acr_case_json(subject, ACR_FOUND_CONFIG);

	if (host)
		return acr_copy(host);
	if (!context)
		context = acr_json_string(config, "currentContext");
	if (context && *context && strcmp(context, "default") != 0) {
		char *of_context = context_host(app, context);

		if (of_context)
			return of_context;
	}
	return acr_format("unix://%s/var/run/docker.sock", app->root);
}

static int ask(const struct acr_app *app, const char *host, const char *path,
	       struct acr_secret *ret, struct acr_error *error)
{
	bool unix_socket = strncmp(host, "unix://", 7) == 0;
	auto_string url =
		acr_format("http://%s%s", unix_socket ? "docker" : host + strlen("tcp://"), path);
	const struct acr_request request = { .method = "GET",
					     .url = url,
					     .service = &engine,
					     .local = true,
					     .socket = unix_socket ? host + 7 : NULL };
	auto_response answer = { 0 };

	if (acr_http_send(app, &request, &answer, error))
		return -1;
	if (answer.status != 200)
		return acr_raise(error, ENGINE_ANSWER, host, acr_number(answer.status).text);
	acr_secret_wipe(ret);
	*ret = acr_secret_steal(&answer.body);
	return 0;
}

/* Runs the docker command, for an engine that is reached over SSH or TLS. */
static int ask_command(const struct acr_app *app, const char *what, struct acr_secret *ret,
		       struct acr_error *error)
{
	auto_string docker = acr_program_first(app, "docker");
	const char *const arguments[] = { docker, what, "--format", "{{json .}}", NULL };

	if (!docker)
		return acr_raise(error, DOCKER_COMMAND_MISSING);
	return acr_look_ask(app, arguments, true, ret, error);
}

/* The output of the docker command has the engine's data in a member "Server". */
static void tell(const struct acr_case *subject, const char *host, const struct acr_secret *said,
		 struct acr_check_result *ret)
{
	auto_json json = NULL;
	struct json_object *server;
	const char *version, *name = NULL;
	long number;

	if (acr_json_parse(acr_secret_text(said), said->length, &json, NULL))
		json = NULL;
	server = acr_json_member(json, "Server") ? acr_json_member(json, "Server") : json;
	version = acr_json_string(server, "Version");
	number = acr_look_version(version ? version : "");
	if (!version) {
		acr_check_say(ret, ACR_VERDICT_WARNING,
			      _("the server at %s does not report its version"), host);
		return;
	}
	/* podman implements docker's API but returns its own version. */
	if (strstr(acr_secret_text(said), "Podman Engine"))
		name = "podman";
	if (number > 0 && number < OLDEST && !name) {
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("%s at %s is older than 18.03"), version,
			      host);
		acr_check_explain(subject, "docker-version-mismatch", ret);
		return;
	}
	acr_check_say(ret, ACR_VERDICT_OK, "%s%s%s, %s", name ? name : "", name ? " " : "", version,
		      host);
}

/* Looks for a rootless engine at a socket that docker does not try by default. */
static void look_for_rootless(const struct acr_app *app, struct acr_check_result *ret)
{
	const char *runtime = acr_env(app, "XDG_RUNTIME_DIR");
	auto_string path = acr_format("%s/docker.sock", runtime ? runtime : "");

	if (runtime && access(path, F_OK) == 0)
		acr_check_detail(
			ret,
			_("a rootless engine is available at %s: export DOCKER_HOST=unix://%s"),
			path, path);
}

static void fail(const struct acr_app *app, const struct acr_case *subject, const char *host,
		 const struct acr_error *error, struct acr_check_result *ret)
{
	const char *path = strncmp(host, "unix://", 7) == 0 ? host + 7 : "";
	auto_string data = acr_message_data(&error->message);
	auto_string why = acr_error_words(error);
	bool forbidden = strstr(data, "ermission denied") || strstr(data, "errno; EACCES");
	bool absent = *path && access(path, F_OK) != 0;

	if (error->kind == ACR_UNAVAILABLE) { /* it is not permitted to run the docker command */
		acr_check_say(ret, ACR_VERDICT_WARNING, "%s", why);
		return;
	}
	if (forbidden)
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("permission denied for the engine at %s"),
			      host);
	else if (absent)
		acr_check_say(ret, ACR_VERDICT_PROBLEM,
			      _("the engine is not running: %s does not exist"), path);
	else
		acr_check_say(ret, ACR_VERDICT_PROBLEM, _("the engine at %s does not respond"),
			      host);
	acr_check_detail(ret, "%s", why);
	look_for_rootless(app, ret);
	acr_check_explain(subject, forbidden ? "docker-permission-denied" : "docker-not-running",
			  ret);
	acr_facts_set(&ret->facts, ACR_FACT_FILE, path);
}

/* Users of podman, buildah or a remote builder need no engine. */
static bool is_needed(const struct acr_app *app, const char *host)
{
	auto_string docker = acr_program_first(app, "docker");

	return docker || acr_env(app, "DOCKER_HOST") ||
	       (strncmp(host, "unix://", 7) == 0 && access(host + 7, F_OK) == 0);
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	auto_string host = find_host(app, subject);
	bool plain = strncmp(host, "unix://", 7) == 0 ||
		     (strncmp(host, "tcp://", 6) == 0 && !acr_env(app, "DOCKER_TLS_VERIFY"));
	auto_secret version = { 0 }, info = { 0 };
	struct acr_error error = { 0 };

	if (!is_needed(app, host)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("docker is not installed"));
		return;
	}
	if (plain ? ask(app, host, "/version", &version, &error)
		  : ask_command(app, "version", &version, &error)) {
		fail(app, subject, host, &error, ret);
		return;
	}
	tell(subject, host, &version, ret);
	if ((plain ? ask(app, host, "/info", &info, &error)
		   : ask_command(app, "info", &info, &error)) == 0)
		acr_check_found(ret, ACR_FOUND_ENGINE_INFO, acr_secret_text(&info));
}

const struct acr_check_row acr_check_docker_engine = {
	.id = "docker-engine",
	.title = N_("docker engine"),
	.alias = "DOCKER_DAEMON_ERROR",
	.about = ACR_ABOUT_MACHINE,
	.after = "docker-config",
	.likely = 40,
	.run = run,
};
