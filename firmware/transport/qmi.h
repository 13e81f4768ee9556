/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * QMI framing: a 7-byte header, then TLVs (type u8, length u16, value). All little-endian and
 * packed, so everything is read and written byte by byte.
 *
 * TLV types below 0x10 are mandatory: a receiver that does not know one must not act on the message. Types
 * from 0x10 on are optional: unknown ones are skipped.
 */
#ifndef LULLABY_TRANSPORT_QMI_H
#define LULLABY_TRANSPORT_QMI_H

#include <stdbool.h>
#include <stdint.h>

#define QMI_HEADER_BYTES	7
#define QMI_TLV_HEADER_BYTES	3
#define QMI_TLV_FIRST_OPTIONAL	0x10

enum qmi_type {
	QMI_REQUEST	= 0,
	QMI_RESPONSE	= 2,
	QMI_INDICATION	= 4,
};

/* Values of the response's result TLV. */
enum qmi_result {
	QMI_RESULT_SUCCESS	= 0,
	QMI_RESULT_FAILURE	= 1,
};

/**
 * struct qmi_header - decoded header
 * @type: enum qmi_type
 * @transaction: chosen by the client, echoed in the response; indications carry any number
 * @message: message id
 * @bytes: length of the TLVs that follow
 */
struct qmi_header {
	uint8_t type;
	uint16_t transaction;
	uint16_t message;
	uint16_t bytes;
};

/**
 * struct qmi_reader - a walk over the TLVs of a received message
 * @at: next byte
 * @left: bytes left
 */
struct qmi_reader {
	const uint8_t *at;
	uint32_t left;
};

/**
 * struct qmi_tlv - one TLV, its value still in the message
 * @type: TLV type
 * @bytes: length of the value
 * @value: the value, unaligned
 */
struct qmi_tlv {
	uint8_t type;
	uint16_t bytes;
	const uint8_t *value;
};

/**
 * struct qmi_writer - a message under construction
 * @data: buffer
 * @capacity: its size
 * @bytes: how much of it is used, header included
 * @is_full: something did not fit, so the message is unusable
 */
struct qmi_writer {
	uint8_t *data;
	uint32_t capacity;
	uint32_t bytes;
	bool is_full;
};

/**
 * qmi_read_header() - take a packet apart
 * @packet: the packet
 * @bytes: its length
 * @header: result
 * @reader: result, at the first TLV
 *
 * Return: false if the packet is shorter or longer than its header says.
 */
bool qmi_read_header(const uint8_t *packet, uint32_t bytes, struct qmi_header *header,
		     struct qmi_reader *reader);

/**
 * qmi_read_tlv() - take the next TLV
 * @reader: the walk
 * @tlv: result
 *
 * Return: false at the end, and if the TLV is cut short; @reader->left tells them apart: it is 0
 * at the end only.
 */
bool qmi_read_tlv(struct qmi_reader *reader, struct qmi_tlv *tlv);

/**
 * qmi_get() - read a little-endian number
 * @from: its first byte
 * @bytes: 1 to 8
 *
 * Return: the number.
 */
uint64_t qmi_get(const uint8_t *from, unsigned int bytes);

/**
 * qmi_begin() - start a message
 * @writer: the message
 * @data: buffer
 * @capacity: its size
 * @type: enum qmi_type
 * @transaction: transaction id
 * @message: message id
 */
void qmi_begin(struct qmi_writer *writer, uint8_t *data, uint32_t capacity, enum qmi_type type,
	       uint16_t transaction, uint16_t message);

/**
 * qmi_add_tlv() - add a TLV's header; its value must follow with qmi_put()
 * @writer: the message
 * @type: TLV type
 * @bytes: length of the value
 */
void qmi_add_tlv(struct qmi_writer *writer, uint8_t type, uint16_t bytes);

/**
 * qmi_put() - add a little-endian number
 * @writer: the message
 * @value: the number
 * @bytes: 1 to 8
 */
void qmi_put(struct qmi_writer *writer, uint64_t value, unsigned int bytes);

/**
 * qmi_add_number() - add a TLV that is one number
 * @writer: the message
 * @type: TLV type
 * @value: the number
 * @bytes: 1 to 8
 */
void qmi_add_number(struct qmi_writer *writer, uint8_t type, uint64_t value, unsigned int bytes);

/**
 * qmi_end() - finish the message
 * @writer: the message
 *
 * Return: its length, or 0 if it did not fit.
 */
uint32_t qmi_end(struct qmi_writer *writer);

#endif /* LULLABY_TRANSPORT_QMI_H */
