/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KGTP's target tells GDB of itself.  `putgtprsp --dry' includes this file,
 * too, and says the same.
 */
#ifndef RSP_FEATURES_H
#define RSP_FEATURES_H

/* Largest payload in bytes, both directions. */
#define RSP_PACKET_SIZE	0x8000

/* The reply to qSupported, behind PacketSize. */
#define RSP_FEATURES ";QStartNoAckMode+;qXfer:features:read+"		\
	";qXfer:traceframe-info:read+;qXfer:threads:read+"		\
	";ConditionalTracepoints+;TracepointSource+;TraceStateVariables+"	\
	";DisconnectedTracing+;EnableDisableTracepoints+;InstallInTrace+"	\
	";QTBuffer:size+;tracenz+;binary-upload+;error-message+"

#endif
