/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp --record: the frames of a run, from gtpframe_pipe into files, while
 * the run goes on.
 *
 * recorder.c	options, and the stream: lines and frames
 * output.c	the files that are written
 * progress.c	what was lost, and what is shown
 *
 * What is read are files in GDB's tfile format: lines up to an empty one, frames,
 * and an end mark. Each file that is written has those lines, whole frames, and
 * that mark, wherever the recording or the disk ends.
 */
#ifndef PUTGTPRSP_RECORDER_H
#define PUTGTPRSP_RECORDER_H

#include <sys/types.h>

#include "putgtprsp.h"

#define END_MARK	4		/* zero bytes */

typedef unsigned int u32;
typedef unsigned long long u64;

/* The file that is being written, whose data may go through a command. */
struct output {
	int fd;			/* of the file or the command; -1: none */
	pid_t command;		/* 0: none */
	char path[NAME_LEN];
	u64 bytes;		/* given to it */
	u64 whole;		/* of these: up to the last whole frame; 0: none */
	u64 frames, whole_frames;
	unsigned long since;	/* ticks */
};

/* The recording. */
struct recording {
	/* options */
	const char *dir, *device, *pipe, *suffix;
	u64 frames, bytes, free;
	u64 seconds, keep;
	int follow, quiet;
	/* the stream */
	int in;
	char name[NAME_LEN];
	unsigned char buf[BUF_SIZE];
	size_t len;		/* bytes in buf */
	int in_lines, in_frame;	/* both 0: between two frames */
	u32 rest;		/* of that frame */
	unsigned char *head;	/* the lines */
	size_t head_len, head_room;
	/* output */
	struct output out;
	unsigned int number;	/* of files so far */
	char **kept;		/* the last files' names: `keep' of them */
	u64 total_frames, total_bytes, checked;
	/* losses */
	u64 lost_base, lost_last, lost_before;
	int lost_known;
	u64 shown_bytes;
	unsigned long shown;	/* ticks */
};

extern struct recording rec;

/* recorder.c: argv[0] is --record. Returns the exit status. */
int record_main(int argc, char **argv);

/*
 * output.c: the file that is being written. All return 0, or -1 after a message,
 * with the file ended; those that begin a file need none to be open.
 */
int output_begin(void);		/* the lines */
/* Write n bytes, of which the first `whole' end between two frames; 0: none. */
int output_write(const void *data, size_t n, size_t whole);
/*
 * End the file behind its last whole frame, if one is open. err: the errno that
 * has ended it, or 0.
 */
int output_end(int err);
/* Is it time for the next file? more: bytes to write before. */
int output_full(u64 more);
int check_free(void);		/* -1: the disk is too full */

/* progress.c */
void lost_look(void);		/* ask the module */
void show_progress(void);	/* once a second, on a terminal */
void progress_end(void);	/* before a message */
void show_sum(void);

#endif
