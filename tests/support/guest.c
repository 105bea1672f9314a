// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Loads and attaches the programs of objects, one by one, and says what came of each: what the
 * verdicts of epm check are held against. As root, in a kernel of its own (tests/support/boot).
 *
 *	guest FILE…
 *
 * Prints a line a program, its words separated by tabs:
 *	OBJECT PROGRAM SECTION LOAD ATTACH REASON
 * OBJECT is the file's name, LOAD and ATTACH 0 or a negative errno; ATTACH is "-" where nothing was
 * attached, since loading failed or the kind has to be told where. REASON is the line of libbpf's log
 * that says most. An object that cannot even be opened has one line with "-" for the program, one that
 * cannot be loaded as it is, all programs together, a line with "*".
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MOST (1 << 20)
#define PROGRAMS_MOST 512
#define SECONDS_MOST 120 /* for one object */

static char log_text[LOG_MOST];
static size_t log_len;

__attribute__((format(printf, 2, 0))) static int keep_log(enum libbpf_print_level level,
							  const char *format, va_list args)
{
	int n;

	if (level == LIBBPF_DEBUG)
		return 0;
	n = vsnprintf(log_text + log_len, LOG_MOST - log_len, format, args);
	if (n > 0)
		log_len = log_len + (size_t)n < LOG_MOST ? log_len + (size_t)n : LOG_MOST - 1;
	return 0;
}

static void clear_log(void)
{
	log_len = 0;
	log_text[0] = '\0';
}

/* The line that has the text; of the verifier's end the line before it. */
static const char *find_reason(void)
{
	static const char *const texts[] = { "failed to resolve CO-RE",
					     "unknown#195896080",
					     "failed to find",
					     "failed to create",
					     "failed to determine",
					     "Error in bpf_create_map",
					     "libbpf: " };
	const char *end = strstr(log_text, "\nprocessed "), *found;

	for (size_t i = 0; i < 2; i++) {
		found = strstr(log_text, texts[i]);
		if (found)
			return found;
	}
	if (end) {
		while (end > log_text && end[-1] != '\n')
			end--;
		return end;
	}
	for (size_t i = 2; i < sizeof(texts) / sizeof(texts[0]); i++) {
		found = strstr(log_text, texts[i]);
		if (found)
			return found;
	}
	return "";
}

/* One line of words; tabs are what separates them. */
static void print_line(const char *object, const char *program, const char *section, int load,
		       const char *attach)
{
	const char *reason = load || *attach == '-' ? find_reason() : "";

	printf("%s\t%s\t%s\t%d\t%s\t", object, program, section, load, attach);
	for (size_t i = 0; i < 300 && reason[i] && reason[i] != '\n'; i++)
		putchar(reason[i] == '\t' ? ' ' : reason[i]);
	putchar('\n');
}

static void print_result(const char *object, const struct bpf_program *program, int load,
			 const char *attach)
{
	print_line(object, bpf_program__name(program), bpf_program__section_name(program), load,
		   attach);
}

/* Tools set the sizes of some maps before they load; which size does not matter here. */
static void size_maps(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map (map, object) {
		switch (bpf_map__type(map)) {
		case BPF_MAP_TYPE_STACK_TRACE:
			if (!bpf_map__value_size(map))
				bpf_map__set_value_size(map, 127 * 8);
			__attribute__((fallthrough));
		case BPF_MAP_TYPE_HASH:
		case BPF_MAP_TYPE_ARRAY:
		case BPF_MAP_TYPE_PERCPU_HASH:
		case BPF_MAP_TYPE_PERCPU_ARRAY:
		case BPF_MAP_TYPE_LRU_HASH:
			if (!bpf_map__max_entries(map))
				bpf_map__set_max_entries(map, 1);
			break;
		case BPF_MAP_TYPE_RINGBUF:
			if (!bpf_map__max_entries(map))
				bpf_map__set_max_entries(map, 4096);
			break;
		default:
			break;
		}
	}
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *object;

	clear_log();
	object = bpf_object__open_file(path, NULL);
	if (object)
		size_maps(object);
	return object;
}

/* Kinds that libbpf attaches by the section alone */
static const char *const by_themselves[] = { "fentry",	       "fexit",	 "fmod_ret",   "lsm/",
					     "lsm.s/",	       "tp",	 "tracepoint", "raw_tp",
					     "raw_tracepoint", "kprobe", "kretprobe",  "ksyscall",
					     "kretsyscall",    "iter",	 NULL };

