/* SPDX-License-Identifier: Apache-2.0 */
/* The desktop portal (xdg-desktop-portal, org.freedesktop.portal.OpenURI): it opens a page for the
 * person, and the address stands in no argument of a program that we start. */
#ifndef ACR_PORTAL_H
#define ACR_PORTAL_H

#include "acr/app.h"

/* Have the portal of this session open `url`, and wait for its answer, within a deadline. False
 * where there is no session bus of ours, no portal, no answer, or nothing that opens pages. */
bool acr_portal_open(const struct acr_app *app, const char *url);

#endif
