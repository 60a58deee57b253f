# SPDX-License-Identifier: Apache-2.0
from postern_lab import probe

title = "on the mail server, its own user gets out to three destinations from the right address, and no other user does"


def play(lab):
    vantages = [word for host in ("probe1", "probe2") for word in ("--vantage", probe.start(lab, host))]
    command = probe.words(lab, "egress", "example.com", "--place", "mail", "--no-host", "--timeout", "2s", *vantages, "--destination", "198.51.100.66")

    def look(user):
        done = lab.run("mail", "setpriv", "--reuid", user, "--clear-groups", lab.postern, *command[1:], "--data-dir", "/tmp")
        return probe.tags(done.stdout) if done.stdout.startswith("{") else {}

    yield from probe.differ(look("postfix"), c2_06=["REACHES"], c2_07=["SOURCE_EXPECTED"], c2_10=["USERS_REACH"])
    yield from probe.differ(look("nobody"), c2_06=["REACHES_NOBODY"], c2_10=["USERS_SHUT"])
