// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/input.h"

#include <errno.h>
#include <inttypes.h>

#include "base/alloc.h"

#define NAMES_MOST (1u << 20)

struct input input_of(struct span bytes, const char *what)
{
	return (struct input){ .fd = -1, .bytes = bytes, .size = bytes.len, .what = what };
}

int input_read(const struct input *input, uint64_t at, void *out, size_t n, struct err *err)
{
	char *p = out;

	if (at > input->size || n > input->size - at)
		return err_set(err, EC_CORRUPT, "%s: it ends too early", input->what);
	if (input->fd < 0) {
		memcpy(out, input->bytes.data + at, n);
		return 0;
	}
	while (n) {
		ssize_t got = pread(input->fd, p, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, "read %s", input->what);
		if (got == 0)
			return err_set(err, EC_CORRUPT, "%s: it became shorter", input->what);
		p += got;
		at += got;
		n -= got;
	}
	return 0;
}

int input_add(const struct input *input, uint64_t at, uint64_t n, struct str *out, struct err *err)
{
	char *room;

	if (at > input->size || n > input->size - at)
		return err_set(err, EC_CORRUPT, "%s: it ends too early", input->what);
	if (n > out->max - out->len)
		return err_set(err, EC_CORRUPT,
			       "%s: %" PRIu64 " bytes are more than the limit of %zu", input->what,
			       n, out->max);
	room = str_room(out, n ? n : 1);
	if (!room || input_read(input, at, room, n, err) < 0)
		return room ? -1 : str_check(out, input->what, err);
	out->len += n;
	room[n] = '\0';
	return 0;
}

int input_head(const struct input *input, void *out, size_t n, size_t *out_n, struct err *err)
{
	if (n > input->size)
		n = input->size;
	if (input_read(input, 0, out, n, err) < 0)
		return -1;
	*out_n = n;
	return 0;
}

static int read_header(const struct input *input, Elf64_Ehdr *out, struct err *err)
{
	const unsigned char own =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

	if (input_read(input, 0, out, sizeof(*out), err) < 0)
		return -1;
	if (memcmp(out->e_ident, ELFMAG, SELFMAG) != 0)
		return err_set(err, EC_CORRUPT, "%s: not ELF", input->what);
	if (out->e_ident[EI_CLASS] != ELFCLASS64 || out->e_ident[EI_DATA] != own)
		return err_set(err, EC_UNSUPPORTED, "%s: ELF of %s", input->what,
			       out->e_ident[EI_CLASS] != ELFCLASS64 ? "32 bits"
								    : "the other byte order");
	if (out->e_shoff && out->e_shentsize != sizeof(Elf64_Shdr))
		return err_set(err, EC_CORRUPT, "%s: not valid ELF: its section headers",
			       input->what);
	return 0;
}

int sections_open(const struct input *input, struct sections *out, struct err *err)
{
	AUTO(sections) struct sections sections = { .input = input, .names = STR_MAX(NAMES_MOST) };
	Elf64_Ehdr header;

	if (read_header(input, &header, err) < 0)
		return -1;
	if (header.e_shoff && header.e_shnum) {
		sections.n = header.e_shnum;
		sections.headers = mem_array(sections.n, sizeof(*sections.headers));
		if (input_read(input, header.e_shoff, sections.headers,
			       sections.n * sizeof(*sections.headers), err) < 0)
			return -1;
	}
	if (header.e_shstrndx < sections.n &&
	    sections_add(&sections, &sections.headers[header.e_shstrndx], &sections.names, err) < 0)
		return -1;
	*out = sections;
	sections = (struct sections){ 0 };
	return 0;
}

void sections_done(struct sections *sections)
{
	free(sections->headers);
	str_done(&sections->names);
	*sections = (struct sections){ 0 };
}

const Elf64_Shdr *sections_find(const struct sections *sections, const char *name)
{
	for (size_t i = 1; i < sections->n; i++) {
		const Elf64_Shdr *header = &sections->headers[i];

		/* the names end with a NUL that str_room() left room for */
		if (header->sh_name < sections->names.len && header->sh_type != SHT_NOBITS &&
		    !strcmp(sections->names.data + header->sh_name, name))
			return header;
	}
	return NULL;
}

int sections_add(const struct sections *sections, const Elf64_Shdr *header, struct str *out,
		 struct err *err)
{
	if (header->sh_flags & SHF_COMPRESSED)
		return err_set(err, EC_UNSUPPORTED, "%s: a compressed section",
			       sections->input->what);
	return input_add(sections->input, header->sh_offset, header->sh_size, out, err);
}
