// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * usb-reset: resets a USB device, as usbreset(1) does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2 || !strcmp(argv[1], "--help")) {
		fputs("Usage: usb-reset /dev/bus/usb/BUS/DEVICE\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_WRONLY);
	if (fd < 0 || ioctl(fd, USBDEVFS_RESET, 0) < 0) {
		fprintf(stderr, "usb-reset: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
