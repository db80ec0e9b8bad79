# SPDX-License-Identifier: GPL-2.0
"""Experiments of `kgtp compile', and kgtp in a guest."""
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOLS = "/tmp/bb"
ON_THE_BOX = f"PATH={TOOLS}:$PATH; export PATH; exec sh /tmp/kgtp/kgtp"


def install(t):
    """Put kgtp into the guest, for busybox's shell: ON_THE_BOX runs it. Return the directory of busybox's utilities."""
    parts = [part.relative_to(TOP / "launcher") for part in sorted((TOP / "launcher").rglob("*")) if part.is_file()]
    t.sh(f"mkdir -p {TOOLS} {' '.join(sorted({f'/tmp/kgtp/{part.parent}' for part in parts}))}; busybox --install -s {TOOLS}")
    for part in parts:
        t.guest.push(TOP / "launcher" / part, f"/tmp/kgtp/{part}")
    return TOOLS


def compile_recipe(t, lines, *words, vmlinux=None, status=0):
    """Compile GDB's commands here, with the guest's putgtprsp. Return (path of the experiment, what was said)."""
    recipe, out = t.logs / f"{t.kernel.name}-{t.name}.gdb", t.logs / f"{t.kernel.name}-{t.name}.exp"
    recipe.write_text("\n".join(lines) + "\n")
    out.unlink(missing_ok=True)
    done = subprocess.run([TOP / "launcher/kgtp", "--relay", t.built.files["bin/putgtprsp"], "compile", recipe, "-o", out,
                           "--vmlinux", vmlinux or t.kernel.vmlinux, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300)
    assert done.returncode == status, done.stdout
    assert out.exists() == (status == 0), done.stdout
    return out, done.stdout
