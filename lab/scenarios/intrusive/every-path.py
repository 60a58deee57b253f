# SPDX-License-Identifier: Apache-2.0
from postern_lab import mail, probe
from postern_lab.network import LAB, STATE

title = "GTUBE is tried on every way in: from outside, by a login, by sendmail on the server and by a web form; one that is not filtered is named"
FORM = "http://www.example.com/contact?name=Postern&email={from}&text={message}"
WAYS = ["--sample-recipient", "sample@example.com", "--sample-mailbox", STATE / "sample", "--test-user", STATE / "test-user", "--arrival-time", "8s", "--list", "zen.spamhaus.org", "--only", "3-05"]


def audit(lab, host, *more):
    done = lab.run(host, *probe.words(lab, "example.com", "--intrusive", *WAYS, *more), timeout=90)
    return probe.tags(done.stdout) if done.stdout.startswith("{") else {}, done.stdout


def play(lab):
    lab.start("mail", "form", "/usr/bin/python3", LAB / "servers" / "web_form.py", "203.0.113.26", "sample@example.com")
    lab.wait_for(lambda: "listening" in lab.output("form"), 10, "the form")
    tags, text = audit(lab, "mail", "--web-form", FORM)
    yield from probe.differ(tags, c3_05=["PATHS_SCANNED", "PATHS_TRIED"])
    for words in ("on 4 ways", "from outside", "as the test user", "by sendmail on the server", "by the web form"):
        if words not in text:
            yield f"the finding does not say {words!r}"
    mail.change(lab, non_smtpd_milters="")
    tags, text = audit(lab, "mail", "--web-form", FORM)
    yield from probe.differ(tags, c3_05=["LOCAL_UNSCANNED", "PATH_UNSCANNED"])
    # From outside the form alone tells.
    tags, text = audit(lab, "outside", "--no-host", "--web-form", FORM)
    yield from probe.differ(tags, c3_05=["PATH_UNSCANNED"])
    if "arrived whole: by the web form." not in text:
        yield f"the way is not named: {text[-1500:]}"
    # Only a form of the domain that was proved.
    done = lab.run("outside", *probe.words(lab, "example.com", "--no-host", "--intrusive", *WAYS, "--web-form", "http://www.plain.example/contact?text={message}"))
    if done.returncode != 2 or "not within example.com" not in done.stderr:
        yield f"a stranger's form was not refused: {done.returncode} {done.stderr}"
