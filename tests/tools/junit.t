#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The results for CI systems are well-formed XML with every check of every test in it, each failure with its diagnostics,
# and with each test that did not get to its end.
. "$(dirname "$0")/../tap.sh"

mkdir logs
# test_log STATUS NAME <LINES: a test with that exit status has printed these lines.
test_log() {
	cat >"logs/${2//[\/ ]/-}.log"
	printf '%d\t1.500\t%s\n' "$1" "$2" >>logs/finished
}
# xpath EXPRESSION: of the results.
xpath() { xmllint --xpath "$1" results.xml 2>&1; }

test_log 0 tests/unit/test_good.c <<'EOT'
TAP version 13
1..2
ok 1 - it works
ok 2 - it still does # SKIP no time
EOT
test_log 1 'tests/vm/cases/bad.t CPUS=3' <<'EOT'
ok 1 - playing: the card is there
not ok 2 - playing: a < b & "c"
#      got: <nothing>
# expected: ]]> & more
# measured: 5 us
ok 3 - playing: the job ends well
not ok 4 - playing: no leak
# held: claims 1
1..4
exit status 1
EOT
printf 'not ok 1 - bytes\n# \001\033[1m and \377\376\n1..1\nexit status 1\n' | test_log 1 tests/tools/bytes.t
test_log 139 tests/unit/test_crashed.c <<'EOT'
1..3
ok 1 - the first
==1==ERROR: AddressSanitizer: heap-use-after-free
exit status 139
EOT
test_log 0 tests/tools/short.t <<'EOT'
ok 1 - one of two
1..2
EOT
echo 'ok 1 - begun' >logs/tests-tools-killed.t.log
tests=(tests/unit/test_good.c 'tests/vm/cases/bad.t CPUS=3' tests/tools/bytes.t tests/unit/test_crashed.c tests/tools/short.t
	tests/tools/killed.t tests/tools/never.t)
