# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests of system sleep, after vm.sh: sounds that end in silence, and QEMU's part in the actions at a hook of a
# sleep. Their jobs source job/pm.sh.

# sound NAME SEED FRAMES: makes NAME.wav, and NAME-silence.wav for the job to play: QEMU's device drops the last few
# milliseconds if its interface is closed behind them.
sound() {
	noise "$1.wav" "$2" 2 16 "$3"
	[ -e silence.wav ] || "$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
	"$TOOLS/wavmake" "$1-silence.wav" "$1.wav" silence.wav
}

# Add these to vm_qemu for with_pm_hooks: one more monitor, at a console of its own.
# shellcheck disable=SC2034,SC2054 # for the tests; commas are QEMU's
vm_pm_hooks=(
	-chardev socket,id=late,path=late,server=on,wait=off -mon chardev=late,mode=control
	-chardev socket,id=console,path=late -device virtconsole,chardev=console,name=lullaby.late
)

# was_one_sleep NAME: the last run captured sound.wav through one sleep.
was_one_sleep() {
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	is "$(value suspends)" 1 "$1: it slept"
	is "$(value wakeups)" 1 "$1: one wake-up"
}
