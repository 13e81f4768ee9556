#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A step of the build that fails shows what was wrong, file and line first, and where the whole log is.
. "$(dirname "$0")/../tap.sh"

# step_of LOG COMMAND...: runs a step in a script of its own, with a cache of its own. Sets `status`, `begin`, the line that
# says that it begins, and `output`, the others.
step_of() {
	local log=$1
	shift
	output=$(XDG_CACHE_HOME=$TEST_DIR/cache bash -c ". '$TOP/scripts/lib/common.sh'; report_s=${every_s:-30}; step 'A step' $log 0 \"\$@\"
		echo unreached" step.t "$@" 2>&1)
	status=$?
	begin=$(head -n 1 <<<"$output")
	output=$(tail -n +2 <<<"$output")
}

# shows TEXT NAME, hides TEXT NAME
shows() {
	if [[ $output == *"$1"* ]]; then pass "$2"; else fail "$2" "$output"; fi
}

hides() {
	if [[ $output != *"$1"* ]]; then pass "$2"; else fail "$2" "$output"; fi
}

# A build as the kernel's: many files at once, all that can be built is, and make repeats at the end that it failed.
mkdir -p sub
for i in $(seq 40); do
	echo "int f$i(void) { return $i; }" >"sub/file$i.c"
done
printf 'int f3(void)\n{\n\treturn nowhere;\n}\n' >sub/file3.c
cat >sub/Makefile <<'END'
all: $(patsubst %.c,%.o,$(wildcard *.c))
%.o: %.c
	@echo '  CC      sub/$@'
	@gcc -c -o $@ $<
END
cat >Makefile <<'END'
all:
	$(MAKE) -C sub all
END

step_of build.log make -k -j4
is "$status" 1 'a step that fails ends the script'
hides unreached 'nothing after it is done'
is "$(head -n 1 <<<"$output")" 'FAILED: A step (exit status 2):' 'the first line names the step'
if grep -m 2 . <<<"$output" | tail -n 1 | grep -q 'file3.c: In function' ||
	sed -n 2p <<<"$output" | grep -q '^    file3.c:3:16: error: .nowhere. undeclared'; then
	pass "the second is the compiler's first error, with file and line"
else
	fail "the second is the compiler's first error, with file and line" "$output"
fi
shows 'return nowhere;' 'and the line of the source'
hides 'make[' 'make, which knows no more than that it failed, is left to the log'
log=$(sed -n 's/^The whole log: //p' <<<"$output")
is "$(grep -c 'CC      sub/file' "$log")" 40 'the log that is named has all of it'

printf 'int main(void) { return nowhere(); }\n' >link.c
step_of link.log gcc -Wno-implicit-function-declaration -o link link.c
shows "undefined reference to \`nowhere'" "a linker's error is shown"

step_of kernel.log printf '%s\n' '  CC      a.o' 'drivers/usb/a.c:7:1: error: expected expression' '    7 | }' '      | ^' \
	'make[3]: *** [scripts/Makefile.build:229: a.o] Error 1'
is "$status" 0 'only the exit status says that a step failed'
is "$(wc -l <<<"$output")" 2 'a step that succeeds is one line'
shows 'A step ' 'that names it'

step_of plain.log bash -c 'seq 100; echo "the disk is upside down"; exit 3'
is "$(head -n 1 <<<"$output")" 'FAILED: A step (exit status 3):' 'a step that nobody complains of fails with its exit status'
shows 'the disk is upside down' 'and shows the end of its log'

step_of missing.log /nonexistent/program
is "$status" 1 'a program that is not there'
shows '/nonexistent/program' 'is named'

# Where there is no terminal, a line says what begins, about how long that takes, and where the log is; and one each half
# minute, here each second, how far it is.
is "$(sed 's/(.*\//(/' <<<"$begin")" '  A step                                 begins (missing.log)' 'it is said what begins and where its log is'
every_s=1 step_of slow.log sh -c 'seq 5; sleep 3'
shows ' s, 5 lines of log' 'a step that takes long says how far it is'
step_of quick.log true
is "$(sed 's/ (.*//; s/[0-9]/N/' <<<"$begin")" '  A step                                 begins, about N s' 'and how long it took is known the next time'
is "$(grep -c 'lines of log' <<<"$output")" 0 'a quick one says nothing in between'
while IFS=$'\t' read -r text seconds; do
	[[ $text != '#'* ]] || continue
	grep -rqF -e "'${text%%[,(]*}" -e "\"${text%%[,(]*}" "$TOP/scripts" || fail "scripts/lib/step-seconds: there is a step \"$text\""
	[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "scripts/lib/step-seconds: \"$text\" has a time in seconds" "$seconds"
done <"$TOP/scripts/lib/step-seconds"

# A build that is killed: a script that runs a script that runs a step that is a function that runs make.
cat >Makefile.slow <<'END'
all: one two
one two:
	@echo '  CC      $@'; sleep 1000.$(MARK)
END
cat >inner <<END
#!/usr/bin/env bash
. '$TOP/scripts/lib/common.sh'
slow_build() { make -f Makefile.slow MARK=\$1 -j2; }
step 'A slow step' slow.log 0 slow_build "\$1"
END
cat >outer <<END
#!/usr/bin/env bash
. '$TOP/scripts/lib/common.sh'
nested ./inner "\$1"
END
chmod +x inner outer
# How many of the two compilers of a build are at work. The number in their arguments is that of this test's process.
# shellcheck disable=SC2317 # called by succeeds
compilers() { grep -lax "sleep.1000.$$.*" /proc/[0-9]*/cmdline 2>/dev/null | wc -l; }
# becomes N: waits until so many are, for at most a minute.
# shellcheck disable=SC2317
becomes() {
	for _ in $(seq 600); do
		[ "$(compilers)" != "$1" ] || return 0
		sleep 0.1
	done
	return 1
}
for victim in inner outer; do
	XDG_CACHE_HOME=$TEST_DIR/cache ./$victim $$ >/dev/null 2>&1 &
	pid=$!
	succeeds "$victim: its compilers are at work" becomes 2
	kill $pid
	wait $pid
	succeeds "$victim: when it is killed, so are they" becomes 0
done

done_testing
