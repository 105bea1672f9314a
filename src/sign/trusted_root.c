// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/trusted_root.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "sign/member.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.trustedroot"

static int read_time(const struct js_at *at, const char *name, int64_t *out, struct err *err)
{
	struct js_at place = js_member(at, name);
	const char *text;
	int64_t time;

	if (js_need_text(at, name, &text, err) < 0)
		return -1;
	time = clock_parse_rfc3339(text);
	if (time < 0)
		return sign_bad(&place, err, "not a time (RFC 3339)");
	*out = time;
	return 0;
}

int sign_period_read(const struct js_at *at, struct sign_period *out, struct err *err)
{
	struct sign_period period = { 0, INT64_MAX };
	struct js_at valid, end;

	if (sign_need_object(at, "validFor", &valid, err) < 0 ||
	    read_time(&valid, "start", &period.start, err) < 0)
		return -1;
	end = js_member(&valid, "end");
	if (end.value && !json_is_null(end.value) && read_time(&valid, "end", &period.end, err) < 0)
		return -1;
	*out = period;
	return 0;
}

static int read_log(const struct js_at *at, struct sign_log *out, struct err *err)
{
	struct js_at key, id;

	if (js_is_object(at, err) < 0 || sign_need_object(at, "publicKey", &key, err) < 0 ||
	    sign_need_bytes(&key, "rawBytes", LIMIT_KEY, &out->key, err) < 0 ||
	    sign_period_read(&key, &out->valid, err) < 0 ||
	    sign_need_object(at, "logId", &id, err) < 0)
		return -1;
	return sign_need_bytes(&id, "keyId", 64, &out->id, err);
}

static int read_authority(const struct js_at *at, struct sign_authority *out, struct err *err)
{
	struct js_at chain, list, element;
	size_t n = 0;

	if (js_is_object(at, err) < 0 || sign_need_object(at, "certChain", &chain, err) < 0 ||
	    sign_get_array(&chain, "certificates", LIMIT_CERTIFICATES, &list, &n, err) < 0 ||
	    sign_period_read(at, &out->valid, err) < 0)
		return -1;
	out->certificates = mem_array(n, sizeof(*out->certificates));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		if (js_is_object(&element, err) < 0)
			return -1;
		out->n_certificates++;
		if (sign_need_bytes(&element, "rawBytes", LIMIT_KEY, &out->certificates[i], err) <
		    0)
			return -1;
	}
	return 0;
}

static int read_logs(const struct js_at *at, const char *name, struct sign_log **logs, size_t *n,
		     struct err *err)
{
	struct js_at list, element;
	size_t n_found = 0;

	if (sign_get_array(at, name, LIMIT_TRUSTED, &list, &n_found, err) < 0)
		return -1;
	*logs = mem_array(n_found, sizeof(**logs));
	for (size_t i = 0; i < n_found; i++) {
		element = js_element(&list, i);
		++*n;
		if (read_log(&element, &(*logs)[i], err) < 0)
			return -1;
	}
	return 0;
}

static int read_authorities(const struct js_at *at, const char *name, struct sign_authority **out,
			    size_t *n, struct err *err)
{
	struct js_at list, element;
	size_t n_found = 0;

	if (sign_get_array(at, name, LIMIT_TRUSTED, &list, &n_found, err) < 0)
		return -1;
	*out = mem_array(n_found, sizeof(**out));
	for (size_t i = 0; i < n_found; i++) {
		element = js_element(&list, i);
		++*n;
		if (read_authority(&element, &(*out)[i], err) < 0)
			return -1;
	}
	return 0;
}

static int read_root(const struct js_at *at, struct sign_trusted_root *root, struct err *err)
{
	const char *type;
	struct js_at place;

	if (js_is_object(at, err) < 0 || js_need_text(at, "mediaType", &type, err) < 0)
		return -1;
	place = js_member(at, "mediaType");
	if (!text_starts(type, MEDIA_TYPE "+json;version=0.") &&
	    !text_starts(type, MEDIA_TYPE ".v0."))
		return sign_bad(&place, err, "not that of a trusted root");
	if (read_logs(at, "tlogs", &root->tlogs, &root->n_tlogs, err) < 0 ||
	    read_logs(at, "ctlogs", &root->ctlogs, &root->n_ctlogs, err) < 0 ||
	    read_authorities(at, "certificateAuthorities", &root->cas, &root->n_cas, err) < 0)
		return -1;
	return read_authorities(at, "timestampAuthorities", &root->tsas, &root->n_tsas, err);
}

int sign_trusted_root_parse(struct span text, struct sign_trusted_root *out, struct err *err)
{
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_TRUSTED_ROOT)
		return err_set(err, EC_CORRUPT, "trusted root: more than %u bytes",
			       LIMIT_TRUSTED_ROOT);
	if (sign_parse_json(text, "trusted root", &json, err) < 0)
		return -1;
	at = JS_ROOT(json, "trusted root");
	if (read_root(&at, &root, err) < 0)
		return -1;
	*out = root;
	root = (struct sign_trusted_root){ 0 };
	return 0;
}

static void logs_free(struct sign_log *logs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str_done(&logs[i].key);
		str_done(&logs[i].id);
	}
	free(logs);
}

static void authorities_free(struct sign_authority *authorities, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < authorities[i].n_certificates; k++)
			str_done(&authorities[i].certificates[k]);
		free(authorities[i].certificates);
	}
	free(authorities);
}

void sign_trusted_root_done(struct sign_trusted_root *root)
{
	logs_free(root->tlogs, root->n_tlogs);
	logs_free(root->ctlogs, root->n_ctlogs);
	authorities_free(root->cas, root->n_cas);
	authorities_free(root->tsas, root->n_tsas);
	*root = (struct sign_trusted_root){ 0 };
}

bool sign_period_covers(const struct sign_period *period, int64_t time)
{
	return time >= period->start && time <= period->end;
}

const struct sign_log *sign_log_find(const struct sign_log *logs, size_t n_logs,
				     const struct str *id, int64_t time)
{
	const struct sign_log *found = NULL;

	for (size_t i = 0; i < n_logs; i++) {
		if (logs[i].id.len != id->len || !id->len ||
		    memcmp(logs[i].id.data, id->data, id->len) != 0)
			continue;
		if (sign_period_covers(&logs[i].valid, time))
			return &logs[i];
		if (!found)
			found = &logs[i];
	}
	return found;
}
