// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/locked.h"

#include "base/alloc.h"
#include "cmd/user_files.h"
#include "pkg/fetch.h"

void cmd_locked_done(struct cmd_locked *locked)
{
	lock_done(&locked->lock);
	free(locked->reference);
}

/* A short name may be the store's, or below the default registry. */
static const struct lock_pin *find(const struct cmd_env *env, const struct lock *lock,
				   const char *text)
{
	AUTO(settings) struct settings settings = { 0 };
	AUTO(free) char *name = NULL;
	AUTO(free) char *whole = NULL;
	const struct lock_pin *pin;
	struct err ignored;

	if (store_name(text, &name, &ignored) < 0)
		return NULL;
	pin = lock_find(lock, name);
	if (!pin && cmd_settings_load(env, &settings, &ignored) == 0 &&
	    fetch_name(&settings, text, &whole, &ignored) == 0)
		pin = lock_find(lock, whole);
	return pin;
}

int cmd_locked_open(const struct cmd_env *env, const char *file, const char *text,
		    struct cmd_locked *out, struct err *err)
{
	AUTO(cmd_locked) struct cmd_locked locked = { 0 };

	if (lock_read(file ? file : LOCK_FILE, &locked.lock, err) < 0)
		return err->code == EC_NOT_FOUND ? err_hint(err, "'epm lock %s' makes one", text)
						 : -1;
	locked.pin = find(env, &locked.lock, text);
	if (!locked.pin) {
		err_set(err, EC_UNTRUSTED, "%s is not pinned in %s", text, locked.lock.path);
		return err_hint(err, "'epm lock %s' pins it", text);
	}
	locked.reference = mem_printf("%s@%s", locked.pin->name, locked.pin->digest.text);
	*out = locked;
	locked = (struct cmd_locked){ 0 };
	return 0;
}

static bool is_pinned(const struct lock_pin *pin, const struct store_target *target)
{
	return oci_digest_equal(&pin->digest, &target->digest) ||
	       oci_digest_equal(&pin->digest, &target->root);
}

bool cmd_locked_is_here(const struct cmd_env *env, const struct cmd_locked *locked)
{
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(store) struct store *store = NULL;
	struct err ignored;

	return store_open(env->home, STORE_READ, &store, &ignored) == 0 &&
	       store_resolve(store, locked->pin->name, &target, &ignored) == 0 &&
	       is_pinned(locked->pin, &target);
}

static bool has_signed(const struct trust_decision *decision, const char *id)
{
	for (size_t i = 0; i < decision->n_signers; i++)
		if (!strcmp(trust_signer_id(&decision->signers[i]), id))
			return true;
	return false;
}

int cmd_locked_check(const struct cmd_locked *locked, const struct package *package,
		     const struct trust_decision *decision, struct err *err)
{
	const struct lock_pin *pin = locked->pin;

	if (!is_pinned(pin, &package->signed_target))
		return err_set(err, EC_UNTRUSTED, "%s is %s, and %s pins %s", pin->name,
			       package->signed_target.digest.text, locked->lock.path,
			       pin->digest.text);
	for (size_t i = 0; i < pin->n_signers; i++)
		if (!has_signed(decision, pin->signers[i]))
			return err_set(
				err, EC_UNTRUSTED,
				"%s: %s wants it signed by %s, whose signature did not count",
				pin->name, locked->lock.path, pin->signers[i]);
	return 0;
}
