// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connects USB sound cards to the ASoC back end that plays them through another processor.
 *
 * The class driver connects devices, ASoC components add ports. A device belongs behind a port
 * if its host controller's "usb-soc-be" property names the port's component, or if it was connected
 * by that component's own device. Rules:
 *
 *	1. Order does not matter: a device that has no port yet may be connected to the next one
 *    that is added.
 *	2. A device is connected to one port at a time, the first that matches and does not
 *	   refuse it, and is disconnected from that same port.
 *	3. A class driver that asks for a port before it connects anything is told of all cards once
 *	   more when a port has been added.
 *	4. When a port is removed, its devices are without a port again, and the other ports may get
 *    them. The port that is removed is not told: its owner is leaving, and forgets them.
 *
 * Locking overview, outermost first:
 *
 *	soc_usb_mutex		both lists, and which port a device is connected to. Held during
 *				the callbacks of ports, so that they never overlap a port's removal.
 *				Nests inside the locks of the callers of connect and disconnect,
 *				and outside of the locks that the ports' callbacks take.
 *	connections_mutex	the list of connections, which also needs soc_usb_mutex to change. A
 *				back end may ask for a format with the lock held that its callbacks
 *				take: that question takes this one only.
 *
 * A port that snd_soc_usb_get_port() returned can be used without the mutex until it is put:
 * removing it waits.
 */

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>

#include <sound/jack.h>
#include <sound/pcm.h>
#include <sound/pcm_params.h>
#include <sound/soc.h>
#include <sound/soc-usb.h>

#include "../usb/platform.h"

/*
 * A device that the class driver has connected. All fields but port are constant.
 * port: the port it is connected to, or NULL; changes under soc_usb_mutex.
 */
struct soc_usb_connection {
	struct list_head list;
	struct device *usbdev;
	struct snd_soc_usb_device *sdev;
	struct snd_soc_usb *port;
};

static DEFINE_MUTEX(soc_usb_mutex);
static DEFINE_MUTEX(connections_mutex);
static LIST_HEAD(ports);
static LIST_HEAD(connections);

/* Whether @dev is the back end, or stands for the same node of the device tree. */
static bool is_backend(struct device *dev, struct device *backend)
{
	return dev == backend || (dev_fwnode(dev) && dev_fwnode(dev) == dev_fwnode(backend));
}

/**
 * snd_soc_usb_device_matches - tell whether a back end is the one for a device
 * @usbdev: the USB host controller (usb_bus.sysdev), a USB device behind it, or the back end's own
 *	device, or one below that
 * @backend: the ASoC back end's device
 *
 * A controller belongs to the back end that its "usb-soc-be" property names. Class drivers that
 * serve one back end pass that back end's device instead, and no property is needed.
 *
 * Context: Process context. May sleep.
 * Return: true if it is.
 */
bool snd_soc_usb_device_matches(struct device *usbdev, struct device *backend)
{
	struct fwnode_handle *fwnode;
	struct device *dev;

	for (dev = usbdev; dev; dev = dev->parent) {
		if (is_backend(dev, backend))
			return true;
		if (!dev_fwnode(dev))
			continue;
		fwnode = fwnode_find_reference(dev_fwnode(dev), "usb-soc-be", 0);
		if (IS_ERR(fwnode))
			continue;
		fwnode_handle_put(fwnode);
		return fwnode == dev_fwnode(backend);
	}
	return false;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_device_matches);

static struct snd_soc_usb *find_port(struct device *usbdev)
{
	struct snd_soc_usb *usb;

	lockdep_assert_held(&soc_usb_mutex);

	list_for_each_entry(usb, &ports, list) {
		if (snd_soc_usb_device_matches(usbdev, usb->component->dev))
			return usb;
	}
	return NULL;
}

/* Connects @connection to @usb if it belongs there and @usb does not refuse it. */
static bool connect_to_port(struct soc_usb_connection *connection, struct snd_soc_usb *usb)
{
	int err;

	lockdep_assert_held(&soc_usb_mutex);

	if (!snd_soc_usb_device_matches(connection->usbdev, usb->component->dev))
		return false;

	INIT_LIST_HEAD(&connection->sdev->list);
	if (usb->connection_status_cb) {
		err = usb->connection_status_cb(usb, connection->sdev, true);
		if (err < 0) {
			dev_dbg(usb->component->dev, "card %d refused: %pe\n",
				connection->sdev->card_idx, ERR_PTR(err));
			return false;
		}
	}

	connection->port = usb;
	return true;
}

