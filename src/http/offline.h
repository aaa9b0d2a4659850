/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_OFFLINE_H
#define HTTP_OFFLINE_H

#include <stdbool.h>

/* Is no network connected? For what has failed already, never to decide whether to try: the kernel
 * knows the way out of this machine alone, and nothing is sent. False where it cannot be told. */
bool acr_offline(void);

#endif
