// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_relo.h"

#include "base/alloc.h"

/* include/linux/btf.h has it for the kernel only; offsets count from the end of the header */
struct ext_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t func_info_off;
	uint32_t func_info_len;
	uint32_t line_info_off;
	uint32_t line_info_len;
	uint32_t core_relo_off; /* the last two only where hdr_len reaches so far */
	uint32_t core_relo_len;
};

#define EXT_HEADER_OLD 24

struct block_reader {
	const struct raw_btf *btf;
	const char *what;
	struct ext_info *info;
	void (*record)(struct ext_info *info, const struct raw_btf *btf, const char *section,
		       const void *record);
	size_t record_size; /* the least a record must have */
};

static int corrupt(const char *what, const char *why, struct err *err)
{
	return err_set(err, EC_CORRUPT, "%s: .BTF.ext is damaged: %s", what, why);
}

static uint32_t load32(const char *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Blocks of {section name, count, records}, after one word with the size of a record. */
static int read_blocks(const struct block_reader *r, struct span data, struct err *err)
{
	uint32_t size, n;
	const char *section;

	if (data.len == 0)
		return 0;
	if (data.len < 4)
		return corrupt(r->what, "cut", err);
	size = load32(data.data);
	data.data += 4;
	data.len -= 4;
	if (size < r->record_size || size % 4)
		return corrupt(r->what, "records of an impossible size", err);
	while (data.len) {
		if (data.len < 8)
			return corrupt(r->what, "cut", err);
		section = raw_btf_name(r->btf, load32(data.data));
		n = load32(data.data + 4);
		data.data += 8;
		data.len -= 8;
		if ((uint64_t)n * size > data.len)
			return corrupt(r->what, "more records than bytes", err);
		for (uint32_t i = 0; i < n; i++)
			r->record(r->info, r->btf, section, data.data + (size_t)i * size);
		data.data += (size_t)n * size;
		data.len -= (size_t)n * size;
	}
	return 0;
}

static void add_relo(struct ext_info *info, const struct raw_btf *btf, const char *section,
		     const void *record)
{
	struct bpf_core_relo relo;

	memcpy(&relo, record, sizeof(relo));
	/* the list was sized for all records that fit the data */
	info->relos[info->n_relos++] = (struct core_relo){
		.section = section,
		.insn_off = relo.insn_off,
		.type_id = relo.type_id,
		.access = raw_btf_name(btf, relo.access_str_off),
		.kind = relo.kind,
	};
}

static void add_line(struct ext_info *info, const struct raw_btf *btf, const char *section,
		     const void *record)
{
	struct bpf_line_info line;

	memcpy(&line, record, sizeof(line));
	info->lines[info->n_lines++] = (struct line_info){
		.section = section,
		.insn_off = line.insn_off,
		.file = raw_btf_name(btf, line.file_name_off),
		.text = raw_btf_name(btf, line.line_off),
		.line = BPF_LINE_INFO_LINE_NUM(line.line_col),
		.column = BPF_LINE_INFO_LINE_COL(line.line_col),
		.record = record,
	};
}

/* A piece of what follows the header. */
static int piece(struct span rest, uint32_t off, uint32_t len, const char *what, struct span *out,
		 struct err *err)
{
	if (off > rest.len || len > rest.len - off || off % 4)
		return corrupt(what, "a part passes the end", err);
	*out = (struct span){ rest.data + off, len };
	return 0;
}

static int read_all(struct span ext, const struct raw_btf *btf, const char *what,
		    struct ext_info *info, struct err *err)
{
	struct block_reader lines = { btf, what, info, add_line, sizeof(struct bpf_line_info) };
	struct block_reader relos = { btf, what, info, add_relo, sizeof(struct bpf_core_relo) };
	struct ext_header header = { 0 };
	struct span part, rest;

	if (ext.len < EXT_HEADER_OLD)
		return corrupt(what, "shorter than its header", err);
	memcpy(&header, ext.data, EXT_HEADER_OLD);
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
	    header.hdr_len < EXT_HEADER_OLD || header.hdr_len > ext.len)
		return corrupt(what, "no valid header", err);
	if (header.hdr_len >= sizeof(header))
		memcpy(&header, ext.data, sizeof(header));
	rest = (struct span){ ext.data + header.hdr_len, ext.len - header.hdr_len };
	if (piece(rest, header.line_info_off, header.line_info_len, what, &part, err) < 0)
		return -1;
	info->lines = mem_array(part.len / sizeof(struct bpf_line_info), sizeof(*info->lines));
	if (read_blocks(&lines, part, err) < 0 ||
	    piece(rest, header.core_relo_off, header.core_relo_len, what, &part, err) < 0)
		return -1;
	info->relos = mem_array(part.len / sizeof(struct bpf_core_relo), sizeof(*info->relos));
	return read_blocks(&relos, part, err);
}

int ext_info_read(struct span ext, const struct raw_btf *btf, const char *what,
		  struct ext_info *out, struct err *err)
{
	AUTO(ext_info) struct ext_info info = { 0 };

	if (ext.len && read_all(ext, btf, what, &info, err) < 0)
		return -1;
	for (size_t i = 0; i < info.n_relos; i++)
		if (info.relos[i].type_id == 0 || info.relos[i].type_id >= btf->n_types)
			return corrupt(what, "a relocation of a type that is not there", err);
	*out = info;
	info = (struct ext_info){ 0 };
	return 0;
}

void ext_info_done(struct ext_info *info)
{
	free(info->relos);
	free(info->lines);
	*info = (struct ext_info){ 0 };
}

const struct line_info *ext_info_line(const struct ext_info *info, const char *section,
				      uint32_t insn_off)
{
	const struct line_info *best = NULL;

	for (size_t i = 0; i < info->n_lines; i++) {
		const struct line_info *line = &info->lines[i];

		if (line->insn_off <= insn_off && !strcmp(line->section, section) &&
		    (!best || line->insn_off >= best->insn_off))
			best = line;
	}
	return best;
}
