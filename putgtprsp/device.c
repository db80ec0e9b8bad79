/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find and open the device, and explain why it cannot be opened.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBUGFS_DEFAULT	"/sys/kernel/debug"
#define DEBUGFS_DEVICE	DEBUGFS_DEFAULT "/gtp"
#define PROC_DEVICE	"/proc/gtp"
#define MODPROBE	"modprobe kgtp"
#define MOUNT		"mount -t debugfs none " DEBUGFS_DEFAULT

struct search {
	int look;		/* check only, do not open */
	char path[NAME_LEN];	/* the device opened or tried last */
	char denied[NAME_LEN];	/* the first device that denied access */
	int err;		/* errno that ended the search; 0: absent */
};

static struct search search;

/* Check existence, type and access rights without opening. */
static int look_at(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	return access(path, R_OK | W_OK);
}

static int open_device(const char *path, int look)
{
	int fd;

	if (look)
		return look_at(path);
	/* O_NOCTTY: -d may name a terminal line. */
	do {
		fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
	} while (fd < 0 && errno == EINTR && !signals_caught());
	return fd;
}

static int module_loaded(void)
{
	char line[512];
	int found = 0;
	FILE *f;

	if (!access("/sys/module/kgtp", F_OK))
		return 1;
	f = fopen("/proc/modules", "r");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "kgtp ", 5);
	fclose(f);
	return found;
}

static void explain(const char *path, int err)
{
	if (err == EBUSY)
		complain("%s is busy: another session has it open", path);
	else if (err == EACCES || err == EPERM)
		complain("no permission to open %s: %s", path,
			 geteuid() ? "this needs root" :
			 "this needs CAP_SYS_ADMIN, and a kernel that /sys/kernel/security/lockdown does not say [confidentiality] of");
	else if (err == ENOENT && !module_loaded())
		complain("there is no %s: the module is not loaded: " MODPROBE,
			 path);
	else
		complain("cannot open %s: %s", path, strerror(err));
}

static void explain_absent(int debugfs_mounted)
{
	if (debugfs_mounted && module_loaded())
		complain("the module is loaded, but there is no gtp in debugfs and no "
			 PROC_DEVICE);
	else if (debugfs_mounted)
		complain("there is no gtp in debugfs and no " PROC_DEVICE
			 ": the module is not loaded: " MODPROBE);
	else if (module_loaded())
		complain("debugfs is not mounted and there is no " PROC_DEVICE
			 ": " MOUNT);
	else
		complain("there is no " PROC_DEVICE " and debugfs is not mounted: the module is not loaded: "
			 MODPROBE " (then perhaps " MOUNT ")");
}

/*
 * Returns the descriptor (0 when only checking) or -1. If the device is absent
 * or access is denied, the search continues (an ordinary user cannot even
 * search debugfs); any other error, notably EBUSY, ends it.
 */
static int try_path(struct search *s, const char *dir)
{
	int fd;

	if (s->err)
		return -1;
	snprintf(s->path, sizeof(s->path), "%s/gtp", dir);
	fd = open_device(s->path, s->look);
	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM) {
		if (!s->denied[0])
			strcpy(s->denied, s->path);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		s->err = errno;
	}
	return -1;
}

/*
 * /proc/mounts escapes space, tab, newline and backslash as \ooo; old musl
 * does not decode them.
 */
static void unescape(char *p)
{
	unsigned int c;
	char *to = p;

	for (; *p; p++) {
		if (*p == '\\' && strspn(p + 1, "01234567") >= 3 &&
		    sscanf(p + 1, "%3o", &c) == 1) {
			*to++ = c;
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* Try every debugfs in /proc/mounts. */
static int try_mounts(struct search *s, int *mounted)
{
	char line[2 * NAME_LEN], dir[NAME_LEN / 2], type[32];
	int fd = -1;
	FILE *f;

	*mounted = 0;
	f = fopen("/proc/mounts", "r");
	if (!f)
		return -1;
	while (fd < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %255s %31s", dir, type) != 2 ||
		    strcmp(type, "debugfs"))
			continue;
		*mounted = 1;
		unescape(dir);
		fd = try_path(s, dir);
	}
	fclose(f);
	return fd;
}

static int search_device(const char **name, int look)
{
	struct search *s = &search;
	int mounted, fd;

	memset(s, 0, sizeof(*s));
	s->look = look;
	fd = try_mounts(s, &mounted);
	if (fd < 0)
		fd = try_path(s, DEBUGFS_DEFAULT);
	if (fd < 0)
		fd = try_path(s, "/proc");
	*name = s->path;
	if (fd >= 0)
		return fd;
	if (s->err)
		explain(s->path, s->err);
	else if (s->denied[0])
		explain(s->denied, EACCES);
	else
		explain_absent(mounted);
	return -1;
}

static int find_device(const char *path, const char **name, int look)
{
	int fd;

	if (!path)
		return search_device(name, look);
	*name = path;
	fd = open_device(path, look);
	if (fd < 0)
		explain(path, errno);
	return fd;
}

/* Open path, or search if path is NULL. Reports failures. */
int device_open(const char *path, const char **name)
{
	return find_device(path, name, 0);
}

/*
 * Check without opening, so that a missing module is reported before the peer
 * has sent anything. Returns 0, or -1 if the device cannot be opened.
 */
int device_look(const char *path)
{
	const char *name;

	return find_device(path, &name, 1);
}
