/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSONC_H
#define BASE_JSONC_H

#include "acr/error.h"

/* Load json-c, before the first object is made. ACR_SYSTEM when that fails; where it has been
 * loaded before somebody is asked, a failing acr_json_parse says that the answer is wrong. */
_checked_ int acr_jsonc_load(struct acr_error *error);

#endif
