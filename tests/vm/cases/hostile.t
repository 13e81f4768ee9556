#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A DSP that is not to be trusted, against the service, QRTR and rpmsg: its messages, how often they come, in whose name, and
# when it can fall silent. Nothing may be held afterwards, memory and log stay within bounds, and an
# honest client gets an answer. qrtr-hostile plays it; for the firmware itself see reach.t.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise after.wav 1 2 16 48007
vm_file after.wav

vm 'fuzz' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/hostile-job.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
check 'an honest client is served' honest_client_is_served
lines=$(log_lines)
log_since=$(uptime_s)
before=$(used_kb)
for seed in 1 2 3; do
	total=$(($(counter requests) + $(counter bad_length) + $(counter bad_tlv) + $(counter bad_message)))
	answers=$(counter responses)
	check "3000 mutated requests, seed $seed" hostile fuzz $seed 3000
	check "seed $seed: nothing is held once it has gone" wait_for 3 nothing_held
	total=$(($(counter requests) + $(counter bad_length) + $(counter bad_tlv) + $(counter bad_message) - total))
	answers=$(($(counter responses) - answers))
	result "fuzz_$seed" "sent 3000, taken $total, answered $answers, of which $(last_value answered) arrived"
	# Empty packets are not sent at all.
	check "seed $seed: each is counted once" eval '[ $total -ge 2950 ] && [ $total -le 3000 ]'
	check "seed $seed: each request is answered once" test $answers -gt 500
done
for seed in 4 5 6; do
	check "2000 mutated QRTR packets, seed $seed" hostile packets $seed 2000
	result "packets_$seed" "sent 2000, refused $(last_value refused)"
	check "seed $seed: an honest client is served" honest_client_is_served
done
result fuzz_log_lines $(($(log_lines) - lines))
check 'the log stays short' is_at_most $(($(log_lines) - lines)) "$(log_limit 60)"
result fuzz_kb $(($(used_kb) - before))
check 'memory stays bounded' is_at_most $(($(used_kb) - before)) $memory_limit_kb
check 'the volume can be set' set_unity_volume "$(usb_card)"
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav 'fuzz: what Linux played afterwards is captured bit for bit'
for key in fuzz_1 fuzz_2 fuzz_3 packets_4 packets_5 packets_6 fuzz_log_lines fuzz_kb; do
	diag "$key: $(value $key)"
done

vm 'floods' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/hostile-job.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
check 'an honest client is served' honest_client_is_served
before=$(used_kb)
lines=$(log_lines)
log_since=$(uptime_s)
check '20000 requests at once' hostile flood 20000
result flood "$(tail -n 1 /tmp/hostile.log)"
result flood_kb $(($(used_kb) - before))
check 'some did not fit' test "$(last_value refused)" -gt 1000
check 'an honest client is served' honest_client_is_served

before=$(used_kb)
check 'requests from 3000 ports' hostile ports 3000
result ports "$(tail -n 1 /tmp/hostile.log)"
result ports_kb $(($(used_kb) - before))
check 'all are answered' test "$(last_value answered)" = 3000
check 'requests from 3000 nodes' hostile nodes 3000
result nodes "$(tail -n 1 /tmp/hostile.log)"
check 'only so many nodes can be behind one transport' test "$(last_value refused)" -ge 2740
check 'announcements of 3000 servers on 3000 nodes' hostile servers 1500
check 'an honest client is served' honest_client_is_served
result floods_kb $(($(used_kb) - before))
check 'memory stays bounded' is_at_most $(($(used_kb) - before)) $memory_limit_kb
result floods_log_lines $(($(log_lines) - lines))
check 'the log stays short' is_at_most $(($(log_lines) - lines)) "$(log_limit 60)"

# QRTR sends a client ten packets, and then waits for it to acknowledge.
deaf_start=$(uptime_ms)
check 'a client that acknowledges nothing' hostile deaf flood 60 hear disable expect status=2
result deaf "$(head -n 1 /tmp/hostile.log)"
check 'is not waited for longer than once' is_at_most $(($(uptime_ms) - deaf_start)) $((2000 * slowness))
check 'an honest client is served' honest_client_is_served
unsent=$(counter unsent)
check 'a stream whose start cannot be answered' hostile deaf flood 12 enable expect no-response
check 'is stopped again' wait_for 3 nothing_held
check 'and counted' test "$(counter unsent)" -gt "$unsent"
check 'an honest client is served' honest_client_is_served

