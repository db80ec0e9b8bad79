# A script as users of the original KGTP write them: gdb vmlinux -ex 'target remote ...' -x original.gdb
# It starts to trace; later `report' says what has been found. Nothing in it knows of this KGTP.

set pagination off
set circular-trace-buffer on
set disconnected-tracing on

tvariable $bt=1024
tvariable $ignore_error=1

# Reads of 513 bytes, counted for all, and for each CPU.
tvariable $reads
tvariable $p_count
tvariable $per_cpu_bytes
set $tmp=0
while $tmp<$cpu_number
  eval "tvariable $p_count%d",$tmp
  eval "tvariable $per_cpu_bytes%d",$tmp
  set $tmp=$tmp+1
end

trace *vfs_read
  condition $bpnum (count == 513)
  commands
    teval $reads=$reads+1
    teval $p_count=$p_count+1
    teval $per_cpu_bytes=$per_cpu_bytes+count
    collect $args
    collect $bt
    collect $p_count
    collect $current_task_pid
    collect ((struct task_struct *)$current_task)->comm
    collect $current_thread_info, $current_task_user, $task_pt_regs
    collect $clock, $cooked_clock, $rdtsc, $cooked_rdtsc
    collect $xtime_sec, $xtime_nsec
    collect $hardirq_count, $softirq_count, $irq_count
  end
set $read_entry=$bpnum

# How long a write of 513 bytes takes, from the entry of the function to its return.
tvariable $writer
tvariable $began
tvariable $took
trace *vfs_write if (count == 513)
action
  teval $writer=$current_task_pid
  teval $began=$clock
end
set $write_entry=$bpnum
trace *vfs_write if ($writer != 0 && $writer == $current_task_pid)
action
  teval $kret=0
  teval $took=$clock-$began
  teval $writer=0
  collect $took
  collect $current_task_pid
  collect $regs
end
set $write_return=$bpnum

# Writes of 514 bytes are told in the log.
tvariable $c
trace *vfs_write if (count == 514)
  commands
    teval $printk_level=6
    collect $c=$c+1
    collect ((struct task_struct *)$current_task)->pid
    collect $printk_tmp=jiffies_64
    teval $printk_format=4
    collect ((struct task_struct *)$current_task)->comm
  end

# What the process does that has KGTP open: here it counts, and in the next one it is left out.
tvariable $mine
tvariable $others
trace vfs_write if (((struct task_struct *)$current_task)->comm[0] == 112)
  commands
    teval $self_trace=0
    teval $mine=$mine+1
  end
trace *vfs_write if (((struct task_struct *)$current_task)->comm[0] == 112)
  commands
    teval $others=$others+1
  end

# No probe can be there: left out, as $ignore_error says.
trace *1
  commands
    collect $bt
  end

# This one is left out by its address.
tvariable $seeks
trace *vfs_llseek
  commands
    teval $seeks=$seeks+1
  end
eval "monitor disable 0x%lx", (unsigned long)vfs_llseek
monitor disable

enable
p $begin=$clock
tstart

define report_cpu
  eval "printf \"cpu %d: %%ld reads, %%ld bytes, %%.3f of all\\n\", $p_count%d, $per_cpu_bytes%d, (float)$p_count%d/(float)$reads", $arg0, $arg0, $arg0, $arg0
end

define report
  tstop
  printf "%d ns\n", $clock-$begin > 0
  set $tmp=0
  while $tmp<$cpu_number
    report_cpu $tmp
    set $tmp=$tmp+1
  end
  tfind start
  while ($trace_frame != -1)
    if ($tracepoint == $read_entry)
      printf "read: frame %d, cpu %d, pid %d, count %d, nth %d, ", $trace_frame, $cpu_id, $current_task_pid, count, $p_count
      output ((struct task_struct *)$current_task)->comm
      printf ", user %d, irq %d %d %d\n", $current_task_user, $hardirq_count, $softirq_count, $irq_count
      printf "time: %ld %ld %ld %ld %ld.%09ld\n", $clock, $cooked_clock, $rdtsc, $cooked_rdtsc, $xtime_sec, $xtime_nsec
      tdump
      bt
    end
    if ($tracepoint == $write_return)
      printf "write: frame %d, pid %d, took %ld\n", $trace_frame, $current_task_pid, $took
      info registers
    end
    tfind
  end
  tsave original.trace
end
document report
Stop, and show what has been found.
end
