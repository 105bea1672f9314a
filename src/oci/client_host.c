// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "oci/client_priv.h"
#include "oci/registry_name.h"

/* Adds the file of a host's folder in certs.d, where there is one. */
static int read_certificate(struct oci_host *host, const char *folder, const char *name,
			    struct err *err)
{
	AUTO(free) char *path = path_join(folder, name);
	AUTO(free) char *key = NULL;

	if (text_ends(name, ".crt"))
		return fs_read(AT_FDCWD, path, &host->ca, err);
	if (!text_ends(name, ".cert") || host->cert_file)
		return 0;
	key = mem_printf("%.*s.key", (int)(strlen(path) - strlen(".cert")), path);
	if (!fs_exists(AT_FDCWD, key)) {
		err_set(err, EC_NOT_FOUND, "%s is missing", key);
		return err_hint(err, "it is the key of %s", path);
	}
	host->cert_file = STEAL(path);
	host->key_file = STEAL(key);
	return 0;
}

/* certs.d/HOST[:PORT]/: *.crt authorities, NAME.cert and NAME.key of the client, as Docker has it */
static int read_certificates(struct oci_host *host, const char *certs, struct err *err)
{
	AUTO(free) char *folder = path_join(certs, host->registry);
	AUTO(closedir) DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (read_certificate(host, folder, entry->d_name, err) < 0)
			return err_wrap(err, "%s", folder);
	return 0;
}

static int set_tls(struct oci_client *client, struct oci_host *host, struct err *err)
{
	const struct oci_client_settings *settings = client->settings;

	host->tls = settings->tls;
	host->ca.max = LIMIT_TEXT;
	if (oci_registry_is_listed(settings->insecure, settings->n_insecure, host->registry))
		host->tls.is_insecure = true;
	if (!strchr(host->registry, '/') && settings->certs_folder &&
	    read_certificates(host, settings->certs_folder, err) < 0)
		return -1;
	if (host->ca.len) {
		str_add(&host->ca, settings->tls.ca.data, settings->tls.ca.len);
		host->tls.ca = (struct span){ str_text(&host->ca), host->ca.len };
	}
	if (!host->tls.cert_file && host->cert_file) {
		host->tls.cert_file = host->cert_file;
		host->tls.key_file = host->key_file;
	}
	return 0;
}

static bool wants_tls(const struct http_tls *tls)
{
	return tls->ca.data || tls->cert_file || tls->is_insecure;
}

static int set_api(struct oci_client *client, struct oci_host *host, struct err *err)
{
	const struct oci_client_settings *settings = client->settings;
	const char *name =
		strcmp(host->registry, OCI_DOCKER_HUB) ? host->registry : "registry-1.docker.io";
	bool is_plain = settings->is_plain_http ||
			oci_registry_is_listed(settings->plain_http, settings->n_plain_http,
					       host->registry);

	host->api = mem_printf("https://%s", name);
	if (oci_origin_of(host->api, &host->origin, err) < 0) {
		err->code = EC_USAGE;
		return -1;
	}
	if (!is_plain && oci_host_is_loopback(host->origin.host) && !wants_tls(&host->tls))
		is_plain = host->is_guess = true;
	if (!is_plain)
		return 0;
	free(host->api);
	oci_origin_done(&host->origin);
	host->api = mem_printf("http://%s", name);
	return oci_origin_of(host->api, &host->origin, err);
}

void oci_host_switch_to_tls(struct oci_host *host)
{
	char *api = mem_printf("https%s", host->api + strlen("http"));

	free(host->api);
	host->api = api;
	host->is_guess = false;
	host->origin.is_tls = true;
	if (!strchr(host->registry, ':'))
		host->origin.port = 443;
}

int oci_host_get(struct oci_client *client, const char *registry, struct oci_host **out,
		 struct err *err)
{
	struct oci_host *host;

	registry = oci_registry_canonical(registry);
	for (host = client->hosts; host; host = host->next)
		if (!strcmp(host->registry, registry)) {
			*out = host;
			return 0;
		}
	host = mem_alloc(sizeof(*host));
	host->registry = mem_text(registry);
	if (set_tls(client, host, err) < 0 || set_api(client, host, err) < 0) {
		oci_host_free(host);
		return -1;
	}
	host->next = client->hosts;
	client->hosts = host;
	*out = host;
	return 0;
}

void oci_host_free(struct oci_host *host)
{
	free(host->registry);
	free(host->api);
	oci_origin_done(&host->origin);
	str_done(&host->ca);
	free(host->cert_file);
	free(host->key_file);
	free(host);
}

const struct http_tls *oci_host_tls_for(const struct oci_client *client,
					const struct oci_host *host,
					const struct oci_origin *origin)
{
	static const struct http_tls system_only;

	if (oci_origin_equal(origin, &host->origin))
		return &host->tls;
	/* A client certificate is for the registry it was given for. */
	return client->settings->tls.cert_file ? &system_only : &client->settings->tls;
}
