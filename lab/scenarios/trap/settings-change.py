# SPDX-License-Identifier: Apache-2.0
"""A running trap takes what it can of new settings, refuses the rest by name, and says so when its record cannot be written."""
import sqlite3
import time

from postern_lab import trapped

title = "a reload takes what a running trap can take and names what it cannot; a record that cannot be written is an event, a line and a metric"


def play(lab):
    trap = trapped.Trapped(lab, "keep = \"30d\"\n")
    for old, new, name in (("keep =", "syslog = \"10.0.1.1@5514\"\nkeep =", "syslog"), ("keep =", "resolver = \"10.0.3.53\"\nkeep =", "resolver"),
                           ("keep =", "listen = [\"127.0.0.1@2600\"]\nkeep =", "listen"), ("keep =", "webhook = \"http://10.0.3.30/\"\nkeep =", "webhook"),
                           ("leases = [", "leases = [\"/nowhere\", ", "leases")):
        said = trap.reload(old, new)
        if f"of [trap], {name} changed, and can change with a restart only" not in said:
            yield f"{name} changed, and the daemon said {said!r}"
        trap.config.write_text(trap.config.read_text().replace(new, old))
    trap.offend(trapped.PC[1], "mailer", "5")
    if not (masked := trap.show(trapped.PC[0]).get("recipients")) or "***" not in masked[0]:
        yield f"recipients before the change: {masked}"
    if "reloaded" not in (said := trap.reload("keep = \"30d\"", "keep = \"7d\"\nshow_recipients = true\nname = \"gw.example\"\nsessions = 20")):
        yield f"what can be taken is not: {said}"
    trap.offend(trapped.SCANNER[1], "scanner", "1")
    if (shown := trap.show(trapped.SCANNER[0]).get("recipients")) != ["anna@example.com"]:
        yield f"recipients after show_recipients: {shown}"
    if (said := trap.offend(trapped.PC[1], "many", "12", "1", "198.51.100.9@25").stdout.strip()) != "10":
        yield f"with room for 20, {said} of 12 of one network were greeted, not 10"
    with sqlite3.connect(lab.data / "trap.sqlite") as record:
        record.execute("UPDATE offender SET last = last - 8 * 86400000 WHERE address = ?", (trapped.SCANNER[0],))
    time.sleep(1.5)
    with sqlite3.connect(lab.data / "trap.sqlite") as record:
        if record.execute("SELECT 1 FROM offender WHERE address = ?", (trapped.SCANNER[0],)).fetchone():
            yield "a record older than the new time is kept"
    yield from disk(lab, trap)


def disk(lab, trap):
    """Somebody holds the record locked for longer than anybody waits."""
    with sqlite3.connect(lab.data / "trap.sqlite", isolation_level=None) as record:
        record.execute("BEGIN IMMEDIATE")
        trap.offend(trapped.PERSON[1], "speak", "tls")
        trapped.wait_for(lambda: "the trap's record cannot be written" in trap.said(), 12, "the fault")
        record.execute("ROLLBACK")
    trapped.wait_for(lambda: "can be written again" in trap.said(), 12, "its end")
    if trap.show(trapped.PERSON[0]).get("attempts") != 1:
        yield "what waited was not written"
    if [event["severity"] for event in trap.events() if event["kind"] == "trap.record"] != ["incident", "info"]:
        yield f"the events are {trap.events()}"
