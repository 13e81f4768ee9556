# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests in which no firmware is involved, after vm.sh: the class driver's fake DSP takes the place of the sound
# card's driver, and a program of the job asks for streams. Their jobs source job/fake-dsp.sh.

# With these loaded, the DSP's own drivers are not, and Linux's way to the xHC is there.
# shellcheck disable=SC2034 # for the tests
fake_dsp_modules='lullaby.modules=vsoc_mmu,snd_usb_offload,snd_usb_audio,xhci_pci,qrtr_tun,snd_usb_offload_fake_dsp'
