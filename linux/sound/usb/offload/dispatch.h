/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DISPATCH_H
#define __SND_USB_OFFLOAD_DISPATCH_H

#include <linux/soc/qcom/qmi.h>

extern const struct qmi_ops offload_qmi_ops;

#endif /* __SND_USB_OFFLOAD_DISPATCH_H */
