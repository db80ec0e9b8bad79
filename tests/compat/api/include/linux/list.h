/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_LIST_H
#define API_LINUX_LIST_H

#include <linux/kernel.h>
#include <linux/types.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *head)
{
}

static inline void list_del(struct list_head *entry)
{
}

static inline void list_splice_init(struct list_head *list,
				    struct list_head *head)
{
}

static inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define hlist_entry(p, type, field)	container_of(p, type, field)

#define hlist_for_each(pos, head)	\
	for (pos = (head)->first; pos; pos = pos->next)

static inline void hlist_del(struct hlist_node *node)
{
}

static inline void hlist_add_head(struct hlist_node *node,
				  struct hlist_head *head)
{
}

#define list_entry(p, type, field)	container_of(p, type, field)

#define list_for_each_entry(pos, head, field)				\
	for (pos = list_entry((head)->next, __typeof__(*pos), field);	\
	     &pos->field != (head);					\
	     pos = list_entry(pos->field.next, __typeof__(*pos), field))

#define list_for_each_entry_reverse(pos, head, field)			\
	for (pos = list_entry((head)->prev, __typeof__(*pos), field);	\
	     &pos->field != (head);					\
	     pos = list_entry(pos->field.prev, __typeof__(*pos), field))

#define list_for_each_entry_safe(pos, n, head, field)			\
	for (pos = list_entry((head)->next, __typeof__(*pos), field),	\
	     n = list_entry(pos->field.next, __typeof__(*pos), field);	\
	     &pos->field != (head);					\
	     pos = n,							\
	     n = list_entry(n->field.next, __typeof__(*n), field))

#endif
