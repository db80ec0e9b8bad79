# In the manner of the original KGTP, with GDB on the machine that is traced: gdb vmlinux -x original-box.gdb
target remote /sys/kernel/debug/gtp
set pagination off
tvariable $bt=1024
tvariable $c
trace *vfs_read
  commands
    teval $c=$c+1
    collect $bt
    collect $current_task_pid
  end
tstart
shell cat /proc/version /proc/version
shell echo "gdb is $PPID"
tstop
printf "%d reads\n", $c
tfind start
while ($trace_frame != -1)
  printf "frame %d: cpu %d, pid %d, at ", $trace_frame, $cpu_id, $current_task_pid
  output/a $pc
  printf "\n"
  tfind
end
