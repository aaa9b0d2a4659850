/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSONC_H
#define BASE_JSONC_H

#include "acr/error.h"

/* Load json-c, before the first object is made. ACR_SYSTEM when it is not installed. */
_checked_ int acr_jsonc_load(struct acr_error *error);

#endif
