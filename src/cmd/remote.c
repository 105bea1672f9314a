// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/remote.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/print.h"

#define PLATFORM_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_./"
#define CERTS_FOLDER "/etc/docker/certs.d"

/* The address may be IPv6, in brackets or not, which has colons of its own. */
static int check_resolve(const char *text, struct err *err)
{
	const char *port = strchr(text, ':'), *address = port ? strchr(port + 1, ':') : NULL;
	AUTO(free) char *bare = NULL;
	struct in6_addr to;
	uint64_t number = 0;

	if (address && port > text &&
	    text_number((struct span){ port + 1, address - port - 1 }, UINT16_MAX, "port", &number,
			err) == 0 &&
	    number) {
		address++;
		bare = mem_textn(address + (*address == '['),
				 strlen(address) -
					 (*address == '[' && text_ends(address, "]") ? 2 : 0));
		if (inet_pton(AF_INET, bare, &to) == 1 || inet_pton(AF_INET6, bare, &to) == 1)
			return 0;
	}
	return err_set(err, EC_USAGE, "--resolve %s: it is HOST:PORT:ADDRESS", text);
}

static int check_options(const struct cmd_remote *remote, struct err *err)
{
	if (remote->key_file && !remote->cert_file)
		return err_set(err, EC_USAGE, "--key needs --cert");
	if (remote->is_plain_http && (remote->ca_file || remote->cert_file || remote->is_insecure))
		return err_set(err, EC_USAGE,
			       "--plain-http has no use for --ca-file, --cert and --insecure");
	for (size_t i = 0; i < remote->resolve.n_items; i++) {
		if (check_resolve(remote->resolve.items[i], err) < 0)
			return -1;
	}
	return 0;
}

static const char *set_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int set_tls(const struct cmd_remote *remote, struct cmd_session *session, struct err *err)
{
	struct http_tls *tls = &session->client_settings.tls;

	session->ca.max = LIMIT_TEXT;
	if (remote->ca_file && fs_read(AT_FDCWD, remote->ca_file, &session->ca, err) < 0)
		return -1;
	if (remote->ca_file)
		tls->ca = (struct span){ str_text(&session->ca), session->ca.len };
	tls->ca_file = set_variable("SSL_CERT_FILE");
	tls->ca_folder = set_variable("SSL_CERT_DIR");
	if (session->settings.ca_file)
		tls->ca_file = session->settings.ca_file;
	tls->cert_file = remote->cert_file;
	/* one file may hold both */
	tls->key_file = remote->key_file ? remote->key_file : remote->cert_file;
	tls->is_insecure = remote->is_insecure;
	return 0;
}

/*
 * ^C ends what is going on, so that what was received of it is cleared away; then the process ends
 * by the signal, as its parent expects.
 */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(numbers[i], &action, NULL);
}

static void end_by_signal(void)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	struct sigaction old;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == on_signal)
			signal(numbers[i], SIG_DFL);
	if (stop_signal)
		raise(stop_signal);
}

static void set_settings(const struct cmd_remote *remote, struct cmd_session *session)
{
	struct oci_client_settings *to = &session->client_settings;
	const struct settings *settings = &session->settings;

	to->http.stall_ns = remote->timeout_ns ? remote->timeout_ns : settings->timeout_ns;
	to->http.resolve = remote->resolve.items;
	to->http.n_resolve = remote->resolve.n_items;
	to->credential_paths = &session->paths.paths;
	to->stop = &stop_signal;
	to->token_folder = session->token_folder;
	to->certs_folder = CERTS_FOLDER;
	to->is_plain_http = remote->is_plain_http;
	to->plain_http = (const char *const *)settings->plain_http.items;
	to->n_plain_http = settings->plain_http.n_items;
	to->insecure = (const char *const *)settings->insecure.items;
	to->n_insecure = settings->insecure.n_items;
}

int cmd_session_open(const struct cmd_env *env, const struct cmd_remote *remote,
		     struct cmd_session *out, struct err *err)
{
	if (check_options(remote, err) < 0 || cmd_settings_load(env, &out->settings, err) < 0 ||
	    cmd_credential_paths_find(&out->paths, err) < 0)
		return -1;
	out->token_folder = cmd_token_folder(env);
	set_settings(remote, out);
	if (set_tls(remote, out, err) < 0)
		return -1;
	if (oci_client_new(&out->client_settings, &out->client, err) < 0)
		return -1;
	catch_signals();
	return 0;
}

void cmd_session_done(struct cmd_session *session)
{
	if (session->client)
		end_by_signal();
	oci_client_free(session->client);
	str_done(&session->ca);
	free(session->token_folder);
	cmd_credential_paths_done(&session->paths);
	settings_done(&session->settings);
}