static void connect_to_any_port(struct soc_usb_connection *connection)
{
	struct snd_soc_usb *usb;

	lockdep_assert_held(&soc_usb_mutex);

	list_for_each_entry(usb, &ports, list) {
		if (connect_to_port(connection, usb))
			return;
	}
}

static struct soc_usb_connection *find_connection(struct snd_soc_usb_device *sdev)
{
	struct soc_usb_connection *connection;

	lockdep_assert_held(&soc_usb_mutex);

	list_for_each_entry(connection, &connections, list) {
		if (connection->sdev == sdev)
			return connection;
	}
	return NULL;
}

/**
 * snd_soc_usb_connect - connect a USB sound card that can be offloaded
 * @usbdev: its host controller (usb_bus.sysdev), the USB device, or the back end's own device
 * @sdev: the card; constant until snd_soc_usb_disconnect()
 *
 * The port for it is told, now or when it is added. Connecting @sdev again does nothing.
 *
 * Calls a port's connection_status_cb.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENODEV without @usbdev, -EINVAL without @sdev, or -ENOMEM.
 */
int snd_soc_usb_connect(struct device *usbdev, struct snd_soc_usb_device *sdev)
{
	struct soc_usb_connection *connection;

	if (!usbdev)
		return -ENODEV;
	if (!sdev)
		return -EINVAL;

	guard(mutex)(&soc_usb_mutex);

	if (find_connection(sdev))
		return 0;

	connection = kzalloc(sizeof(*connection), GFP_KERNEL);
	if (!connection)
		return -ENOMEM;

	connection->usbdev = get_device(usbdev);
	connection->sdev = sdev;
	scoped_guard(mutex, &connections_mutex)
		list_add_tail(&connection->list, &connections);
	connect_to_any_port(connection);
	return 0;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_connect);

/**
 * snd_soc_usb_disconnect - disconnect a USB sound card that goes
 * @usbdev: as connected
 * @sdev: as connected
 *
 * This tells the port that it was connected to. Nothing refers to @sdev any more when it returns.
 *
 * Calls a port's connection_status_cb.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV if @sdev is not connected.
 */
int snd_soc_usb_disconnect(struct device *usbdev, struct snd_soc_usb_device *sdev)
{
	struct soc_usb_connection *connection;
	struct snd_soc_usb *usb;

	guard(mutex)(&soc_usb_mutex);

	connection = find_connection(sdev);
	if (!connection)
		return -ENODEV;

	usb = connection->port;
	if (usb && usb->connection_status_cb)
		usb->connection_status_cb(usb, sdev, false);

	scoped_guard(mutex, &connections_mutex)
		list_del(&connection->list);
	put_device(connection->usbdev);
	kfree(connection);
	return 0;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_disconnect);

/**
 * snd_soc_usb_allocate_port - make a port for an ASoC component
 * @component: the back end
 * @data: the component's own data, which becomes the port's priv_data
 *
 * Set the port's callbacks, then snd_soc_usb_add_port() it.
 *
 * Context: Process context. May sleep.
 * Return: the port, or ERR_PTR(-ENOMEM).
 */
struct snd_soc_usb *snd_soc_usb_allocate_port(struct snd_soc_component *component, void *data)
{
	struct snd_soc_usb *usb;

	usb = kzalloc(sizeof(*usb), GFP_KERNEL);
	if (!usb)
		return ERR_PTR(-ENOMEM);

	INIT_LIST_HEAD(&usb->list);
	init_completion(&usb->unused);
	usb->component = component;
	usb->priv_data = data;
	return usb;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_allocate_port);

/**
 * snd_soc_usb_free_port - free a port
 * @usb: the port; it is removed if it is still added
 *
 * Context: Process context. May sleep.
 */
void snd_soc_usb_free_port(struct snd_soc_usb *usb)
{
	snd_soc_usb_remove_port(usb);
	kfree(usb);
}
EXPORT_SYMBOL_GPL(snd_soc_usb_free_port);

