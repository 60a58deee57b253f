# SPDX-License-Identifier: Apache-2.0
"""A change that shuts out the mail server ends by itself, in the kernel: also when every process of ours is killed at once."""
import re
import signal
import subprocess
import time

from postern_lab import egress

title = "a broken change goes away by itself, also when everything was killed, and never reaches the boot files"
BROKEN = egress.ROUTER.replace("10.0.3.25", "10.0.3.26").replace("5:3::25", "5:3::26")


def reachable(lab):
    return lab.attempt("eg-mail", egress.MTA, [25]) == {"connected"}


def play(_):
    lab = egress.stand()
    lab.hold("eg-router", egress.ROUTER)
    confirmed = re.search(r"rules (\w+) are confirmed", lab.firewall("eg-router", "show", "--live").stdout)[1]
    boot = (lab.folder / "eg-router-root/etc/postern/egress.nft").read_text()
    lab.configure("eg-router", BROKEN)
    process = subprocess.Popen(lab.command("eg-router", "apply", "--confirm-within", "2s"), stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    begun = time.monotonic()
    if reachable(lab):
        yield "the broken rules should shut the mail server out while they are on trial"
    if lab.attempt("eg-office", 0, [25]) != {"refused"}:
        yield "the office is open while rules are on trial"
    while not reachable(lab) and time.monotonic() < begun + 6:
        time.sleep(0.1)
    if not 0.2 < (seconds := time.monotonic() - begun) < 4:
        yield f"the old rules came back after {seconds:.1f} s, not about 2"
    if lab.attempt("eg-office", 0, [25]) != {"refused"}:
        yield "the old rules do not shut the office"
    said = lab.firewall("eg-router", "confirm", code=1).stderr
    if confirmed not in said:
        yield f"a late confirmation should be refused: {said}"
    if (lab.folder / "eg-router-root/etc/postern/egress.nft").read_text() != boot:
        yield "the boot file changed without a confirmation"
    # In the middle of the work, at any instant: either the old rules hold, or a trial that ends.
    for step in range(6):
        process = subprocess.Popen(lab.command("eg-router", "apply", "--confirm-within", "1s"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(0.02 * step)
        process.kill()
        process.wait()
    time.sleep(1.3)
    if not reachable(lab):
        yield "killed in the middle, the broken rules stayed"
    # The first rules of a machine go back to none.
    lab.clear()
    lab.configure("eg-router", BROKEN)
    lab.firewall("eg-router", "apply", "--confirm-within", "1s")
    time.sleep(1.3)
    if lab.attempt("eg-office", 0, [25]) != {"connected"}:
        yield "the first rules did not go away"
    if (lab.folder / "eg-router-root").exists():
        yield "boot files without a confirmation"
