# SPDX-License-Identifier: GPL-2.0
# GDB runs hook-X before X; where kgtp-refuse fails, X does not run. Aliases and abbreviations of X count.
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
define hook-tcatch
  kgtp-refuse tcatch
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
define hook-starti
  kgtp-refuse starti
end
define hook-kill
  kgtp-refuse kill
end
define hook-reverse-continue
  kgtp-refuse reverse-continue
end
define hook-reverse-step
  kgtp-refuse reverse-step
end
define hook-reverse-next
  kgtp-refuse reverse-next
end
define hook-reverse-stepi
  kgtp-refuse reverse-stepi
end
define hook-reverse-nexti
  kgtp-refuse reverse-nexti
end
define hook-reverse-finish
  kgtp-refuse reverse-finish
end
define target hookpost-remote
  kgtp-connected
end
define target hookpost-extended-remote
  kgtp-connected
end
define hookpost-trace
  kgtp-check
end
define hookpost-condition
  kgtp-check
end
