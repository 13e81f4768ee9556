/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * QEMU's interfaces that the plug-in uses. QEMU installs no headers for them, so they are declared
 * here, as far as they are needed, as facts about QEMU 7.2 to 11: names, argument lists, and where the
 * fields are. layout.c looks at each of them in the running QEMU before it is used, and
 * tests/tools/device-headers.t compares them with QEMU's own headers.
 */
#ifndef LULLABY_DEVICES_QEMU_H
#define LULLABY_DEVICES_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Object Object;
typedef struct ObjectClass ObjectClass;
typedef struct Error Error;
typedef struct USBDevice USBDevice;
typedef struct USBEndpoint USBEndpoint;
typedef struct USBPacket USBPacket;

/* How a device answers a packet, in USBPacket's status. */
enum {
	QEMU_USB_SUCCESS = 0,
	QEMU_USB_NAK = -2,
	QEMU_USB_STALL = -3,
	QEMU_USB_BABBLE = -4,
	QEMU_USB_IO_ERROR = -5,
	QEMU_USB_ASYNC = -6,
};

enum { QEMU_USB_TOKEN_IN = 0x69, QEMU_USB_TOKEN_OUT = 0xe1 };
enum { QEMU_CLOCK_VIRTUAL = 1 };

/* The registration of a type. Fields that are not needed are left 0. */
struct qemu_type_info {
	const char *name;
	const char *parent;
	size_t instance_size;
	size_t instance_align;
	void (*instance_init)(Object *object);
	void (*instance_post_init)(Object *object);
	void (*instance_finalize)(Object *object);
	bool is_abstract;
	size_t class_size;
	void (*class_init)(ObjectClass *class, void *data);
	void (*class_base_init)(ObjectClass *class, void *data);
	void *class_data;
	void *interfaces;
};

/* What follows DeviceClass, whose size differs, in the class of a USB device. */
struct qemu_usb_methods {
	void (*realize)(USBDevice *device, Error **error);
	void (*unrealize)(USBDevice *device);
	USBDevice *(*find_device)(USBDevice *device, uint8_t address);
	void (*cancel_packet)(USBDevice *device, USBPacket *packet);
	void (*handle_attach)(USBDevice *device);
	void (*handle_reset)(USBDevice *device);
	void (*handle_control)(USBDevice *device, USBPacket *packet, int request, int value, int index, int length,
			       uint8_t *data);
	void (*handle_data)(USBDevice *device, USBPacket *packet);
	void (*set_interface)(USBDevice *device, int interface, int alt_old, int alt_new);
	void (*flush_ep_queue)(USBDevice *device, USBEndpoint *endpoint);
	void (*ep_stopped)(USBDevice *device, USBEndpoint *endpoint);
	int (*alloc_streams)(USBDevice *device, USBEndpoint **endpoints, int count, int streams);
	void (*free_streams)(USBDevice *device, USBEndpoint **endpoints, int count);
	const char *product_desc;
	const void *usb_desc;
};

/* An endpoint of QEMU's. There are 15 in each direction. */
struct qemu_usb_endpoint {
	uint8_t number;
	uint8_t token;
	uint8_t type;
	uint8_t interface;
	int packet_bytes;
	int streams;
	bool is_pipelined;
	bool is_halted;
	USBDevice *device;
	void *queue[2];
};

#define QEMU_USB_ENDPOINTS 15

/* What follows DeviceState, whose size differs, in a USB device, up to its endpoints. */
struct qemu_usb_device {
	void *port;
	char *port_path;
	char *serial;
	void *opaque;
	uint32_t flags;
	char *pcap_filename;
	void *pcap;
	int speed;
	int speedmask;
	uint8_t addr;
	char product_desc[32];
	int auto_attach;
	bool attached;
	int32_t state;
	uint8_t setup_buf[8];
	uint8_t data_buf[4096];
	int32_t remote_wakeup;
	int32_t setup_state;
	int32_t setup_len;
	int32_t setup_index;
	struct qemu_usb_endpoint ep_ctl;
	struct qemu_usb_endpoint ep_in[QEMU_USB_ENDPOINTS];
	struct qemu_usb_endpoint ep_out[QEMU_USB_ENDPOINTS];
};

/* A packet, up to the fields that the plug-in uses. */
struct qemu_usb_packet {
	int token;
	uint64_t id;
	struct qemu_usb_endpoint *endpoint;
	unsigned int stream;
	struct {
		void *iov;
		int niov;
		int64_t nalloc;	/* an int, on a boundary of 8 bytes */
		void *local_base;
		size_t size;
	} buffer;
	uint64_t parameter;
	bool short_not_ok;
	bool int_req;
	int status;
	int actual_length;
	int state;
};

/* QEMU's functions. */
void *type_register_static(const struct qemu_type_info *info);
ObjectClass *object_class_by_name(const char *name);
ObjectClass *object_get_class(Object *object);
Object *object_new(const char *type);
void object_unref(void *object);
void *object_class_property_add_str(ObjectClass *class, const char *name, char *(*get)(Object *object, Error **error),
				    void (*set)(Object *object, const char *value, Error **error));
void object_class_property_set_description(ObjectClass *class, const char *name, const char *description);
void error_setg_internal(Error **error, const char *file, int line, const char *function, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void error_report_err(Error *error);
int64_t qemu_clock_get_ns(int clock);
void timer_init_full(void *timer, void *group, int clock, int scale, int attributes, void (*callback)(void *opaque),
		     void *opaque);
void timer_mod_ns(void *timer, int64_t at_ns);
void timer_del(void *timer);
void usb_ep_init(USBDevice *device);
struct qemu_usb_endpoint *usb_ep_get(USBDevice *device, int token, int endpoint);
void usb_wakeup(struct qemu_usb_endpoint *endpoint, unsigned int stream);
void usb_packet_init(struct qemu_usb_packet *packet);
void usb_packet_setup(struct qemu_usb_packet *packet, int token, struct qemu_usb_endpoint *endpoint,
		      unsigned int stream, uint64_t id, bool short_not_ok, bool int_req);
void usb_packet_addbuf(struct qemu_usb_packet *packet, void *data, size_t bytes);
void usb_packet_copy(struct qemu_usb_packet *packet, void *data, size_t bytes);
size_t usb_packet_size(struct qemu_usb_packet *packet);
void usb_packet_cleanup(struct qemu_usb_packet *packet);
void usb_generic_async_ctrl_complete(USBDevice *device, struct qemu_usb_packet *packet);
void usb_device_attach(USBDevice *device, Error **error);
int usb_device_detach(USBDevice *device);
char *g_strdup(const char *text);

#endif /* LULLABY_DEVICES_QEMU_H */
