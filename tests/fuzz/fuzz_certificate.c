/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes PEM and PKCS#12 files: the result is a key and its certificate that can sign, or an
 * error. */
#include "identity/certificate_file.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_secret what = { 0 }, made = { 0 };
	struct acr_error error = { 0 };
	auto_bundle bundle = { 0 };
	char path[32];
	int fd = world_file(data, size, path);
	const struct acr_bundle_file file = { path, "password" };

	if (acr_bundle_read(&file, &bundle, &error)) {
		must(error.kind != ACR_FINE && error.message.value[0]);
	} else {
		must(bundle.key && bundle.count > 0 && bundle.count <= ACR_BUNDLE_MAX);
		acr_secret_add(&what, "what");
		for (size_t i = 0; i < bundle.count; i++)
			acr_bundle_certificate(&bundle, i, &made);
		must(made.length > 0 && acr_bundle_thumbprint(&bundle, &made, &error) == 0);
		if (acr_bundle_sign(&bundle, &what, &made,
				    &error)) /* a key may be too short to sign */
			must(error.message.value[0]);
	}
	close(fd);
	return 0;
}
