# SPDX-License-Identifier: Apache-2.0
"""A scan that lasts longer than Postfix waits for its milter: signs of progress keep Postfix waiting, and the verdict counts."""
import concurrent.futures
import time

from postern_lab.gate import EICAR, Gate
from postern_lab.network import LAB

title = "a scan longer than milter_content_timeout ends in its verdict, for Postfix hears that the gate is still at it"
WAITS, SCAN = 13, 17  # seconds: Postfix's time-out, and the scan's length; a sign of progress comes every 10


def play(lab):
    mood = lab.file("clamd.mood", f"slow {SCAN}")
    path = lab.folder / "fake-clamd.sock"
    lab.start("mail", "fake-clamd", "/usr/bin/python3", LAB / "servers" / "fake_engine.py", "clamd", f"unix:{path}", mood)
    lab.wait_for(path.exists, 5, "the fake clamd")
    gate = Gate(lab, malware=f'clamd = "unix:{path}"\ntimeout = "40s"', postfix={"milter_content_timeout": f"{WAITS}s"})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        begun = time.monotonic()
        clean, virus = pool.submit(gate.send, subject="long-clean"), pool.submit(gate.send, EICAR + "\r\n", subject="long-virus")
        if not (said := clean.result()).startswith("data 250"):
            yield f"a clean message with a long scan got {said}"
        if not (said := virus.result()).startswith("data 554"):
            yield f"a virus with a long scan got {said}"
        if (seconds := time.monotonic() - begun) < SCAN:
            yield f"it took {seconds:.1f} s only: no long scan was made"
    if len(gate.arrived("long-clean")) != 1 or gate.having("long-virus"):
        yield "what arrived is not what was acknowledged"
