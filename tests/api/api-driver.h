/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef API_DRIVER_H
#define API_DRIVER_H

#include <linux/auxiliary_bus.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/soc/qcom/qmi.h>
#include <linux/types.h>
#include <linux/usb.h>
#include <linux/usb/xhci-sideband.h>
#include <linux/wait.h>
#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/soc-usb.h>

#include "usbaudio.h"
#include "card.h"
#include "endpoint.h"
#include "helper.h"
#include "pcm.h"
#include "power.h"

struct api_backend_data;

/**
 * struct api_region - memory that the DSP and the xHC share
 * @iova: as the DSP sees it; 0 if it is not mapped
 * @dma: as the xHC sees it
 * @bytes: whole pages
 */
struct api_region {
	u64 iova;
	u64 dma;
	u32 bytes;
};

/**
 * struct api_request - the request of a client
 * @enable: 1 or 0
 * @token: card, PCM and direction
 * @has_format: @format was sent
 * @format: number on the wire
 * @has_channels: @channels was sent
 * @channels: how many
 * @has_rate: @rate_hz was sent
 * @rate_hz: sample rate
 * @has_buffer_bytes: @buffer_bytes was sent
 * @buffer_bytes: of the transfer buffer
 * @has_interval: @interval_us was sent
 * @interval_us: not looked at
 */
struct api_request {
	u8 enable;
	u32 token;
	u8 has_format;
	u32 format;
	u8 has_channels;
	u32 channels;
	u8 has_rate;
	u32 rate_hz;
	u8 has_buffer_bytes;
	u32 buffer_bytes;
	u8 has_interval;
	u32 interval_us;
};

/**
 * struct api_stream - one direction of a card; all under api.lock
 * @is_enabled: the client has it
 * @subs: of snd-usb-audio
 * @client: the one that has it
 * @data_pipe: offloaded endpoint, or 0
 * @sync_pipe: offloaded feedback endpoint, or 0
 * @data_ring: mapped
 * @sync_ring: mapped, if there is one
 * @buffer: mapped
 * @buffer_cpu: its memory
 */
struct api_stream {
	bool is_enabled;
	struct snd_usb_substream *subs;
	struct sockaddr_qrtr client;
	unsigned int data_pipe;
	unsigned int sync_pipe;
	struct api_region data_ring;
	struct api_region sync_ring;
	struct api_region buffer;
	void *buffer_cpu;
};

/**
 * struct api_card - a USB sound card; all under api.lock
 * @list: in api.cards
 * @slot: which part of the DSP's addresses is this card's
 * @chip: of snd-usb-audio
 * @sb: as long as the card is there
 * @sdev: for ASoC
 * @streams: by direction
 * @enabled: how many of them are enabled
 * @event_ring: mapped while @enabled is not 0
 */
struct api_card {
	struct list_head list;
	unsigned int slot;
	struct snd_usb_audio *chip;
	struct xhci_sideband *sb;
	struct snd_soc_usb_device sdev;
	struct api_stream streams[SNDRV_PCM_STREAM_LAST + 1];
	unsigned int enabled;
	struct api_region event_ring;
};

/**
 * struct api - the class driver; there is one
 * @auxdev: the device that it is bound to, or NULL
 * @qmi: its service
 * @lock: outermost, in every callback; guards the cards
 * @cards: struct api_card
 * @slots: those that are in use
 * @disabled: woken when a stream has been disabled
 */
struct api {
	struct auxiliary_device *auxdev;
	struct qmi_handle qmi;
	struct mutex lock; /* see above */
	struct list_head cards;
	unsigned long slots;
	wait_queue_head_t disabled;
};

extern struct api api;

/* api-driver.c */
struct api_card *api_find_card(int number);
struct api_backend_data *api_backend_data(void);

/* api-service.c */
int api_service_start(void);
void api_service_stop(void);
void api_indicate_disconnect(struct api_card *card);

/* api-stream.c */
int api_stream_enable(struct api_card *card, struct api_stream *stream,
		      const struct api_request *request);
void api_stream_disable(struct api_card *card, struct api_stream *stream);
void api_card_cleanup(struct api_card *card);
struct api_stream *api_find_stream(struct api_card *card, u32 token);

/* api-memory.c */
int api_map_ring(struct api_region *region, unsigned int card_slot, unsigned int index,
		 struct sg_table *sgt);
int api_map_buffer(struct api_region *region, unsigned int card_slot, unsigned int index,
		   struct sg_table *sgt, u32 bytes);
void api_unmap(struct api_region *region);

#endif /* API_DRIVER_H */
