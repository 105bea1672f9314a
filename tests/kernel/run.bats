#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck disable=SC2154,SC2034,SC2016
# epm run: how it ends, what it does when events are lost, under load, with text that wants to do
# harm, what it takes, and what a configuration changes.

load "$BATS_LIB/common"
load "$BATS_LIB/kernel"

setup_file() {
	build_examples opensnoop exitsnoop sigsnoop
	for object in flags kinds many edit plain; do
		build_object "$object"
	done
}

# caused N PACKAGE [FLAG…]: run PACKAGE --json over N calls of kill() by a process that it is told.
caused() {
	local times=$1 package=$2
	shift 2
	start_cause kill 0 self "$times"
	start_run --json "${run_options[@]}" "$package" --caller "$cause_pid" "$@"
	go
	end_run
	exits 0
}

run_options=()

# value MEMBER: of the only record
value() {
	jq -c ".$1" out
}

# ---- ending ----

@test "SIGINT and SIGTERM end it with status 0, everything detached" {
	for signal in INT TERM; do
		start_run opensnoop --tgid_target 1
		[ "${#kernel_ids[@]}" -ge 9 ]
		end_run $signal
		exits 0
		wait_for ids_are_gone
		kernel_ids=()
	done
}

@test "what happened before the signal is printed before the end" {
	touch file
	start_cause open file 5000
	start_run --json opensnoop --tgid_target "$cause_pid"
	go
	end_run TERM
	exits 0
	[ "$(jq -r .fname out | sort | uniq -c)" = "   5000 file" ]
}

@test "a reader that goes away ends it with status 0" {
	local end
	touch file
	start_cause open file 100
	mkfifo pipe
	head -1 <pipe >first 3>&- &
	children+=("$!")
	"$EPM" run -v opensnoop --tgid_target "$cause_pid" >pipe 2>err 3>&- &
	run_pid=$!
	children+=("$run_pid")
	wait_for has_line 'programs attached' err
	note_ids "$run_pid"
	# the header was enough for head; epm sees that without an event
	wait_run
	exits 0
	[ "$(cat first)" = '    PID     UID COMM                 FD ERR          FNAME' ]
	not grep -q 'rror' err
	go
}

@test "kill -9 leaves nothing in the kernel" {
	start_run opensnoop --tgid_target 1
	[ "${#kernel_ids[@]}" -ge 9 ]
	end_run KILL
	exits 137
	wait_for ids_are_gone
}

@test "a full disk is an error, once" {
	touch file
	start_cause open file 10
	: >err
	"$EPM" run -v opensnoop --tgid_target "$cause_pid" >/dev/full 2>err 3>&- &
	run_pid=$!
	children+=("$run_pid")
	wait_run
	exits 1
	[ "$(grep -c 'No space left on device' err)" = 1 ]
	grep -qx 'epm: write the output: No space left on device' err
	go
}

@test "a closed standard output is no file of somebody else" {
	run timeout 20 "$EPM" run --duration 200ms opensnoop --tgid_target 1 >&-
	exits 0
}

# ---- loss ----

@test "a perf buffer that overflows: the loss is counted and said, and --fail-on-loss is status 10" {
	start_cause kill 0 self 300000
	start_run --json --fail-on-loss sigsnoop --filtered_pid "$cause_pid"
	kill -STOP "$run_pid"
	go
	kill -CONT "$run_pid"
	end_run
	exits 10
	grep -qxE 'epm: warning: lost [0-9]+ events: the buffer was full' err
	grep -qx 'epm: events were lost' err
	shown=$(wc -l <out)
	lost=$(sed -nE 's/^epm: warning: lost ([0-9]+) events.*/\1/p' err | jq -n '[inputs] | add')
	[ $((shown + lost)) = 300000 ]
}

@test "the same without --fail-on-loss is status 0, and still said" {
	start_cause kill 0 self 300000
	start_run --json sigsnoop --filtered_pid "$cause_pid"
	kill -STOP "$run_pid"
	go
	kill -CONT "$run_pid"
	end_run
	exits 0
	grep -qxE 'epm: warning: lost [0-9]+ events: the buffer was full' err
}

@test "a ring buffer that was full is said, and --fail-on-loss is status 10" {
	start_cause kill 0 self 300000
	start_run --json --fail-on-loss plain --caller "$cause_pid"
	kill -STOP "$run_pid"
	go
	kill -CONT "$run_pid"
	end_run
	exits 10
	grep -qxE 'epm: warning: the ring buffer was full [0-9]+ times: events may have been lost, which this package does not count' err
	grep -qx 'epm: events were lost' err
	# 1 MiB of records that take 16 bytes with their header; one place stays empty
	[ "$(wc -l <out)" -ge 65535 ]
	[ "$(wc -l <out)" -lt 300000 ]
}

