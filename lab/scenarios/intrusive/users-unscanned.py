# SPDX-License-Identifier: Apache-2.0
"""A real Postfix whose submission has been taken out of the filter, as happens with every second copied master.cf."""
from postern_lab import mail, probe
from postern_lab.network import STATE

title = "where submission is not filtered, what a stolen account sends is seen to arrive: EICAR and GTUBE, plain and wrapped"
ONLY = "1-04,1-05,1-06,3-01,3-02,3-05"


def audit(lab):
    return probe.audit(lab, "outside", "example.com", "--no-host", "--intrusive", "--sample-recipient", "sample@example.com", "--sample-mailbox", STATE / "sample",
                       "--test-user", STATE / "test-user", "--arrival-time", "8s", "--list", "zen.spamhaus.org", "--only", ONLY)


def play(lab):
    path = mail.ETC / "postfix" / "master.cf"
    saved = path.read_text()

    def restore():
        path.write_text(saved)
        lab.run("mail", "postfix", "reload")

    lab.on_end(restore)
    path.write_text(saved.replace("submission inet n - n - - smtpd\n", "submission inet n - n - - smtpd\n  -o smtpd_milters=\n"))
    lab.run("mail", "postfix", "reload")
    yield from probe.differ(audit(lab), c1_04=["SAMPLE_STOPPED"], c1_05=["SAMPLE_ARRIVED"], c1_06=["SAMPLE_ARRIVED"], c3_01=["SAMPLE_STOPPED"], c3_02=["SAMPLE_ARRIVED"],
                            c3_05=["PATH_UNSCANNED"])
