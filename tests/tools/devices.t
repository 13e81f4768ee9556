#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The device model: the files of the library, the tool that judges, and how a QEMU that is another is refused.
. "$(dirname "$0")/../tap.sh"

usbmodel=$OUT_DIR/devices/usbmodel
library=("$TOP"/vsoc/devices/library/*.device)

succeeds 'each device of the library can be read' "$usbmodel" check "${library[@]}"
is "$([ ${#library[@]} -ge 24 ] && echo yes)" yes "there are at least 24 (${#library[@]})"
table=$("$usbmodel" table "${library[@]}")
diag "$table"
printf '%s\n' "$table" >table
is "$(sed 's/^[^:]*: *//' table | sort | uniq -d)$(grep -c ': *$' table)" 0 'each says what no other has'
is "$(sed -n 's/^id *//p' "${library[@]}" | sort | uniq -d)" '' 'each has an id of its own'

printf 'uac 1\nspeed fast\n' >wrong.device
is "$("$usbmodel" check wrong.device 2>&1)" 'wrong.device:2: expected a speed (full, high, super), found "fast"' \
	'a mistake is told with file, line and what was expected'
is "$("$usbmodel" check missing.device 2>&1)" 'missing.device: No such file or directory' 'a file that is missing'

# The judge's numbers for a record: one interval lost, one packet empty, and a FIFO that ran empty and then over.
cat >one.packets <<'E_RECORD'
0 plug full Thing
1000000 interface 1 1
2000000 start p out 48000 2 2 16 1000 400 1 2
2000000 out p 192 48
3000000 out p 192 240
5000000 out p 0 190
6000000 full p 7
6000000 out p 196 230
7000000 feedback p 000c0000
8000000 empty p 12
9000000 start r in 16000 1 2 16 1000 128 3 1
9000000 in r 32 0 100
10000000 in r 32 0 116
11000000 in r 32 0 140
11000000 missing r
E_RECORD
judged=$("$usbmodel" packets one.packets)
# judged_is STREAM KEY VALUE
judged_is() { is "$(sed -n "s/^$1 $2 //p" <<<"$judged")" "$3" "the judge: $2 of $1 is $3"; }
judged_is p packets 4
judged_is p lost_intervals 1
judged_is p empty_packets 1
judged_is p largest_bytes 196
judged_is p first_packet_ns 2000000
judged_is p fifo_least 190
judged_is p fifo_greatest 240
judged_is p silent_frames 12
judged_is p lost_frames 7
judged_is p feedback_least $((0xc0000))
judged_is r jumped_frames 8
judged_is r missing_packets 1
judged_is p interface 1
judged_is p alt 2
{ cat one.packets; printf '12000000 start p out 44100 2 2 16 1000 400 1 3\n12000000 out p 176 44\n'; } >two.packets
judged=$("$usbmodel" packets two.packets)
judged_is p packets 5
judged=$("$usbmodel" packets --last two.packets)
judged_is p packets 1
judged_is p alt 3
judged_is p lost_intervals 0
is "$("$usbmodel" settings "$TOP/vsoc/devices/library/interface-loop.device")" \
	'outputs out 1 1 2 24 4 125 pcm asynchronous explicit - 44100 48000 96000
inputs in 2 1 2 24 4 125 pcm asynchronous none outputs:64 44100 48000 96000' 'the settings of a device, for programs'
is "$("$usbmodel" settings "$TOP/vsoc/devices/library/headset-uac3.device" | cut -d ' ' -f 1 | sort -u | xargs)" \
	'headphones3 microphone3' 'those of the configuration that Linux takes'
"$usbmodel" descriptors "$TOP/vsoc/devices/library/dongle-buttons.device" >dongle.descriptors
is "$("$usbmodel" settings dongle.descriptors 2>/dev/null | sed 's/^[a-z0-9]* //')" \
	"$("$usbmodel" settings "$TOP/vsoc/devices/library/dongle-buttons.device" | sed 's/^[a-z0-9]* //')" \
	'descriptors that it writes can be read again'
echo nonsense >wrong.packets
is "$("$usbmodel" packets wrong.packets 2>&1)" 'wrong.packets:1: expected a line that a device writes' 'a record that is none'
noise other.wav 1 2 16 4800
"$usbmodel" pattern other.wav >said 2>&1
is "$? $(cat said)" '1 other.wav: the pattern is not there' 'a recording of something else'

# loads OPTION...: prints QEMU's words on the plug-in with these devices, without running a machine.
loads() {
	echo quit | timeout 60 qemu-system-aarch64 -M virt -nodefaults -display none -S -monitor stdio \
		-plugin "file=$(realpath "$OUT_DIR/devices")/lullaby-usb.so" -device qemu-xhci,id=xhci "$@" 2>&1
}
for device in "${library[@]}"; do
	is "$(loads -device "lullaby-usb,bus=xhci.0,file=$device" | grep -v '^QEMU .* monitor\|^(qemu)')" '' \
		"QEMU takes $(basename "$device" .device)"
done
is "$(loads -device lullaby-usb,bus=xhci.0,file=wrong.device | grep -c 'lullaby-usb: wrong.device:2: expected a speed')" 1 \
	'QEMU says what is wrong with a device file'
is "$(loads -device lullaby-usb,bus=xhci.0 | grep -c 'lullaby-usb: file=NAME is missing')" 1 'or that there is none'

# A program that has the functions, but not the layout, of QEMU.
cat >other.c <<'C'
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>

static char class_of_audio[1024];
void *object_class_by_name(const char *name) { (void)name; return class_of_audio; }
#define FUNCTION(name) int name(void) { return 0; }
FUNCTION(type_register_static) FUNCTION(object_class_property_add_str) FUNCTION(object_class_property_set_description)
FUNCTION(object_new) FUNCTION(object_unref) FUNCTION(error_setg_internal)
FUNCTION(error_report_err) FUNCTION(qemu_clock_get_ns) FUNCTION(timer_init_full) FUNCTION(timer_mod_ns)
FUNCTION(timer_del) FUNCTION(usb_ep_init) FUNCTION(usb_ep_get) FUNCTION(usb_wakeup) FUNCTION(usb_packet_init)
FUNCTION(usb_packet_setup) FUNCTION(usb_packet_addbuf) FUNCTION(usb_packet_copy) FUNCTION(usb_packet_size)
FUNCTION(usb_packet_cleanup) FUNCTION(usb_generic_async_ctrl_complete) FUNCTION(usb_device_attach)
FUNCTION(usb_device_detach) FUNCTION(g_strdup)

int main(int argc, char **argv)
{
	void *plugin = dlopen(argv[1], RTLD_NOW);
	int (*install)(uint64_t, const void *, int, char **);

	(void)argc;
	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		return 3;
	}
	*(void **)&install = dlsym(plugin, "qemu_plugin_install");
	return install(0, NULL, 0, NULL);
}
C
succeeds 'another program can be compiled' cc -rdynamic -o other other.c -ldl
./other "$(realpath "$OUT_DIR/devices")/lullaby-usb.so" >said 2>&1
is "$? $(cat said)" \
	'1 lullaby-usb: this QEMU is not one of those that the plug-in knows (7.2, 10.0, 11.1): the class of its usb-audio device has an unknown layout' \
	'it is refused in one line'
done_testing
