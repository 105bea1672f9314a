// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/identity.h"

#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"

/* Process credentials are global by nature; this mirrors them. */
static struct {
	bool is_sudo;
	uid_t uid;
	gid_t gid;
	int raised;
} person;

static int read_id(const char *name, uint64_t *out, struct err *err)
{
	const char *text = getenv(name);

	if (!text || !*text)
		return err_set(err, EC_USAGE, "%s is not set", name);
	return text_number(span_of(text), UINT32_MAX - 1, name, out, err);
}

static void must(int rc)
{
	if (rc < 0) {
		fputs("epm: cannot change the user id\n", stderr);
		abort();
	}
}

static int become_person(struct err *err)
{
	struct passwd *entry = getpwuid(person.uid);

	if (entry ? initgroups(entry->pw_name, person.gid) < 0 : setgroups(0, NULL) < 0)
		return err_errno(err, "take the groups of user %u", person.uid);
	if (setegid(person.gid) < 0 || seteuid(person.uid) < 0)
		return err_errno(err, "become user %u", person.uid);
	return 0;
}

int identity_start(struct err *err)
{
	uint64_t uid, gid;

	if (getuid() != 0 || geteuid() != 0 || !getenv("SUDO_UID"))
		return 0;
	if (read_id("SUDO_UID", &uid, err) < 0 || read_id("SUDO_GID", &gid, err) < 0)
		return -1;
	if (uid == 0)
		return 0;
	person.uid = uid;
	person.gid = gid;
	if (become_person(err) < 0)
		return -1;
	person.is_sudo = true;
	return 0;
}

int identity_home(char **out, struct err *err)
{
	const char *home = getenv("HOME");
	struct passwd *entry = NULL;

	if (person.is_sudo || !home || !*home) {
		entry = getpwuid(person.is_sudo ? person.uid : getuid());
		home = entry ? entry->pw_dir : NULL;
	}
	if (!home || *home != '/') {
		err_set(err, EC_USAGE, "there is no home directory");
		return err_hint(err, "set EPM_HOME to a directory for the store");
	}
	*out = mem_text(home);
	return 0;
}

bool identity_has_root(void)
{
	return person.is_sudo || geteuid() == 0;
}

void identity_raise(void)
{
	if (!person.is_sudo || person.raised++)
		return;
	must(seteuid(0));
	must(setegid(0));
}

void identity_lower(void)
{
	if (!person.is_sudo || --person.raised)
		return;
	must(setegid(person.gid));
	must(seteuid(person.uid));
}

int identity_drop_for_good(void)
{
	if (!person.is_sudo)
		return 0;
	if (seteuid(0) < 0 || setresgid(person.gid, person.gid, person.gid) < 0)
		return -1;
	return setresuid(person.uid, person.uid, person.uid);
}
