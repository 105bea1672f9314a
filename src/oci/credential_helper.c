// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/credential_helper.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/spawn.h"

/* The user that says that the secret is an identity token; docker/cli, native_store.go */
#define TOKEN_USER "<token>"

struct call {
	char *program; /* docker-credential-NAME */
	const char *verb;
	const char *server; /* for messages */
	struct span input;
	const char *secret; /* must not be in a message; or NULL */
};

bool oci_helper_is_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= 64 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

static char *program_of(const char *name)
{
	return mem_printf("docker-credential-%s", name);
}

/* The first line of what it said, unless that would give the secret away. */
static int failed(const struct call *call, int status, const struct str *text, struct err *err)
{
	struct span line = span_trim((struct span){ str_text(text), text->len });
	AUTO(free) char *shown = NULL;

	if (call->secret && memmem(line.data, line.len, call->secret, strlen(call->secret)))
		line.len = 0;
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '\n')
			line.len = i;
	shown = text_printable(line.data, line.len < 240 ? line.len : 240);
	return err_set(err, EC_FAILED, "%s %s %s: exit status %d%s%s", call->program, call->verb,
		       call->server, status, *shown ? ": " : "", shown);
}

/* Helpers say on standard output why they failed; some write on standard error as well. */
static bool is_not_found(const struct str *out, const struct str *messages)
{
	return strstr(str_text(out), "credentials not found") ||
	       strstr(str_text(messages), "credentials not found");
}

/* *out_found: whether it has something for the server. */
static int call_helper(const struct call *call, struct str *out, bool *out_found, struct err *err)
{
	AUTO(secret) struct str messages = STR_MAX(LIMIT_SETTINGS);
	AUTO(free) char *path = spawn_find(call->program);
	const char *const argv[] = { path, call->verb, NULL };
	struct spawn spawn = {
		.argv = argv, .input = call->input, .out = out, .messages = &messages
	};

	if (!path)
		return err_set(err, EC_FAILED, "the credential helper %s is not in PATH",
			       call->program);
	log_trace(TRACE_auth, "%s %s %s", call->program, call->verb, call->server);
	if (spawn_run(&spawn, err) < 0)
		return -1;
	*out_found = true;
	if (spawn.status == 0)
		return 0;
	if (!is_not_found(out, &messages))
		return failed(call, spawn.status, out->len ? out : &messages, err);
	*out_found = false;
	return 0;
}

/* jansson quotes what does not parse, which may be a secret. */
static int parse(struct span text, const char *what, json_t **out, struct err *err)
{
	struct err hidden = { 0 };

	if (js_parse(text.data, text.len, what, out, &hidden) < 0)
		return err_set(err, EC_CORRUPT, "%s: its answer is not valid JSON", what);
	return 0;
}

int oci_helper_parse(struct span text, const char *what, struct oci_credentials *out,
		     struct err *err)
{
	AUTO(json) json_t *answer = NULL;
	struct js_at at;
	const char *user = "", *secret = "";

	if (parse(text, what, &answer, err) < 0)
		return -1;
	at = JS_ROOT(answer, what);
	if (js_is_object(&at, err) < 0 || js_get_text(&at, "Username", &user, err) < 0 ||
	    js_get_text(&at, "Secret", &secret, err) < 0)
		return -1;
	if (!*secret)
		return 0;
	if (!strcmp(user, TOKEN_USER)) {
		out->identity_token = mem_text(secret);
	} else {
		out->user = mem_text(user);
		out->secret = mem_text(secret);
	}
	out->source = mem_text(what);
	return 0;
}

int oci_helper_get(const char *name, const char *server, struct oci_credentials *out,
		   struct err *err)
{
	AUTO(free) char *program = program_of(name);
	AUTO(secret) struct str answer = STR_MAX(LIMIT_SETTINGS);
	const struct call call = { program, "get", server, span_of(server), NULL };
	bool is_found = false;

	if (call_helper(&call, &answer, &is_found, err) < 0)
		return -1;
	if (!is_found)
		return 0;
	return oci_helper_parse((struct span){ str_text(&answer), answer.len }, program, out, err);
}

/* A password may be any bytes, but the protocol is JSON. */
static int make_message(const struct call *call, const char *user, json_t **out, struct err *err)
{
	json_t *secret = json_string(call->secret);

	if (!secret)
		return err_set(err, EC_USAGE, "%s takes no secret that is not UTF-8",
			       call->program);
	*out = json_object();
	js_set_text(*out, "ServerURL", call->server);
	js_set_text(*out, "Username", user);
	js_set(*out, "Secret", secret);
	return 0;
}

int oci_helper_store(const char *name, const char *server, const struct oci_credentials *what,
		     struct err *err)
{
	AUTO(free) char *program = program_of(name);
	AUTO(json) json_t *message = NULL;
	AUTO(secret) struct str out = STR_MAX(LIMIT_SETTINGS);
	AUTO(free) char *text = NULL;
	struct call call = { .program = program, .verb = "store", .server = server };
	bool was_taken = false;
	int rc;

	call.secret = what->identity_token ? what->identity_token : what->secret;
	if (make_message(&call, what->identity_token ? TOKEN_USER : what->user, &message, err) < 0)
		return -1;
	text = js_dump(message);
	call.input = span_of(text);
	rc = call_helper(&call, &out, &was_taken, err);
	explicit_bzero(text, strlen(text));
	if (rc == 0 && !was_taken)
		return err_set(err, EC_FAILED, "%s store %s: credentials not found", program,
			       server);
	return rc;
}

/*
 * "erase" is no error for many helpers when there is nothing, so they are asked first. One that
 * cannot answer (a lost key) may still be able to erase.
 */
int oci_helper_erase(const char *name, const char *server, bool *out_was_there, struct err *err)
{
	AUTO(free) char *program = program_of(name);
	AUTO(secret) struct str out = STR_MAX(LIMIT_SETTINGS);
	AUTO(oci_credentials) struct oci_credentials found = { 0 };
	const struct call call = { program, "erase", server, span_of(server), NULL };
	struct err get_error = { 0 };
	bool is_found = false;

	if (oci_helper_get(name, server, &found, &get_error) == 0 && !found.source) {
		*out_was_there = false;
		return 0;
	}
	if (call_helper(&call, &out, &is_found, err) < 0)
		return -1;
	*out_was_there = is_found;
	return 0;
}