@test "200,000 opens: each has its line, none is lost" {
	touch file
	start_cause open file 200000
	start_run --json --fail-on-loss opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(wc -l <out)" = 200000 ]
	[ "$(sed -E 's/^.*"pid":/"pid":/' out | sort | uniq -c)" = ' 200000 "pid":'"$cause_pid"',"uid":0,"comm":"cause","fd":3,"err":0,"fname":"file"}' ]
	not grep -qE 'lost|full' err
}

# ---- text that wants to do harm ----

@test "control characters and broken UTF-8 of a file name: never raw, and valid JSON" {
	name=$(printf 'a\033[31mb\nc\rd\177e\302\233f\377g\303\274"\\')
	touch -- "$name"
	start_cause open "$name" 1
	start_run opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(wc -l <out)" = 2 ]
	# nothing but printable ASCII, newlines and the u with dots
	[ -z "$(sed 's/\xc3\xbc//g' out | LC_ALL=C tr -d '\n -~')" ]
	tail -1 out | grep -qF 'a\x1b[31mb\x0ac\x0dd\x7fe\xc2\x9bf\xffgü"\'
	start_cause open "$name" 1
	start_run --json opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(wc -l <out)" = 1 ]
	[ -z "$(sed 's/\xc3\xbc//g' out | LC_ALL=C tr -d '\n -~')" ]
	[ "$(jq -r .fname out | od -An -tx1 | tr -d ' \n')" = "$(printf 'a\033[31mb\nc\rd\177e\302\233f\357\277\275g\303\274"\\\n' | od -An -tx1 | tr -d ' \n')" ]
}

@test "control characters of a process name are not raw either" {
	cp "$EPM_TOOLS/cause" "$(printf 'x\033]0;y\007')"
	touch file
	rm -f go
	mkfifo go
	exec 7<>go
	"$(printf './x\033]0;y\007')" --wait open file 1 <go >cause.out 3>&- 7>&- &
	children+=("$!")
	wait_for has_lines 1 cause.out
	cause_pid=$(head -1 cause.out)
	start_run opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	grep -qF 'x\x1b]0;y\x07' out
	[ -z "$(LC_ALL=C tr -d '\n -~' <out)" ]
}

# ---- two at once ----

@test "two runs of the same package at once do not disturb each other" {
	touch file
	start_cause open file 50
	start_run --json opensnoop --tgid_target "$cause_pid"
	first_pid=$run_pid
	mv out first.out
	mv err first.err
	start_run --json opensnoop --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	run_pid=$first_pid
	end_run
	exits 0
	[ "$(wc -l <out)" = 50 ]
	[ "$(wc -l <first.out)" = 50 ]
}

# ---- flags ----

@test "flags: the defaults of the object arrive in the kernel" {
	caused 1 flags
	[ "$(jq -c 'del(.source, .time)' out)" = '{"u8":8,"s8":-8,"u16":16,"s16":-16,"u32":32,"s32":-32,"u64":64,"s64":-64,"is_on":true,"is_off":false,"mode":"MODE_SLOW","name":"default","ports":[80,443,0,0],"ratio":0.5,"counter":7,"total":0}' ]
}

@test "flags: the largest of each integer, hex, octal, binary" {
	caused 1 flags --flag_u8 255 --flag_s8 127 --flag_u16 0xffff --flag_s16 0x7fff \
		--flag_u32=4294967295 --flag_s32 2147483647 --flag_u64 18446744073709551615 \
		--flag_s64 9223372036854775807 --counter 0755 --total 0b101
	grep -qF '"u8":255,"s8":127,"u16":65535,"s16":32767,"u32":4294967295,"s32":2147483647,"u64":18446744073709551615,"s64":9223372036854775807,' out
	[ "$(value counter)" = 493 ]
	[ "$(value total)" = 5 ]
}

@test "flags: the smallest of each integer, dashes for underscores" {
	caused 1 flags --flag-u8 0 --flag-s8 -128 --flag-u16=0 --flag-s16=-32768 --flag-u32 0 \
		--flag-s32 -2147483648 --flag-u64 0 --flag-s64 -9223372036854775808 --counter 0o17
	grep -qF '"u8":0,"s8":-128,"u16":0,"s16":-32768,"u32":0,"s32":-2147483648,"u64":0,"s64":-9223372036854775808,' out
	[ "$(value counter)" = 15 ]
}

@test "flags: suffixes of size and time" {
	caused 1 flags --flag_u16 2k --flag_u32 3M --flag_s32 1G --flag_u64 250ms --flag_s64 -2s
	[ "$(jq -c '[.u16, .u32, .s32, .u64, .s64]' out)" = '[2048,3145728,1073741824,250000000,-2000000000]' ]
	caused 1 flags --flag_u64 3us --flag_s64 5m --flag_u32 8K
	[ "$(jq -c '[.u64, .s64, .u32]' out)" = '[3000,300000000000,8192]' ]
}

@test "flags: bool, enum by name and number, text, array, float" {
	caused 1 flags --no-is_on --is_off --mode MODE_FAST --name 1234567 --ports 1,0x2,3,4 --ratio -1.25
	[ "$(jq -c '[.is_on, .is_off, .mode, .name, .ports, .ratio]' out)" = '[false,true,"MODE_FAST","1234567",[1,2,3,4],-1.25]' ]
	caused 1 flags --is-on=no --is_off=true --mode 5 --name= --ports 9
	[ "$(jq -c '[.is_on, .is_off, .mode, .name, .ports]' out)" = '[false,true,"MODE_SLOW","",[9,0,0,0]]' ]
}

# refused LINE FLAG…: usage, with this line
refused() {
	local line=$1
	shift
	epm run flags "$@"
	exits 2
	says "$line"
}

@test "flags: what does not fit is refused before anything is loaded" {
	refused 'epm: --flag_u8: 256 is out of range (0 to 255)' --flag_u8 256
	refused 'epm: --flag_u8: -1 is out of range (0 to 255)' --flag_u8 -1
	refused 'epm: --flag_s8: -129 is out of range (-128 to 127)' --flag_s8 -129
	refused 'epm: --flag_s8: 128 is out of range (-128 to 127)' --flag_s8 128
	refused 'epm: --flag_u16: 64k is out of range (0 to 65535)' --flag_u16 64k
	refused 'epm: --flag_s32: 2147483648 is out of range (-2147483648 to 2147483647)' --flag_s32 2147483648
	refused 'epm: --flag_s64: 9223372036854775808 is out of range (-9223372036854775808 to 9223372036854775807)' --flag_s64 9223372036854775808
	refused "epm: --flag_u64: '18446744073709551616' is not a whole number" --flag_u64 18446744073709551616
	refused "epm: --flag_u32: '12monkeys' is not a whole number" --flag_u32 12monkeys
	refused "epm: --flag_u32: '' is not a whole number" --flag_u32 ''
	refused "epm: --is_on: 'maybe' is not true or false" --is_on=maybe
	refused "epm: --mode: 'MODE_WARP' is not one of the names" --mode MODE_WARP
	refused 'epm: --name: text of 8 bytes is longer than the 7 there is room for' --name 12345678
	refused 'epm: --ports: more than 4 values' --ports 1,2,3,4,5
	refused "epm: --ratio: 'half' is not a number" --ratio half
	refused 'epm: --flag_u8 needs a value (__u8)' --flag_u8
	refused "epm: unexpected argument 'more': a package takes flags only" more
}

@test "flags: an unknown one names the nearest" {
	refused "epm: this package has no flag '--flag_u9'" --flag_u9 1
	says 'epm: hint: did you mean --flag_u8?'
	refused "epm: this package has no flag '--json'" --json
	epm run --jsn flags
	exits 2
	says 'epm: hint: did you mean --json?'
}

# ---- records ----

@test "decode: every kind of member as JSON" {
	caused 1 kinds
	# enum64 came with clang 15; before it the names do not fit into BTF
	large=1311768467294899695
	[ "$(clang -dumpversion | cut -d. -f1)" -lt 15 ] || large='"LARGE"'
	sed -E 's/^\{"source":"events","time":"[^"]*",//; s/,/,\n/g' out >fields
	sed -E 's/,/,\n/g' >expected <<-END
	"u8":255,"s8":-128,"u16":65535,"s16":-32768,"u32":4294967295,"s32":-2147483648,"u64":18446744073709551615,"s64":-9223372036854775808,"u128":"18446744073709551616","s128":"-1","low":5,"mid":-17,"high":8388607,"wide":1099511627775,"yes":true,"no":false,"known":"BLUE","unknown":77,"large":$large,"point":{"x":-1,"y":2},"hidden_a":3,"hidden_b":4,"both":{"word":67305985,"bytes":[1,2,3,4]},"pointer":"0xffff888000001000","full":"full","text":"a\\"b\\\\c","numbers":[1,0,3],"line":[{"x":0,"y":0},{"x":9,"y":0}],"grid":[[0,1],[2,0]],"half":0.5,"quarter":0.25}
	END
	is_text fields <expected
	jq -e . out >/dev/null
}

@test "decode: every kind of member as a table" {
	start_cause kill 0 self 1
	start_run kinds --caller "$cause_pid"
	go
	end_run
	exits 0
	large=1311768467294899695
	[ "$(clang -dumpversion | cut -d. -f1)" -lt 15 ] || large=LARGE
	[ "$(head -1 out | tr -s ' ')" = ' U8 S8 U16 S16 U32 S32 U64 S64 U128 S128 LOW MID HIGH WIDE YES NO KNOWN UNKNOWN LARGE POINT.X POINT.Y HIDDEN_A HIDDEN_B BOTH.WORD BOTH.BYTES POINTER FULL TEXT NUMBERS LINE GRID HALF QUARTER' ]
	[ "$(tail -1 out | tr -s ' ')" = ' 255 -128 65535 -32768 4294967295 -2147483648 18446744073709551615 -9223372036854775808 18446744073709551616 -1 5 -17 8388607 1099511627775 true false BLUE 77 '$large' -1 2 3 4 67305985 [1,2,3,4] 0xffff888000001000 full a"b\c [1,0,3] [{"x":0,"y":0},{"x":9,"y":0}] [[0,1],[2,0]] 0.5 0.25' ]
}

@test "many buffers at once, each with its own type" {
	caused 2 many
	[ "$(jq -c 'del(.time)' out | sort)" = '{"source":"counts","key":5,"value":2}
{"source":"perf_a","three":-3}
{"source":"perf_a","three":-3}
{"source":"perf_b","four":true}
{"source":"perf_b","four":true}
{"source":"ring_a","one":1}
{"source":"ring_a","one":1}
{"source":"ring_b","two":"two"}
{"source":"ring_b","two":"two"}' ]
	start_cause kill 0 self 1
	start_run many --caller "$cause_pid"
	go
	end_run
	exits 0
	grep -qxE 'ring_a +1' out
	grep -qxE 'ring_b +two *' out
	grep -qxE 'perf_a +-3' out
	grep -qxE 'perf_b +true *' out
	grep -qxE 'TIME [0-9:]{8} counts' out
	grep -qxE ' +5 +1' out
}

# ---- configurations ----

# edited FILTER: edit's configuration through jq, as the file edited.json, used by the next caused.
edited() {
	[ -e edit.skel.json ] || "$EPM" build -o . "$EPM_SRC/tests/data/objects/edit.bpf.c" >/dev/null
	jq "$1" edit.skel.json >edited.json
	run_options=(--config edited.json)
}

@test "configuration: columns are reordered, left out, hidden and renamed" {
	edited '.export_types[0].members |= [.[3], .[0]]'
	caused 1 edit
	[ "$(jq -c 'del(.source, .time)' out | head -1)" = '{"comm":"cause","where":1}' ]
	edited '.export_types[0].members[1].hidden = true'
	caused 1 edit
	[ "$(jq -c 'del(.source, .time)' out | head -1)" = '{"where":1,"looked_up":0,"comm":"cause"}' ]
	start_cause kill 0 self 1
	edited '.export_types[0].members |= [.[3] + {column: "WHO"}, .[1]]'
	start_run --config edited.json edit --caller "$cause_pid"
	go
	end_run
	[ "$(head -1 out | tr -s ' ')" = 'WHO VARIABLE' ]
}

@test "configuration: a program moves to another tracepoint, another is not attached" {
	edited '.bpf_skel.progs |= map(if .name == "on_kill" then .attach = "tp/syscalls/sys_exit_kill" else .link = false end)'
	caused 1 edit
	[ "$(jq -c .where out)" = 1 ]
	grep -qx 'epm: edit: programs attached: 1' err
	edited '.bpf_skel.progs |= map(if .name == "on_kill" then .attach = "tp/syscalls/sys_enter_tgkill" else . end)'
	caused 1 edit
	[ "$(jq -c .where out)" = 2 ]
}

@test "configuration: the value of a variable; a flag still wins" {
	edited '(.bpf_skel.data_sections[].variables[] | select(.name == "variable")).value = 99'
	caused 1 edit
	[ "$(jq -c .variable out | sort -u)" = 99 ]
	caused 1 edit --variable 7
	[ "$(jq -c .variable out | sort -u)" = 7 ]
}

@test "configuration: the content of a map, and its size" {
	edited '(.bpf_skel.maps[] | select(.name == "table")) += {data: [{key: 42, value: 123456789012}], max_entries: 77}'
	start_cause kill 0 self 1
	start_run --json --config edited.json edit --caller "$cause_pid"
	size=$(for id in "${kernel_ids[@]}"; do
		[[ $id != map* ]] || bpftool -j map show id "${id#map }"
	done | jq -s '.[] | select(.name == "table") | .max_entries')
	go
	end_run
	exits 0
	[ "$size" = 77 ]
	[ "$(jq -c .looked_up out | sort -u)" = 123456789012 ]
}

@test "configuration: unknown keys are warned of and ignored, what does not fit is refused" {
	edited '.bpf_skel.progs[0].colour = "red"'
	caused 1 edit
	grep -q 'epm: warning: edited.json: keys that are not known are ignored: .*progs\[0\]\.colour$' err
	edited '(.bpf_skel.data_sections[].variables[] | select(.name == "variable")).value = "many"'
	epm run "${run_options[@]}" edit
	exits 6
	says "epm: edit: configuration: variable variable: 'many' is not a whole number"
	edited '.export_types[0].members[0].name = "elsewhere"'
	epm run "${run_options[@]}" edit
	exits 6
	grep -q "struct record has no member 'elsewhere'" <<<"$output"
	edited '.bpf_skel.progs[0].attach = 5'
	epm run "${run_options[@]}" edit
	exits 6
	grep -qF 'bpf_skel.progs[0].attach' <<<"$output"
}

# ---- what can be run ----

# shows_opens WHAT: opensnoop from there shows an open
shows_opens() {
	touch file
	start_cause open file 1
	start_run --json "$@" --tgid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(jq -c 'del(.time)' out)" = '{"source":"events","pid":'"$cause_pid"',"uid":0,"comm":"cause","fd":3,"err":0,"fname":"file"}' ]
}

@test "package.json, package.yaml, a bare object, an object with its configuration, standard input" {
	"$EPM" build -o package.json -o package.yaml -o . "$EPM_SRC/examples/opensnoop" >/dev/null
	shows_opens ./package.json
	shows_opens package.yaml
	shows_opens ./opensnoop.bpf.o
	grep -q 'failed' <("$EPM" run opensnoop.bpf.o --help)
	mkdir bare
	cp opensnoop.bpf.o bare/
	shows_opens bare/opensnoop.bpf.o
	not grep -q -- '--failed' <("$EPM" run ./bare/opensnoop.bpf.o --help)
	start_cause open file 1
	start_run --json - --tgid_target "$cause_pid" <package.json
	go
	end_run
	exits 0
	[ "$(jq -r .fname out)" = file ]
	start_cause open file 1
	start_run --json - --tgid_target "$cause_pid" <opensnoop.bpf.o
	go
	end_run
	exits 0
	[ "$(jq -r .fname out)" = file ]
}

@test "by name, by name and tag, by digest" {
	digest=$("$EPM" ls --json | jq -r '[.. | objects | select(.tag? == "1.0.0") | .digest][0] // empty')
	shows_opens opensnoop
	shows_opens opensnoop:1.0.0
	[ -z "$digest" ] || epm run "opensnoop@$digest" --help
	exits 0
	epm run opensnoop:9.9
	exits 3
}

# As ecc writes it (EUNOMIA's bootstrap.json): a dummy variable, names of sections as maps, the
# structure by its first export type.
@test "a package of eunomia's own" {
	"$EPM" build -o . "$EPM_SRC/examples/exitsnoop" >/dev/null
	python3 - "$EPM_SRC/tests/data/eunomia/exitsnoop.meta.json" exitsnoop.bpf.o >package.json <<-'END'
	import base64, json, sys, zlib
	meta = json.load(open(sys.argv[1]))
	elf = open(sys.argv[2], "rb").read()
	print(json.dumps({"bpf_object": base64.b64encode(zlib.compress(elf)).decode(),
	                  "bpf_object_size": len(elf), "meta": meta}))
	END
	start_cause exit 4
	start_run --allow-unsigned --json package.json --pid_target "$cause_pid"
	go
	end_run
	exits 0
	[ "$(jq -c 'del(.time)' out)" = '{"source":"events","pid":'"$cause_pid"',"exit_code":4,"comm":"cause"}' ]
}
