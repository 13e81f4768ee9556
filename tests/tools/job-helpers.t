#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Helpers of VM tests that look for something that must not be there: a file that is missing is no success. And jobs with
# the same name, and the report of leaks.
# shellcheck disable=SC1091,SC2016,SC2034,SC2317 # libraries of jobs, their variables and functions, and text for scripts
. "$(dirname "$0")/../vm/lib/vm.sh"

libraries=$TOP/tests/vm/lib/job
. "$libraries/offload.sh"
. "$libraries/usb.sh"
eval "$(grep '^nothing_waits()' "$libraries/power.sh")"
eval "$(sed -n '/^fails()/,/^}/p' "$TOP/vsoc/initramfs/init")"
eval "$(sed -n '/^report_leaks()/,/^}/p' "$libraries/leak-check.sh")"

service=$PWD/service
mkdir service
printf '%s\n' 'interrupters 0' 'mappings 0' >service/resources
echo 'dsp audio' >service/state
for helper in nothing_held no_card_held nothing_waits gone_or_nothing_held; do
	succeeds "$helper: nothing is there" $helper
done
echo 'card 0 usb 1-1' >>service/state
succeeds 'nothing_held: there may be a card' nothing_held
succeeds 'no_card_held: there is a card' fails no_card_held
echo ' playback running interrupter 1' >>service/state
for helper in nothing_held no_card_held gone_or_nothing_held; do
	succeeds "$helper: a stream runs" fails $helper
done
rm service/resources
succeeds 'nothing_held: its resources cannot be read' fails nothing_held
rm service/state
for helper in nothing_held no_card_held nothing_waits; do
	succeeds "$helper: there is no service" fails $helper
done
succeeds 'gone_or_nothing_held: there is no service' gone_or_nothing_held
# The host's kernel does not have that file.
succeeds 'no_usb_use: nothing counts uses' fails no_usb_use

# What the leak check finds, and what kmemleak does: each is a line. Programs stand for the functions that it calls.
mkdir bin
printf '%s\n' '#!/bin/sh' 'echo "$found"' >bin/find_leaks
printf '%s\n' '#!/bin/sh' 'echo "$reported"' >bin/kmemleak_reports
printf '%s\n' '#!/bin/sh' 'echo "$*"' >bin/result
printf '%s\n' '#!/bin/sh' >bin/sleep
chmod +x bin/*
PATH=$PWD/bin:$PATH
export found reported
found='state: running' reported='leak: unreferenced object'
is "$(report_leaks)" 'leak state: running
leak leak: unreferenced object
leaks 2' 'leaks of both kinds are two lines'
found='' reported='leak: unreferenced object'
is "$(report_leaks)" 'leak leak: unreferenced object
leaks 1' 'one of kmemleak is one'
found='' reported=''
is "$(report_leaks)" 'leaks 0' 'none is none'

# A boot with the name of an earlier one.
touch first second
vm_file first
make_job job number=1 <<<'check'
vm_files=(second)
make_job job number=2 <<<'check'
is "$(find job/lib -name lib | wc -l) $(ls job)" "1 $(printf '%s\n' lib run second)" 'a job takes the place of one with its name'
is "$(grep -c 'number=.2' job/run)" 1 'with its own variables'

done_testing
