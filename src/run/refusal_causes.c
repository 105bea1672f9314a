// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/refusal_causes.h"

#include "base/alloc.h"

/* kernel/bpf/verifier.c, 5.10 to 7.2; the first that fits is taken. */
static const struct refusal_cause causes[] = {
	{ "unbounded memory access",
	  "a length or index has no upper bound that the verifier can see",
	  "test it against a constant right before its use, or mask it (n &= MAX - 1)", NULL },
	{ "with unbounded min value", "a number that is added to a pointer may be anything",
	  "test it against a constant before, or mask it; with clang 14 build with -mcpu=v2",
	  NULL },
	{ "min value is negative", "a length or index may be negative",
	  "make it unsigned, or test that it is not below zero", NULL },
	{ "min value is outside of the allowed memory range", "an index may lie before the memory",
	  "test it against zero, or make it unsigned", NULL },
	{ "max value is outside of the allowed memory range", "an index may lie behind the memory",
	  "test it against the size before its use", NULL },
	{ "pointer be out of bounds", "a length or index may be negative, or far too large",
	  "make it unsigned, and test it against a constant right before its use", NULL },
	{ "invalid access to map value", "the access reaches beyond the map's value",
	  "hold the index or length against the size of the value", NULL },
	{ "invalid access to packet", "the packet may end before what is read",
	  "compare with data_end first: if (p + size > data_end) return …", NULL },
	{ "invalid access to memory", "the access reaches beyond the memory it belongs to",
	  "hold the index or length against its size", NULL },
	{ "_or_null expected", "the pointer may be NULL", "test it before the call", NULL },
	{ "_or_null'", "the pointer may be NULL", "test it before its use", NULL },
	{ "or_null_", "the pointer may be NULL", "test it before its use", NULL },
	{ "Possibly NULL pointer passed", "the pointer may be NULL", "test it before the call",
	  NULL },
	{ "invalid mem access 'scalar'",
	  "a number is used as a pointer: memory of the kernel or of a process cannot be read so",
	  "read it by BPF_CORE_READ(), bpf_probe_read_kernel() or bpf_probe_read_user()", NULL },
	{ "invalid mem access 'inv'",
	  "a number is used as a pointer: memory of the kernel or of a process cannot be read so",
	  "read it by BPF_CORE_READ(), bpf_probe_read_kernel() or bpf_probe_read_user()", NULL },
	{ "invalid indirect read from stack",
	  "bytes of the stack that were never set would leave it",
	  "set the whole struct first, its padding too: struct x v = {} or __builtin_memset()",
	  NULL },
	{ "invalid read from stack", "bytes of the stack that were never set are read",
	  "set the variable on every way that leads here", NULL },
	{ "invalid indirect access to stack",
	  "the length may reach beyond the variable on the stack",
	  "hold it against the size of the variable", NULL },
	{ "invalid write to stack", "the stack of 512 bytes is too small, or the index too large",
	  "keep large data in a map of type percpu_array", NULL },
	{ "invalid stack", "the stack of 512 bytes is too small, or the index too large",
	  "keep large data in a map of type percpu_array", NULL },
	{ "variable stack access prohibited", "an index into data on the stack is not constant",
	  "keep the data in a map, or unroll the loop", NULL },
	{ "combined stack size", "the functions together use more than 512 bytes of stack",
	  "keep large data in a map of type percpu_array", NULL },
	{ "Looks like the BPF stack limit", "a function uses more than 512 bytes of stack",
	  "keep large data in a map of type percpu_array", NULL },
	{ "call stack of * frames is too deep", "functions call each other more than eight deep",
	  "inline some of them", NULL },
	{ "!read_ok", "a variable, or the value to return, is not set on some way that leads here",
	  "set it where it is declared; a function has to return a value on every way", NULL },
	{ "cannot use helper", "programs of this type may not call this helper",
	  "use another kind of program, or another helper", NULL },
	{ "unknown func",
	  "programs of this type may not call this helper, or this kernel has it not",
	  "ask whether it is there: bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_…)",
	  NULL },
	{ "invalid func", "this kernel does not have the helper",
	  "ask whether it is there: bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_…)",
	  NULL },
	{ "kernel function * is not allowed",
	  "programs of this type may not call this kernel function", "use another kind of program",
	  NULL },
	{ "cannot call GPL", "what is called is for programs with a GPL compatible licence only",
	  "char LICENSE[] SEC(\"license\") = \"GPL\";", NULL },
	{ "must have a GPL compatible license", "such programs must have a GPL compatible licence",
	  "char LICENSE[] SEC(\"license\") = \"GPL\";", NULL },
	{ "BPF program is too large", "the verifier gave up after a million steps",
	  "make loops shorter, use bpf_loop(), or move code into global functions", NULL },
	{ "too complex", "the verifier gave up: too many branches on the way",
	  "make loops shorter, use bpf_loop(), or move code into global functions", NULL },
	{ "infinite loop detected", "a loop may never end", "give it a constant bound", NULL },
	{ "loop is not bounded", "a loop may never end", "give it a constant bound", NULL },
	{ "back-edge from insn", "the program has a loop that this kernel does not take",
	  "unroll it, or use bpf_loop()", "5.3" },
	{ "unreachable insn", "there are instructions no way leads to",
	  "compile with -O2; inline assembly may be the cause", NULL },
	{ "invalid bpf_context access",
	  "the program's context does not have this field, or it may not be used in this way",
	  "compare with the documentation of the program type; access fields whole and in place",
	  NULL },
	{ "dereference of modified ctx ptr", "the pointer to the context was computed with",
	  "read fields of the context by constant offsets only", NULL },
	{ "doesn't have * argument", "what it is attached to has fewer arguments in this kernel",
	  "'epm check' says how many", NULL },
	{ "pointer arithmetic * prohibited", "such a pointer cannot be computed with",
	  "test it for NULL first, or copy what it points to", NULL },
	{ "pointer operation prohibited", "such a pointer cannot be computed with", NULL, NULL },
	{ "reference leak", "what was acquired is not given back on every way out",
	  "release it (bpf_ringbuf_discard(), bpf_sk_release(), …) before each return", NULL },
	{ "offset is outside of the packet", "the packet may end before what is read",
	  "compare with data_end first: if (p + size > data_end) return …", NULL },
	{ "bpf_spin_lock-ed region", "a spin lock is still held on some way out",
	  "unlock it on every way", NULL },
	{ "cannot use bpf_spin_lock", "programs of this type may not take spin locks",
	  "keep the value per CPU, or change it with atomic operations", NULL },
	{ "nreleased reference", "what was acquired is not given back on every way out",
	  "release it (bpf_ringbuf_discard(), bpf_sk_release(), …) before each return", NULL },
	{ "program exit the register",
	  "the value returned is not one that such programs may return",
	  "return a constant out of the range that is named", NULL },
	{ "rogram exit * has value", "the value returned is not one that such programs may return",
	  "return a constant out of the range that is named", NULL },
	{ "disabled hook", "this LSM hook is not open to eBPF programs", "use another hook", NULL },
	{ "misaligned", "an access is not aligned", "align the struct, or copy it by parts", NULL },
	{ "cannot pass map_type", "this helper does not work on maps of this type",
	  "use the helper of the map's type", NULL },
	{ "lock is not released", "a spin lock is still held on some way out",
	  "unlock it on every way", NULL },
	{ "unlock is missing", "a spin lock is still held on some way out",
	  "unlock it on every way", NULL },
	{ "while holding a lock", "nothing may be called while a spin lock is held",
	  "do it before or after", NULL },
	{ "function calls are not allowed", "nothing may be called here (a lock is held)",
	  "do it before or after", NULL },
	{ "uses reserved fields", "the kernel does not know this instruction",
	  "build for an older one: -mcpu=v2; atomic operations that return a value are newer",
	  "5.12" },
	{ "unknown opcode", "the kernel does not know this instruction",
	  "build for an older one: -mcpu=v2", NULL },
	{ "invalid BPF_", "the kernel does not know this instruction",
	  "build for an older one: -mcpu=v2", NULL },
	{ "might sleep", "a helper that may sleep is called where sleeping is not possible",
	  "make it a sleepable program (.s), or use another helper", NULL },
	{ "sleepable", "programs that may sleep are not possible here",
	  "leave the .s of the section out", NULL },
	{ "write into map forbidden", "a map that is read-only (or .rodata) is written",
	  "declare the variable without const", NULL },
	{ "only read is supported", "memory of the kernel is written", NULL, NULL },
	{ "cannot write into", "memory is written that may only be read", NULL, NULL },
	{ "size cannot be determined",
	  "an argument of a global function is a pointer of unknown size",
	  "make the function static, or the argument a pointer to a whole struct", NULL },
	{ "passes invalid args into func",
	  "a global function is called with other arguments than it has",
	  "make the function static", NULL },
	{ "expected=", "an argument of the call is of another kind than it must be",
	  "a pointer to the stack or a map's value is wanted, or the context", NULL },
	{ "jump out of range", "a jump leads out of the program", NULL, NULL },
	{ "attach_btf_id", "what it is attached to is not there in this kernel",
	  "'epm check' says what is there", NULL },
	{ "is not a function", "what it is attached to is not there in this kernel",
	  "'epm check' says what is there", NULL },
};

/* All parts of words, in their order. */
static bool has_words(struct span message, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, "*");
		const char *part = words, *at;

		words += len + (words[len] == '*');
		while (len && part[len - 1] == ' ')
			len--;
		while (len && *part == ' ') {
			part++;
			len--;
		}
		at = memmem(message.data, message.len, part, len);
		if (!at)
			return false;
		message.len -= at + len - message.data;
		message.data = at + len;
	}
	return true;
}

const struct refusal_cause *refusal_cause_of(struct span message)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (has_words(message, causes[i].words))
			return &causes[i];
	return NULL;
}
