// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PLAN_H
#define EPM_RUN_PLAN_H

/*
 * How records of one type are printed: a flat list of steps, made once from BTF and the
 * configuration, so that printing looks at no type any more. A plan is for text (a line of columns)
 * or for JSON (an object); what stands between values in JSON – names, quotes, braces of nested
 * structs – is literal text of the next step.
 *
 * Records may be shorter than the type (a path cut at its NUL): what is not there reads as zero.
 */
#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "pkg/config.h"
#include "run/output.h"

enum plan_mode { PLAN_TEXT, PLAN_JSON };

enum step_op {
	STEP_U8,
	STEP_U16,
	STEP_U32,
	STEP_U64,
	STEP_I8,
	STEP_I16,
	STEP_I32,
	STEP_I64,
	STEP_TEXT, /* char[N] */
	STEP_BOOL,
	STEP_ENUM,
	STEP_BITS, /* a bit-field */
	STEP_U128,
	STEP_I128,
	STEP_F32,
	STEP_F64,
	STEP_POINTER,
	STEP_ARRAY,  /* elements by a plan of their own */
	STEP_RAW,    /* the whole record as hex */
	STEP_FORMAT, /* by one of format.h's */
};

struct enum_names;
struct plan;

struct step {
	uint8_t op;
	uint8_t width;		  /* columns to fill in a table; 0: none */
	bool is_right;		  /* aligned */
	bool is_signed;		  /* STEP_FORMAT */
	uint8_t literal_len;	  /* of `literal`, or LONG_LITERAL */
	uint32_t offset;	  /* bytes, in the record */
	uint32_t size;		  /* bytes, of the field */
	char literal[48];	  /* what comes before the value; copied in blocks of 16 */
	const char *long_literal; /* where it is longer */
	union {
		struct {
			uint8_t shift; /* bits below it in its first byte */
			uint8_t n_bits;
			bool is_signed;
		} bits;
		struct {
			struct enum_names *names;
			bool is_signed;
		} enumeration;
		struct {
			struct plan *element;
			uint32_t n;
			uint32_t stride; /* bytes */
		} array;
		const struct format *format;
	};
};

#define LONG_LITERAL 255

struct plan {
	enum plan_mode mode;
	struct step *steps;
	size_t n_steps;
	char *head; /* before the first step */
	uint32_t head_len;
	bool has_stamp; /* the time follows the head */
	char *tail;	/* after the last step: "\n", "}\n" */
	uint32_t tail_len;
	char *header;	      /* PLAN_TEXT: the names of the columns, with newline */
	uint32_t record_size; /* bytes, of the type */
	uint32_t max_size;    /* bytes that a record can take when printed */
	const char *zeros;    /* as long as the longest field */
};

struct plan_wish {
	enum plan_mode mode;
	const struct config_export *export; /* columns as configured; NULL: all of the type */
	const char *source; /* JSON: value of "source"; text: a first column if has_source */
	bool has_source;
	bool has_stamp;
	const char *bare_name; /* column of a value that is no struct; NULL: "value" */
	bool is_part; /* text: other columns follow, so the last is filled and no newline is made */
};

/*
 * Plan for a type of `btf`: a struct or union, or any other type, which is one column "value".
 * CORRUPT for types without size or too large (LIMIT_MEMBERS).
 */
int plan_new(const struct btf *btf, uint32_t type_id, const struct plan_wish *wish,
	     struct plan **out, struct err *err) MUST_CHECK;

/* For records whose type nobody knows: their bytes in hex, up to PLAN_RAW_MOST of them. */
#define PLAN_RAW_MOST 4096
struct plan *plan_new_raw(const struct plan_wish *wish);

/*
 * A plan for a value inside something else: no head, no newline. JSON only.
 */
int plan_new_inner(const struct btf *btf, uint32_t type_id, const struct config_export *export,
		   struct plan **out, struct err *err) MUST_CHECK;

void plan_free(struct plan *plan);
AUTO_POINTER(plan, struct plan, plan_free);

/* Print one record; the output has max_size bytes of room behind its limit (output_need()). */
void plan_print(const struct plan *plan, struct output *out, const void *record, uint32_t size);

/* The same at p, without the output; returns the end. For inner plans and tests. */
char *plan_emit(const struct plan *plan, char *p, const void *record, uint32_t size);

/* Names by value. */
struct enum_name {
	uint64_t value;
	const char *text;
	uint32_t len;
};

struct enum_names {
	struct enum_name *names; /* by value; dense ones are found by index */
	size_t n_names;
	bool is_dense; /* names[v].value == v */
	size_t longest;
};

struct enum_names *enum_names_new(const struct btf *btf, uint32_t enum_id);
void enum_names_free(struct enum_names *names);
const struct enum_name *enum_names_find(const struct enum_names *names, uint64_t value);

#endif
