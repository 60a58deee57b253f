# SPDX-License-Identifier: Apache-2.0
"""M4 goes by names: a resolver that is silent, wrong, gone, slow and back. Before the filter's servers are known, who may be one is deferred;
once they were, they stay known, over reloads too; and nobody is refused for a fault of ours."""
import time

from postern_lab.gate import Gate
from postern_lab.network import LAB

title = "a resolver that is silent, wrong, gone or slow defers strangers at worst; the filter's known servers stay known"
FILTER = '[dns]\nresolvers = ["127.0.0.1@5399"]\n[lists]\ntimeout = "1s"\n[filter]\nmode = "enforce"\nstage = "refuse"\nsources = ["out.filter.example"]\n'


class Resolver:
    def __init__(self, lab, mood):
        self.lab, self.mood, self.process = lab, lab.file("resolver.mood", mood), None
        self.start()

    def start(self):
        self.process = self.lab.start("mail", "resolver", "/usr/bin/python3", LAB / "servers" / "fake_resolver.py", "127.0.0.1", 5399, self.mood, "out.filter.example", "198.51.100.9")
        self.lab.wait_for(lambda: ":5399" in self.lab.run("mail", "ss", "-lunH", quiet=True).stdout, 5, "the resolver")

    def be(self, mood):
        self.mood.write_text(mood)


def sends(gate, subject, host):
    begun = time.monotonic()
    said = gate.send(subject=subject, host=host)
    return said, time.monotonic() - begun


def expect(gate, subject, friend, stranger):
    """What the filter's server and another client get."""
    for host, wanted in (("outside", friend), ("probe1", stranger)):
        said, seconds = sends(gate, f"{subject}-{host}", host)
        if wanted not in said:
            yield f"{subject}: {host} got {said}, not {wanted}"
        if seconds > 4:
            yield f"{subject}: {host} waited {seconds:.1f} s"


UNKNOWN, KNOWN = ("451 4.7.1", "451 4.7.1"), ("data 250", "550 5.7.1")


def play(lab):
    resolver = Resolver(lab, "silent")
    gate = Gate(lab)
    gate.config.write_text(gate.config.read_text() + FILTER)
    gate.reload()
    for mood in ("silent", "garbage", "servfail", "refused", "other"):
        resolver.be(mood)
        gate.reload()
        time.sleep(1.2)
        yield from expect(gate, f"at-first-{mood}", *UNKNOWN)
    lab.stop(resolver.process)
    gate.reload()
    time.sleep(0.5)
    yield from expect(gate, "at-first-gone", *UNKNOWN)
    resolver.be("slow 0.3")
    resolver.start()
    lab.wait_for(lambda: gate.send(subject="friend").startswith("data 250"), 25, "the filter's server, once the resolver is back,")
    yield from expect(gate, "back", *KNOWN)
    for mood in ("silent", "nxdomain", "servfail", "garbage", "gone"):
        if mood == "gone":
            lab.stop(resolver.process)
        resolver.be(mood)
        gate.reload()
        yield from expect(gate, f"later-{mood}", *KNOWN)
        time.sleep(1.2)
        yield from expect(gate, f"later-still-{mood}", *KNOWN)
