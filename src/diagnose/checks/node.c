/* SPDX-License-Identifier: Apache-2.0 */
/* Check: a Kubernetes node, where kubelet pulls with the identity in azure.json through the
 * credential provider in its configuration (kubernetes.io, kubelet-credential-provider;
 * cloud-provider-azure, acr-credential-provider). */
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/json.h"
#include "diagnose/docker.h"
#include "explain/language.h"

/* The paths that AKS, kubeadm and others use. */
static const char *const configs[] = { "/var/lib/kubelet/credential-provider-config.yaml",
				       "/etc/kubernetes/credential-provider-config.yaml",
				       "/etc/kubernetes/credential-provider.yaml",
				       "/etc/kubernetes/kubelet/credential-provider-config.yaml",
				       "/var/lib/kubelet/credential-provider/config.yaml",
				       "/etc/eks/image-credential-provider/config.json",
				       NULL };

static void tell_identity(const struct acr_app *app, struct acr_check_result *ret)
{
	auto_string path = acr_system_path(app, "/etc/kubernetes/azure.json");
	auto_secret text = { 0 };
	auto_json json = NULL;
	const char *client, *user;

	if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL) ||
	    acr_json_parse(acr_secret_text(&text), text.length, &json, NULL)) {
		acr_check_detail(ret, _("%s does not exist or cannot be read"), path);
		return;
	}
	user = acr_json_string(json, "userAssignedIdentityID");
	client = acr_json_string(json, "aadClientId");
	if (acr_json_bool(json, "useManagedIdentityExtension", false))
		acr_check_detail(ret, _("%s: managed identity %s"), path,
				 user && *user ? user : _("(system-assigned)"));
	else
		acr_check_detail(ret, _("%s: service principal %s"), path, client ? client : "?");
}

/* Finds the first provider in the file that handles Azure registries. */
static bool names_provider(const char *text, const char **ret)
{
	static const char *const names[] = { "docker-credential-acr", "acr-credential-provider",
					     NULL };

	for (const char *const *name = names; *name; name++)
		if (strstr(text, *name)) {
			*ret = *name;
			return strstr(text, "azurecr.") != NULL;
		}
	return false;
}

static bool is_node(const struct acr_app *app)
{
	static const char *const signs[] = { "/etc/kubernetes/azure.json",
					     "/etc/kubernetes/kubelet.conf",
					     "/var/lib/kubelet/config.yaml", "/etc/default/kubelet",
					     NULL };

	for (const char *const *sign = signs; *sign; sign++) {
		auto_string path = acr_system_path(app, *sign);

		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static void run(struct acr_app *app, const struct acr_case *subject, struct acr_check_result *ret)
{
	const char *name = NULL;

	if (!is_node(app)) {
		acr_check_say(ret, ACR_VERDICT_SKIPPED, "%s", _("not a Kubernetes node"));
		return;
	}
	tell_identity(app, ret);
	for (const char *const *config = configs; *config; config++) {
		auto_string path = acr_system_path(app, *config);
		auto_secret text = { 0 };

		if (acr_file_read(path, ACR_CONFIG_MAX, &text, NULL))
			continue;
		acr_facts_set(&ret->facts, ACR_FACT_FILE, path);
		if (names_provider(acr_secret_text(&text), &name)) {
			acr_check_say(ret, ACR_VERDICT_OK, _("kubelet uses %s, configured in %s"),
				      name, path);
			return;
		}
	}
	acr_check_facts(subject, NULL, ret);
	acr_check_say(ret, ACR_VERDICT_PROBLEM, "%s",
		      _("kubelet's configuration has no credential provider for *.azurecr.io"));
}

const struct acr_check_row acr_check_node = {
	.id = "node",
	.title = N_("Kubernetes node"),
	.about = ACR_ABOUT_MACHINE,
	.likely = 72,
	.run = run,
};
