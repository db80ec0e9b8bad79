# SPDX-License-Identifier: GPL-2.0
"""kgtp_fetch: copy a file from a host without a program there. Ansible's own fetch needs Python on the host."""
import os
import tempfile

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """src: the file on the host; dest: the file here, which is replaced when all of it is there."""

    TRANSFERS_FILES = True
    _VALID_ARGS = frozenset(("src", "dest"))

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        src, dest = self._task.args.get("src"), self._task.args.get("dest")
        if not src or not dest:
            raise AnsibleActionFail("src and dest are needed")
        dest = os.path.abspath(os.path.expanduser(dest))
        os.makedirs(os.path.dirname(dest), exist_ok=True)
        part = tempfile.NamedTemporaryFile(prefix=f".{os.path.basename(dest)}.", dir=os.path.dirname(dest), delete=False)
        part.close()
        try:
            self._connection.fetch_file(src, part.name)
            os.replace(part.name, dest)
        finally:
            if os.path.exists(part.name):
                os.unlink(part.name)
        result.update(changed=True, dest=dest, size=os.path.getsize(dest))
        return result
