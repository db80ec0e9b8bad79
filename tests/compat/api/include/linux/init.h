/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_INIT_H
#define API_LINUX_INIT_H

#define __init		__attribute__((section(".init.text")))
#define __exit		__attribute__((section(".exit.text")))
#define __initdata	__attribute__((section(".init.data")))

#endif
