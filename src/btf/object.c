// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/object.h"

#include <gelf.h>

#include "base/alloc.h"

bool object_is_elf(struct span bytes)
{
	return bytes.len >= SELFMAG && !memcmp(bytes.data, ELFMAG, SELFMAG);
}

static int corrupt(const char *name, const char *why, struct err *err)
{
	return err_set(err, EC_CORRUPT, "%s: %s", name, why);
}

static int check_header(Elf *elf, const char *name, struct err *err)
{
	GElf_Ehdr header;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		return corrupt(name, "the ELF header is damaged", err);
	if (gelf_getclass(elf) != ELFCLASS64 || header.e_type != ET_REL)
		return corrupt(name, "not a relocatable 64-bit object file", err);
	if (header.e_machine != EM_BPF && header.e_machine != EM_NONE)
		return corrupt(name, "an ELF file, but not for eBPF", err);
	if (header.e_ident[EI_DATA] !=
	    (__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB))
		return err_set(err, EC_UNSUPPORTED, "%s: built for the other byte order", name);
	return 0;
}

static int read_section(Elf *elf, size_t names, Elf_Scn *scn, struct object_section *out)
{
	GElf_Shdr header;
	Elf_Data *data;

	if (!gelf_getshdr(scn, &header))
		return -1;
	out->name = elf_strptr(elf, names, header.sh_name);
	out->type = header.sh_type;
	out->flags = header.sh_flags;
	out->info = header.sh_info;
	out->size = header.sh_size;
	if (!out->name)
		return -1;
	if (header.sh_type == SHT_NOBITS)
		return 0;
	data = elf_rawdata(scn, NULL);
	if (!data || (data->d_size && !data->d_buf) || data->d_size != header.sh_size)
		return -1;
	out->data = (struct span){ data->d_buf ? data->d_buf : "", data->d_size };
	return 0;
}

static int read_sections(struct object *object, const char *name, struct err *err)
{
	Elf_Scn *scn = NULL;
	size_t n, names;

	if (elf_getshdrnum(object->elf, &n) < 0 || elf_getshdrstrndx(object->elf, &names) < 0)
		return corrupt(name, "the ELF section table is damaged", err);
	object->sections = mem_array(n, sizeof(*object->sections));
	object->n_sections = n;
	for (size_t i = 0; i < n; i++)
		object->sections[i].name = "";
	while ((scn = elf_nextscn(object->elf, scn)))
		if (read_section(object->elf, names, scn, &object->sections[elf_ndxscn(scn)]) < 0)
			return err_set(err, EC_CORRUPT, "%s: ELF section %zu is damaged", name,
				       elf_ndxscn(scn));
	return 0;
}

static int read_symbols(struct object *object, Elf_Scn *scn, const char *name, struct err *err)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Shdr header;
	GElf_Sym symbol;
	size_t n;

	if (!data || !gelf_getshdr(scn, &header))
		return corrupt(name, "the ELF symbol table is damaged", err);
	n = data->d_size / sizeof(Elf64_Sym);
	object->symbols = mem_array(n, sizeof(*object->symbols));
	object->n_symbols = n;
	for (size_t i = 0; i < n; i++) {
		struct object_symbol *out = &object->symbols[i];

		if (!gelf_getsym(data, i, &symbol))
			return corrupt(name, "the ELF symbol table is damaged", err);
		out->name = elf_strptr(object->elf, header.sh_link, symbol.st_name);
		if (!out->name)
			return corrupt(name, "the ELF symbol names are damaged", err);
		out->section = symbol.st_shndx;
		out->value = symbol.st_value;
		out->size = symbol.st_size;
		out->type = GELF_ST_TYPE(symbol.st_info);
		out->binding = GELF_ST_BIND(symbol.st_info);
		out->visibility = GELF_ST_VISIBILITY(symbol.st_other);
	}
	return 0;
}

static int read_symbol_table(struct object *object, const char *name, struct err *err)
{
	for (size_t i = 1; i < object->n_sections; i++)
		if (object->sections[i].type == SHT_SYMTAB)
			return read_symbols(object, elf_getscn(object->elf, i), name, err);
	return corrupt(name, "there is no symbol table", err);
}

int object_open(struct span bytes, const char *name, struct object **out, struct err *err)
{
	AUTO(object) struct object *object = NULL;

	if (!object_is_elf(bytes))
		return corrupt(name, "not an ELF file", err);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return err_set(err, EC_FAILED, "libelf is out of date");
	object = mem_alloc(sizeof(*object));
	/* libelf wants a writable pointer and does not write for a file it only reads */
	object->elf = elf_memory((char *)bytes.data, bytes.len);
	if (check_header(object->elf, name, err) < 0 || read_sections(object, name, err) < 0 ||
	    read_symbol_table(object, name, err) < 0)
		return -1;
	*out = STEAL(object);
	return 0;
}

void object_free(struct object *object)
{
	if (!object)
		return;
	if (object->elf)
		elf_end(object->elf);
	free(object->sections);
	free(object->symbols);
	free(object);
}

const struct object_section *object_find(const struct object *object, const char *name)
{
	for (size_t i = 1; i < object->n_sections; i++)
		if (!strcmp(object->sections[i].name, name))
			return &object->sections[i];
	return NULL;
}

static int find_in_elf(Elf *elf, const char *section, const char *name, struct span *out,
		       struct err *err)
{
	struct object_section found;
	Elf_Scn *scn = NULL;
	size_t names;

	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names) < 0)
		return corrupt(name, "the ELF header is damaged", err);
	while ((scn = elf_nextscn(elf, scn))) {
		if (read_section(elf, names, scn, &found) < 0)
			return corrupt(name, "an ELF section is damaged", err);
		if (!strcmp(found.name, section)) {
			*out = found.data;
			return 0;
		}
	}
	return err_set(err, EC_NOT_FOUND, "%s: there is no section %s", name, section);
}

int object_elf_section(struct span bytes, const char *section, const char *name, struct span *out,
		       struct err *err)
{
	Elf *elf;
	int rc;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return err_set(err, EC_FAILED, "libelf is out of date");
	elf = elf_memory((char *)bytes.data, bytes.len);
	rc = find_in_elf(elf, section, name, out, err);
	if (elf)
		elf_end(elf);
	return rc;
}

static int read_relocations(const struct object *object, size_t index,
			    struct object_relocation **out, size_t *out_n, struct err *err)
{
	const struct object_section *section = &object->sections[index];
	size_t n = section->data.len / sizeof(Elf64_Rel);
	AUTO(free) struct object_relocation *list = mem_array(n, sizeof(*list));
	Elf64_Rel rel;

	for (size_t i = 0; i < n; i++) {
		memcpy(&rel, section->data.data + i * sizeof(rel), sizeof(rel));
		list[i].offset = rel.r_offset;
		list[i].symbol = ELF64_R_SYM(rel.r_info);
		list[i].type = ELF64_R_TYPE(rel.r_info);
		if (list[i].symbol >= object->n_symbols)
			return err_set(err, EC_CORRUPT, "section %s: relocation %zu has no symbol",
				       section->name, i);
	}
	*out = STEAL(list);
	*out_n = n;
	return 0;
}

int object_relocations(const struct object *object, uint32_t section,
		       struct object_relocation **out, size_t *out_n, struct err *err)
{
	for (size_t i = 1; i < object->n_sections; i++)
		if (object->sections[i].type == SHT_REL && object->sections[i].info == section)
			return read_relocations(object, i, out, out_n, err);
	*out = NULL;
	*out_n = 0;
	return 0;
}
