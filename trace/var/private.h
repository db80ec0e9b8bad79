/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Families of variables. Each has a file, and a line in the table of table.c.
 */
#ifndef VAR_PRIVATE_H
#define VAR_PRIVATE_H

#include "trace/var/specials.h"
#include "trace/var/var.h"

/* All members but nr may be NULL. Context of the functions: process. */
struct var_group {
	const struct gtp_special *vars;	/* those that the module provides */
	u32 nr;
	/*
	 * They are no values, and ask for a kind of probe: an action sets them,
	 * and no expression reads them.
	 */
	int ask_for_probe;
	void (*init)(void);
	/* QTDV: may the name be used? Return 0, or a negative errno with *why set. */
	int (*check)(const char *name, const char **why);
	/*
	 * Make a new variable one of this family if its name says so. Return 0,
	 * or a negative errno with *why set.
	 */
	int (*attach)(struct gtp_var *var, const char **why);
	/* Before a run: allocate what gtp_hits.uses requires. 0 or -ENOMEM. */
	int (*prepare)(void);
	void (*start)(void);		/* a run begins */
	/* Variables were freed; are kept for readers; kept ones were freed. */
	void (*clear)(void);
	void (*keep)(void);
	void (*drop_kept)(void);
};

extern const struct var_group gtp_bt_vars, gtp_clock_vars, gtp_control_vars,
	gtp_kret_marks, gtp_kret_vars, gtp_loss_vars, gtp_missing_vars, gtp_percpu_vars,
	gtp_printk_vars, gtp_task_vars;

/* ---- table.c ----------------------------------------------------------- */

/* Add a variable; NULL: no memory, or too many. */
struct gtp_var *gtp_var_add(u32 num, const char *name);
void gtp_var_remove_last(void);
/*
 * If a special variable has that name, give it another number and set *var.
 * Return 0, or a negative errno with *why set.
 */
int gtp_var_again(u32 num, const char *name, struct gtp_var **var,
		  const char **why);
/* Ask all families: see struct var_group. */
int gtp_var_check(const char *name, const char **why);
int gtp_var_attach(struct gtp_var *var, const char **why);

/* ---- percpu.c ---------------------------------------------------------- */

/* Set the initial values of all CPUs. */
void gtp_percpu_start(struct gtp_percpu *p);

#endif
