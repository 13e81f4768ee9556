#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# offloadctl shows all that a debugfs has, and says what is missing. The files here are as the kernel writes them.
. "$(dirname "$0")/../tap.sh"

offloadctl() {
	"$TOOLS/offloadctl" "$@"
}

# ends_and_says STATUS TEXT NAME ARGUMENT...: that is the exit status, and TEXT is part of its output, on either stream.
ends_and_says() {
	local output status
	output=$(offloadctl "${@:4}" 2>&1)
	status=$?
	if [ "$status" = "$1" ] && [[ $output == *"$2"* ]]; then
		pass "$3"
	else
		fail "$3" "exit status $status: $output"
	fi
}

# json_is JQ-EXPRESSION EXPECTED NAME
json_is() {
	is "$(offloadctl status --json --root debugfs 2>&1 | jq -c "$1" 2>&1)" "$2" "$3"
}

# Nothing there
ends_and_says 1 'cannot read nowhere: No such file' 'no directory' status --root nowhere
mkdir debugfs
ends_and_says 1 'debugfs is not mounted there' 'an empty directory' status --root debugfs
mkdir -p debugfs/usb/xhci
ends_and_says 1 'the driver is not loaded' 'no driver' status --root debugfs
mkdir -p debugfs/snd_usb_offload/fail_step
ends_and_says 0 'no DSP is registered' 'no DSP' status --root debugfs
ends_and_says 0 '0 DSPs, 0 cards, 0 streams' 'no DSP, in brief' status --brief --root debugfs
json_is . '{}' 'no DSP, as JSON'

# A stream, and a card on its way out
dsp=debugfs/snd_usb_offload/audio
mkdir -p $dsp debugfs/usb/xhci/0000:00:02.0/devices debugfs/vsoc-audio debugfs/vsoc-mmu
cat >$dsp/state <<'STATE'
dsp audio node 5 instance 0
controller 0 0000:00:02.0 attached
card 1 usb 1-1 slot 1
  interrupter 1 users 1
    mapping event_ring iova 0x00000000ffffc000 dma 0x00000000ffff3000 bytes 4096
  stream pcm 0 playback running starts 3
    client 5:16384 token 0x00010000
    format S16_LE channels 2 rate_hz 48000 interval_us 1000
    endpoint data 0x01
    endpoint sync 0x81
    mapping data_ring iova 0x00000000ffffa000 dma 0x00000000fffec000 bytes 8192
    setting 1 interface 1 formats S16_LE channels 2 rate_min_hz 44100 rate_max_hz 48000 interval_us 1000 offload yes
    setting 2 interface 1 formats S16_LE,S24_3LE channels 2 rate_min_hz 8000 rate_max_hz 8000 interval_us 125 offload no
      reason each packet has to begin with its length
  stream pcm 0 capture idle starts 0
card 2 usb 1-2 slot 2 gone
  stream pcm 0 playback idle starts 1
STATE
printf 'claims 1\nbuffers 1\n' >$dsp/resources
printf 'requests 7\nbad_tlv 0\n' >$dsp/counters
printf 'usb1 users 0 users_below 1 children_active 0 sleep awake\n1-1 users 1 users_below 0 children_active 0 sleep active\n' >debugfs/usb/offload
printf '1-1 slot 1 interrupter 1 endpoint 0x01 endpoint 0x81\n' >debugfs/usb/xhci/0000:00:02.0/sidebands
printf 'positions iova 0x00000000fffff000 bytes 512\n' >debugfs/vsoc-audio/mappings
echo 40960 >debugfs/vsoc-mmu/mapped_bytes

is "$(offloadctl status --brief --root debugfs)" 'card 1 pcm 0 playback: running, S16_LE, 2 channels, 48000 Hz, DSP audio, client 5:16384
1 DSP, 2 cards, 1 stream' 'in brief'
is "$(offloadctl status --root debugfs)" 'dsp name audio, node 5, instance 0
  controller number 0, device 0000:00:02.0, state attached
  card number 1, usb 1-1, slot 1
    interrupter number 1, users 1
      mapping name event_ring, iova 0x00000000ffffc000, dma 0x00000000ffff3000, bytes 4096
    stream pcm 0, direction playback, state running, starts 3, client 5:16384, token 0x00010000, format S16_LE, channels 2, rate_hz 48000, interval_us 1000
      endpoint carries data, address 0x01
      endpoint carries sync, address 0x81
      mapping name data_ring, iova 0x00000000ffffa000, dma 0x00000000fffec000, bytes 8192
      setting number 1, interface 1, formats S16_LE, channels 2, rate_min_hz 44100, rate_max_hz 48000, interval_us 1000, offload yes
      setting number 2, interface 1, formats S16_LE,S24_3LE, channels 2, rate_min_hz 8000, rate_max_hz 8000, interval_us 125, offload no, reason each packet has to begin with its length
    stream pcm 0, direction capture, state idle, starts 0
  card number 2, usb 1-2, slot 2, gone true
    stream pcm 0, direction playback, state idle, starts 1
  resources claims 1, buffers 1
  counters requests 7, bad_tlv 0
