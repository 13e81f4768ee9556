# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests that run the same jobs on Linux as it is and on ours: the machines, and the comparison.
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/vm.sh"

[ "$VARIANT" = release ] || die "the plain kernel is compared with the release kernel, not with KERNEL=$VARIANT"
plain_out=${OUT_DIR%-*}-plain
[ -e "$plain_out/selftests" ] || die "there is no plain kernel: run 'make harmless', which builds it"
# A machine in which nothing of ours is loaded has no watchdog.
VM_TIMEOUT_S=900
VM_LEAK_CHECK=no

"$TOOLS/wavmake" silence.wav --silence 48000 2 16 48000
vm_files=(silence.wav "$TOP/tests/plain/harmless-job.sh" "$plain_out"/selftests/*)

# all_devices: those at root ports and behind a hub, fast ones and slow ones. QEMU's hub is full speed, and so are devices
# behind it. fast_devices: no slow ones.
all_devices() {
	devices='1-1.1 1-1.2 1-1.3 1-1 1-2 1-3'
	below='1-1.1 1-1.2 1-1.3'
	vm_qemu=(
		-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
		-device "usb-hub,id=hub,bus=xhci.0,port=1"
		-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
		-device "usb-kbd,id=behind,bus=xhci.0,port=1.2"
		-device "usb-tablet,bus=xhci.0,port=1.3"
		-device "usb-kbd,id=direct,bus=xhci.0,port=2"
		-device "usb-tablet,bus=xhci.0,port=3"
	)
}

fast_devices() {
	devices='1-1 1-2'
	below=
	vm_qemu=(
		-device "usb-kbd,bus=xhci.0,port=1"
		-device "usb-tablet,bus=xhci.0,port=2"
	)
}

# All modules of ours, but for those that only tests load.
# shellcheck disable=SC2016 # for the job
load_ours='for module in vsoc_mmu vsoc_dsp vsoc_audio snd_usb_offload vsoc_xhci xhci_plat_hcd; do modprobe $module; done'

# Whether Linux as it is gets the correction of tests/plain/module, without which it is chance whether it gets through a
# sleep with slow devices.
correct=yes

# run_on KERNEL NAME JOB COMMANDS [run-vm options]: the job's text is in the variable of that name, and COMMANDS come before it. Its results
# go to the file NAME.
run_on() {
	local kernel=$1 name=$2 text=${!3} commands=$4
	shift 4
	VM_KERNEL=$kernel
	vm "$name" --set devices="$devices" --set below="$below" --set correct="$([ "$kernel" = plain ] && echo $correct || echo no)" \
		--no-audio "$@" < <(printf '%s\n' "$commands" '. ./harmless-job.sh' begin_job "$text")
	"$TOP/tests/plain/acts.awk" "$VM/result" >"$name"
	is "$(awk '/^fact trace: / { lost += $NF } END { print lost + 0 }' "$name")" 0 "$name: all of it was traced"
}

# lines KIND: of standard input, each device's in their order. Devices may come in any order: Linux suspends and resumes
# several at once.
lines() {
	case $1 in
	command) grep -E "^$1 " | LC_ALL=C sort ;;
	*) grep -E "^$1 " | LC_ALL=C sort -s -t : -k 1,2 ;;
	esac
}

# same NAME KIND PLAIN OURS: all lines of a kind are the same, and there are some.
same() {
	local plain_lines
	plain_lines=$(lines "$2" <"$3")
	is "$([ -n "$plain_lines" ] || echo 'nothing to compare'; diff <(echo "$plain_lines") <(lines "$2" <"$4") | head -n 60)" '' "$1"
}

# counts KIND PLAIN OURS: two numbers that may differ by chance, but not always to the same side.
#   hub         URBs of hubs. When a hub says that a port has changed, Linux's hub thread looks at the port, and whether it
#               does so once more depends on whether it was just looking. A look is two transfers, and three devices are
#               below the hub.
#   interrupts  without those for these. Two transfers that end at the same moment have one in common.
# So many in one act, and so many in all 15 acts together: one more in each would be more.
HUB_URBS=6 HUB_URBS_TOGETHER=12
INTERRUPTS=2 INTERRUPTS_TOGETHER=6
counts() {
	local many=$INTERRUPTS all=$INTERRUPTS_TOGETHER
	[ "$1" = interrupts ] || many=$HUB_URBS all=$HUB_URBS_TOGETHER
	awk -v kind="$1" -v many="$many" -v all="$all" '
	$1 != kind { next }
	{ act = $0; sub(/: [0-9]+$/, "", act) }
	NR == FNR { plain[act] = $NF; next }
	{
		difference = $NF - plain[act]
		sum += difference
		seen++
		if (difference > many || difference < -many)
			print act ": " plain[act] " and " $NF
	}
	END {
		if (sum > all || sum < -all)
			print "all together: " sum " more"
		print seen + 0 " acts compared"
	}' "$2" "$3" 2>&1
}

# took PLAIN OURS: how long sleeps took, and the work in them, without waiting and without ticks; both in the mean of 30.
# One is not like the other on the same kernel: msleep() ends at a tick, of which there is one in 4 ms, and devices are
# suspended and resumed by threads that take turns. So means of 30 sleeps may differ a little.
SLEEPS=30
MEAN_US=1000	# of 44000 and 676000
WORK_US=250	# of 10000 and 20000
took() {
	awk -v sleeps="$SLEEPS" -v mean="$MEAN_US" -v work="$WORK_US" '
	!/^us timed / { next }
	{ way = $(NF - 3); file = NR == FNR ? "plain" : "ours" }
	{ n[file, way]++; sum[file, way] += $(NF - 2); busy[file, way] += $NF }
	END {
		for (i = split("resume suspend", ways, " "); i; i--) {
			way = ways[i]
			if (n["plain", way] != sleeps || n["ours", way] != sleeps) {
				print way ": " n["plain", way] + 0 " and " n["ours", way] + 0 " measured"
				continue
			}
			means = (sum["ours", way] - sum["plain", way]) / sleeps
			works = (busy["ours", way] - busy["plain", way]) / sleeps
			wrong = means > mean || -means > mean || works > work || -works > work
			printf "%s%s: %d us, %+d on ours; of that work %d us, %+d on ours\n", wrong ? "" : "ok ", way, sum["plain", way] / sleeps, means, busy["plain", way] / sleeps, works
		}
	}' "$1" "$2"
}

# compare_jobs JOB MACHINE...: runs it on Linux as it is and on ours, where it can make no difference which it is:
#   bare     a machine without a DSP, with none of our modules loaded
#   loaded   the same, with all of them
#   vsoc     the virtual SoC with its DSP running and the sound card there, and nothing streaming
compare_jobs() {
	local job=$1 machine options plain ours text acts
	shift
	for machine; do
		options=(--bare)
		[ "$machine" != vsoc ] || options=()
		plain="$job, plain"
		[ "$machine" != vsoc ] || plain+=' (vsoc)'
		ours="$job, ours ($machine)"
		[ -e "$plain" ] || run_on plain "$plain" "$job" '' "${options[@]}"
		run_on release "$ours" "$job" "$([ "$machine" != loaded ] || echo "$load_ours")" "${options[@]}"
		same "$ours: the same is found and counted" fact "$plain" "$ours"
		case $job in
		sound) continue ;;
		times)
			text=$(took "$plain" "$ours")
			diag "$text"
			is "$(grep -c '^ok ' <<<"$text")" 2 "$ours: suspend and resume take as long"
			continue
			;;
		esac
		is "$(grep -c '^early ' "$ours")" 0 "$ours: no Evaluate Context for a slot without a context"
		acts=$(grep -c '^interrupts ' "$plain")
		is "$(counts interrupts "$plain" "$ours")" "$acts acts compared" "$ours: as many interrupts"
		is "$(counts hub "$plain" "$ours")" "$acts acts compared" "$ours: the hub is looked at as often"
		same "$ours: the same xHCI commands" command "$plain" "$ours"
		same "$ours: the same calls of drivers in sleeps" callback "$plain" "$ours"
		same "$ours: the same messages, suspends and resumes" message "$plain" "$ours"
		same "$ours: the same wake-up events" source "$plain" "$ours"
	done
}
