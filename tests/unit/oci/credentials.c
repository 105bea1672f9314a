// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "oci/credential_file.h"
#include "oci/credential_helper.h"
#include "oci/registry_name.h"
#include "support/data.h"

static char folder[] = "/tmp/epm-credentials.XXXXXX";
static char *config, *auth, *second; /* Docker's file, containers' files */
static const char *containers[2];
static struct oci_credential_paths paths;

static void put(const char *path, const char *text, mode_t mode)
{
	struct err err = { 0 };

	if (fs_write(AT_FDCWD, path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(chmod(path, mode), 0);
}

/* A helper that keeps what it was given in files beside it and answers with "answer". */
static void put_helper(const char *name, const char *body)
{
	AUTO(free) char *path = mem_printf("%s/bin/docker-credential-%s", folder, name);
	AUTO(free)
	char *text = mem_printf("#!/bin/sh\ncd %s || exit 9\nprintf '%%s ' \"$1\" >>calls\n"
				"tee -a calls >input; echo >>calls\n%s\n",
				folder, body);

	put(path, text, 0755);
}

static char *read_text(const char *name)
{
	AUTO(free) char *path = name[0] == '/' ? mem_text(name) : path_join(folder, name);
	struct str text = STR_MAX(LIMIT_SETTINGS);
	struct err err = { 0 };

	if (fs_read(AT_FDCWD, path, &text, &err) < 0)
		fail_msg("%s", err.text);
	return str_take(&text);
}

static int start(void **state)
{
	AUTO(free) char *bin = NULL, *path = NULL;

	assert_non_null(mkdtemp(folder));
	bin = path_join(folder, "bin");
	assert_int_equal(mkdir(bin, 0700), 0);
	path = mem_printf("%s:/usr/bin:/bin", bin);
	setenv("PATH", path, 1);
	config = path_join(folder, "config.json");
	auth = path_join(folder, "auth.json");
	second = path_join(folder, "second.json");
	containers[0] = auth;
	containers[1] = second;
	paths = (struct oci_credential_paths){ config, containers, 2 };
	return 0;
}

static int stop(void **state)
{
	AUTO(free) char *command = mem_printf("rm -rf %s", folder);

	free(config);
	free(auth);
	free(second);
	return system(command);
}

static void clean_calls(void)
{
	AUTO(free) char *calls = path_join(folder, "calls");

	unlink(calls);
}

static int clean(void **state)
{
	unlink(config);
	unlink(auth);
	unlink(second);
	clean_calls();
	return 0;
}

#define D "127.0.0.1:5177"
#define HUB "https://index.docker.io/v1/"
#define UP "\"auth\":\"dXNlcjpwYXNz\"" /* user:pass */
#define XY "\"auth\":\"eDp5\""	       /* x:y */

/* what: "user:secret", "id:…", "token:…", "" for nothing; several joined by '+' */
static const struct {
	const char *document;
	bool is_containers;
	const char *registry, *repository, *what;
} found[] = {
	/* documents as tools write them are in reads_real_files() */
	{ "{\"auths\":{\"" D "\":{" UP "}}}", false, D, NULL, "user:pass" },
	{ "{\"auths\":{\"" D "\":{" UP "}}}", false, "127.0.0.1", NULL, "" },
	{ "{\"auths\":{\"https://" D "/v1/\":{" UP "}}}", false, D, NULL, "user:pass" },
	{ "{\"auths\":{\"http://" D "/v1/\":{" UP "}}}", false, D, NULL, "user:pass" },
	{ "{\"auths\":{\"" D "/v2/\":{" UP "}}}", false, D, NULL, "user:pass" },
	{ "{\"auths\":{\"GHCR.io\":{" UP "}}}", false, "ghcr.io", NULL, "user:pass" },
	/* the plain key is before a URL */
	{ "{\"auths\":{\"http://a.b/v1/\":{" XY "},\"a.b\":{" UP "}}}", false, "a.b", NULL,
	  "user:pass" },
	/* one registry of three names */
	{ "{\"auths\":{\"" HUB "\":{" UP "}}}", false, "docker.io", "library/alpine", "user:pass" },
	{ "{\"auths\":{\"" HUB "\":{" UP "}}}", false, "registry-1.docker.io", NULL, "user:pass" },
	{ "{\"auths\":{\"docker.io\":{" UP "}}}", false, "index.docker.io", NULL, "user:pass" },
	{ "{\"auths\":{\"docker.io\":{" XY "},\"" HUB "\":{" UP "}}}", false, "docker.io", NULL,
	  "user:pass" },
	/* forms of an entry */
	{ "{\"auths\":{\"a.b\":{\"username\":\"u\",\"password\":\"p\"}}}", false, "a.b", NULL,
	  "u:p" },
	{ "{\"auths\":{\"a.b\":{\"auth\":\"dTpwOnE=\"}}}", false, "a.b", NULL, "u:p:q" },
	{ "{\"auths\":{\"a.b\":{\"auth\":\"dTpwAAAA\"}}}", false, "a.b", NULL, "u:p" },
	{ "{\"auths\":{\"a.b\":{\"auth\":\"dTo=\",\"identitytoken\":\"t\"}}}", false, "a.b", NULL,
	  "u:+id:t" },
	{ "{\"auths\":{\"a.b\":{\"identitytoken\":\"t\"}}}", false, "a.b", NULL, "id:t" },
	{ "{\"auths\":{\"a.b\":{\"registrytoken\":\"t\"}}}", false, "a.b", NULL, "token:t" },
	{ "{\"auths\":{\"a.b\":{\"auth\":\"Og==\"}}}", false, "a.b", NULL, "" },
	{ "{\"auths\":{\"a.b\":{\"auth\":\"\"}}}", false, "a.b", NULL, "" },
	{ "{\"auths\":{\"a.b\":{}}}", false, "a.b", NULL, "" },
	{ "{\"auths\":{\"a.b\":{\"email\":\"x@y\"}}}", false, "a.b", NULL, "" },
	{ "{\"auths\":null,\"credHelpers\":null,\"credsStore\":\"\"}", false, "a.b", NULL, "" },
	{ "{}", false, "a.b", NULL, "" },
	{ "\n", false, "a.b", NULL, "" },
	/* an entry of somebody else may be as it likes */
	{ "{\"auths\":{\"c.d\":{\"auth\":\"?\"},\"a.b\":{" UP "}}}", false, "a.b", NULL,
	  "user:pass" },
	/* namespaces: containers' only; containers-auth.json(5) */
	{ "{\"auths\":{\"q.io/org\":{" UP "},\"q.io\":{" XY "}}}", true, "q.io", "org/tool",
	  "user:pass" },
	{ "{\"auths\":{\"q.io/org\":{" UP "},\"q.io\":{" XY "}}}", true, "q.io", "organ/tool",
	  "x:y" },
	{ "{\"auths\":{\"q.io/org\":{" UP "},\"q.io\":{" XY "}}}", true, "q.io", NULL, "x:y" },
	{ "{\"auths\":{\"q.io/org\":{" XY "},\"q.io/org/tool\":{" UP "}}}", true, "q.io",
	  "org/tool", "user:pass" },
	{ "{\"auths\":{\"q.io/org/tool\":{" UP "},\"q.io/org\":{" XY "}}}", true, "q.io",
	  "org/tools", "x:y" },
	{ "{\"auths\":{\"q.io/org\":{" UP "}}}", true, "q.io", "other/tool", "" },
	{ "{\"auths\":{\"docker.io/org\":{" UP "}}}", true, "docker.io", "org/tool", "user:pass" },
	{ "{\"auths\":{\"https://q.io/v1/\":{" UP "}}}", true, "q.io", "org/tool", "user:pass" },
	{ "{\"auths\":{\"q.io/org\":{" UP "}}}", false, "q.io", "other/tool", "user:pass" },
};

static char *show(const struct oci_credentials *c)
{
	struct str out = STR_MAX(4096);

	if (c->user)
		str_addf(&out, "%s:%s", c->user, c->secret);
	if (c->identity_token)
		str_addf(&out, "%sid:%s", out.len ? "+" : "", c->identity_token);
	if (c->registry_token)
		str_addf(&out, "%stoken:%s", out.len ? "+" : "", c->registry_token);
	return str_take(&out);
}

static void expect(const char *registry, const char *repository, const char *what,
		   const char *source)
{
	AUTO(oci_credentials) struct oci_credentials c = { 0 };
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	if (oci_credentials_find(&paths, registry, repository, &c, &err) < 0)
		fail_msg("%s: %s", registry, err.text);
	text = show(&c);
	assert_string_equal(text, what);
	if (source)
		assert_string_equal(c.source, source);
	else
		assert_null(c.source);
}

static void finds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(found); i++) {
		const char *path = found[i].is_containers ? auth : config;

		clean(NULL);
		put(path, found[i].document, 0600);
		expect(found[i].registry, found[i].repository, found[i].what,
		       *found[i].what ? path : NULL);
	}
}

