# SPDX-License-Identifier: GPL-2.0
"""Shared by the suites that build copies of the source tree: a test is a function, and prints one line."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests/vm"))
import build  # noqa

TESTS = []


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)))


def environment(**more):
    """Return a user's environment, without the variables of a make that started us."""
    keep = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0")
    return {k: os.environ[k] for k in keep if k in os.environ} | {"LC_ALL": "C.UTF-8"} | more


class Done:
    def __init__(self, command, cwd=None, **env):
        run = subprocess.run([str(word) for word in command], cwd=cwd, env=environment(**env), text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.status, self.output = run.returncode, run.stdout

    def ok(self):
        check(self.status == 0, f"status {self.status}:\n{self.output[-3000:]}")
        return self.output

    def refused(self, *words):
        """Check that it failed with one sentence with these words, and little else from make."""
        check(self.status != 0, f"it went through:\n{self.output[-3000:]}")
        lines = [line for line in self.output.splitlines()
                 if not re.match(r"(  PROBE   |make: \*\*\* \[)", line)]
        check(len(lines) == 1, f"more, or less, than one sentence:\n{self.output}")
        for word in words:
            check(word in lines[0], f"no {word!r} in: {lines[0]}")
        return lines[0]


class Tree:
    """A copy of the sources, in its own git repository."""

    def __init__(self, where):
        self.dir = where
        build.copy_tree(make_dir(where))
        (where / ".copied").unlink()
        for command in ("init -q", "add -A", "-c user.name=t -c user.email=t@t commit -q -m t"):
            Done(["git", *command.split()], where).ok()

    def make(self, *args, **env):
        return Done(["make", *args], self.dir, **env)

    def objects(self):
        """Return the time stamps of the module's objects, and of the answers about the kernel."""
        made = [p for p in self.dir.rglob("*.o") if ".probe" not in p.parts]
        made += [self.dir / name for name in ("kgtp.ko", "compat/config.h", "compat/.probe/log")]
        return {str(p.relative_to(self.dir)): p.stat().st_mtime_ns for p in made if p.exists()}

    def module(self, field=None):
        return Done(["modinfo", *(["-F", field] if field else []), self.dir / "kgtp.ko"],
                    PATH=os.environ["PATH"] + ":/usr/sbin:/sbin").ok()


def make_dir(path):
    path.mkdir(parents=True, exist_ok=True)
    return path


def quiet(output):
    """Check that there is no warning."""
    found = [line for line in output.splitlines() if re.search(r"warning", line, re.I)]
    check(not found, "\n".join(found))


def replace(path, old, new):
    text = path.read_text()
    check(old in text, f"no {old!r} in {path}")
    path.write_text(text.replace(old, new))


def main(suite, description, make_shared):
    """Run the tests, each with make_shared(temporary directory). Return the exit status."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", default="", metavar="REGEX", help="only the tests whose names match")
    args = parser.parse_args()
    count = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    with tempfile.TemporaryDirectory(prefix=f"kgtp-{suite}.") as tmp:
        shared = make_shared(pathlib.Path(tmp).resolve())
        for function in TESTS:
            if not re.search(args.k, function.__name__):
                continue
            verdict, why = "PASS", ""
            try:
                function(shared)
            except Skip as reason:
                verdict, why = "SKIP", str(reason)
            except Exception as error:
                own = getattr(function, "__wrapped__", function).__name__
                frames = traceback.extract_tb(error.__traceback__)
                # The last line of the test's own; of whatever called it, if it is no function with a name.
                at = ([frame for frame in frames if frame.name == own] or frames)[-1].lineno
                verdict, why = "FAIL", f"line {at}: {type(error).__name__}: {error}"
            count[verdict] += 1
            print(f"{suite} {function.__name__:<32} {verdict}  {why}".rstrip(), flush=True)
    print(f"{count['PASS']} passed, {count['FAIL']} failed, {count['SKIP']} skipped")
    return count["FAIL"] != 0