succeeds 'it makes a file' bash -c '"$@" >results.xml' bash "$TOP/scripts/lib/tap-to-junit" logs "${tests[@]}"
succeeds 'which is well-formed' xmllint --noout results.xml
is "$(xpath 'count(//testsuite)')" ${#tests[@]} 'a suite for each test'
is "$(xpath 'concat(/testsuites/@tests, " ", /testsuites/@failures, " ", /testsuites/@errors, " ", /testsuites/@skipped, " ", /testsuites/@time)')" \
	'14 3 4 1 7.500' 'the totals'
is "$(xpath 'concat(count(//testcase), " ", count(//failure), " ", count(//error), " ", count(//skipped))')" '14 3 4 1' 'as many elements'
is "$(xpath 'concat(sum(//testsuite/@tests), " ", sum(//testsuite/@failures), " ", sum(//testsuite/@errors))')" '14 3 4' "the suites' totals"
is "$(xpath 'concat(//testcase[failure][1]/@classname, ": ", //testcase[failure][1]/@name)')" 'tests.vm.cases.bad CPUS=3: playing: a < b & "c"' 'a failure has its name'
is "$(xpath 'string(//failure[1])')" '#      got: <nothing>
# expected: ]]> & more
# measured: 5 us' 'and its diagnostics'
is "$(xpath 'string(//testcase[@name="playing: no leak"]/failure)')" '# held: claims 1
exit status 1' 'each has its own' || diag "$(cat results.xml)"
is "$(xpath 'string(//skipped/@message)')" 'no time' 'a skipped check has its reason'
is "$(xpath 'string(//testsuite[@name="tests/unit/test_crashed.c"]//error/@message)')" 'exit status 139' 'a crash is an error'
is "$(xpath 'contains(//testsuite[@name="tests/unit/test_crashed.c"]//error, "heap-use-after-free")')" true 'with the last words'
is "$(xpath 'string(//testsuite[@name="tests/tools/short.t"]//error/@message)')" 'the test has a plan of 2 checks and made 1' 'so is a plan that was not kept'
for name in killed never; do
	is "$(xpath "string(//testsuite[@name='tests/tools/$name.t']//error/@message)")" 'the test has not ended' "so is a test that has not ended: $name"
done

is "$(xpath 'count(//properties)')" 0 'no property is made up'
"$TOP/scripts/lib/tap-to-junit" --property=SEED=7 '--property=QEMU=7.2 <a & b>' logs "${tests[@]}" >results.xml
is "$(xpath 'concat(count(//testsuite/properties), " ", //testsuite[1]//property[@name="SEED"]/@value, " ", //testsuite[last()]//property[@name="QEMU"]/@value)')" \
	"${#tests[@]} 7 7.2 <a & b>" 'each suite has the properties that are given'
succeeds 'and is well-formed with them' xmllint --noout results.xml
succeeds 'properties come first, as JUnit XML has it' test "$(xpath 'count(//properties[preceding-sibling::*])')" = 0

# The logs that CI systems keep after a failure.
mkdir -p left/logs left/tests/{logs,play/dsp,play/dsp-job,overlay/tree/sound}
for file in logs/kernel.log tests/logs/play.log tests/play/dsp/{result,console.log,kernel.log,captured.wav,initramfs} tests/play/dsp-job/run \
	tests/overlay/tree/sound/core.c; do
	echo text >"left/$file"
done
truncate -s 1025K left/tests/play/dsp/long.wav
succeeds 'logs are packed' "$TOP/scripts/lib/pack-logs" left left.tar.gz
is "$(tar -tf left.tar.gz | LC_ALL=C sort | xargs)" \
	"logs/kernel.log tests/logs/play.log tests/play/dsp/captured.wav tests/play/dsp/console.log tests/play/dsp/kernel.log tests/play/dsp/result" \
	'all of them, and no source tree, image or long sound'
mkdir -p early/logs
echo 'no such file' >early/logs/kernel.log
succeeds 'those of a build that has failed, too' "$TOP/scripts/lib/pack-logs" early early.tar.gz
is "$(tar -tf early.tar.gz)" logs/kernel.log 'where no test has run'

# tests/run, which leaves those logs.
mkdir run
printf '#!/bin/sh\necho "not ok 1 - it fails"\necho 1..1\nexit 3\n' >failing.t
chmod +x failing.t
TEST_LOGS=$TEST_DIR/run "$TOP/tests/run" 'failing.t CPUS=2' >/dev/null
is $? 3 'tests/run ends as its test'
"$TOP/scripts/lib/tap-to-junit" run 'failing.t CPUS=2' >results.xml
is "$(xpath 'concat(//testsuite/@name, ": ", //testcase/@name, ", ", string(//failure))')" 'failing.t CPUS=2: it fails, exit status 3' \
	'and its logs are those that are read'
is "$(xpath '//testsuite/@time > 0 and //testsuite/@time < 60')" true 'with the time that it took'

# The verdict of prove on the same logs. It counts the checks that it has read, and no errors.
mkdir programs
for name in 'tests-unit-test_good.c 0' 'tests-vm-cases-bad.t-CPUS=3 1' 'tests-tools-bytes.t 1'; do
	printf '#!/bin/sh\ncat "%s/logs/%s.log"\nexit %s\n' "$TEST_DIR" "${name% *}" "${name#* }" >"programs/${name% *}.t"
done
output=$(prove --norc --exec sh programs/*.t 2>&1)
"$TOP/scripts/lib/tap-to-junit" logs "${tests[@]:0:3}" >results.xml
is "$(xpath 'concat("Files=", count(//testsuite), ", Tests=", /testsuites/@tests)')" "$(grep -oE '^Files=[0-9]+, Tests=[0-9]+' <<<"$output")" \
	'the counts are those of prove'
is "$(xpath 'string(/testsuites/@failures)')" "$(sed -n 's/.*Failed \([0-9]*\)\/[0-9]* subtests.*/\1/p' <<<"$output" | awk '{ sum += $1 } END { print sum }')" \
	'and so are the failures'

done_testing