qrtr-hostile deaf for-ever >/dev/null 2>&1 &
flooder=$!
sleep 1
unbind_start=$(uptime_ms)
check 'a service is unregistered under a flood' unbind_fake_dsp
result unregister_ms $(($(uptime_ms) - unbind_start))
check 'in bounded time' is_at_most $(($(uptime_ms) - unbind_start)) $((2000 * slowness))
kill $flooder
wait
check 'registered again' fake_dsp_gets_card
check 'an honest client is served' honest_client_is_served

qrtr-hostile deaf for-ever >/dev/null 2>&1 &
flooder=$!
sleep 1
down_start=$(uptime_ms)
echo 1 >$fake/down
result down_ms $(($(uptime_ms) - down_start))
check 'a DSP goes down under a flood in bounded time' is_at_most $(($(uptime_ms) - down_start)) $((2000 * slowness))
kill $flooder
wait
# There is no room for its request before the rest of the flood has been served.
check 'an honest client is served' wait_for 5 honest_client_is_served

# The disconnect waits 200 ms for a client, and so does the indication.
qrtr-hostile enable deaf flood 12 for-ever >/tmp/hostile.log 2>&1 &
flooder=$!
check 'a stream of a client that acknowledges nothing runs' wait_for 5 grep -q running $service/state
sleep 1
check 'and goes on under its flood' grep -q running $service/state
unplug_start=$(uptime_ms)
echo 0 >/sys/bus/usb/devices/1-1/authorized
unplug_ms=$(($(uptime_ms) - unplug_start))
result unplug_ms $unplug_ms
result deaf_log_lines $(($(log_lines) - lines))
check 'the log stays short' is_at_most $(($(log_lines) - lines)) "$(log_limit 60)"
check 'unplugging under a flood is bounded' is_at_most $unplug_ms $unplug_limit_ms
check 'and nothing is held' nothing_held
kill $flooder
wait
echo 1 >/sys/bus/usb/devices/1-1/authorized
check 'it is plugged in again' eval 'wait_for 5 usb_card && wait_for 5 grep -q "^card" $service/state'
check 'an honest client is served' honest_client_is_served
JOB
for key in flood flood_kb ports ports_kb nodes floods_kb floods_log_lines deaf_log_lines deaf unregister_ms down_ms unplug_ms; do
	diag "$key: $(value $key)"
done

# Two transports: node 5 is the DSP, node 7 somebody else, who says that it is node 5.
vm 'who speaks for whom' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/hostile-job.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
mkfifo /tmp/to_peer
qrtr-peer enable - </tmp/to_peer >/tmp/dsp.log 2>&1 &
exec 4>/tmp/to_peer
check 'the DSP streams' wait_for 5 grep -q running $service/state
check 'another node in its name' hostile --node 7 spoof 5
check 'is not heard' test "$(last_value refused)" = 3
check 'another node in our name' hostile --node 7 spoof 1
check 'is not heard, either' test "$(last_value refused)" = 3
check 'another node withdraws our service' hostile --node 7 withdraw
check 'which it cannot' test "$(last_value refused)" = "$(last_value sent)"
check 'another node that asks is refused' hostile --node 7 enable expect 'status=1 internal=-13'
check 'another transport cannot be node 5' eval '! qrtr-hostile --node 5 enable'
check 'the stream goes on' grep -q running $service/state
check 'the service is still there' eval 'echo hello >&4; wait_for 3 eval "[ \$(grep -c ^service /tmp/dsp.log) = 2 ]"'
exec 4>&-
wait
check 'the DSP has gone: nothing is held' wait_for 2 nothing_held
check 'somebody else can be node 5 now' honest_client_is_served
# Cards that are not behind this DSP's controllers, tokens of nobody.
for token in 0x00010000 0x00020000 0xffff0000 0x0000ff00 0x00000100 0x000000ff 0xffffffff 0x001f0001; do
	check "token $token" eval 'qrtr-peer enable token=$token | grep -qE "status=2 internal=-(19|6) " && nothing_held'
done
JOB

done_testing
