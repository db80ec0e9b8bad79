/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_LOCKDEP_H
#define API_LINUX_LOCKDEP_H

struct lock_class_key {
	char api_unused;
};

#if API >= API_EL6
#define lockdep_assert_held(lock)	((void)(lock))
#endif

#endif
