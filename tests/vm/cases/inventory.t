#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# While the DSP plays, offloadctl and debugfs show every object by name, and all of the DSP's address space is accounted
# for; afterwards all are back at zero, and the log has an end for each beginning. The leak check that ends
# every test finds a stream that runs.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 $((slowness * slowness * 48011))
vm_file sound.wav

vm 'inventory' <<'JOB'
. ./lib/leak-check.sh
debug=/sys/kernel/debug
# report_status NAME: offloadctl's report as JSON goes to the host in one line.
report_status() { result "$1" "$(offloadctl status --json | tr -d '\n')"; }
mmu() { result "$1" "$(cat $debug/vsoc-mmu/mapped_bytes) $(mapped_by_name)"; }

check 'the sound cards are ready' sound_is_ready
check 'there is no leak before' test -z "$(find_leaks)"
report_status idle
mmu mmu_idle
aplay -q -D "plughw:$(dsp_card),0" sound.wav &
player=$!
check 'it plays' wait_for 5 pcm_runs "$(dsp_card)"
usleep 200000
report_status playing
mmu mmu_playing
offloadctl status >/tmp/status
offloadctl status --brief >/tmp/brief
find_leaks >/tmp/leaks
check 'it plays still' pcm_runs "$(dsp_card)"
result brief "$(tr '\n' '|' </tmp/brief)"
for name in event_ring data_ring xfer_buffer positions doorbells0 runtime0 buffer0; do
	check "the status has $name" grep -q "mapping name $name" /tmp/status
done
for what in 'resources: claims 1' 'resources: usages 1' 'resources: configured 1' 'resources: interrupters 1' 'resources: endpoints 1' \
	'resources: buffers 1' 'resources: mappings 3' 'state: interrupter 1' 'state: stream pcm 0 playback running' \
	'state: mapping data_ring' 'usage: 1-1 users 1 ' 'usage: usb1 users 0 users_below 1 ' 'offloaded: 1-1 slot 1 interrupter 1 endpoint 0x01' \
	'mapped: buffer0' 'log: created and not destroyed: usb_audio_offload card[0-9]*: stream pcm 0 playback (1)' \
	'log: .*: endpoint 0x01 (1)' 'log: .*: interrupter 1 (1)' 'log: .*: mapping iova' 'log: .*: buffer dma'; do
	check "the leak check finds: $what" grep -q "^$what" /tmp/leaks
done
wait $player
status=$?
check 'it plays to the end' test $status = 0
sleep 1
check 'there is no leak' eval 'leaks=$(find_leaks); echo "$leaks"; [ -z "$leaks" ]'
report_status after
mmu mmu_after
JOB
captured_is sound.wav 'inventory: captured bit for bit'

# json REPORT JQ-EXPRESSION
json() {
	value "$1" | jq -c "$2" 2>&1
}
for report in idle playing after; do
	is "$(json $report 'keys | contains(["dsps", "usb_devices", "xhcs", "mappers", "mmus"])')" true "$report: the JSON is valid and whole"
done
is "$(json playing '[.dsps[].cards[].streams[] | [.pcm, .direction, .state, .format, .channels, .rate_hz, .interval_us]]')" \
	'[[0,"playback","running","S16_LE",2,48000,1000]]' 'playing: the stream'
is "$(json playing '[.dsps[].cards[].streams[].mappings[].name, .dsps[].cards[].interrupter.mappings[].name]')" \
	'["data_ring","xfer_buffer","event_ring"]' 'playing: its mappings'
is "$(json playing '.dsps[0].resources | [.claims, .usages, .configured, .interrupters, .endpoints, .buffers, .mappings]')" \
	'[1,1,1,1,1,1,3]' 'playing: what is held'
is "$(json playing '[.usb_devices[] | select(.users > 0) | .device]')" '["1-1"]' 'playing: the device in use'
is "$(json playing '[.xhcs[].sidebands[] | [.device, .interrupter, .endpoints[].address]]')" '[["1-1",1,"0x01"]]' 'playing: what the xHC has offloaded'
is "$(json playing '.dsps[0].controllers')" '[{"number":0,"device":"0000:00:02.0","state":"attached"}]' 'playing: the controller'
[[ $(value brief) == 'card '*' pcm 0 playback: running, S16_LE, 2 channels, 48000 Hz, DSP audio, client '*'|1 DSP, 1 card, 1 stream|' ]]
is $? 0 'playing: in brief'
for report in idle after; do
	is "$(json $report '[.dsps[].resources[]] | add')" 0 "$report: nothing is held"
	is "$(json $report '[.usb_devices[] | .users + .users_below + .children_active] | add')" 0 "$report: no device is in use"
	is "$(json $report '[.xhcs[] | .sidebands // [] | length] | add')" 0 "$report: nothing is offloaded"
	is "$(json $report '[.dsps[].cards[].streams[].state]')" '["idle"]' "$report: the stream is idle"
done
for report in idle playing after; do
	read -r mapped named < <(value mmu_$report)
	is "$named" "$mapped" "$report: all that is mapped for the DSP has a name"
done
is "$(($(value mmu_playing | cut -d' ' -f1) > $(value mmu_idle | cut -d' ' -f1)))" 1 'playing: more is mapped than before'

done_testing
