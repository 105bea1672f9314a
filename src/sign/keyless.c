// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/keyless.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sign/certificate.h"
#include "sign/content.h"
#include "sign/fulcio.h"
#include "sign/openssl.h"
#include "sign/sct.h"
#include "sign/timestamp.h"
#include "sign/tlog.h"

/* One verification. */
struct trial {
	const struct sign_bundle *bundle;
	const struct sign_trusted_root *root;
	const struct sign_keyless_policy *policy;
	X509 *leaf;
	sign_x509_list *others; /* what the bundle has besides */
	struct sign_content content;
	int64_t times[LIMIT_TLOG_ENTRIES + LIMIT_TIMESTAMPS];
	size_t n_times;
	const struct sign_tlog_entry *entry; /* that is good, or NULL */
};

static void trial_done(struct trial *trial)
{
	X509_free(trial->leaf);
	sign_x509_list_free(trial->others);
	sign_content_done(&trial->content);
}
AUTO_STRUCT(trial, struct trial, trial_done);

static struct span span_of_str(const struct str *s)
{
	return (struct span){ s->data, s->len };
}

static int read_certificates(struct trial *trial, struct err *err)
{
	const struct sign_bundle *bundle = trial->bundle;

	if (bundle->has_key || !bundle->n_certificates)
		return err_set(err, EC_UNTRUSTED,
			       "signature: it is by a key, not by a certificate");
	trial->others = sign_x509_list_new();
	if (sign_x509_decode(span_of_str(&bundle->certificates[0]), "certificate", &trial->leaf,
			     err) < 0)
		return -1;
	return sign_x509_decode_all(bundle->certificates + 1, bundle->n_certificates - 1,
				    "certificate of the chain", trial->others, err);
}

static int verify_signature(struct trial *trial, struct err *err)
{
	AUTO(sign_key) struct sign_key *key = NULL;

	if (sign_content_read(trial->bundle, trial->policy->message, &trial->content, err) < 0 ||
	    sign_key_adopt(X509_get_pubkey(trial->leaf), false, "signature: certificate", &key,
			   err) < 0)
		return -1;
	return sign_content_verify(&trial->content, key, err);
}

static int verify_tlog(struct trial *trial, struct err *err)
{
	const struct sign_bundle *bundle = trial->bundle;
	struct sign_logged logged =
		sign_content_logged(&trial->content, bundle, span_of_str(&bundle->certificates[0]));
	size_t n;

	if (sign_tlog_verify_all(bundle, trial->root, &logged, &trial->entry, &n, err) < 0) {
		trial->entry = NULL;
		return trial->policy->without_tlog ? 0 : -1;
	}
	if (!n)
		return trial->policy->without_tlog
			       ? 0
			       : err_set(err, EC_UNTRUSTED,
					 "transparency log: %s by a log of the trusted root",
					 bundle->n_entries ? "no entry is" : "there is no entry");
	for (size_t i = 0; i < bundle->n_entries; i++)
		if (sign_tlog_has_time(&bundle->entries[i]) &&
		    sign_log_find(trial->root->tlogs, trial->root->n_tlogs,
				  &bundle->entries[i].log_id, bundle->entries[i].integrated_time))
			trial->times[trial->n_times++] = bundle->entries[i].integrated_time;
	return 0;
}

/* Those of authorities that the root does not know are passed over, as are bad ones: one of the
 * good will do, and each of the good has to be within the certificate's life. */
static int verify_times(struct trial *trial, struct err *err)
{
	const struct sign_bundle *bundle = trial->bundle;
	bool has_failed = false;
	int64_t time;

	for (size_t i = 0; i < bundle->n_timestamps && trial->policy->accepts_timestamps; i++) {
		if (sign_timestamp_verify(span_of_str(&bundle->timestamps[i]),
					  trial->content.signature, trial->root, &time, err) == 0)
			trial->times[trial->n_times++] = time;
		else
			has_failed = true;
	}
	if (trial->n_times)
		return 0;
	return has_failed ? -1
			  : err_set(err, EC_UNTRUSTED,
				    "signing time: neither an inclusion promise (SET) nor a "
				    "timestamp says it");
}

/* Entries that are proved by a tree only have no time of their own. */
static int verify_log_keys(const struct trial *trial, struct err *err)
{
	const struct sign_tlog_entry *entry;
	const struct sign_log *log;

	for (size_t i = 0; trial->entry && i < trial->bundle->n_entries; i++) {
		entry = &trial->bundle->entries[i];
		log = sign_log_find(trial->root->tlogs, trial->root->n_tlogs, &entry->log_id,
				    trial->times[0]);
		if (!log || sign_tlog_has_time(entry))
			continue;
		for (size_t k = 0; k < trial->n_times; k++)
			if (sign_tlog_valid_at(log, trial->times[k], err) < 0)
				return -1;
	}
	return 0;
}