static void reads_real_files(void **state)
{
	static const char *const docker[] = { "docker.json", "oras.json" };

	for (size_t i = 0; i < ARRAY_SIZE(docker); i++) {
		AUTO(free) char *path = mem_printf(TEST_DATA "/credentials/%s", docker[i]);
		AUTO(free) char *text = read_text(path);

		put(config, text, 0600);
		expect(D, NULL, "user:pass", config);
		expect("ghcr.io", NULL, "", NULL);
	}
	clean(NULL);
	{
		AUTO(free) char *text = read_text(TEST_DATA "/credentials/skopeo.json");

		put(auth, text, 0600);
		expect(D, "team/tools/x", "user:pass", auth);
		expect(D, "other", "user:pass", auth);
	}
}

/* Each has CORRUPT, the file's name, and shows nothing of the secret. */
static const char *const malformed[] = {
	"[]",
	"\"SECRET\"",
	"{\"auths\":[]}",
	"{\"auths\":{\"a.b\":\"SECRET\"}}",
	"{\"auths\":{\"a.b\":{\"auth\":5}}}",
	"{\"auths\":{\"a.b\":{\"auth\":\"SECRET\"}}}",
	"{\"auths\":{\"a.b\":{\"auth\":\"SECRETSECRET\"}}}", /* no colon */
	"{\"auths\":{\"a.b\":{\"auth\":\"YQBiOmM=\"}}}",     /* a NUL inside */
	"{\"auths\":{\"a.b\":{\"identitytoken\":{}}}}",
	"{\"auths\":{\"a.b\":{" UP "},\"a.b\":{" XY "}}}",
	"{\"auths\":{\"a.b\":{\"auth\":\"x\"}} SECRET",
	"{\"auths\":{\"a.b\":{\"auth\":SECRET}}}",
	"{\"credsStore\":[]}",
	"{\"credsStore\":\"../../bin/SECRET\"}",
	"{\"credsStore\":\"a b\"}",
	"{\"credHelpers\":[]}",
	"{\"credHelpers\":{\"a.b\":1}}",
	"{\"credHelpers\":{\"a.b\":\"x/y\"}}",
};

