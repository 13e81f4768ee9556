# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Sleeps that cut the controller's power, at the end of which streams go on. Sourcing this turns the class driver's trace events on.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/pm.sh
. ./lib/dsp.sh
. ./lib/clock.sh
. ./lib/pm-test.sh

echo 1 >$trace/events/snd_usb_offload/enable
echo 0 >/sys/module/suspend/parameters/pm_test_delay
modprobe vsoc_sleep

# told EVENT: how often the DSP was told it: 1 disconnect, 2 suspend, 3 resume.
told() { grep -c "offload_indication: .* event $1 " $trace/trace; }
nothing_waits() { [ -r $service/state ] && ! grep -E 'suspended|resume due|stopping' $service/state; }
lost_power() { dmesg | grep -c 'xHC error in resume, USBSTS 0x[0-9a-f]*, Reinit'; }
