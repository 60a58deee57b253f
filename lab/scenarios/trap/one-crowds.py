# SPDX-License-Identifier: Apache-2.0
"""One machine takes ever new addresses, first to fill the record, then to fill the trap: whoever else there is keeps its record and gets one."""
import json
import time

from postern_lab import trapped

title = "a machine with 6,000 addresses crowds out neither the record of another nor the trap for a newcomer"
HOPPER, ITS = "eg-guest", "2001:db8:5:9::/64"


def play(lab):
    trap = trapped.Trapped(lab)
    trap.site.ip(HOPPER, f"route add local {ITS} dev lo")
    trapped.sh(*trapped.inside(HOPPER, "sysctl", "-qw", "net.ipv6.ip_nonlocal_bind=1"))
    trap.site.ip("eg-router", f"route add {ITS} via 2001:db8:5:2::7")
    lab.on_end(lambda: (trap.site.ip(HOPPER, f"route del local {ITS} dev lo"), trap.site.ip("eg-router", f"route del {ITS}")))
    trap.offend(trapped.PC[1], "mailer", "20")
    trap.offend(trapped.PERSON[1], "speak", "tls")
    before = trap.show(trapped.PC[0])
    for part in range(1, 4):
        said = trap.offend(HOPPER, "hop", "2000", ITS.replace("9::/64", f"9::{part}000/116"), "2001:db8:a::44@25").stdout.strip()
        if said != "2000":
            yield f"{said} of 2000 addresses were greeted"
    if trap.show(trapped.PC[0]) != before:
        yield f"the PC's record was {before}, and is {trap.show(trapped.PC[0])}"
    if trap.show(trapped.PERSON[0]).get("attempts") != 1:
        yield "the record of a machine that tried once is gone"
    offenders = json.loads(trap.postern("trap", "list", "--format", "json", quiet=True).stdout)["offenders"]
    if not 4000 < len(offenders) <= 4096:
        yield f"{len(offenders)} offenders are on record"
    far = next(one for one in offenders if one["address"].startswith("2001:db8:5:9:"))
    if far["mac"] or "is on no network of this host" not in far["note"] or f"ip neigh show {far['address']}" not in far["note"]:
        yield f"a machine behind another router has MAC {far['mac']!r} and the note {far['note']!r}"
    told = len(trap.events("--most", "10000"))
    if not 300 <= told <= 310:
        yield f"{told} events of a network that may have 300 an hour"
    # The trap itself: one machine holds as many conversations as it gets, from as many addresses as it likes.
    holder = trap.offend(HOPPER, "many", "9500", "40", "2001:db8:a::44@25", ITS.replace("9::/64", "9::8000/116"), wait=False)
    name = f"many-9500-40-2001:db8:a::44@25-{ITS.replace('9::/64', '9::8000/116')}".replace("/", "_")
    trapped.wait_for(lambda: lab.output(name).strip(), 60, "the holder")
    lab.transcript.append(f"one machine holds {lab.output(name).strip()} conversations")
    begun = time.time()
    trap.offend(trapped.SCANNER[1], "scanner", "1")
    event = trap.first_event(trapped.SCANNER[0], 5)
    if not event or event["at_ms"] / 1000 - begun > 1.5:
        yield f"a newcomer is named by {event} after {time.time() - begun:.1f} s"
    shown = trap.show(trapped.SCANNER[0])
    if "KM-C300i" not in str(shown.get("helos")):
        yield f"the newcomer was not heard out: {shown}"
    holder.kill()
    holder.wait()
