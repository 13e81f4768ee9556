# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests that plug in devices with changed descriptors, after vm.sh. The job's part is job/mutants.sh.

# The faults of some of them, besides: a control request fails, or they go in the middle of it.
mutant_faults=(
	'on set-rate 1 stall always' 'on get-rate 1 garbage always' 'on get-rates 1 garbage' 'on get-descriptor 4 garbage'
	'on set-interface 2 stall' 'on request 30 unplug' 'on get-volume 1 garbage always' 'on request 25 silence'
	'on get-valid 1 stall always' 'on set-configuration 1 stall'
)

# make_mutants COUNT SEED: makes the files of COUNT devices in mutants/, and `moments`. Each is one of the library, in turn,
# with one to three changes; one in eight has a fault beside.
make_mutants() {
	local library=("$TOP"/vsoc/devices/library/*.device) n fault
	rm -rf mutants
	mkdir mutants
	for n in $(seq "$1"); do
		"$OUT_DIR/devices/usbmodel" mutate $(($2 * 100000 + n)) "${library[n % ${#library[@]}]}" >"mutants/$n" || return
		fault=''
		[ $((n % 8)) -ne 0 ] || fault=${mutant_faults[n / 8 % ${#mutant_faults[@]}]}
		printf '%s\n' "$fault"
	done >moments
}

# mutants NAME COUNT SEED: plugs them in, in one boot. At least 30 % have to become a card, and 10 % to play.
mutants() {
	local name=$1
	succeeds "$name: they can be made" make_mutants "$2" "$3"
	"$TOOLS/wavmake" short.wav --noise 1 48000 2 16 9600
	# shellcheck disable=SC2034 # for vm.sh, as the next
	vm_files=(short.wav moments)
	# shellcheck disable=SC2034
	vm_qemu=(-plugin "file=$(realpath "$OUT_DIR/devices")/lullaby-usb.so")
	vm "$name" --set "mutants=$PWD/mutants" --set "count=$2" --no-audio --append 'log_buf_len=32M' <<'JOB'
. ./lib/offload.sh
. ./lib/mutants.sh
check 'there is the card of the DSP' wait_for 10 dsp_card
all_mutants "$count" || exit 1
# Linux may have seen nothing of the last one yet.
sleep 30
check 'no device is left' fails has_device
check 'nothing is held' wait_for 2 nothing_held
JOB
	diag "measured: $name: of $2 devices $(value cards) became a card; $(value played) played, $(value dsp_played) through the DSP; $(value recorded) recorded"
	is "$([ "$(value cards)" -ge $(($2 * 30 / 100)) ] && echo yes)" yes "$name: at least 30 % become a card ($(value cards))"
	is "$([ "$(value played)" -ge $(($2 * 10 / 100)) ] && echo yes)" yes "$name: at least 10 % play ($(value played))"
}
