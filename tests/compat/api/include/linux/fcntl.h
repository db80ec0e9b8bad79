/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FCNTL_H
#define API_LINUX_FCNTL_H

#define O_WRONLY	00000001
#define O_CREAT		00000100
#define O_EXCL		00000200
#define O_LARGEFILE	00100000
#define O_NOFOLLOW	00400000

#endif
