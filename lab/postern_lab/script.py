# SPDX-License-Identifier: Apache-2.0
"""Scenarios that need more than a table of runs: Python files with `title = "..."` and `def play(lab) -> list[str]`, what is wrong.

`lab` is what they play with. Whatever it starts, loads or makes is gone when the scenario ends, also when it throws; the output of
all that ran is shown when something is wrong."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import traceback

from . import others
from .network import LAB, STATE, inside, sh, wait_for


class Lab:
    state, wait_for = STATE, staticmethod(wait_for)

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-lab."))
        self.data = self.folder / "data"
        self.postern = os.environ.get("POSTERN", str(LAB.parent / "build/release/postern"))
        self.transcript = []
        self._undo = []

    def words(self, host, *command):
        """A command inside a host; "postern" is the program under test."""
        command = [self.postern if word == "postern" and i == 0 else str(word) for i, word in enumerate(command)]
        return inside(host, *others.within(host), "env", f"POSTERN_DATA_DIR={self.data}", *command)

    def run(self, host, *command, input="", timeout=60, quiet=False):
        done = subprocess.run(self.words(host, *command), input=input, capture_output=True, text=True, errors="replace", timeout=timeout)
        if not quiet:
            self.transcript.append(f"{host}# {' '.join(map(str, command))}\n{done.stdout}{done.stderr}(exit code {done.returncode})")
        return done

    def start(self, host, name, *command):
        """A program that stays; its output is `lab.output(name)`. Ended with SIGTERM, after 5 s with SIGKILL."""
        with open(self.folder / f"{name}.log", "w") as log:
            process = subprocess.Popen(self.words(host, *command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.on_end(lambda: self.stop(process))
        return process

    def stop(self, process, sign=signal.SIGTERM):
        """The exit code."""
        if process.poll() is None:
            process.send_signal(sign)
        try:
            return process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def output(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def nft(self, host, name, *rules):
        """Rules in a table `inet postern_NAME` of their own, written TABLE."""
        table = f"inet postern_{name}"
        text = f"add table {table}\n" + "\n".join(rule.replace("TABLE", table) for rule in rules)
        subprocess.run(inside(host, "nft", "-f", "-"), input=text, text=True, check=True, capture_output=True)
        self.on_end(lambda: sh(*inside(host, "nft", "delete", "table", *table.split()), quiet=True))

    def on_end(self, step):
        """Steps run in reverse order."""
        self._undo.append(step)

    def end(self):
        for path in sorted(self.folder.glob("*.log")):
            self.transcript.append(f"{path.name}:\n{path.read_text(errors='replace')}")
        while self._undo:
            self._undo.pop()()
        shutil.rmtree(self.folder, ignore_errors=True)


def load(path):
    """The names that the file defines; no byte code is left beside it."""
    names = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names


def play(path):
    script, lab, wrong = load(path), Lab(), []
    try:
        for sentence in script["play"](lab):  # it may yield what is wrong as it goes
            wrong.append(sentence)
    except Exception as fault:  # what was said until then tells why
        wrong.append(f"{type(fault).__name__}: {fault}")
        lab.transcript.append(traceback.format_exc())
    finally:
        lab.end()
    return script["title"], wrong, "\n".join(lab.transcript)
