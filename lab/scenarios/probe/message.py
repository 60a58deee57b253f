# SPDX-License-Identifier: Apache-2.0
import re

from postern_lab import probe

title = "a message sent to the probe shows the server's name, address and TLS as others see them"


def play(lab):
    vantage = probe.start(lab, "probe1")
    only = "2-07,5-05,5-06,5-29"
    process = lab.start("site", "audit", *probe.words(lab, "example.com", "--no-host", "--vantage", vantage, "--await-message", "20s", "--only", only, "--list", "zen.spamhaus.org"))
    lab.wait_for(lambda: "Send a message" in lab.output("audit"), 30, "the audit's wish for a message")
    address = re.search(r"postern-[a-z2-7]{20}@one\.probes\.example", lab.output("audit"))[0]
    lab.run("mail", "sendmail", "-f", "anna@example.com", address, input="Subject: to the probe\n\nhello\n")
    process.wait(60)
    report = lab.output("audit")
    yield from probe.differ(probe.tags(report[report.index("{"):]), c2_07=["SOURCE_EXPECTED"], c5_05=["HELO_RESOLVES"], c5_06=["HELO_GOOD"], c5_29=["TLS_OUT_SEEN"])
