// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/services.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/secret.h"
#include "cmd/gate.h"
#include "oci/service.h"
#include "oci/url.h"
#include "pkg/policy.h"

#define AUDIENCE "sigstore" /* what Fulcio takes tokens for */

bool cmd_services_are_named(const struct cmd_services *services)
{
	return services->token_file || services->config_file || services->ca_url ||
	       services->log_url || services->tsa_url;
}

static int check_options(const struct cmd_services *services, const struct sign_key *key,
			 struct err *err)
{
	if (services->config_file && (services->ca_url || services->log_url || services->tsa_url))
		return err_set(err, EC_USAGE,
			       "--signing-config excludes --fulcio-url, --rekor-url and "
			       "--timestamp-url");
	if (key && (services->ca_url || services->token_file))
		return err_set(err, EC_USAGE,
			       "a key signs, or an identity: --key excludes --fulcio-url and "
			       "--identity-token");
	return 0;
}

#define REKOR_VERSION 2 /* of its interface, the highest there is */

static int choose(const struct sign_services *services, const char *what, uint64_t max_version,
		  const struct sign_service **out, size_t *out_n, struct err *err)
{
	const struct sign_choice choice = { what, max_version, clock_wall() };

	return sign_services_select(services, &choice, out, out_n, err);
}

static int choose_all(struct cmd_keyless *out, struct keyless_settings *settings, struct err *err)
{
	const struct sign_service *chosen[LIMIT_SERVICES_USED];
	size_t n = 0;

	if (!settings->key &&
	    choose(&out->config.cas, "certificate authority", 1, chosen, &n, err) < 0)
		return -1;
	settings->ca_url = n ? chosen[0]->url : NULL;
	if (choose(&out->config.tlogs, "transparency log", REKOR_VERSION, chosen, &settings->n_logs,
		   err) < 0)
		return -1;
	for (size_t i = 0; i < settings->n_logs; i++)
		out->logs[i] =
			(struct keyless_log){ chosen[i]->url, chosen[i]->version == REKOR_VERSION };
	if (choose(&out->config.tsas, "timestamp authority", 1, chosen, &settings->n_tsa_urls,
		   err) < 0)
		return -1;
	for (size_t i = 0; i < settings->n_tsa_urls; i++)
		out->tsa_urls[i] = chosen[i]->url;
	return 0;
}

static int take_config(const struct cmd_services *services, struct cmd_keyless *out,
		       struct keyless_settings *settings, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);

	if (fs_read(AT_FDCWD, services->config_file, &text, err) < 0)
		return -1;
	if (sign_signing_config_parse((struct span){ str_text(&text), text.len }, &out->config,
				      err) < 0 ||
	    choose_all(out, settings, err) < 0)
		return err_wrap(err, "%s", services->config_file);
	return 0;
}

static int take_urls(const struct cmd_services *services, struct cmd_keyless *out,
		     struct keyless_settings *settings, struct err *err)
{
	const struct {
		const char *option, *url;
	} given[] = { { "--fulcio-url", services->ca_url },
		      { "--rekor-url", services->log_url },
		      { "--timestamp-url", services->tsa_url } };

	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		AUTO(oci_origin) struct oci_origin origin = { 0 };

		if (given[i].url && oci_origin_of(given[i].url, &origin, err) < 0) {
			err->code = EC_USAGE;
			return err_wrap(err, "%s", given[i].option);
		}
	}
	settings->ca_url = services->ca_url;
	out->logs[0].url = services->log_url;
	settings->n_logs = services->log_url != NULL;
	out->tsa_urls[0] = services->tsa_url;
	settings->n_tsa_urls = services->tsa_url != NULL;
	return 0;
}

