/* SPDX-License-Identifier: Apache-2.0 */
/* Combinations and values of configure's options that are wrong. */
#include <string.h>

#include "acr/identity.h"
#include "base/settings.h"
#include "configure/plan.h"
#include "explain/language.h"

/* Would our own configuration be valid with this value? */
static bool is_identity_list(const char *list)
{
	for (const char *next = list; *next;) {
		size_t length = strcspn(next, ",");
		auto_string name = acr_copy_bytes(next, length);

		if (!acr_identity_by_name(name) &&
		    (length < strlen(list) ||
		     (strcmp(name, "auto") != 0 && strcmp(name, "none") != 0)))
			return false;
		next += length + (next[length] == ',');
	}
	return *list;
}

static const char *misused_settings(const struct acr_configure_request *request)
{
	const char *identity = request->settings[ACR_REQUEST_IDENTITY];

	if (!acr_configure_request_has_settings(request))
		return NULL;
	if (!request->host_count)
		return _("--tenant, --identity and --client-id require the name of a registry");
	for (size_t i = 0; i < ACR_REQUEST_SETTINGS; i++)
		if (request->settings[i] &&
		    (!*request->settings[i] ||
		     acr_setting_check(acr_setting_find(acr_configure_request_keys[i].key),
				       request->settings[i])))
			return _("--tenant, --identity and --client-id require a valid value");
	if (identity && !is_identity_list(identity))
		return _("--identity takes a comma-separated list of names that \"status --all\" "
			 "shows, or auto or none");
	return NULL;
}

const char *acr_configure_request_misuse(const struct acr_configure_request *request, bool undo)
{
	const char *settings = misused_settings(request);
	bool docker = request->host_count || request->creds_store;

	if (undo)
		return request->host_count
			       ? _("--undo takes no registry: it removes everything that was added")
			       : NULL;
	if (request->system && (docker || request->podman))
		return _("Docker and Podman have no such settings for all users: use --system with "
			 "--containers-registries, --timer or --ci-host");
	if (request->with_logins && !docker)
		return _("--with-logins requires the name of a registry or --creds-store");
	if (request->insecure && !request->with_logins)
		return _("--insecure-storage requires --with-logins");
	if (request->podman && !request->host_count)
		return _("--podman requires the name of a registry");
	if (request->ci_host && !acr_setting_is_host(request->ci_host))
		return _("--ci-host takes a host name such as github.contoso.com");
	if (settings)
		return settings;
	if (!docker && !request->containers && !request->timer && !request->ci_host)
		return _("specify a registry (such as contoso.azurecr.io), or use --creds-store or "
			 "--discover");
	return NULL;
}
