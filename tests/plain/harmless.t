#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Where nothing offloads, Linux with the overlay behaves as Linux without it: the same jobs run on 6.12 as it is
# (KERNEL=plain) and on ours, on the same machine, and all that they count has to be the same.
. "$(dirname "$0")/harmless-lib.sh"

# Sleeps, autosuspend and playing, with all devices.
# shellcheck disable=SC2034 # compare_jobs knows these by their names
behaviour=$(
	cat <<'JOB'
settle
control on $all
begin_trace
act 'sleep' sleep_for 3
act 'sleep again' sleep_for 3 mem
act 'play' linux_plays_silence
act 'autosuspend' go_down $all
act 'stay down' are suspended $all
act 'sleep in autosuspend' sleep_for 3
act 'resume' come_up $all
act 'autosuspend behind the hub' go_down $below 1-1
act 'sleep in part' sleep_for 3
act 'resume behind the hub' come_up $below 1-1
control auto 1-1.1
act 'play and autosuspend' linux_plays_silence
sleep 5
act 'down after playing' are suspended 1-1.1
control on 1-1.1
echo 0 >/sys/module/suspend/parameters/pm_test_delay
act 'aborted with all frozen' abort_at freezer freeze
act 'aborted with devices suspended' abort_at devices freeze
act 'play after that' linux_plays_silence
end_trace
JOB
)

# The one difference that there is to be. The further fate of the devices on 6.12 is chance.
# shellcheck disable=SC2034
early=$(
	cat <<'JOB'
settle
control on $all
begin_trace
act 'sleep' sleep_for 3
end_trace
JOB
)

# Hibernation: to where the kernel's own test of it reaches, and as a whole. The image is written to a disk in memory, read again and restored, as after a boot.
# shellcheck disable=SC2034
hibernation=$(
	cat <<'JOB'
modprobe brd rd_nr=1 rd_size=262144
mkswap /dev/ram0 >/dev/null
check 'there is swap' swapon /dev/ram0
cat /sys/class/block/ram0/dev >/sys/power/resume
hibernated() {
	echo test_resume >/sys/power/disk && echo disk >/sys/power/state
}
settle
control on $all
begin_trace
act 'sleep' sleep_for 3
# The kernel's test waits 5 s, with the processor busy.
act 'hibernation' abort_at core disk
act 'hibernation with an image' hibernated
act 'autosuspend after that' go_down $all
act 'hibernation with an image in autosuspend' hibernated
act 'resume after that' come_up $all
check 'all devices are there still' devices_are $devices
end_trace
JOB
)

# How long sleeps take, with nothing else traced.
# shellcheck disable=SC2034
times=$(
	cat <<'JOB'
settle
control on $all
begin_trace
begin_times
# The first sleep does some things once and for all.
act 'first' sleep_for 2
n=0
while [ $n -lt 30 ]; do
	n=$((n + 1))
	# Not always at the same moment of a tick.
	usleep $((n * 1300))
	act "timed $n" sleep_for 2
done
end_trace
JOB
)

# The kernel's own tests of sound.
# shellcheck disable=SC2034
sound=$(
	cat <<'JOB'
check 'mixer-test' kernel_test mixer-test
check 'pcm-test' kernel_test pcm-test
JOB
)

all_devices
correct=no
run_on plain 'early, plain' early '' --bare
is "$(grep -c '^early sleep: ' 'early, plain')" 4 'early, plain: an Evaluate Context too early for each of the four full speed devices'
run_on release 'early, ours' early '' --bare
is "$(grep -c '^early sleep: ' 'early, ours')" 0 'early, ours: none'
is "$(grep -c '^command sleep: .*Address Device' 'early, ours')" 6 'early, ours: and all six devices have an address'
correct=yes
compare_jobs behaviour bare loaded vsoc
compare_jobs sound bare
fast_devices
correct=no
compare_jobs times bare loaded
# 6.12's driver of the SMMU does not survive a restored image: it writes into a queue that is not the hardware's.
vm_qemu+=(-machine iommu=none)
compare_jobs hibernation bare loaded
done_testing
