// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/vmlinux.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "cmd/list.h"

struct settings {
	struct cli_common common;
	const char *btf;
	const char *output;
};

static const struct cli_option options[] = {
	{ "btf", 0, CLI_TEXT, offsetof(struct settings, btf), "FILE",
	  "of the BTF in FILE (raw, or an ELF file with a section .BTF) instead of the running "
	  "kernel's",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "output", 'o', CLI_TEXT, offsetof(struct settings, output), "FILE",
	  "write it there instead of to standard output", CLI_WORDS_FILE, NULL, 0 },
};

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(vmlinux) struct vmlinux vmlinux = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_KERNEL_BTF);

	if (vmlinux_open(s->btf, env->home, &vmlinux, err) < 0 ||
	    vmlinux_text(&vmlinux, &text, err) < 0)
		return -1;
	if (s->output)
		return fs_output(s->output, str_text(&text), text.len, err);
	return cmd_print(&text, err);
}

const struct cmd cmd_vmlinux = {
	.cli = { .name = "vmlinux",
		 .synopsis = "[OPTIONS]",
		 .summary = "print a kernel's types as a C header (vmlinux.h)",
		 .details = "As 'bpftool btf dump file FILE format c' does. The text is kept under "
			    "EPM_HOME by the hash of the BTF.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options) },
	.settings_size = sizeof(struct settings),
	.run = run,
};
