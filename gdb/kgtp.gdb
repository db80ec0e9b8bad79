# SPDX-License-Identifier: GPL-2.0
# KGTP's commands for a GDB without Python (`show version' says --without-python; RHEL 5's GDB 7.0.1): source gdb/kgtp.gdb
# With Python, source gdb/kgtp.py, which does the same and more. This file is for a GDB that connects to KGTP only: without
# Python GDB cannot know what it is connected to.

define kgtp-refuse
  echo The kernel is never stopped: use trace, tstart, tstop and tfind instead.\n
  # A command that does not exist ends the one that asked.
  kgtp-refused-it
end
document kgtp-refuse
Used by the hooks of GDB's commands: say what to type instead, and fail.
end

define kgtp-vmlinux
  echo The running kernel, as the module says:\n
  monitor vmlinux
  echo At the address of linux_banner in GDB's file:\n
  output linux_banner
  echo \n
end
document kgtp-vmlinux
Say whether GDB's file is the vmlinux of the running kernel. It is checked whenever GDB connects.
If the two texts name different kernels, load the vmlinux of the running one, and connect again.
end

define kgtp-modules
  echo Each module's name and the address of its code; load its symbols by: add-symbol-file FILE.ko ADDRESS\n
  set $kgtp_list = modules.next
  while $kgtp_list != &modules
    set $kgtp_module = (struct module *) ((char *) $kgtp_list - (unsigned long) &((struct module *) 0)->list)
    set $kgtp_i = 0
    set $kgtp_text = (unsigned long) 0
    while $kgtp_module->sect_attrs->grp.attrs[$kgtp_i] && !$kgtp_text
      set $kgtp_name = $kgtp_module->sect_attrs->attrs[$kgtp_i].name
      if $kgtp_name[0] == '.' && $kgtp_name[1] == 't' && $kgtp_name[2] == 'e' && $kgtp_name[3] == 'x' && $kgtp_name[5] == 0
        set $kgtp_text = $kgtp_module->sect_attrs->attrs[$kgtp_i].address
      end
      set $kgtp_i = $kgtp_i + 1
    end
    printf "%s 0x%lx\n", $kgtp_module->name, $kgtp_text
    set $kgtp_list = $kgtp_list->next
  end
end
document kgtp-modules
List the loaded modules with the address of their code, on kernels before 5.8.
end

define hook-break
  kgtp-refuse break
end
define hook-tbreak
  kgtp-refuse tbreak
end
define hook-hbreak
  kgtp-refuse hbreak
end
define hook-thbreak
  kgtp-refuse thbreak
end
define hook-rbreak
  kgtp-refuse rbreak
end
define hook-watch
  kgtp-refuse watch
end
define hook-rwatch
  kgtp-refuse rwatch
end
define hook-awatch
  kgtp-refuse awatch
end
define hook-catch
  kgtp-refuse catch
end
define hook-continue
  kgtp-refuse continue
end
define hook-step
  kgtp-refuse step
end
define hook-next
  kgtp-refuse next
end
define hook-stepi
  kgtp-refuse stepi
end
define hook-nexti
  kgtp-refuse nexti
end
define hook-until
  kgtp-refuse until
end
define hook-advance
  kgtp-refuse advance
end
define hook-finish
  kgtp-refuse finish
end
define hook-jump
  kgtp-refuse jump
end
define hook-signal
  kgtp-refuse signal
end
define hook-return
  kgtp-refuse return
end
define hook-call
  kgtp-refuse call
end
define hook-run
  kgtp-refuse run
end
define hook-start
  kgtp-refuse start
end
define hook-kill
  kgtp-refuse kill
end
define target hookpost-remote
  monitor vmlinux
end
define target hookpost-extended-remote
  monitor vmlinux
end
