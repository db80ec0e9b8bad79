# SPDX-License-Identifier: GPL-2.0
"""kgtp report: what is in a file of trace frames. `kgtp report FILE' runs this."""
import sys

if sys.version_info < (3, 6):
    sys.exit("kgtp report: Python %d.%d is too old\n  next: run it where there is Python 3.6 or later; the file can be copied there"
             % sys.version_info[:2])

from kgtp_report import cli     # noqa: E402

sys.exit(cli.main())
