// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/facts.h"

#include <ctype.h>

#include "base/alloc.h"
#include "check/offers.h"

#define TRI_YES 1 /* libbpf, enum libbpf_tristate */
#define TRI_MODULE 2
#define VERSION_LEAST 0x041200 /* 4.18, the oldest with BTF; vendors' kernels keep old numbers */
#define VERSION_MOST 0x630000

void facts_init(struct facts *facts, const struct check_subject *s, struct kernel *kernel)
{
	*facts = (struct facts){ .subject = s, .kernel = kernel };
	facts->data = mem_array(s->code.n_sections, sizeof(*facts->data));
	for (size_t i = 0; i < s->code.n_sections; i++)
		if (s->data[i].len)
			facts->data[i] = (struct reach_data){ .bytes = s->data[i].data,
							      .size = s->data[i].len };
}

static void forget_masks(struct facts *facts)
{
	for (size_t i = 0; facts->masks && i < facts->subject->code.n_sections; i++)
		free(facts->masks[i]);
	free(facts->masks);
	facts->masks = NULL;
}

void facts_done(struct facts *facts)
{
	forget_masks(facts);
	free(facts->data);
	*facts = (struct facts){ 0 };
}

void facts_forget_flags(struct facts *facts)
{
	for (size_t i = 0; i < facts->subject->code.n_sections; i++)
		facts->data[i].is_unknown = facts->subject->flags[i];
}

void facts_forget_flag(struct facts *facts, const struct variable *v)
{
	const struct check_subject *s = facts->subject;

	forget_masks(facts);
	facts->masks = mem_array(s->code.n_sections, sizeof(*facts->masks));
	for (size_t i = 0; i < s->code.n_sections; i++) {
		facts->data[i].is_unknown = NULL;
		if (!s->data[i].len || strcmp(s->object->sections[i].name, v->section) != 0)
			continue;
		facts->masks[i] = mem_array(s->data[i].len, 1);
		memset(facts->masks[i] + v->offset, 1, v->size);
		facts->data[i].is_unknown = facts->masks[i];
	}
}

static enum reach_extern guessed(enum facts_guess guess)
{
	if (guess == FACTS_UNKNOWN)
		return REACH_EXTERN_UNKNOWN;
	return guess == FACTS_ALL_EXISTS ? REACH_EXTERN_PRESENT : REACH_EXTERN_ABSENT;
}

/* libbpf 1.3 takes kfuncs by their essential names */
static bool has_kfunc(const struct facts *facts, const char *name)
{
	AUTO(free) char *plain = NULL;

	if (kernel_has_function(facts->kernel, name))
		return true;
	if (!facts->has_kfunc_flavours || raw_btf_essential(name) == strlen(name))
		return false;
	plain = mem_textn(name, raw_btf_essential(name));
	return kernel_has_function(facts->kernel, plain);
}

static bool is_typed(const struct facts *facts, const struct check_extern *e)
{
	uint32_t id = 0;
	const struct btf_type *type = raw_btf_strip(&facts->subject->raw, e->type_id, &id);

	return type && id != 0;
}

enum reach_extern facts_extern(const struct facts *facts, const struct check_extern *e)
{
	enum live_answer live;

	if (facts->guess != FACTS_BY_KERNEL)
		return guessed(facts->guess);
	if (facts->kernel->is_partial)
		return REACH_EXTERN_UNKNOWN;
	if (e->kind == EXTERN_FUNCTION)
		return has_kfunc(facts, e->name) ? REACH_EXTERN_PRESENT : REACH_EXTERN_ABSENT;
	if (is_typed(facts, e))
		return kernel_find(facts->kernel, e->name, BTF_KIND_VAR, NULL, NULL)
			       ? REACH_EXTERN_PRESENT
			       : REACH_EXTERN_ABSENT;
	live = facts->live ? live_symbol(facts->live, e->name) : LIVE_UNKNOWN;
	if (live == LIVE_UNKNOWN)
		return REACH_EXTERN_UNKNOWN;
	return live == LIVE_YES ? REACH_EXTERN_PRESENT : REACH_EXTERN_ABSENT;
}

static enum reach_extern external(void *arg, const char *name)
{
	const struct facts *facts = arg;
	const struct check_extern *e = check_find_extern(facts->subject, name);
	enum reach_extern there = e ? facts_extern(facts, e) : REACH_EXTERN_UNKNOWN;

	if (there != REACH_EXTERN_UNKNOWN || facts->fill == FACTS_FILL_NOT)
		return there;
	return facts->fill == FACTS_FILL_MOST ? REACH_EXTERN_PRESENT : REACH_EXTERN_ABSENT;
}

