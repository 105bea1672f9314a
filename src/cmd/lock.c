// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/lock.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/gate.h"
#include "cmd/list.h"
#include "cmd/subject.h"

struct options {
	struct cli_common common;
	const char *file;
	bool is_remote;
	bool allows_unsigned;
	bool wants_check;
	bool wants_json;
	struct cmd_remote remote;
};

static const struct cli_option options[] = {
	{ .name = "file",
	  .letter = 'f',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, file),
	  .value = "FILE",
	  .help = "the lock file [default: " LOCK_FILE "]",
	  .words = CLI_WORDS_FILE },
	{ .name = "check",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_check),
	  .help = "change nothing; fail when a name leads to something else than what is pinned" },
	{ .name = "remote",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_remote),
	  .help = "look at the registry, also when the store has it" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print an object for each name" },
	CMD_ALLOW_UNSIGNED_OPTION(struct options),
	CMD_REMOTE_OPTIONS_TLS(struct options),
};

/* What a name leads to now, which has to be trusted. */
static int look_up(const struct cmd_env *env, const struct options *o, const char *text,
		   struct lock_pin *pin, struct err *err)
{
	AUTO(cmd_subject) struct cmd_subject subject = { .scratch.dir = -1 };
	AUTO(trust_decision) struct trust_decision decision = { 0 };
	AUTO(cmd_trust) struct trust trust = { 0 };

	if (cmd_trust_open(env, o->allows_unsigned, &trust, err) < 0 ||
	    cmd_subject_open(env, &o->remote, text, cmd_subject_how(o->is_remote, false), &subject,
			     err) < 0 ||
	    cmd_decide_subject(&trust, &subject, &decision, err) < 0)
		return -1;
	if (!decision.ground)
		return trust_refused(&decision, subject.name, err);
	if (store_name(subject.name, &pin->name, err) < 0)
		return -1;
	pin->digest = subject.root.text[0] ? subject.root : subject.digest;
	pin->signers = mem_array(decision.n_signers + 1, sizeof(*pin->signers));
	for (size_t i = 0; i < decision.n_signers && i < LOCK_SIGNERS_MAX; i++)
		pin->signers[pin->n_signers++] = mem_text(trust_signer_id(&decision.signers[i]));
	return 0;
}

static int print_pin(const struct options *o, const struct lock_pin *pin, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *json = json_object();
	AUTO(free) char *dumped = NULL;
	json_t *signers = json_array();

	for (size_t i = 0; i < pin->n_signers; i++)
		js_append(signers, js_text_lossy(pin->signers[i], strlen(pin->signers[i])));
	js_set_text(json, "name", pin->name);
	js_set_text(json, "digest", pin->digest.text);
	js_set(json, "signers", signers);
	dumped = js_dump(json);
	if (o->wants_json)
		str_addf(&text, "%s\n", dumped);
	else
		str_addf(&text, "%s %s\n", pin->name, pin->digest.text);
	return cmd_print(&text, err);
}

static bool is_same(const struct lock_pin *a, const struct lock_pin *b)
{
	bool has;

	if (!oci_digest_equal(&a->digest, &b->digest))
		return false;
	for (size_t i = 0; i < a->n_signers; i++) {
		has = false;
		for (size_t j = 0; j < b->n_signers; j++)
			has |= !strcmp(a->signers[i], b->signers[j]);
		if (!has)
			return false;
	}
	return true;
}

static int check(const struct lock *lock, const struct lock_pin *now, struct err *err)
{
	const struct lock_pin *pin = lock_find(lock, now->name);

	if (!pin)
		return err_set(err, EC_UNTRUSTED, "%s is not pinned in %s", now->name, lock->path);
	if (is_same(pin, now))
		return 0;
	if (oci_digest_equal(&pin->digest, &now->digest))
		return err_set(err, EC_UNTRUSTED, "%s is not signed by all that %s names",
			       now->name, lock->path);
	err_set(err, EC_UNTRUSTED, "%s is %s now, not %s", now->name, now->digest.text,
		pin->digest.text);
	return err_hint(err, "'epm lock %s' pins what it is now", now->name);
}

static int lock_one(const struct cmd_env *env, const struct options *o, const char *file,
		    const struct lock *lock, const char *text, struct err *err)
{
	struct lock pins = { .pins = mem_alloc(sizeof(*pins.pins)), .n_pins = 1 };
	AUTO(lock) struct lock now = pins;

	if (look_up(env, o, text, now.pins, err) < 0 ||
	    (o->wants_check ? check(lock, now.pins, err) < 0 : lock_set(file, now.pins, err) < 0))
		return -1;
	return print_pin(o, now.pins, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	const char *file = o->file ? o->file : LOCK_FILE;
	AUTO(lock) struct lock lock = { 0 };

	if (lock_read(file, &lock, err) < 0) {
		if (err->code != EC_NOT_FOUND || !args->n_items || o->wants_check)
			return err->code == EC_NOT_FOUND ? err_hint(err, "'epm lock REF' makes one")
							 : -1;
		*err = (struct err){ 0 };
	}
	for (size_t i = 0; i < args->n_items; i++)
		if (lock_one(env, o, file, &lock, args->items[i], err) < 0)
			return -1;
	for (size_t i = 0; !args->n_items && i < lock.n_pins; i++)
		if (lock_one(env, o, file, &lock, lock.pins[i].name, err) < 0)
			return -1;
	return 0;
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_lock = {
	.cli = { .name = "lock",
		 .synopsis = "[OPTIONS] [REF…]",
		 .summary = "pin names to digests and to who signed them",
		 .details =
			 "Writes what each REF leads to now, and whose signatures the trust policy "
			 "counted, into " LOCK_FILE "; 'epm run --locked' runs nothing else. "
			 "Without REF all names of the file are looked up anew. What is not "
			 "trusted is not pinned.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};
