"""What the reliability tests share: the program, its ledgers, and events to append."""

import json
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Program:
    """vsl, run in a folder of its own that goes away at the end."""

    def __init__(self, executable):
        self.executable = os.path.abspath(executable)
        self.folder = tempfile.mkdtemp(prefix="vsl-reliability-")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, ledger="ledger", text=None, environment=None, timeout=600):
        return subprocess.run(
            [self.executable, *arguments, "--ledger", self.path(ledger)],
            input=text, capture_output=True, text=True, timeout=timeout, cwd=self.folder,
            env={**os.environ, **(environment or {})})

    def size(self, ledger="ledger"):
        """The number of events, or None when it cannot be read."""
        outcome = self.run("info", "--format", "json", ledger=ledger)
        if outcome.returncode != 0:
            return None
        return json.loads(outcome.stdout)["position"]

    def records(self, ledger="ledger"):
        """The events, byte for byte, in order."""
        outcome = self.run("log", "--format", "ndjson", ledger=ledger)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout.splitlines()

    def interposer(self):
        """The library that stands between the program and its files, compiled."""
        library = self.path("interpose.so")
        subprocess.run(
            [os.environ.get("CC", "cc"), "-O1", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "interpose.c"),
             "-ldl", "-lpthread"], check=True)
        return library


def event(number, stream="payments"):
    """A made-up event; about three of four belong to an item that was there before."""
    kind, data = [
        ("created", {"kind": "feature", "title": "x" * (1 + number * 37 % 900)}), ("entered", {"stage": "build"}),
        ("entered", {"stage": "review"}), ("delivered", {}),
    ][number % 4]
    return json.dumps({
        "specversion": "1.0", "id": f"e{number}", "source": "/reliability", "type": f"vsl.item.{kind}.v1",
        "subject": f"I-{number // 4}", "time": f"2026-01-{1 + number // 24 % 28:02}T{number % 24:02}:00:00Z",
        "valuestream": stream, "data": data}, separators=(",", ":"))