/* The same, if the file and the function in it are named */
static const char *const by_file[] = { "uprobe", "uretprobe", "usdt", NULL };

/* Those that want a cgroup: the root of the hierarchy */
static const char *const by_cgroup[] = { "cgroup", "sockops", "lsm_cgroup/", NULL };

static bool has_beginning(const char *section, const char *const *words)
{
	section += *section == '?';
	for (; *words; words++)
		if (!strncmp(section, *words, strlen(*words)))
			return true;
	return false;
}

static struct bpf_link *attach_somewhere(struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	int cgroup;
	struct bpf_link *link;

	if (!strncmp(section, "xdp", 3))
		return bpf_program__attach_xdp(program, 1); /* lo */
	if (has_beginning(section, by_cgroup)) {
		cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		link = bpf_program__attach_cgroup(program, cgroup);
		close(cgroup);
		return link;
	}
	return bpf_program__attach(program);
}

static bool can_be_attached(const char *section)
{
	if (!strcmp(section, "xdp") || has_beginning(section, by_cgroup))
		return true;
	if (has_beginning(section, by_file))
		return strchr(section, ':') != NULL;
	return strchr(section, '/') && has_beginning(section, by_themselves);
}

static void try_attach(const char *name, struct bpf_program *program)
{
	char text[16] = "-";
	struct bpf_link *link;

	clear_log();
	if (can_be_attached(bpf_program__section_name(program))) {
		link = attach_somewhere(program);
		snprintf(text, sizeof(text), "%d", link ? 0 : -errno);
		bpf_link__destroy(link);
	}
	print_result(name, program, 0, text);
}

/* Programs of struct_ops are attached by their maps; the result counts for each of them. */
static void try_struct_ops(const char *name, struct bpf_object *object)
{
	struct bpf_program *program;
	struct bpf_map *map;
	char text[16] = "-";

	bpf_object__for_each_map (map, object) {
		struct bpf_link *link;

		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		clear_log();
		link = bpf_map__attach_struct_ops(map);
		snprintf(text, sizeof(text), "%d", link ? 0 : -errno);
		bpf_link__destroy(link);
	}
	bpf_object__for_each_program (program, object)
		if (bpf_program__type(program) == BPF_PROG_TYPE_STRUCT_OPS)
			print_result(name, program, 0, text);
}

static bool is_struct_ops(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_STRUCT_OPS;
}

/* All at once, as the object says. Returns whether they could be loaded. */
static bool try_together(const char *path, const char *name)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program;
	int error;

	if (!object) {
		print_line(name, "-", "-", -errno, "-");
		return true;
	}
	error = bpf_object__load(object);
	if (error)
		print_line(name, "*", "-", error, "-");
	if (!error) {
		bpf_object__for_each_program (program, object)
			if (bpf_program__autoload(program) && !is_struct_ops(program))
				try_attach(name, program);
		try_struct_ops(name, object);
	}
	bpf_object__close(object);
	return !error;
}

/* Only the program at this place; those of struct_ops stay together with their map. */
static bool try_one(const char *path, const char *name, size_t place)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program, *chosen = NULL;
	struct bpf_map *map;
	size_t i = 0;
	int error;

	if (!object)
		return false;
	bpf_object__for_each_program (program, object)
		if (i++ == place && bpf_program__autoload(program))
			chosen = program;
	bpf_object__for_each_program (program, object)
		bpf_program__set_autoload(program,
					  program == chosen || (chosen && is_struct_ops(chosen) &&
								is_struct_ops(program)));
	bpf_object__for_each_map (map, object)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			bpf_map__set_autocreate(map, chosen && is_struct_ops(chosen));
	if (chosen) {
		clear_log();
		error = bpf_object__load(object);
		if (error)
			print_result(name, chosen, error, "-");
		else
			try_attach(name, chosen);
	}
	bpf_object__close(object);
	return place + 1 < i;
}

static void try_object(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (try_together(path, name))
		return;
	for (size_t place = 0; place < PROGRAMS_MOST && try_one(path, name, place); place++)
		;
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(keep_log);
	for (int i = 1; i < argc; i++) {
		int status = 0;
		pid_t child = fork(); /* libbpf may crash on what it does not expect */

		if (child == 0) {
			alarm(SECONDS_MOST);
			try_object(argv[i]);
			fflush(stdout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0 || status)
			printf("%s\t-\t-\t-1\t-\tended with status %d\n", argv[i], status);
	}
	return 0;
}
