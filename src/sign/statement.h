// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_STATEMENT_H
#define EPM_SIGN_STATEMENT_H

/*
 * in-toto statements, v0.1 and v1: "of these subjects, by digest, this is said". What is said is the
 * predicate, whose type alone tells a signature from an attestation.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/dsse.h"

/* The predicate type of a plain signature; its predicate is {}. */
#define SIGN_PREDICATE_SIGNATURE "https://sigstore.dev/cosign/sign/v1"

struct sign_subject {
	const char *name;   /* or NULL */
	const char *sha256; /* 64 lower-case hex characters; NULL: it has other digests only */
	const json_t *annotations; /* an object, or NULL */
};

/* Of a parsed one everything is borrowed from `document`; to write one, document is not needed. */
struct sign_statement {
	bool is_v01; /* https://in-toto.io/Statement/v0.1, else v1 */
	struct sign_subject *subjects;
	size_t n_subjects; /* at least 1 */
	const char *predicate_type;
	const json_t *predicate; /* NULL where there is none */
	json_t *document;
};

/*
 * CORRUPT: it is none, or one of another version. Members that are not known are no error (in-toto
 * "Parsing rules"). An envelope must say that it holds one.
 */
int sign_statement_parse(struct span text, const char *what, struct sign_statement **out,
			 struct err *err) MUST_CHECK;
int sign_statement_of(const struct sign_envelope *envelope, const char *what,
		      struct sign_statement **out, struct err *err) MUST_CHECK;
void sign_statement_free(struct sign_statement *statement);
AUTO_POINTER(sign_statement, struct sign_statement, sign_statement_free);

/* The subject with this digest (hex), NULL when it is about others. */
const struct sign_subject *sign_statement_find(const struct sign_statement *statement,
					       const char *sha256);

/*
 * The bytes that cosign writes: members in its order, those below annotations and predicate sorted,
 * no blanks. Every subject needs its sha256. The caller frees them.
 */
char *sign_statement_dump(const struct sign_statement *statement);

/*
 * Of the annotations asked for (an object of texts, or NULL) the first that is not among those that
 * are there (an object, or NULL) with the same value; borrowed. NULL: all are.
 */
const char *sign_annotation_missing(const json_t *found, const json_t *asked);

#endif