int cmd_platform_parse(const char *text, char **out_os, char **out_architecture, struct err *err)
{
	const char *slash = strchr(text, '/');
	const char *variant = slash ? strchr(slash + 1, '/') : NULL;

	if (text[strspn(text, PLATFORM_CHARS)] || !slash || slash == text || !slash[1] ||
	    slash + 1 == variant || (variant && (!variant[1] || strchr(variant + 1, '/')))) {
		err_set(err, EC_USAGE, "'%s' is no platform", text);
		return err_hint(err, "it is OS/ARCHITECTURE, as in linux/arm64");
	}
	*out_os = mem_textn(text, slash - text);
	/* a variant ("arm/v7") makes no difference for eBPF */
	*out_architecture = mem_textn(slash + 1, strcspn(slash + 1, "/"));
	return 0;
}

static size_t on_begin(void *ctx, const struct oci_item *item)
{
	return progress_add(ctx, item->label, item->size_bytes);
}

static void on_moved(void *ctx, size_t id, uint64_t bytes)
{
	progress_set(ctx, id, bytes);
	progress_tick(ctx);
}

static void on_ended(void *ctx, size_t id, enum oci_item_state state)
{
	static const char *const words[] = {
		[OCI_ITEM_MOUNTED] = "mounted",
		[OCI_ITEM_EXISTS] = "already there",
	};

	progress_end(ctx, id, state < ARRAY_SIZE(words) ? words[state] : NULL);
}

static void on_tick(void *ctx)
{
	progress_tick(ctx);
}

struct oci_watch cmd_watch(struct progress *progress)
{
	return (struct oci_watch){ on_begin, on_moved, on_ended, on_tick, progress };
}

static json_t *blob_rows(const struct fetch_report *report)
{
	static const char *const words[] = {
		[OCI_ITEM_WAITS] = "waiting",
		[OCI_ITEM_SENT] = "moved",
		[OCI_ITEM_MOUNTED] = "mounted",
		[OCI_ITEM_EXISTS] = "exists",
	};
	json_t *rows = json_array(), *row;

	for (size_t i = 0; i < report->n_blobs; i++) {
		row = json_object();
		js_set(row, "title",
		       js_text_lossy(report->blobs[i].label, strlen(report->blobs[i].label)));
		js_set_text(row, "digest", report->blobs[i].digest.text);
		js_set_size(row, "size", report->blobs[i].size_bytes);
		js_set_text(row, "state", words[report->blobs[i].state]);
		js_append(rows, row);
	}
	return rows;
}

static json_t *value_of(const struct fetch_report *report)
{
	json_t *value = json_object();

	js_set_text(value, "reference", report->reference);
	js_set_text(value, "digest", report->digest.text);
	js_set_text(value, "mediaType", report->media_type);
	js_set_text(value, "source", report->source);
	js_set_bool(value, "unchanged", report->is_unchanged);
	if (!report->is_unchanged) {
		js_set_size(value, "size", report->size_bytes);
		js_set_size(value, "moved", report->moved_bytes);
		js_set_size(value, "manifests", report->n_manifests);
		js_set_size(value, "referrers", report->n_referrers);
		js_set(value, "blobs", blob_rows(report));
	}
	return value;
}

static size_t count(const struct fetch_report *report, enum oci_item_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_blobs; i++)
		n += report->blobs[i].state == state;
	return n;
}

static void say(const struct fetch_report *report, const char *verb)
{
	AUTO(free) char *moved = print_size(report->moved_bytes);
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	size_t n = count(report, OCI_ITEM_SENT);

	if (report->is_unchanged) {
		log_note("%s: nothing has changed", report->reference);
		return;
	}
	str_addf(&text, "%s %zu blob%s, %s", verb, n, n == 1 ? "" : "s", moved);
	if (count(report, OCI_ITEM_MOUNTED))
		str_addf(&text, ", %zu mounted", count(report, OCI_ITEM_MOUNTED));
	if (count(report, OCI_ITEM_EXISTS))
		str_addf(&text, ", %zu already there", count(report, OCI_ITEM_EXISTS));
	if (report->n_manifests > 1)
		str_addf(&text, ", %zu manifests", report->n_manifests);
	if (report->n_referrers)
		str_addf(&text, ", %zu referrer%s", report->n_referrers,
			 report->n_referrers == 1 ? "" : "s");
	log_note("%s", str_text(&text));
}

int cmd_report(const struct fetch_report *report, const char *verb, bool is_json, struct err *err)
{
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *value = value_of(report);
	AUTO(free) char *text = NULL;

	if (is_json) {
		text = js_dump(value);
		str_addf(&out, "%s\n", text);
		return cmd_print(&out, err);
	}
	say(report, verb);
	str_addf(&out, "%s%s%s\n", report->reference, strchr(report->reference, '@') ? "" : "@",
		 strchr(report->reference, '@') ? "" : report->digest.text);
	return cmd_print(&out, err);
}