static void refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		AUTO(oci_credentials) struct oci_credentials c = { 0 };
		struct err err = { 0 };

		put(config, malformed[i], 0600);
		if (oci_credentials_find(&paths, "a.b", NULL, &c, &err) == 0)
			fail_msg("accepted: %s", malformed[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		if (!text_starts(err.text, config))
			fail_msg("%s", err.text);
		if (strstr(err.text, "SECRET") && !strstr(malformed[i], "bin/SECRET"))
			fail_msg("%s", err.text);
		assert_null(c.source);
	}
}

/* credHelpers, then credsStore, then auths, then containers' files in their order. */
static void keeps_the_order(void **state)
{
	put_helper("one", "echo '{\"ServerURL\":\"a.b\",\"Username\":\"h1\",\"Secret\":\"s\"}'");
	put_helper("two", "echo '{\"Username\":\"h2\",\"Secret\":\"s\"}'");
	put_helper("none", "echo credentials not found in native keychain; exit 1");
	put(second, "{\"auths\":{\"a.b\":{" XY "},\"c.d\":{" XY "}}}", 0600);
	expect("a.b", NULL, "x:y", second);
	put(auth, "{\"auths\":{\"a.b\":{\"auth\":\"djp3\"}}}", 0600);
	expect("a.b", NULL, "v:w", auth);
	expect("c.d", NULL, "x:y", second);
	put(config, "{\"auths\":{\"a.b\":{" UP "}}}", 0600);
	expect("a.b", NULL, "user:pass", config);
	put(config, "{\"auths\":{\"a.b\":{" UP "}},\"credsStore\":\"two\"}", 0600);
	expect("a.b", NULL, "h2:s", "docker-credential-two");
	put(config,
	    "{\"auths\":{\"a.b\":{" UP "}},\"credsStore\":\"two\","
	    "\"credHelpers\":{\"a.b\":\"one\",\"c.d\":\"none\",\"e.f\":\"\"}}",
	    0600);
	expect("a.b", NULL, "h1:s", "docker-credential-one");
	expect("c.d", NULL, "x:y", second); /* its own helper has nothing, the store is not asked */
	expect("e.f", NULL, "", NULL);	    /* an empty name: no helper */
	put(auth, "{\"credHelpers\":{\"g.h\":\"one\"},\"credsStore\":\"two\"}", 0600);
	put(config, "{}", 0600);
	expect("g.h", NULL, "h1:s", "docker-credential-one");
	expect("a.b", NULL, "x:y", second); /* containers know no credsStore */
}