/**
 * snd_soc_usb_add_port - make a back end's port known, when it is ready for devices
 * @usb: the port
 *
 * Devices that wait for it are connected to it before this returns, and class drivers have heard of
 * all cards once more. Adding a port twice does nothing.
 *
 * Calls the port's connection_status_cb and the connect callbacks of class drivers. None of these
 * may call this, and the caller holds no lock that one of them takes.
 *
 * Context: Process context. May sleep.
 */
void snd_soc_usb_add_port(struct snd_soc_usb *usb)
{
	struct soc_usb_connection *connection;

	scoped_guard(mutex, &soc_usb_mutex) {
		if (!list_empty(&usb->list))
			return;

		refcount_set(&usb->users, 1);
		reinit_completion(&usb->unused);
		list_add_tail(&usb->list, &ports);

		list_for_each_entry(connection, &connections, list) {
			if (!connection->port)
				connect_to_port(connection, usb);
		}
	}

	/* A class driver may have asked for this port when a card came, and not connected it. */
	snd_usb_rediscover_devices();
}
EXPORT_SYMBOL_GPL(snd_soc_usb_add_port);

/**
 * snd_soc_usb_remove_port - remove a back end's port
 * @usb: the port
 *
 * No callback of the port runs, nor has anyone else a reference to it, when this returns.
 * Removing a port that is not added does nothing.
 *
 * Waits for the users of snd_soc_usb_get_port(). Calls other ports' connection_status_cb.
 *
 * Context: Process context. May sleep.
 */
void snd_soc_usb_remove_port(struct snd_soc_usb *usb)
{
	struct soc_usb_connection *connection;

	scoped_guard(mutex, &soc_usb_mutex) {
		if (list_empty(&usb->list))
			return;

		list_del_init(&usb->list);
		list_for_each_entry(connection, &connections, list) {
			if (connection->port != usb)
				continue;
			connection->port = NULL;
			connect_to_any_port(connection);
		}
	}

	snd_soc_usb_put_port(usb);
	wait_for_completion(&usb->unused);
}
EXPORT_SYMBOL_GPL(snd_soc_usb_remove_port);

/**
 * snd_soc_usb_get_port - find and hold the port for a USB host controller
 * @usbdev: the controller (usb_bus.sysdev), a USB device behind it, or the back end's own device
 *
 * The port, its component and its priv_data stay until snd_soc_usb_put_port(). Hold it for a
 * moment only: the removal of the back end waits.
 *
 * Context: Process context. May sleep.
 * Return: the port, or NULL if there is none.
 */
struct snd_soc_usb *snd_soc_usb_get_port(struct device *usbdev)
{
	struct snd_soc_usb *usb;

	guard(mutex)(&soc_usb_mutex);

	usb = find_port(usbdev);
	if (usb)
		refcount_inc(&usb->users);
	return usb;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_get_port);

/**
 * snd_soc_usb_put_port - drop a port that snd_soc_usb_get_port() returned
 * @usb: the port
 *
 * Context: Any context.
 */
void snd_soc_usb_put_port(struct snd_soc_usb *usb)
{
	if (refcount_dec_and_test(&usb->users))
		complete(&usb->unused);
}
EXPORT_SYMBOL_GPL(snd_soc_usb_put_port);

/**
 * snd_soc_usb_find_priv_data - find the private data of the port for a USB host controller
 * @usbdev: the controller (usb_bus.sysdev), a USB device behind it, or the back end's own device
 *
 * Nothing holds the result: use it only where the back end is known to stay, or else
 * snd_soc_usb_get_port().
 *
 * Context: Process context. May sleep.
 * Return: the data, or NULL if there is no port.
 */
void *snd_soc_usb_find_priv_data(struct device *usbdev)
{
	struct snd_soc_usb *usb;

	guard(mutex)(&soc_usb_mutex);

	usb = find_port(usbdev);
	return usb ? usb->priv_data : NULL;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_find_priv_data);

