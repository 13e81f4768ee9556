/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef API_BACKEND_H
#define API_BACKEND_H

#include <linux/types.h>

struct device;
struct iommu_domain;

/**
 * struct api_backend_data - the back end's data for the class driver, as the port's private data
 * @dev: the back end
 * @domain: the DSP's MMU
 * @intr_num: interrupter to use, 0 for any
 */
struct api_backend_data {
	struct device *dev;
	struct iommu_domain *domain;
	u16 intr_num;
};

#endif /* API_BACKEND_H */