usb_device device usb1, users 0, users_below 1, children_active 0, sleep awake
usb_device device 1-1, users 1, users_below 0, children_active 0, sleep active
xhc device 0000:00:02.0
  sideband device 1-1, slot 1, interrupter 1
    endpoint address 0x01
    endpoint address 0x81
mapper name vsoc-audio
  mapping name positions, iova 0x00000000fffff000, bytes 512
mmu name vsoc-mmu, mapped_bytes 40960' 'as text, to the letter'

json_is '.dsps[0] | [.name, .node, .instance]' '["audio",5,0]' 'the DSP'
json_is '.dsps[0].controllers' '[{"number":0,"device":"0000:00:02.0","state":"attached"}]' 'its controllers'
json_is '[.dsps[0].cards[] | [.number, .usb, .slot, .gone]]' '[[1,"1-1",1,null],[2,"1-2",2,true]]' 'its cards'
json_is '.dsps[0].cards[0].interrupter | [.number, .users, .mappings[0].name]' '[1,1,"event_ring"]' 'the interrupter and its ring'
json_is '[.dsps[0].cards[0].streams[] | [.pcm, .direction, .state, .starts, .rate_hz]]' \
	'[[0,"playback","running",3,48000],[0,"capture","idle",0,null]]' 'the streams'
json_is '[.dsps[0].cards[0].streams[0].settings[] | [.number, .formats, .rate_max_hz, .interval_us, .offload, .reason]]' \
	'[[1,"S16_LE",48000,1000,"yes",null],[2,"S16_LE,S24_3LE",8000,125,"no","each packet has to begin with its length"]]' 'what can be offloaded, and why the rest cannot'
json_is '[.dsps[0].cards[0].streams[0].endpoints[].address]' '["0x01","0x81"]' 'their endpoints'
json_is '.dsps[0].cards[0].streams[0].mappings[0] | [.name, .iova, .bytes]' '["data_ring","0x00000000ffffa000",8192]' 'their mappings'
json_is '.dsps[0] | [.resources, .counters]' '[{"claims":1,"buffers":1},{"requests":7,"bad_tlv":0}]' 'what is held, and counted'
json_is '[.usb_devices[] | [.device, .users, .users_below, .sleep]]' '[["usb1",0,1,"awake"],["1-1",1,0,"active"]]' 'uses of USB devices'
json_is '.xhcs[0].sidebands[0] | [.device, .interrupter, (.endpoints | length)]' '["1-1",1,2]' 'what the xHC has offloaded'
json_is '[.mappers[0].name, .mappers[0].mappings[0].bytes, .mmus[0].mapped_bytes]' '["vsoc-audio",512,40960]' 'what else is mapped'

# Two DSPs, a line of a newer kernel, characters that JSON has its own way with, numbers with zeros in front
mkdir debugfs/snd_usb_offload/other
printf 'dsp other node 007 instance 000\nsomething "new" \\ here\n\ta tab\n' >debugfs/snd_usb_offload/other/state
json_is '[.dsps[].name]' '["audio","other"]' 'two DSPs'
json_is '.dsps[1] | [.node, .instance]' '[7,0]' 'numbers are numbers'
json_is '[.dsps[1].others[].line]' '["something \"new\" \\ here","a tab"]' 'lines that it does not know are kept'
printf '            too deep\ncard 1 usb 1-1 slot 1\n\n' >debugfs/snd_usb_offload/other/state
json_is '.dsps[1] | [.others[0].line, .cards[0].number]' '["too deep",1]' 'no indentation is too much'
head -c 100000 /dev/zero | tr '\0' x >debugfs/snd_usb_offload/other/state
succeeds 'no line is too long' offloadctl status --root debugfs
: >debugfs/snd_usb_offload/other/state
json_is '[.dsps[].name]' '["audio"]' 'a DSP that has just gone'
printf 'dsp oth\xc3\xa9r node 1 instance 1\n\xff\xfe \xc3 \xed\xa0\x80 \xf5\n' >debugfs/snd_usb_offload/other/state
json_is '.dsps[1] | [.name, ([.others[0].line | explode[] | select(. == 65533)] | length)]' '["othér",7]' 'what is no UTF-8 is marked as such'
is "$(offloadctl status --json --root debugfs | iconv -f utf-8 -t utf-8 2>&1 >/dev/null)" '' 'so that the JSON is UTF-8'
name=$(head -c 2000 /dev/zero | tr '\0' n)
printf 'dsp %s node 1 instance 1\n' "$name" >debugfs/snd_usb_offload/other/state
printf '%s 1\nlonely\n' "$name" >debugfs/snd_usb_offload/other/resources
json_is '.dsps[1] | [(.name | length), (.resources | keys[0] | length), .resources.others[0].line]' '[2000,2000,"lonely"]' 'no word is too long'
rm -r debugfs/snd_usb_offload/other

