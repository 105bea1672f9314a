// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/gate.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/input.h"
#include "run/surface.h"

int cmd_trust_open(const struct cmd_env *env, bool allows_unsigned, struct trust *out,
		   struct err *err)
{
	*out = (struct trust){ .home = env->home,
			       .allows_unsigned = allows_unsigned,
			       .now = clock_wall() };
	return policy_load(env->home, CMD_SYSTEM_POLICY, &out->policy, err);
}

void cmd_trust_done(struct trust *trust)
{
	policy_done(&trust->policy);
}

char *cmd_place_of_file(const char *path)
{
	AUTO(free) char *real = NULL;

	if (!strcmp(path, "-"))
		return mem_text("stdin");
	if (input_is_url(path))
		return policy_place_of_url(path);
	real = realpath(path, NULL);
	return mem_printf("file:%s", real ? real : path);
}

static struct store_target target_of(const struct cmd_subject *s)
{
	return (struct store_target){ .name = s->name,
				      .digest = s->digest,
				      .size_bytes = s->size_bytes,
				      .media_type = s->media_type,
				      .origin = s->origin,
				      .root = s->root };
}

char *cmd_place_of_subject(const struct cmd_subject *subject)
{
	struct store_target target = target_of(subject);

	return trust_place_of(&target);
}

int cmd_decide_subject(const struct trust *trust, const struct cmd_subject *s,
		       struct trust_decision *out, struct err *err)
{
	AUTO(free) char *place = cmd_place_of_subject(s);
	struct store_target target = target_of(s);
	struct trust_subject subject = { .name = s->name,
					 .place = place,
					 .is_from_place = true,
					 .digest = s->digest,
					 .media_type = s->media_type,
					 .size_bytes = s->size_bytes,
					 .store = s->store };

	return s->is_remote ? trust_decide(trust, &subject, out, err)
			    : trust_decide_stored(trust, s->store, &target, &s->digest, out, err);
}

static int decide_file(const struct trust *trust, const struct package *package, const char *place,
		       struct trust_decision *out, struct err *err)
{
	struct trust_subject subject = {
		.name = package->reference,
		.place = place,
		.is_from_place = true,
		.digest = package->digest,
	};

	return trust_decide(trust, &subject, out, err);
}

static int decide_stored(const struct trust *trust, const struct package *package,
			 struct trust_decision *out, struct err *err)
{
	AUTO(store) struct store *store = NULL;

	if (store_open(trust->home, STORE_READ, &store, err) < 0)
		return -1;
	return trust_decide_stored(trust, store, &package->signed_target, &package->digest, out,
				   err);
}

static void say(const struct package *package, const struct trust_decision *decision)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	trust_decision_text(decision, &text);
	if (decision->ground == TRUST_OPTION)
		log_warn("%s: not trusted, let through by --allow-unsigned", package->reference);
	else
		log_verbose("%s: %s", package->reference, str_text(&text));
}

void cmd_passed_done(struct cmd_passed *passed)
{
	free(passed->place);
	trust_decision_done(&passed->decision);
}

int cmd_gate(const struct trust *trust, const struct package *package, const char *file,
	     struct cmd_passed *out, struct err *err)
{
	AUTO(free)
	char *place = file ? cmd_place_of_file(file) : trust_place_of(&package->signed_target);
	AUTO(trust_decision) struct trust_decision decision = { 0 };

	if (file ? decide_file(trust, package, place, &decision, err) < 0
		 : decide_stored(trust, package, &decision, err) < 0)
		return -1;
	if (!decision.ground)
		return trust_refused(&decision, package->reference, err);
	say(package, &decision);
	*out = (struct cmd_passed){ STEAL(place), decision };
	decision = (struct trust_decision){ 0 };
	return 0;
}

int cmd_gate_deny(const struct trust *trust, const char *place, const struct loader *loader,
		  struct err *err)
{
	AUTO(needs_list) struct needs_list words = { 0 };
	const char *denied, *where;

	if (!policy_denies(&trust->policy, place))
		return 0;
	if (surface_words(loader, &words, err) < 0)
		return -1;
	denied = policy_denied(&trust->policy, place, (const char *const *)words.items,
			       words.n_items, &where);
	if (!denied)
		return 0;
	err_set(err, EC_UNTRUSTED, "%s: the trust policy denies %s", loader->name, denied);
	return err_hint(err, "it stands in %s; no option sets it aside", where);
}
