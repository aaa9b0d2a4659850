/* SPDX-License-Identifier: Apache-2.0 */
/* The desktop portal (xdg-desktop-portal, org.freedesktop.portal.OpenURI) opens a page without its
 * URL becoming an argument of a program. */
#ifndef ACR_PORTAL_H
#define ACR_PORTAL_H

#include "acr/app.h"

/* Let the portal of this session open `url`, and wait for its answer, with a deadline. False if
 * there is no session bus of this user, no portal, no answer, or no program that opens pages. */
bool acr_portal_open(const struct acr_app *app, const char *url);

#endif
