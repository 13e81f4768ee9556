#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The parallel lane reads a kernel's log: each report is found, belongs to the round it came in, and is ours if
# a frame of it is; and which functions are ours.
. "$(dirname "$0")/../tap.sh"

sort_reports=$TOP/tests/smp/sort-reports
printf '%s\n' xhci_sideband_unregister usb_suspend >functions

# sorted NAME EXPECTED <LOG
sorted() {
	cat >log
	is "$("$sort_reports" functions log 2>&1)" "$2" "$1"
}

sorted 'a log without reports' '' <<'LOG'
[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]
[    3.548598] smp: round 1 begins: pcm dsp_driver
[    4.100000] vsoc-audio audio: ASoC: error at snd_soc_component_open on audio: -19
[    6.024409] smp: round 1 ends
LOG

sorted 'a data race of two threads, the second one ours' '2|ours|BUG: KCSAN: data-race in pm_runtime_work / xhci_sideband_unregister' <<'LOG'
[    3.548598] smp: round 2 begins: pcm sideband
[    4.548598] ==================================================================
[    4.548699] BUG: KCSAN: data-race in pm_runtime_work / xhci_sideband_unregister
[    4.548700]
[    4.548701] write to 0xffffff8002f83c80 of 4 bytes by task 62 on cpu 0:
[    4.548702]  pm_runtime_work+0x1a4/0x1b8
[    4.548703]  worker_thread+0x5c/0xa8
[    4.548704]
[    4.548705] read to 0xffffff8002f83c80 of 4 bytes by task 77 on cpu 2:
[    4.548706]  xhci_sideband_unregister+0x84/0x2ec
[    4.548707]  kthread+0x5c/0xd8
[    4.548708]
[    4.548709] Reported by Kernel Concurrency Sanitizer on:
[    4.548710] ==================================================================
LOG

sorted 'a data race of others' '0|other|BUG: KCSAN: data-race in tick_sched_timer / update_process_times' <<'LOG'
[    4.548598] ==================================================================
[    4.548699] BUG: KCSAN: data-race in tick_sched_timer+0x10/0x20 / update_process_times+0x4/0x8
[    4.548701] write to 0xffffff8002f83c80 of 4 bytes by interrupt on cpu 0:
[    4.548702]  tick_sched_timer+0x1a4/0x1b8
[    4.548705] read to 0xffffff8002f83c80 of 4 bytes by task 77 on cpu 2:
[    4.548706]  update_process_times+0x84/0x2ec
[    4.548710] ==================================================================
[    5.000000] usb 1-1: xhci_sideband_unregister+0x84/0x2ec is no frame of it
LOG

# The code that makes an access, or has it made, is ours or not.
sorted 'a data race of others, below ours' '0|below|BUG: KCSAN: data-race in pm_runtime_work / rpm_suspend' <<'LOG'
[    4.548598] ==================================================================
[    4.548699] BUG: KCSAN: data-race in pm_runtime_work / rpm_suspend
[    4.548700]
[    4.548701] write to 0xffffff8002f83c80 of 4 bytes by task 62 on cpu 0:
[    4.548702]  pm_runtime_work+0x1a4/0x1b8
[    4.548703]  worker_thread+0x5c/0xa8
[    4.548704]
[    4.548705] read to 0xffffff8002f83c80 of 4 bytes by task 77 on cpu 2:
[    4.548706]  rpm_suspend+0x84/0x2ec
[    4.548707]  usb_suspend+0x5c/0xd8
[    4.548708]
[    4.548709] value changed: 0x00000001 -> 0x00000000
[    4.548710] ==================================================================
LOG

sorted 'a data race of a copy that is made for ours' '0|ours|BUG: KCSAN: data-race in __memcpy / rpm_suspend' <<'LOG'
[    4.548699] BUG: KCSAN: data-race in __memcpy / rpm_suspend
[    4.548700]
[    4.548701] read-write to 0xffffff8002f83c80 of 16 bytes by task 62 on cpu 0:
[    4.548702]  rpm_suspend+0x1a4/0x1b8
[    4.548704]
[    4.548705] read to 0xffffff8002f83c84 of 4 bytes by task 77 on cpu 2:
[    4.548706]  __memcpy+0x84/0x2ec
[    4.548707]  find_format.isra.0+0x5c/0xd8 [vsoc_audio]
[    4.548710] ==================================================================
LOG

sorted 'a data race with nobody knows whom' '0|ours|BUG: KCSAN: data-race in xhci_sideband_unregister+N/N' <<'LOG'
[    4.548699] BUG: KCSAN: data-race in xhci_sideband_unregister+0x84/0x2ec
[    4.548700]
[    4.548701] race at unknown origin, with read to 0xffffff8002f83c80 of 4 bytes by task 62 on cpu 0:
[    4.548702]  xhci_sideband_unregister+0x84/0x2ec
[    4.548703]  kthread+0x5c/0xd8
[    4.548710] ==================================================================
LOG

