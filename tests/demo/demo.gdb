# SPDX-License-Identifier: GPL-2.0
# What `make demo` shows.  GDB runs on this machine; the kernel that it looks at
# runs in QEMU and is never stopped.
set print entry-values no
set pagination off
set width 100
echo \n-- The kernel runs; its memory can be read, and changes between two looks.\n
set trace-commands on
print jiffies_64
shell sleep 1
print jiffies_64
printf "%s", linux_banner
print init_task.comm
set trace-commands off
echo \n-- A tracepoint on vfs_read, for large reads only: arguments, 2048 bytes of stack, the file's name.\n
set trace-commands on
tvariable $bt = 2048
trace vfs_read if count > 4000
actions
  collect $args, $bt
  collect/s file->f_path.dentry->d_name.name
end
info tracepoints
tstart
shell tests/vm/guestctl "cat /proc/version /proc/uptime >/dev/null; dd if=/init of=/dev/null bs=65536 count=2 2>/dev/null"
tstatus
tstop
set trace-commands off
echo \n-- What was collected: the first frame, its callers, everything in it.\n
set trace-commands on
tfind start
bt
print count
print (char *)file->f_path.dentry->d_name.name
tdump
set trace-commands off
echo \n-- The other frames.\n
set trace-commands on
while $trace_frame != -1
  printf "frame %d: cpu %d reads %lu bytes of %s\n", $trace_frame, $cpu_id, count, (char *)file->f_path.dentry->d_name.name
  tfind
end
tstatus
set trace-commands off
echo \n-- Done: detach. The kernel never noticed.\n
detach
