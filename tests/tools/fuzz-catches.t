#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A test of the fuzz tests: each bound below is broken in a copy of the firmware, one at a time, and the fuzz test that
# stands guard over it must fail. A fuzz test that passes with a broken bound never gets there.
. "$(dirname "$0")/../tap.sh"

mkdir copy
cp -r "$TOP/firmware" "$TOP/wire" "$TOP/tests" copy/
cd copy/tests/unit || exit 1
programs=(../../build/test_fuzz_messages ../../build/test_fuzz_firmware)

build_programs() {
	make -s BUILD=../../build "${programs[@]}" >../../make.log 2>&1
}

program_passes() {
	timeout 1800 "../../build/$1" >../../run.log 2>&1
}

succeeds 'the fuzz tests can be built' build_programs
for program in test_fuzz_messages test_fuzz_firmware; do
	succeeds "$program passes with the bounds as they are" program_passes $program
done

# catches PROGRAM NAME FILE FROM TO: with FROM, which is there once, made TO in the firmware's FILE, PROGRAM fails.
catches() {
	local program=$1 name=$2 file=../../firmware/$3 from=$4 to=$5 text

	text=$(<"$file")
	cp "$file" ../../kept
	if [ "$text" = "${text/"$from"/}" ]; then
		fail "$name" "$3 has no \`$from\`"
		return
	fi
	printf '%s\n' "${text/"$from"/"$to"}" >"$file"
	if ! build_programs; then
		fail "$name" "$(tail -n 5 ../../make.log)"
	elif program_passes "$program"; then
		fail "$name" "$program passes all the same"
	else
		pass "$name"
	fi
	cp ../../kept "$file"
}

catches test_fuzz_messages 'a TLV that ends beyond the message' transport/qmi.c \
	'tlv->bytes > reader->left - QMI_TLV_HEADER_BYTES' 'tlv->bytes > reader->left'
catches test_fuzz_messages 'a message shorter than it says' transport/qmi.c \
	'header->bytes != bytes - QMI_HEADER_BYTES' 'header->bytes < bytes - QMI_HEADER_BYTES'
catches test_fuzz_messages 'a TLV longer than its field' session/usb_stream_msg.c \
	'tlv.bytes != field->bytes' 'tlv.bytes < field->bytes'
catches test_fuzz_messages 'a TLV twice' session/usb_stream_msg.c \
	' || *present & USB_STREAM_HAS(tlv.type)' ''
catches test_fuzz_messages 'an unknown mandatory TLV' session/usb_stream_msg.c \
	'tlv.type < QMI_TLV_FIRST_OPTIONAL' 'tlv.type < 2'
catches test_fuzz_firmware 'a buffer that ends beyond its window' transport/virtqueue.c \
	'bytes <= window->bytes - offset' 'bytes <= window->bytes'
catches test_fuzz_firmware 'a buffer that nobody has' transport/virtqueue.c \
	'if (head >= vq->num) {' 'if (0) {'
catches test_fuzz_firmware 'a message longer than its buffer' transport/rpmsg.c \
	'is_sane = header.bytes <= buffer->bytes - sizeof(header);' ''
catches test_fuzz_firmware 'a QRTR packet shorter than it says' transport/qrtr.c \
	'bytes != sizeof(header) + ((header.size + 3) & ~3u)' 'bytes > 4096'
catches test_fuzz_firmware 'a control message shorter than its type' session/control.c \
	'bytes != sizeof(header) + (uint32_t)body_bytes' 'bytes > sizeof(header) + (uint32_t)body_bytes'
catches test_fuzz_firmware 'a stream that does not exist' session/control.c \
	'body->ref.stream >= AUDIO_CONTROL_MAX_STREAMS' 'body->ref.stream > 64'
catches test_fuzz_firmware 'a controller that does not exist' session/control.c \
	$'from->controller_num >= AUDIO_CONTROL_MAX_CONTROLLERS ||\n\t    !controller_parse' \
	$'from->controller_num > 4096 ||\n\t    !controller_parse'
catches test_fuzz_firmware 'a packet buffer that ends beyond the transfer buffer' usb/iso_td.c \
	'offset + packet_buffer_bytes > buffer->bytes' 'offset > buffer->bytes'
catches test_fuzz_firmware 'more bytes left over than there were' usb/iso_in.c \
	'residue_bytes < in->td_bytes ? in->td_bytes - residue_bytes : 0' 'in->td_bytes - residue_bytes'
catches test_fuzz_firmware 'a device slot beyond the doorbells' usb/endpoint.c \
	'config->doorbell_bytes < (config->slot_id + 1) * DOORBELL_BYTES' 'config->doorbell_bytes == 0'

done_testing
