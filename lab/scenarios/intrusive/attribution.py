# SPDX-License-Identifier: Apache-2.0
from postern_lab import mail, probe
from postern_lab.network import STATE

title = "a virus of the test user is stopped and the log names the login behind it; a log that does not is told, and none is no pass"


def audit(lab, *more):
    found = probe.audit(lab, "outside", "example.com", "--no-host", "--intrusive", "--sample-recipient", "sample@example.com", "--sample-mailbox", STATE / "sample",
                        "--test-user", STATE / "test-user", "--arrival-time", "5s", "--list", "zen.spamhaus.org", "--only", "1-05", *more)
    return found


def play(lab):
    yield from probe.differ(audit(lab, "--logs", STATE / "postfix.log"), c1_05=["ATTRIBUTED", "SAMPLE_STOPPED"])
    yield from probe.differ(audit(lab), c1_05=["ATTRIBUTION_NOT_SEEN", "SAMPLE_STOPPED"])
    other = lab.file("other.log", mail.healthy_log())
    yield from probe.differ(audit(lab, "--logs", other), c1_05=["NOT_ATTRIBUTED", "SAMPLE_STOPPED"])
