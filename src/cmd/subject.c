// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/subject.h"

#include "base/alloc.h"
#include "base/log.h"
#include "cmd/view.h"
#include "pkg/signatures.h"

/* What was found takes its place in the subject. */
static void take(struct store_target *target, char *name, struct cmd_subject *out)
{
	out->name = name;
	out->digest = target->digest;
	out->media_type = STEAL(target->media_type);
	out->size_bytes = target->size_bytes;
	out->origin = STEAL(target->origin);
	out->root = target->root;
}

/* Before somebody is asked for a passphrase. */
static int check_writable(struct store *store, struct err *err)
{
	if (oci_layout_lock(store_layout(store), err) < 0)
		return -1;
	oci_layout_unlock(store_layout(store));
	return 0;
}

static int open_stored(const struct cmd_env *env, const char *text, bool writes,
		       struct cmd_subject *out, struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(free) char *whole = NULL;
	struct err store_err;

	if (store_open(env->home, STORE_READ, &store, err) < 0)
		return -1;
	if (store_resolve(store, text, &target, err) < 0) {
		store_err = *err;
		if (!cmd_view_may(env, text, err, &whole) ||
		    store_resolve(store, whole, &target, err) < 0) {
			*err = err->code == EC_NOT_FOUND ? store_err : *err;
			return -1;
		}
	}
	if (writes && check_writable(store, err) < 0)
		return -1;
	take(&target, mem_text(target.name ? target.name : target.digest.text), out);
	out->store = STEAL(store);
	return 0;
}

/* Documents and signatures of all architectures. */
static int open_remote(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       struct cmd_subject *out, struct err *err)
{
	AUTO(fetch_report) struct fetch_report report = { 0 };
	AUTO(store_target) struct store_target target = { 0 };
	struct fetch fetch = {
		.home = env->home,
		.settings = &out->session.settings,
		.wants_referrers = true,
		.leaves_out = signature_is_no_part,
	};

	if (cmd_session_open(env, remote, &out->session, err) < 0 ||
	    scratch_open(env->home, &out->scratch, err) < 0)
		return -1;
	fetch.client = out->session.client;
	if (fetch_pull(&fetch, out->scratch.store, text, &report, err) < 0)
		return -1;
	if (report.source)
		log_note("from the mirror %s", report.source);
	if (store_resolve(out->scratch.store, report.digest.text, &target, err) < 0)
		return -1;
	take(&target, STEAL(report.reference), out);
	out->store = out->scratch.store;
	out->is_remote = true;
	return 0;
}

int cmd_subject_open(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		     unsigned int how, struct cmd_subject *out, struct err *err)
{
	AUTO(free) char *whole = NULL;
	struct err store_err;

	out->scratch.dir = -1;
	if (how & CMD_SUBJECT_REMOTE)
		return open_remote(env, remote, text, out, err);
	if (open_stored(env, text, how & CMD_SUBJECT_WRITES, out, err) == 0)
		return 0;
	if (!cmd_view_may(env, text, err, &whole))
		return -1;
	store_err = *err;
	*err = (struct err){ 0 };
	return open_remote(env, remote, text, out, err) < 0 ? cmd_view_failed(text, &store_err, err)
							    : 0;
}

void cmd_subject_done(struct cmd_subject *subject)
{
	if (!subject->is_remote)
		store_close(subject->store);
	if (subject->scratch.path) /* else it was never opened */
		scratch_done(&subject->scratch);
	cmd_session_done(&subject->session);
	free(subject->name);
	free(subject->media_type);
	free(subject->origin);
}