static void speaks_with_helpers(void **state)
{
	AUTO(free) char *calls = NULL;

	put(config, "{\"credsStore\":\"one\"}", 0600);
	put_helper("one", "echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'");
	expect("docker.io", "library/x", "id:t", "docker-credential-one");
	put_helper("one", "echo '{\"ServerURL\":\"\",\"Username\":\"\",\"Secret\":\"\"}'");
	expect("ghcr.io", NULL, "", NULL);
	put_helper("one", "echo credentials not found in native keychain >&2; exit 1");
	expect("[::1]:5000", NULL, "", NULL);
	calls = read_text("calls");
	assert_string_equal(calls, "get " HUB "\nget ghcr.io\nget [::1]:5000\n");
}

static const struct {
	const char *body;
	enum err_code code;
	const char *text;
} broken[] = {
	{ "echo the keychain is locked; echo more; exit 3", EC_FAILED,
	  "docker-credential-one get a.b: exit status 3: the keychain is locked" },
	{ "printf 'gone\\033[2J\\n' >&2; exit 1", EC_FAILED,
	  "docker-credential-one get a.b: exit status 1: gone\\x1b[2J" },
	{ "exit 1", EC_FAILED, "docker-credential-one get a.b: exit status 1" },
	{ "echo SECRET", EC_CORRUPT, "docker-credential-one: its answer is not valid JSON" },
	{ "echo '{\"Username\":1}'", EC_CORRUPT,
	  "docker-credential-one.Username: expected a string, found a number" },
	{ "yes | head -c 2000000", EC_CORRUPT, NULL },
};

static void tells_what_a_helper_did(void **state)
{
	put(config, "{\"credsStore\":\"one\"}", 0600);
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		AUTO(oci_credentials) struct oci_credentials c = { 0 };
		struct err err = { 0 };

		put_helper("one", broken[i].body);
		assert_int_equal(oci_credentials_find(&paths, "a.b", NULL, &c, &err), -1);
		assert_int_equal(err.code, broken[i].code);
		if (broken[i].text)
			assert_string_equal(err.text, broken[i].text);
		assert_non_null(strstr(err.hint, config));
	}
	put(config, "{\"credsStore\":\"absent\"}", 0600);
	{
		AUTO(oci_credentials) struct oci_credentials c = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_credentials_find(&paths, "a.b", NULL, &c, &err), -1);
		assert_int_equal(err.code, EC_FAILED);
		assert_string_equal(
			err.text, "the credential helper docker-credential-absent is not in PATH");
	}
}

