# SPDX-License-Identifier: GPL-2.0
"""kgtp flight: the last frames before something happens."""
import json
import re
import signal
import subprocess
import time

from experiments import ON_THE_BOX, TOOLS, TOP, compile_recipe, install
from harness import case
from tfiles import here, read_file

FLIGHT = """\
set circular-trace-buffer on
set trace-buffer-size 262144
tvariable $n = 0
trace *vfs_read
actions
teval $n = $n + 1
collect $args, $n, $clock, $cpu_id
end
trace *vfs_write if count == 4321
actions
collect $args, $n, $cpu_id
end
passcount 1 2
"""


@case(programs="shell", timeout=300)
def flight_recorder(t):
    """kgtp flight keeps the last frames, writes them out each time the trigger fires, and goes on; old files are removed."""
    install(t)
    t.guest.push(compile_recipe(t, FLIGHT.splitlines())[0], "/tmp/flight.exp")
    t.sh("mkdir -p /tmp/black; loup || true")
    recorder = t.spawn(f"{ON_THE_BOX} flight -o /tmp/black -n 2 /tmp/flight.exp 2>/tmp/flight.err")
    said = recorder.readline()
    assert said == "recording; the files go to /tmp/black; Ctrl-C ends it", said
    made = []
    for _ in range(3):
        # More frames than the buffer has room for; then the trigger.
        t.load("pread", n=4000, file="/proc/version", size=8, cpu=0).go()
        time.sleep(1.2 * t.kernel.slow)         # the files are named by the second
        assert t.load("write", n=1, file="/dev/null", size=4321, cpu=0).go()["ok"] == 1
        line = recorder.readline(timeout=60)
        name, why = line.split(": ", 1)
        assert "pass count of tracepoint 2" in why, line
        made.append(name)
        frames = rows_of(t, name)
        # One of the last is the trigger's (other CPUs may have hit meanwhile); those before it are the newest ones of that CPU.
        at = max(n for n, frame in enumerate(frames) if frame["tracepoint"] == 2)
        trigger = frames[at]
        assert trigger["values"]["count"] == 4321 and len(frames) - at < 10, (trigger, len(frames) - at)
        numbers = [frame["values"]["$n"] for frame in frames[:at] if frame["tracepoint"] == 1 and frame["cpu"] == 0]
        assert len(numbers) > 100 and numbers == sorted(numbers) and numbers[-1] - numbers[0] < len(numbers) + 50, numbers[:10]
        assert numbers[0] > 1 and trigger["values"]["$n"] - numbers[-1] < 10, (numbers[0], numbers[-1], trigger)
    assert t.sh(f"{TOOLS}/ls -1 /tmp/black").split() == [name.rpartition("/")[2] for name in made[1:]], t.sh(f"{TOOLS}/ls -1 /tmp/black")
    recorder.kill(signal.SIGINT)
    recorder.wait()
    assert re.search("^running +0$", t.sh("cat /proc/gtpstat"), re.M)
    # What cannot be recorded is refused at once, by name.
    for text, wanted in (("passcount 1 2\n", "no tracepoint of"), ("set circular-trace-buffer on\n", "is not circular")):
        t.guest.push(compile_recipe(t, FLIGHT.replace(text, "").splitlines())[0], "/tmp/flight.exp")
        said = t.run(f"{ON_THE_BOX} flight -o /tmp/black /tmp/flight.exp 2>&1")
        assert said.status == 1 and wanted in said.output and "next: in the recipe: " in said.output, said


def rows_of(t, name):
    """Return the rows of kgtp report for a file in the guest."""
    path = here(t, read_file(t, name))
    done = subprocess.run([TOP / "launcher/kgtp", "report", path, "--vmlinux", t.kernel.vmlinux, "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return list(map(json.loads, done.stdout.splitlines()))
