// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/copy.h"

/* PATH[:NAME] at the first colon, as skopeo has it, since names have colons too; PATH@DIGEST. */
static int split(const char *text, struct copy_place *place, struct err *err)
{
	const char *at = strrchr(text, '@'), *colon;

	if (at && oci_digest_is_valid(at + 1)) {
		place->path = mem_textn(text, at - text);
		place->name = mem_text(at + 1);
	} else {
		colon = strchr(text, ':');
		place->path = colon ? mem_textn(text, colon - text) : mem_text(text);
		place->name = colon && colon[1] ? mem_text(colon + 1) : NULL;
	}
	if (!*place->path)
		return err_set(err, EC_USAGE, "'%s' names no file or folder", text);
	return 0;
}

int copy_place_parse(const char *text, struct copy_place *out, struct err *err)
{
	AUTO(copy_place) struct copy_place place = { 0 };
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	int rc = 0;

	if (text_starts(text, "oci:")) {
		place.kind = COPY_LAYOUT;
		rc = split(text + strlen("oci:"), &place, err);
	} else if (text_starts(text, "oci-archive:")) {
		place.kind = COPY_ARCHIVE;
		rc = split(text + strlen("oci-archive:"), &place, err);
	} else if (text_starts(text, "store:")) {
		place.kind = COPY_STORE;
		place.name = mem_text(text + strlen("store:"));
	} else if (text_starts(text, "docker://")) {
		place.kind = COPY_REGISTRY;
		place.name = mem_text(text + strlen("docker://"));
	} else {
		rc = oci_reference_parse(text, &reference, err);
		place.kind = reference.registry ? COPY_REGISTRY : COPY_STORE;
		place.name = mem_text(text);
	}
	if (rc == 0 && !place.path && !*place.name)
		rc = err_set(err, EC_USAGE, "'%s' names nothing", text);
	if (rc < 0)
		return -1;
	*out = place;
	place = (struct copy_place){ 0 };
	return 0;
}

void copy_place_done(struct copy_place *place)
{
	free(place->path);
	free(place->name);
	*place = (struct copy_place){ 0 };
}
