/* SPDX-License-Identifier: GPL-2.0 */
/* A test defines what it needs. */
