/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_IOCTL_H
#define API_LINUX_IOCTL_H

#define _IOW(type, nr, size)	(1u << 30 | sizeof(size) << 16 | (type) << 8 | (nr))

#endif