/* That of the options, else that of the trust policy; *has_one: there is one. */
static int take_root(const struct cmd_env *env, const char *given, struct cmd_keyless *out,
		     bool *has_one, struct err *err)
{
	AUTO(policy) struct policy policy = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_TRUSTED_ROOT);
	AUTO(free) char *path = mem_text(given);

	if (!path && policy_load(env->home, CMD_SYSTEM_POLICY, &policy, err) < 0)
		return -1;
	if (!path)
		path = policy_trusted_root(&policy);
	if (!path)
		return 0;
	*has_one = true;
	if (fs_read(AT_FDCWD, path, &text, err) < 0)
		return -1;
	if (sign_trusted_root_parse((struct span){ str_text(&text), text.len }, &out->root, err) <
	    0)
		return err_wrap(err, "%s", path);
	return 0;
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int take_ci_answer(struct span text, struct str *out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at at;
	const char *token;

	if (js_parse(text.data, text.len, "answer", &json, err) < 0)
		return -1;
	at = JS_ROOT(json, "answer");
	if (js_is_object(&at, err) < 0 || js_need_text(&at, "value", &token, err) < 0)
		return -1;
	str_adds(out, token);
	return str_check(out, "the identity token", err);
}

/* docs.github.com, "OpenID Connect reference": jobs with the permission id-token: write. */
static int ask_github(const struct cmd_session *session, struct str *out, struct err *err)
{
	const char *base = variable("ACTIONS_ID_TOKEN_REQUEST_URL");
	const char *secret = variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	AUTO(oci_service_answer) struct oci_service_answer answer = { 0 };
	AUTO(free) char *url = NULL;
	struct oci_service_request request = { .what = "GitHub Actions",
					       .accept = "application/json",
					       .body_max = 2 * LIMIT_TOKEN };
	int rc;

	if (!base || !secret)
		return 0;
	url = oci_url_with(base, "audience", AUDIENCE);
	request.url = url;
	request.bearer = span_of(secret);
	if (oci_service_ask(&session->client_settings, &request, &answer, err) < 0)
		return -1;
	rc = take_ci_answer((struct span){ str_text(&answer.body), answer.body.len }, out, err);
	if (answer.body.data)
		explicit_bzero(answer.body.data, answer.body.len);
	return rc < 0 ? err_wrap(err, "GitHub Actions") : 0;
}

/* Without what stands around it; empty: there is none. */
static int take_token(const struct cmd_services *services, struct cmd_keyless *out,
		      struct keyless_settings *settings, struct err *err)
{
	const char *file = services->token_file, *set = variable("EPM_IDENTITY_TOKEN");

	out->token = (struct str)STR_MAX(LIMIT_TOKEN + 2);
	(void)!str_room(&out->token, LIMIT_TOKEN);
	if (!set)
		set = variable("SIGSTORE_ID_TOKEN");
	if (file && strcmp(file, "-") == 0) {
		if (fs_read_fd(STDIN_FILENO, "standard input", &out->token, err) < 0)
			return -1;
	} else if (file) {
		if (fs_read(AT_FDCWD, file, &out->token, err) < 0)
			return -1;
	} else if (set) {
		str_adds(&out->token, set);
	} else if (ask_github(&out->session, &out->token, err) < 0) {
		return -1;
	}
	if (str_check(&out->token, "the identity token", err) < 0)
		return -1;
	if (file || out->token.len)
		settings->token = span_trim((struct span){ str_text(&out->token), out->token.len });
	return 0;
}

int cmd_keyless_open(const struct cmd_env *env, const struct cmd_remote *remote,
		     const struct cmd_services *services, struct cmd_keyless *out, struct err *err)
{
	struct keyless_settings settings = { .client = &out->session.client_settings,
					     .key = out->key,
					     .key_name = out->key_name,
					     .logs = out->logs,
					     .tsa_urls = out->tsa_urls };
	bool has_root = false;

	if (check_options(services, out->key, err) < 0 ||
	    (services->config_file ? take_config(services, out, &settings, err)
				   : take_urls(services, out, &settings, err)) < 0 ||
	    take_root(env, services->root_file, out, &has_root, err) < 0 ||
	    cmd_session_open(env, remote, &out->session, err) < 0 ||
	    (!out->key && take_token(services, out, &settings, err) < 0))
		return -1;
	settings.root = has_root ? &out->root : NULL;
	return keyless_new(&settings, &out->keyless, err);
}

void cmd_keyless_done(struct cmd_keyless *keyless)
{
	keyless_free(keyless->keyless);
	sign_trusted_root_done(&keyless->root);
	sign_signing_config_done(&keyless->config);
	secret_done(&keyless->token);
	cmd_session_done(&keyless->session);
}
