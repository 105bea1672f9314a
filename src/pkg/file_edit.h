// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_FILE_EDIT_H
#define EPM_PKG_FILE_EDIT_H

/*
 * Files in YAML that people write and commands change (config.yaml, policy.yaml): one key at the
 * top is changed, comments outside of its own lines stay.
 */
#include <jansson.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

/* The document of a text, an object; also of one without content. CORRUPT. */
int file_edit_read(struct span text, const char *what, json_t **out, struct err *err) MUST_CHECK;

/* A file while it is changed. Its folder is made where it is missing, and locked until the end. */
struct file_edit {
	char *path; /* no link any more */
	int folder;
	struct str text;
	json_t *json; /* as it is read; to be changed */
};

#define FILE_EDIT_NONE                                        \
	{                                                     \
		.folder = -1, .text = STR_MAX(LIMIT_SETTINGS) \
	}

int file_edit_open(const char *path, struct file_edit *edit, struct err *err) MUST_CHECK;

/* Only the member `key` of edit->json has changed, or was taken out. */
int file_edit_write(struct file_edit *edit, const char *key, struct err *err) MUST_CHECK;
void file_edit_done(struct file_edit *edit);
AUTO_STRUCT(file_edit, struct file_edit, file_edit_done);

/* The key's lines in the text of a file, replaced by others; for file_edit_write() and tests. */
void file_edit_text(struct span text, const char *key, const char *lines, struct str *out);

#endif