static void store(const char *registry, char *user, char *secret, char *identity)
{
	const struct oci_credentials what = { .user = user,
					      .secret = secret,
					      .identity_token = identity };
	AUTO(oci_stored) struct oci_stored stored = { 0 };
	struct err err = { 0 };

	if (oci_credentials_store(&paths, registry, &what, &stored, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(stored.is_plain);
	assert_string_equal(stored.where, paths.docker_config);
}

/* A login makes the file that docker and oras make, byte for byte. */
static void writes_what_docker_writes(void **state)
{
	AUTO(free) char *expected = read_text(TEST_DATA "/credentials/docker.json");
	AUTO(free) char *text = NULL;
	struct stat st;

	store(D, "user", "pass", NULL);
	text = read_text(config);
	assert_string_equal(text, expected);
	assert_int_equal(stat(config, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	store(D, "user", "pass", NULL);
	free(text);
	text = read_text(config);
	assert_string_equal(text, expected);
}

static void keeps_other_members(void **state)
{
	AUTO(free) char *text = NULL;

	put(config,
	    "{\"auths\": {\"a.b\": {" XY ", \"email\": \"e\"}}, \"HttpHeaders\": {\"X\": \"1\"},\n"
	    "\"detachKeys\": \"ctrl-\\\\\", \"plugins\": {}, \"x\": [1, true]}",
	    0644);
	store("docker.io", "u", "p", NULL);
	store("c.d", NULL, NULL, "t");
	text = read_text(config);
	assert_string_equal(text, "{\n\t\"auths\": {\n\t\t\"a.b\": {\n\t\t\t\"auth\": \"eDp5\",\n"
				  "\t\t\t\"email\": \"e\"\n\t\t},\n\t\t\"" HUB
				  "\": {\n\t\t\t\"auth\": \"dTpw\"\n\t\t},\n\t\t\"c.d\": {\n"
				  "\t\t\t\"identitytoken\": \"t\"\n\t\t}\n\t},\n"
				  "\t\"HttpHeaders\": {\n\t\t\"X\": \"1\"\n\t},\n"
				  "\t\"detachKeys\": \"ctrl-\\\\\",\n\t\"plugins\": {},\n"
				  "\t\"x\": [\n\t\t1,\n\t\ttrue\n\t]\n}");
	expect("docker.io", NULL, "u:p", config);
	expect("c.d", NULL, "id:t", config);
}

/* $DOCKER_CONFIG/config.json -> dotfiles/docker.json, which may not be there yet. */
static void writes_through_links(void **state)
{
	AUTO(free) char *target = path_join(folder, "made/deep/docker.json");
	struct stat st;

	assert_int_equal(symlink("made/deep/docker.json", config), 0);
	store("a.b", "u", "p", NULL);
	assert_int_equal(lstat(config, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat(target, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	store("a.b", "v", "p", NULL);
	expect("a.b", NULL, "v:p", config);
	assert_int_equal(lstat(config, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	*strrchr(target, '/') = '\0';
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void leaves_a_malformed_file(void **state)
{
	const struct oci_credentials what = { .user = "u", .secret = "p" };
	AUTO(oci_stored) struct oci_stored stored = { 0 };
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	put(config, "{\"auths\":", 0600);
	assert_int_equal(oci_credentials_store(&paths, "a.b", &what, &stored, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_null(stored.where);
	text = read_text(config);
	assert_string_equal(text, "{\"auths\":");
}

static void stores_with_the_helper(void **state)
{
	struct oci_credentials what = { .user = "u", .secret = "p\"\\" };
	AUTO(free) char *document = read_text(TEST_DATA "/credentials/docker-helper.json");
	AUTO(free) char *after = NULL, *calls = NULL;
	AUTO(oci_stored) struct oci_stored stored = { 0 };
	struct err err = { 0 };

	put_helper("fake", "");
	put(config, document, 0644);
	assert_int_equal(oci_credentials_store(&paths, D, &what, &stored, &err), 0);
	assert_false(stored.is_plain);
	assert_string_equal(stored.where, "docker-credential-fake");
	oci_stored_done(&stored);
	what.identity_token = "t";
	assert_int_equal(oci_credentials_store(&paths, "docker.io", &what, &stored, &err), 0);
	calls = read_text("calls");
	assert_string_equal(calls, "store {\"Secret\":\"p\\\"\\\\\",\"ServerURL\":\"" D
				   "\",\"Username\":\"u\"}\n"
				   "store {\"Secret\":\"t\",\"ServerURL\":\"" HUB
				   "\",\"Username\":\"<token>\"}\n");
	after = read_text(config);
	assert_string_equal(after, document);
	/* one that repeats what it was given */
	put_helper("fake", "cat input; exit 1");
	assert_int_equal(oci_credentials_store(&paths, "docker.io", &what, &stored, &err), -1);
	assert_string_equal(err.text, "docker-credential-fake store " HUB ": exit status 1");
}

static void erase(const char *registry, bool was_there)
{
	struct err err = { 0 };
	bool was = !was_there;

	if (oci_credentials_erase(&paths, registry, &was, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(was, was_there);
}

static void erases(void **state)
{
	AUTO(free) char *text = NULL, *calls = NULL;

	erase("a.b", false);
	assert_false(fs_exists(AT_FDCWD, config));
	put(config,
	    "{\"auths\":{\"a.b\":{" UP "},\"https://a.b/v1/\":{" UP "},\"c.d\":{" XY "}},\"x\":1}",
	    0600);
	erase("e.f", false);
	erase("a.b", true);
	erase("a.b", false);
	text = read_text(config);
	assert_string_equal(text, "{\n\t\"auths\": {\n\t\t\"c.d\": {\n\t\t\t\"auth\": \"eDp5\"\n"
				  "\t\t}\n\t},\n\t\"x\": 1\n}");
	put_helper("one", "[ $1 = get ] && echo '{\"Username\":\"u\",\"Secret\":\"p\"}'; exit 0");
	put_helper("none", "echo credentials not found in native keychain; exit 1");
	put_helper("lost", "[ $1 = erase ]");
	put(config,
	    "{\"auths\":{\"a.b\":{}},\"credsStore\":\"one\","
	    "\"credHelpers\":{\"n.n\":\"none\",\"l.l\":\"lost\"}}",
	    0600);
	clean_calls();
	erase("a.b", true);
	erase("n.n", false);
	erase("l.l", true);
	calls = read_text("calls");
	assert_string_equal(calls, "get a.b\nerase a.b\nget n.n\nget l.l\nerase l.l\n");
}

static const struct {
	const char *text, *registry;
} names[] = {
	{ "ghcr.io", "ghcr.io" },
	{ "https://ghcr.io", "ghcr.io" },
	{ "http://localhost:5000/", "localhost:5000" },
	{ "ghcr.io/", "ghcr.io" },
	{ "GHCR.io", "ghcr.io" },
	{ "https://index.docker.io/v1/", "docker.io" },
	{ "registry-1.docker.io", "docker.io" },
	{ "[::1]:5000", "[::1]:5000" },
	{ "localhost", "localhost" },
	{ "ghcr.io/x", NULL },
	{ "ghcr", NULL },
	{ "", NULL },
	{ "https://", NULL },
	{ "user@ghcr.io", NULL },
	{ "ghcr.io:", NULL },
	{ "-p.x", NULL },
};

static void reads_names_of_registries(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO(free) char *registry = NULL;
		struct err err = { 0 };

		if (oci_registry_parse(names[i].text, &registry, &err) < 0) {
			if (names[i].registry)
				fail_msg("%s: %s", names[i].text, err.text);
			assert_int_equal(err.code, EC_USAGE);
			continue;
		}
		if (!names[i].registry)
			fail_msg("accepted: %s", names[i].text);
		assert_string_equal(registry, names[i].registry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(finds, clean),
		cmocka_unit_test_setup(reads_real_files, clean),
		cmocka_unit_test_setup(refuses, clean),
		cmocka_unit_test_setup(keeps_the_order, clean),
		cmocka_unit_test_setup(speaks_with_helpers, clean),
		cmocka_unit_test_setup(tells_what_a_helper_did, clean),
		cmocka_unit_test_setup(writes_what_docker_writes, clean),
		cmocka_unit_test_setup(keeps_other_members, clean),
		cmocka_unit_test_setup(writes_through_links, clean),
		cmocka_unit_test_setup(leaves_a_malformed_file, clean),
		cmocka_unit_test_setup(stores_with_the_helper, clean),
		cmocka_unit_test_setup(erases, clean),
		cmocka_unit_test(reads_names_of_registries),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
