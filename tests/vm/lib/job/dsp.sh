# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP as a remote processor: whether it runs, its crashes, and the faults that it is made to have.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

rproc=/sys/class/remoteproc/remoteproc0
stats=/sys/kernel/debug/vsoc-audio/dsp_stats
dsp_fault=/sys/kernel/debug/vsoc-audio/fault
dsp_log=/sys/kernel/debug/remoteproc/remoteproc0/trace0

# dsp_fault WORD...: makes the firmware do that, see docs/virtual-soc.md.
dsp_fault() { echo "$*" >$dsp_fault; }

# dsp_is_heard: it answers a request on the audio channel.
dsp_is_heard() { grep -q busy_ticks $stats; }

# dsp_runs: remoteproc says so, and so does the DSP.
dsp_runs() { grep -qx running $rproc/state && dsp_is_heard; }

stop_dsp() { echo stop >$rproc/state; }
start_dsp() { echo start >$rproc/state; }

# dsp_crashes: prints how many crashes the kernel's log has.
dsp_crashes() { dmesg | grep -c 'vsoc-dsp .* DSP crash: '; }

# dsp_is_back N: the DSP runs again after its Nth crash.
dsp_is_back() { [ "$(dsp_crashes)" = "$1" ] && dsp_runs; }

# crash_dsp: by remoteproc's own means.
crash_dsp() { echo 1 >/sys/kernel/debug/remoteproc/remoteproc0/crash; }
