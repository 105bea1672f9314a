// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/explain_words.h"

#include "base/alloc.h"
#include "base/str.h"

/* libbpf's words before and after a name, and what they mean with the name between two texts. */
struct words {
	const char *before, *after;
	const char *first, *last;
	const char *hint;
};

static const struct words known[] = {
	{ "extern (func ksym) '", "': not found in", "this kernel has no function '",
	  "' that programs may call (kfunc)",
	  "a newer kernel, or a module that is not loaded, may have it" },
	{ "extern (func ksym) '", "': func_proto", "this kernel's function '",
	  "' takes or returns something else than the package expects",
	  "the package was made for another kernel release" },
	{ "extern (func ksym) '", "': module BTF", "the function '",
	  "' is of a module, which this libbpf cannot call", NULL },
	{ "extern (var ksym) '", "': not found in", "this kernel has no variable '", "'", NULL },
	{ "extern (var ksym) '", "': incompatible types", "this kernel's variable '",
	  "' has another type than the package expects", NULL },
	{ "extern 'CONFIG_", "' (strong): not resolved", "the kernel's option CONFIG_",
	  " is not set, or its configuration cannot be read",
	  "it is looked for in /proc/config.gz and in /boot/config-RELEASE" },
	{ "extern '", "' (strong): not resolved", "this kernel has no symbol '", "'", NULL },
	{ "failed to find kernel BTF type ID of '", "'", "this kernel has no '",
	  "' to attach a program to", "'epm check' says which programs want it" },
	{ "', section '", "': missing BPF prog type",
	  "libbpf does not know what kind of program the section '", "' is for", NULL },
	{ "missing BPF prog type, check ELF section name '", "'",
	  "libbpf does not know what kind of program the section '", "' is for",
	  "a newer libbpf may; or the name has a typing error" },
	{ "prog '", "': attach program FD is not set", "program ",
	  " replaces or watches another eBPF program, which epm cannot do", NULL },
	{ "prog '", "': BTF is required, but is missing or corrupted", "program ",
	  " needs types (BTF) that the object does not have", "compile it with clang -g" },
	{ "prog '", "': no BTF-based attach target is specified", "program ",
	  " needs to be told what it is put on",
	  "its source has to say it, as SEC(\"fentry/FUNCTION\") does" },
	{ "failed to find valid kernel BTF", "",
	  "this kernel tells nothing of its types (no /sys/kernel/btf/vmlinux)", "",
	  "--btf FILE names them; or build the package with --btf-dir" },
};

static bool set(const char *package, const struct words *words, struct span name, struct err *err)
{
	AUTO(free) char *printable = text_printable(name.data, name.len);

	err_set(err, EC_UNSUPPORTED, "%s: %s%.200s%s", package, words->first, printable,
		words->last);
	if (words->hint)
		err_hint(err, "%s", words->hint);
	return true;
}

/* The name between the words, on one line; data NULL: they are not there. */
static struct span find_name(const char *text, const struct words *words)
{
	for (const char *at = text; (at = strstr(at, words->before)); at++) {
		const char *start = at + strlen(words->before);
		const char *end = strstr(start, words->after);
		size_t line = strcspn(start, "\n");

		/* not across another quoted name */
		if (end && (size_t)(end - start) <= line && !memchr(start, '\'', end - start))
			return (struct span){ start, end - start };
	}
	return (struct span){ NULL, 0 };
}

bool explain_words(const char *package, const char *text, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct span name = find_name(text, &known[i]);

		if (name.data)
			return set(package, &known[i], name, err);
	}
	return false;
}
