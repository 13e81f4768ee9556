// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* QMI framing; see qmi.h. */
#include "qmi.h"

uint64_t qmi_get(const uint8_t *from, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

bool qmi_read_header(const uint8_t *packet, uint32_t bytes, struct qmi_header *header,
		     struct qmi_reader *reader)
{
	if (bytes < QMI_HEADER_BYTES)
		return false;
	header->type = packet[0];
	header->transaction = (uint16_t)qmi_get(packet + 1, 2);
	header->message = (uint16_t)qmi_get(packet + 3, 2);
	header->bytes = (uint16_t)qmi_get(packet + 5, 2);
	if (header->bytes != bytes - QMI_HEADER_BYTES)
		return false;
	reader->at = packet + QMI_HEADER_BYTES;
	reader->left = header->bytes;
	return true;
}

bool qmi_read_tlv(struct qmi_reader *reader, struct qmi_tlv *tlv)
{
	if (reader->left < QMI_TLV_HEADER_BYTES)
		return false;
	tlv->type = reader->at[0];
	tlv->bytes = (uint16_t)qmi_get(reader->at + 1, 2);
	tlv->value = reader->at + QMI_TLV_HEADER_BYTES;
	if (tlv->bytes > reader->left - QMI_TLV_HEADER_BYTES)
		return false;
	reader->at = tlv->value + tlv->bytes;
	reader->left -= QMI_TLV_HEADER_BYTES + tlv->bytes;
	return true;
}

void qmi_put(struct qmi_writer *writer, uint64_t value, unsigned int bytes)
{
	if (writer->is_full || bytes > writer->capacity - writer->bytes) {
		writer->is_full = true;
		return;
	}
	for (unsigned int i = 0; i < bytes; i++)
		writer->data[writer->bytes++] = (uint8_t)(value >> (8 * i));
}

void qmi_begin(struct qmi_writer *writer, uint8_t *data, uint32_t capacity, enum qmi_type type,
	       uint16_t transaction, uint16_t message)
{
	*writer = (struct qmi_writer){ .data = data, .capacity = capacity };
	qmi_put(writer, type, 1);
	qmi_put(writer, transaction, 2);
	qmi_put(writer, message, 2);
	qmi_put(writer, 0, 2);
}

void qmi_add_tlv(struct qmi_writer *writer, uint8_t type, uint16_t bytes)
{
	qmi_put(writer, type, 1);
	qmi_put(writer, bytes, 2);
}

void qmi_add_number(struct qmi_writer *writer, uint8_t type, uint64_t value, unsigned int bytes)
{
	qmi_add_tlv(writer, type, (uint16_t)bytes);
	qmi_put(writer, value, bytes);
}

uint32_t qmi_end(struct qmi_writer *writer)
{
	uint32_t payload_bytes = writer->bytes - QMI_HEADER_BYTES;

	if (writer->is_full || payload_bytes > UINT16_MAX)
		return 0;
	writer->data[5] = (uint8_t)payload_bytes;
	writer->data[6] = (uint8_t)(payload_bytes >> 8);
	return writer->bytes;
}
