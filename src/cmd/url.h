// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_URL_H
#define EPM_CMD_URL_H

/* A file at a web server. */
#include "cmd/remote.h"

/*
 * Appended to out, whose max is the limit. Redirects are followed, five of them, never from https to
 * http. Without TLS only from this machine, or with --plain-http. NOT_FOUND, DENIED, NETWORK, CORRUPT.
 */
int cmd_url_read(const struct cmd_env *env, const struct cmd_remote *remote, const char *url,
		 struct str *out, struct err *err) MUST_CHECK;

#endif