/**
 * snd_soc_usb_update_offload_route - find the ASoC card or PCM through which a USB PCM is offloaded
 * @dev: the host controller (usb_bus.sysdev), a USB device behind it, or the back end's own device
 * @card: ALSA card number of the USB sound card
 * @pcm: device number of its PCM
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @path: whether to look up the ASoC card or its PCM
 * @route: one number; the answer
 *
 * Calls the port's update_offload_route_info.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENODEV if there is no port, or the port's error. @route gets -1 on any failure.
 */
int snd_soc_usb_update_offload_route(struct device *dev, int card, int pcm, int direction,
				     enum snd_soc_usb_kctl path, long *route)
{
	struct snd_soc_usb *usb;
	int ret = -ENODEV;

	guard(mutex)(&soc_usb_mutex);

	usb = find_port(dev);
	if (usb && usb->update_offload_route_info)
		ret = usb->update_offload_route_info(usb->component, card, pcm, direction, path,
						     route);
	if (ret < 0)
		route[0] = -1;
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_update_offload_route);

/* The PCM that a back end with one PCM uses: the last. -1 if there is none, or no such card. */
static int find_offload_pcm(int chip_idx, int direction, int *card_idx)
{
	struct soc_usb_connection *connection;
	struct snd_soc_usb_device *sdev;

	guard(mutex)(&connections_mutex);

	list_for_each_entry(connection, &connections, list) {
		sdev = connection->sdev;
		if (sdev->chip_idx != chip_idx)
			continue;
		*card_idx = sdev->card_idx;
		if (direction == SNDRV_PCM_STREAM_PLAYBACK && sdev->num_playback)
			return sdev->ppcm_idx[sdev->num_playback - 1];
		if (direction == SNDRV_PCM_STREAM_CAPTURE && sdev->num_capture)
			return sdev->cpcm_idx[sdev->num_capture - 1];
		break;
	}
	return -1;
}

/**
 * snd_soc_usb_find_supported_format - tell whether a USB sound card takes the back end's parameters
 * @card_idx: struct snd_soc_usb_device.chip_idx
 * @params: one format, rate and number of channels
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * Answers for the card's last PCM of that direction, the one that a back end with a single PCM
 * uses; a back end that chooses asks snd_soc_usb_find_pcm_format(). The format matches if a
 * format of the USB PCM carries its samples, see snd_soc_usb_match_format(). A back end that asks
 * this is taken to drive devices with implicit feedback and bursts.
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EOPNOTSUPP if not, -ENODEV if the card is not connected or has no PCM of that
 * direction, or as snd_soc_usb_get_pcm_caps().
 */
int snd_soc_usb_find_supported_format(int card_idx, struct snd_pcm_hw_params *params,
				      int direction)
{
	struct snd_soc_usb_pcm pcm = {
		.direction = direction,
		.handled = BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK) | BIT(SND_USB_OBSTACLE_BURST),
	};
	snd_pcm_format_t usb_format;

	pcm.pcm_idx = find_offload_pcm(card_idx, direction, &pcm.card_idx);
	if (pcm.pcm_idx < 0)
		return -ENODEV;

	return snd_soc_usb_find_pcm_format(&pcm, params_format(params), params_rate(params),
					   params_channels(params), &usb_format, NULL);
}
EXPORT_SYMBOL_GPL(snd_soc_usb_find_supported_format);

/**
 * snd_soc_usb_setup_offload_jack - make the jack that says whether a USB device can be offloaded
 * @component: the back end, part of a card
 * @jack: to be initialised
 *
 * The component gets it through its set_jack() and reports SND_JACK_USB on it.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int snd_soc_usb_setup_offload_jack(struct snd_soc_component *component, struct snd_soc_jack *jack)
{
	int ret;

	ret = snd_soc_card_jack_new(component->card, "USB Offload Jack", SND_JACK_USB, jack);
	if (ret < 0) {
		dev_err(component->dev, "cannot create the USB offload jack: %pe\n", ERR_PTR(ret));
		return ret;
	}

	ret = snd_soc_component_set_jack(component, jack, NULL);
	if (ret < 0)
		dev_err(component->dev, "the component does not accept the USB offload jack: %pe\n",
			ERR_PTR(ret));
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_setup_offload_jack);

MODULE_DESCRIPTION("Connects USB sound cards to ASoC back ends");
MODULE_LICENSE("GPL");
