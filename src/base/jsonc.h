/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSONC_H
#define BASE_JSONC_H

#include "acr/error.h"

/* Load json-c before the first object is created. ACR_SYSTEM if that fails. If this is called
 * before a request is sent, a failure of acr_json_parse afterwards means that the response is
 * invalid. */
_checked_ int acr_jsonc_load(struct acr_error *error);

#endif