sorted 'memory used after it was freed, below a module of ours' '7|ours|BUG: KASAN: slab-use-after-free in snd_pcm_period_elapsed+N/N' <<'LOG'
[    3.548598] smp: round 6 begins: pcm audio
[    3.648598] smp: round 6 ends
[    3.748598] smp: round 7 begins: pcm unplug
[    4.548598] ==================================================================
[    4.548699] BUG: KASAN: slab-use-after-free in snd_pcm_period_elapsed+0x20/0x80
[    4.548700] Read of size 8 at addr ffffff8002f83c80 by task aplay/62
[    4.548701] Call trace:
[    4.548702]  dump_stack_lvl+0x74/0x8c
[    4.548703]  kasan_report+0xb4/0xf0
[    4.548704]  snd_pcm_period_elapsed+0x20/0x80
[    4.548705]  stop_pcm.constprop.0+0x10/0x20 [vsoc_audio]
[    4.548710] ==================================================================
LOG

sorted 'a warning, twice, the second one in a function that a patch changes' '1|other|WARNING: at kernel/dma/debug.c:N check_unmap+N/N
1|ours|WARNING: at kernel/dma/debug.c:N check_unmap+N/N' <<'LOG'
[    3.548598] smp: round 1 begins: xhc sleep
[    8.986508] ------------[ cut here ]------------
[    8.986509] DMA-API: xhci_hcd 0000:00:02.0: device driver frees DMA memory with wrong function
[    8.986510] WARNING: CPU: 0 PID: 62 at kernel/dma/debug.c:1012 check_unmap+0x1a4/0x1b8
[    8.993897] Call trace:
[    8.993989]  check_unmap+0x1a4/0x1b8
[    8.997520] ---[ end trace 0000000000000000 ]---
[    8.997521] usb_suspend+0x10/0x20 stands between the two
[    9.986510] WARNING: CPU: 2 PID: 71 at kernel/dma/debug.c:1012 check_unmap+0x1a4/0x1b8
[    9.993897] Call trace:
[    9.993989]  check_unmap+0x1a4/0x1b8
[    9.993990]  usb_suspend.isra.0+0x1a4/0x1b8
[    9.997520] ---[ end trace 0000000000000000 ]---
LOG

sorted 'a lock order, which ends when the next round begins' '3|ours|WARNING: possible circular locking dependency detected in start_of_nobody' <<'LOG'
[    3.548598] smp: round 3 begins: card usb_unbind
[    4.000000] ======================================================
[    4.000001] WARNING: possible circular locking dependency detected
[    4.000002] 6.12.117-lullaby #2 Not tainted
[    4.000003] ------------------------------------------------------
[    4.000004] sh/62 is trying to acquire lock:
[    4.000005] ffffff8002f83c80 (&card->lock){+.+.}-{3:3}, at: retire+0x20/0x80 [snd_usb_offload]
[    4.000006] stack backtrace:
[    4.000007] Call trace:
[    4.000008]  dump_stack_lvl+0x74/0x8c
[    4.000009]  print_circular_bug+0x74/0x8c
[    4.000010]  start_of_nobody+0x74/0x8c
[    5.548598] smp: round 4 begins: pcm look
LOG

sorted 'a task that hangs, and an oops' '5|ours|INFO: task kworker/N:N:N blocked for more than N seconds. in __switch_to
5|other|Unable to handle kernel NULL pointer dereference at virtual address N in klist_next' <<'LOG'
[    3.548598] smp: round 5 begins: card usb_unbind
[  130.000000] INFO: task kworker/0:1:10 blocked for more than 120 seconds.
[  130.000001] Call trace:
[  130.000002]  __switch_to+0x74/0x8c
[  130.000003]  xhci_sideband_unregister+0x74/0x8c
[  131.000000] smp: round 5 begins: card usb_unbind
[  132.000000] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
[  132.000001] Internal error: Oops: 0000000096000004 [#1] SMP
[  132.000002] pc : klist_next+0x74/0x8c
[  132.000003] Call trace:
[  132.000004]  klist_next+0x74/0x8c
[  132.000005] ---[ end trace 0000000000000000 ]---
LOG

cat >log <<'LOG'
[    8.986510] WARNING: CPU: 0 PID: 62 at kernel/dma/debug.c:1012 check_unmap+0x1a4/0x1b8
[    8.997520] ---[ end trace 0000000000000000 ]---
LOG
is "$("$sort_reports" --text functions log)" '0|other|WARNING: at kernel/dma/debug.c:N check_unmap+N/N
    WARNING: CPU: 0 PID: 62 at kernel/dma/debug.c:1012 check_unmap+0x1a4/0x1b8
    ---[ end trace 0000000000000000 ]---' 'with the text'

"$TOP/tests/smp/our-functions" "$(realpath "$OUT_DIR/linux")" >ours 2>errors
is "$(cat errors)" '' 'the functions are listed'
# of a file of the overlay; changed by a patch; new in a patched file; with its name on a line of its own
for name in xhci_sideband_unregister usb_suspend stop_urbs snd_usb_find_format; do
	succeeds "$name is ours" grep -qx "$name" ours
done
# beside changed ones in the same files; not functions
for name in usb_get_descriptor wait_clear_urbs xhci_reset if module_init; do
	is "$(grep -cx "$name" ours)" 0 "$name is not"
done

done_testing