static bool is_option(void *arg, const char *name)
{
	const struct facts *facts = arg;
	const struct check_extern *e = check_find_extern(facts->subject, name);

	return e && e->kind == EXTERN_OPTION;
}

static uint64_t of_letter(const struct facts *facts, const struct check_extern *e, char letter)
{
	const struct btf_type *type = raw_btf_strip(&facts->subject->raw, e->type_id, NULL);

	if (type && BTF_INFO_KIND(type->info) == BTF_KIND_INT && type->size == 1 &&
	    !(btf_int_encoding(type) & BTF_INT_BOOL))
		return (unsigned char)letter; /* a char has the letter itself */
	if (letter == 'n')
		return 0;
	return letter == 'm' ? TRI_MODULE : TRI_YES;
}

/* Of "0x…": libbpf takes both. */
static bool of_hex(const char *digits, uint64_t *out)
{
	size_t n = strlen(digits);

	*out = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned int digit = (unsigned char)digits[i];

		if (!isxdigit(digit) || n > 16)
			return false;
		*out = *out << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return n > 0;
}

static bool of_text(const char *text, uint64_t *out)
{
	bool is_negative = *text == '-';
	struct err ignored;

	if (text_starts(text, "0x"))
		return of_hex(text + 2, out);
	if (text_number(span_of(text + is_negative), UINT64_MAX, "option", out, &ignored) < 0)
		return false;
	if (is_negative)
		*out = -*out;
	return true;
}

static bool of_configuration(const struct facts *facts, const struct check_extern *e, uint64_t *out,
			     bool *has_value)
{
	const char *text = kernel_option(facts->kernel, e->name);

	if (!text)
		return false;
	if (!strcmp(text, "n")) {
		/* what is not set is not in the file: libbpf leaves it zero */
		*has_value = false;
		*out = 0;
		return true;
	}
	if (!strcmp(text, "y") || !strcmp(text, "m")) {
		*out = of_letter(facts, e, *text);
		return true;
	}
	return of_text(text, out);
}

bool facts_option(const struct facts *facts, const struct check_extern *e, uint64_t *out,
		  bool *has_value)
{
	bool ignored;

	if (!has_value)
		has_value = &ignored;
	*has_value = true;
	if (facts->guess != FACTS_BY_KERNEL)
		return false;
	if (!strcmp(e->name, "LINUX_KERNEL_VERSION")) {
		*out = facts->kernel->version;
		return facts->kernel->version != 0;
	}
	if (facts->kernel->is_partial)
		return text_starts(e->name, "CONFIG_") &&
		       of_configuration(facts, e, out, has_value);
	if (!strcmp(e->name, "LINUX_HAS_BPF_COOKIE")) {
		*out = offers_enumerator(facts->kernel, "bpf_func_id",
					 "BPF_FUNC_get_attach_cookie") == OFFER_YES;
		return true;
	}
	if (!strcmp(e->name, "LINUX_HAS_SYSCALL_WRAPPER")) {
		*out = kernel_has_function(facts->kernel, "__x64_sys_bpf") ||
		       kernel_has_function(facts->kernel, "__arm64_sys_bpf") ||
		       kernel_has_function(facts->kernel, "__s390x_sys_bpf");
		return true;
	}
	return text_starts(e->name, "CONFIG_") && of_configuration(facts, e, out, has_value);
}

static bool option(void *arg, const char *name, uint64_t *out)
{
	const struct facts *facts = arg;
	const struct check_extern *e = check_find_extern(facts->subject, name);
	bool is_most = facts->fill == FACTS_FILL_MOST;

	if (!e || facts_option(facts, e, out, NULL))
		return e != NULL;
	if (facts->fill == FACTS_FILL_NOT)
		return false;
	if (!strcmp(name, "LINUX_KERNEL_VERSION"))
		*out = is_most ? VERSION_MOST : VERSION_LEAST;
	else
		*out = of_letter(facts, e, is_most ? 'y' : 'n');
	return true;
}

bool facts_lack(const struct facts *facts)
{
	const struct check_subject *s = facts->subject;
	uint64_t ignored;

	for (size_t i = 0; i < s->n_externs; i++) {
		const struct check_extern *e = &s->externs[i];

		if (e->kind == EXTERN_OPTION ? !facts_option(facts, e, &ignored, NULL)
					     : facts_extern(facts, e) == REACH_EXTERN_UNKNOWN)
			return true;
	}
	return false;
}

struct reach_facts facts_for_reach(struct facts *facts)
{
	return (struct reach_facts){ .data = facts->data,
				     .external = external,
				     .is_option = is_option,
				     .option = option,
				     .arg = facts };
}