# Files that cannot be read: the error, and no report
# cannot_read PATH TEXT NAME: with every kind of report.
cannot_read() {
	local format output status
	for format in --json --brief ''; do
		# shellcheck disable=SC2086 # none or one word
		output=$(offloadctl status $format --root debugfs 2>error.log)
		status=$?
		is "$status '$output' $(cat error.log)" "1 '' offloadctl: cannot read $1: $2" "$3, ${format:-as text}"
	done
}
# unreadable FILE: a directory in its place, and a file that gives EIO.
unreadable() {
	mv "debugfs/$1" saved
	mkdir "debugfs/$1"
	cannot_read "debugfs/$1" 'Is a directory' "$1 is a directory"
	rmdir "debugfs/$1"
	ln -s /proc/self/mem "debugfs/$1"
	cannot_read "debugfs/$1" 'Input/output error' "$1 cannot be read"
	rm "debugfs/$1"
	ln -s /dev/zero/none "debugfs/$1"
	succeeds "$1 has gone" offloadctl status --json --root debugfs
	rm "debugfs/$1"
	head -c 10 /dev/zero >"debugfs/$1"
	cannot_read "debugfs/$1" 'it is no text' "$1 has zeros"
	mv saved "debugfs/$1"
}
for file in snd_usb_offload/audio/state snd_usb_offload/audio/resources snd_usb_offload/audio/counters usb/offload \
	usb/xhci/0000:00:02.0/sidebands vsoc-audio/mappings vsoc-mmu/mapped_bytes; do
	unreadable $file
done
mv debugfs/usb/xhci saved
: >debugfs/usb/xhci
cannot_read debugfs/usb/xhci 'Not a directory' 'a file instead of a directory'
rm debugfs/usb/xhci
succeeds 'no xHC' offloadctl status --root debugfs
mv saved debugfs/usb/xhci
ln -s loop debugfs/usb/xhci/loop
cannot_read debugfs/usb/xhci/loop/sidebands 'Too many levels of symbolic links' 'a directory that cannot be looked into'
rm debugfs/usb/xhci/loop
if [ "$(id -u)" -eq 0 ]; then
	as_nobody=(setpriv --reuid 65534 --clear-groups --)
	cp "$TOOLS/offloadctl" /tmp/offloadctl.$$
	cp -r debugfs "/tmp/debugfs.$$"
	chmod -R a+rX "/tmp/debugfs.$$"
	chmod 400 "/tmp/debugfs.$$/usb/offload"
	is "$("${as_nobody[@]}" /tmp/offloadctl.$$ status --json --root "/tmp/debugfs.$$" 2>&1)" \
		"offloadctl: cannot read /tmp/debugfs.$$/usb/offload: Permission denied" 'permission is denied'
	rm -r "/tmp/offloadctl.$$" "/tmp/debugfs.$$"
else
	chmod 0 debugfs/usb/offload
	cannot_read debugfs/usb/offload 'Permission denied' 'permission is denied'
	chmod 644 debugfs/usb/offload
fi
if output=$(offloadctl status --json --root debugfs 2>&1 >/dev/full); then
	fail 'a full disk is an error' "$output"
else
	is "$output" 'offloadctl: cannot write: No space left on device' 'a full disk is an error'
fi

# Wrong calls
ends_and_says 0 'Usage: offloadctl' 'help' --help
ends_and_says 2 'what shall it do?' 'no command'
ends_and_says 2 'unknown word: stat' 'an unknown command' stat
ends_and_says 2 'one of --brief and --json only' 'two formats' status --brief --json
ends_and_says 2 '--root needs a directory' 'no directory given' status --root
is "$("$TOP/tools/offloadctl" status --brief --root debugfs 2>&1)" "$(offloadctl status --brief --root debugfs)" 'tools/offloadctl is that program'

done_testing
