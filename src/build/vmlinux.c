// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/vmlinux.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/header.h"

int vmlinux_open(const char *path, const char *home, struct vmlinux *out, struct err *err)
{
	AUTO(vmlinux) struct vmlinux v = { .what = path ? path : "the kernel's BTF" };

	if (kernel_btf_open(path, &v.btf, err) < 0)
		return -1;
	hash_hex_of(v.btf.data.data, v.btf.data.len, v.hash);
	v.folder = mem_printf("%s/cache/vmlinux/%s", home, v.hash);
	*out = v;
	v = (struct vmlinux){ 0 };
	return 0;
}

void vmlinux_done(struct vmlinux *v)
{
	kernel_btf_done(&v->btf);
	free(v->folder);
	v->folder = NULL;
}

static int keep(const char *folder, const struct str *text, struct err *err)
{
	AUTO(close) int dir = -1;

	if (fs_open_dir(AT_FDCWD, folder, 0755, &dir, err) < 0)
		return -1;
	return fs_write(dir, "vmlinux.h", str_text(text), text->len, 0644, err);
}

static char *header_in(const char *folder)
{
	return mem_printf("%s/vmlinux.h", folder);
}

int vmlinux_text(struct vmlinux *v, struct str *out, struct err *err)
{
	AUTO(free) char *path = header_in(v->folder);
	struct err ignored;

	if (fs_read(AT_FDCWD, path, out, &ignored) == 0)
		return 0;
	str_cut(out, 0);
	if (header_whole(v->btf.data, v->what, out, err) < 0)
		return -1;
	/* for the next time; printing works without */
	if (keep(v->folder, out, &ignored) < 0)
		log_trace(TRACE_build, "%s", ignored.text);
	return 0;
}

int vmlinux_whole(struct vmlinux *v, char **out, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(free) char *path = header_in(v->folder);

	if (!fs_exists(AT_FDCWD, path) &&
	    (header_whole(v->btf.data, v->what, &text, err) < 0 || keep(v->folder, &text, err) < 0))
		return -1;
	*out = mem_text(v->folder);
	return 0;
}

/*
 * Headers of libbpf that eBPF sources include by <>: what they say in macros can become the
 * source's words. bpf_helper_defs.h only declares.
 */
static const char *const library_headers[] = { "bpf/bpf_helpers.h", "bpf/bpf_core_read.h",
					       "bpf/bpf_tracing.h", "bpf/bpf_endian.h",
					       "bpf/usdt.bpf.h" };

/* What bpf_helper_defs.h needs to have been defined. */
static const char *const library_types[] = { "__u8",   "__u16",	 "__u32",  "__u64",
					     "__s8",   "__s16",	 "__s32",  "__s64",
					     "__be16", "__be32", "__be64", "__le16",
					     "__le32", "__le64", "__wsum", "__sum16" };

static void add_words(struct words *words, const struct token *tokens, size_t n_tokens)
{
	for (size_t i = 0; i < n_tokens; i++)
		if (tokens[i].kind == TOKEN_WORD)
			words_add(words, tokens[i].text.data, tokens[i].text.len);
}

/* Words in preprocessor lines too, which the lexer leaves out: all that look like names. */
static void add_raw_words(struct words *words, const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				      "0123456789";
	size_t n;

	while (*text) {
		n = strspn(text, letters);
		if (n && !(*text >= '0' && *text <= '9'))
			words_add(words, text, n);
		text += n ? n : 1;
	}
}

static void add_library_words(struct words *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(library_types); i++)
		words_add(words, library_types[i], strlen(library_types[i]));
	for (size_t i = 0; i < ARRAY_SIZE(library_headers); i++) {
		AUTO(free) char *path = mem_printf("/usr/include/%s", library_headers[i]);
		AUTO(str) struct str text = STR_MAX(LIMIT_SOURCE);
		struct err ignored;

		if (fs_read(AT_FDCWD, path, &text, &ignored) == 0)
			add_raw_words(words, str_text(&text));
	}
}

static void add_directives(struct words *words, const char *text)
{
	const char *line = text;

	for (const char *p = text; *p; p++) {
		if (*p != '\n')
			continue;
		line += strspn(line, " \t");
		if (*line == '#' || p[-(p > text)] == '\\') {
			AUTO(free) char *copy = mem_textn(line, p - line);

			add_raw_words(words, copy);
		}
		line = p + 1;
	}
}

#define CUT_REVISION "2" /* to be raised when the choice of types changes: cut headers are kept */

static void hash_words(const struct source_files *files, const struct vmlinux *v,
		       char hex[HASH_HEX + 1])
{
	AUTO(hash) struct hash *hash = hash_new();
	uint8_t raw[HASH_SIZE];

	hash_update(hash, CUT_REVISION, sizeof(CUT_REVISION));
	hash_update(hash, v->hash, strlen(v->hash));
	for (size_t i = 0; i < files->n_files; i++)
		hash_update(hash, str_text(&files->files[i].text), files->files[i].text.len + 1);
	hash_final(hash, raw);
	hex_encode(raw, sizeof(raw), hex);
}

int vmlinux_cut(struct vmlinux *v, const struct source_files *files, char **out, struct err *err)
{
	AUTO(words) struct words *words = words_new();
	AUTO(str) struct str text = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(free) char *folder = NULL;
	AUTO(free) char *path = NULL;
	char hex[HASH_HEX + 1];

	hash_words(files, v, hex);
	folder = mem_printf("%s/cut/%.32s", v->folder, hex);
	path = header_in(folder);
	if (!fs_exists(AT_FDCWD, path)) {
		for (size_t i = 0; i < files->n_files; i++) {
			add_words(words, files->files[i].tokens, files->files[i].n_tokens);
			add_directives(words, str_text(&files->files[i].text));
		}
		add_library_words(words);
		if (header_for_words(v->btf.data, v->what, words, &text, err) < 0 ||
		    keep(folder, &text, err) < 0)
			return -1;
	}
	*out = STEAL(folder);
	return 0;
}