/* One authority of the root; the last of its certificates is the anchor. */
static int chain_of_authority(const struct trial *trial, const struct sign_authority *ca,
			      int64_t time, sign_x509_list **out, struct err *err)
{
	AUTO(x509_list) sign_x509_list *anchors = sign_x509_list_new();
	AUTO(x509_list) sign_x509_list *others = sign_x509_list_new();
	AUTO(x509_store) X509_STORE *store = NULL;
	size_t n_between = ca->n_certificates - 1;

	if (sign_x509_decode_all(ca->certificates, n_between, "certificate chain: trusted root",
				 others, err) < 0 ||
	    sign_x509_decode_all(ca->certificates + n_between, 1, "certificate chain: trusted root",
				 anchors, err) < 0)
		return -1;
	for (int i = 0; i < sk_X509_num(trial->others); i++)
		sign_x509_list_add(others, sk_X509_value(trial->others, i));
	store = sign_x509_store(anchors, time);
	return sign_x509_chain(store, trial->leaf, others, out, err);
}

/* Of several authorities the error is that of the one whose name the certificate has. */
static int find_chain(const struct trial *trial, int64_t time, sign_x509_list **out,
		      struct err *err)
{
	AUTO(free) char *when = clock_rfc3339(time);
	AUTO(free) char *issuer = sign_x509_name_text(X509_get_issuer_name(trial->leaf));
	const struct sign_authority *ca;
	struct err why = { 0 }, ignored;

	err_set(err, EC_UNTRUSTED,
		"certificate chain: the trusted root has no authority \"%s\" for %s", issuer, when);
	for (size_t i = 0; i < trial->root->n_cas; i++) {
		AUTO(x509) X509 *first = NULL;

		ca = &trial->root->cas[i];
		if (!ca->n_certificates || !sign_period_covers(&ca->valid, time))
			continue;
		if (chain_of_authority(trial, ca, time, out, &why) == 0)
			return 0;
		if (sign_x509_decode(span_of_str(&ca->certificates[0]), "trusted root", &first,
				     &ignored) == 0 &&
		    X509_NAME_cmp(X509_get_subject_name(first),
				  X509_get_issuer_name(trial->leaf)) == 0)
			*err = why;
	}
	return -1;
}

static int verify_certificate(const struct trial *trial, struct err *err)
{
	for (size_t i = 0; i < trial->n_times; i++) {
		AUTO(x509_list) sign_x509_list *chain = NULL;

		if (find_chain(trial, trial->times[i], &chain, err) < 0 ||
		    sign_x509_is_for_code(chain, false, err) < 0)
			return -1;
		if (i > 0 || trial->policy->without_sct)
			continue;
		if (sk_X509_num(chain) < 2)
			return err_set(err, EC_UNTRUSTED,
				       "certificate chain: the certificate is an anchor itself");
		if (sign_sct_verify(trial->leaf, sk_X509_value(chain, 1), trial->root, err) < 0)
			return -1;
	}
	return 0;
}

/* One of several rules; the error names the issuer where a name has matched. */
static int match_rules(const struct sign_identity *identity,
		       const struct sign_keyless_policy *policy, struct err *err)
{
	struct err why;

	err_set(err, EC_UNTRUSTED, "identity: it is signed by \"%s\", who is not believed",
		identity->name);
	for (size_t i = 0; i < policy->n_rules; i++) {
		if (sign_identity_match(identity, &policy->rules[i], &why) == 0)
			return 0;
		if (why.code != EC_UNTRUSTED || policy->n_rules == 1 ||
		    text_starts(why.text, "issuer"))
			*err = why;
		if (why.code != EC_UNTRUSTED)
			break;
	}
	return -1;
}

static int verify_identity(const struct trial *trial, struct sign_identity *out, struct err *err)
{
	AUTO(sign_identity) struct sign_identity identity = { 0 };

	if (sign_fulcio_identity(trial->leaf, &identity, err) < 0)
		return -1;
	if (!trial->policy->any_identity && match_rules(&identity, trial->policy, err) < 0)
		return -1;
	*out = identity;
	identity = (struct sign_identity){ 0 };
	return 0;
}

int sign_keyless_verify(const struct sign_bundle *bundle, const struct sign_trusted_root *root,
			const struct sign_keyless_policy *policy, struct sign_keyless_result *out,
			struct err *err)
{
	AUTO(trial) struct trial trial = { .bundle = bundle, .root = root, .policy = policy };
	struct sign_keyless_result result = { 0 };

	if (read_certificates(&trial, err) < 0 || verify_signature(&trial, err) < 0 ||
	    verify_tlog(&trial, err) < 0 || verify_times(&trial, err) < 0 ||
	    verify_log_keys(&trial, err) < 0 || verify_certificate(&trial, err) < 0 ||
	    verify_identity(&trial, &result.identity, err) < 0)
		return -1;
	result.time = trial.times[0];
	if (trial.entry) {
		result.has_log_index = true;
		result.log_index = trial.entry->log_index;
	}
	*out = result;
	return 0;
}

void sign_keyless_result_done(struct sign_keyless_result *result)
{
	sign_identity_done(&result->identity);
	*result = (struct sign_keyless_result){ 0 };
}

int sign_keyless_verify_legacy(const struct sign_legacy *legacy,
			       const struct sign_trusted_root *root,
			       const struct sign_keyless_policy *policy,
			       struct sign_keyless_result *out, struct err *err)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct sign_keyless_policy with_message = *policy;

	if (sign_legacy_read(legacy, &bundle, err) < 0)
		return -1;
	with_message.message = legacy->payload;
	return sign_keyless_verify(&bundle, root, &with_message, out, err);
}
