# SPDX-License-Identifier: Apache-2.0
"""The audit finds the gate's measures holding, and each one that is switched off: part A by configuration and a message, part B by trying."""
import json

from postern_lab import mail, probe
from postern_lab.gated import MILTER, GatedMail, Raw, wait_until
from postern_lab.network import STATE

title = "postern audit finds M1, M3, M4, M5 and M6 holding behind the gate, and each of them when it is switched off"
ANCHORS = ["--root-hints", STATE / "root.hints", "--trust-anchor", STATE / "root.key", "--list", "zen.spamhaus.org", "--format", "json"]
STOPPED, ARRIVED = ["SAMPLE_STOPPED"], ["SAMPLE_ARRIVED"]
HOLDING = {"1-04": STOPPED, "1-05": ["ATTRIBUTION_NOT_SEEN", *STOPPED], "1-06": STOPPED, "3-01": STOPPED, "3-02": STOPPED, "6-01": ["RELAY_CLOSED"]}
COMPLETE = {"5-11": ["NO_INTERNAL_NAME"], "5-12": ["HEADER_COMPLETE"], "5-19": ["DKIM_PASS"]}
IDENTITY = {"mode": "enforce", "add_missing_fields": True, "masquerade": ["example.com"]}
SIGN = Raw(f'[{{ domain = "example.com", selector = "lab", key = "{STATE}/dkim.pem" }}]')


def play(lab):
    # Postfix itself would relay for everybody: that nobody does is the gate's doing.
    gate = GatedMail(lab, {"identity": IDENTITY, "gate": {"sign": SIGN}},
                     {"transport_maps": "inline:{sample@example.com=smtp:[127.0.0.1]:10026, probe@far.example=smtp:[198.51.100.66]:25}", "mynetworks": "0.0.0.0/0, [::]/0"})
    yield from differ("with everything on", HOLDING, tried(lab))
    for measure, section, off, found in (("M1", "malware", {"mode": "observe"}, {"1-04": ARRIVED, "1-05": ARRIVED, "1-06": ARRIVED}),
                                         ("M3", "spam", {"mode": "observe"}, {"3-01": ARRIVED, "3-02": ARRIVED}),
                                         ("M6", "gate", {"relay": "observe"}, {"6-01": ["RELAY_OPEN"]})):
        on = {key: gate.sections[section][key] for key in off}
        gate.change(**{section: off})
        yield from differ(f"with {measure} switched off", HOLDING | found, tried(lab))
        gate.change(**{section: on})
    yield from filter_in_front(lab, gate)
    yield from identity(lab, gate)
    yield from configured(lab)


def differ(when, wanted, seen):
    for check, tags in wanted.items():
        if seen.get(check) != tags:
            yield f"{when}, {check} gives {seen.get(check)}, not {tags}"


def tags(done):
    if not done.stdout.startswith("{"):
        raise RuntimeError(f"no report: {done.stderr[-300:]}")
    return {check["id"]: sorted({finding["tag"] for finding in check["findings"]}) for check in json.loads(done.stdout)["checks"]}


def tried(lab):
    """Part B, from outside, with the domain's consent."""
    return tags(lab.run("outside", "postern", "audit", "example.com", "--no-host", "--intrusive", "--consent-key", STATE / "consent.key", "--far-end", "probe@far.example",
                        "--far-mailbox", STATE / "far", "--arrival-time", "5s", "--sample-recipient", "sample@example.com", "--sample-mailbox", STATE / "sample", "--test-user", STATE / "test-user",
                        "--only", ",".join(HOLDING), *ANCHORS, timeout=240))


def filter_in_front(lab, gate):
    """M4, from a probe outside: the server behind the filter takes no mail from strangers."""
    vantage = probe.start(lab, "probe1", "--target", "203.0.113.0/24")
    command = ["example.com", "203.0.113.26", "--no-host", "--filter-service", "spamexperts", "--only", "4-05", "--list", "zen.spamhaus.org", "--vantage", vantage]
    for settings, found in (({"sources": ["198.51.100.80/32"], "mode": "enforce", "stage": "refuse"}, ["ORIGIN_REFUSES_MAIL"]), ({"mode": "observe"}, ["ORIGIN_TAKES_MAIL"]), ({"sources": []}, ["ORIGIN_TAKES_MAIL"])):
        gate.change(filter=settings)
        yield from differ(f"with [filter] {settings}", {"4-05": found}, probe.audit(lab, "site", *command))


def identity(lab, gate):
    """M5, by a message that left: written on a machine of the office by a program that adds neither Date nor Message-ID."""
    left(lab, gate, "previewed")
    # A machine's name below one's own domain is no fault to the audit; that it stays until confirmed is seen in the message.
    if "From: Test <test@pc30.example.com>\r\n" not in gate.having("previewed")[0]:
        yield "From was masqueraded before anybody confirmed it"
    preview = wait_until(lambda: (seen := json.loads(masquerade(lab, gate, "--preview", "--format", "json").stdout))["changes"] and seen, 10)
    masquerade(lab, gate, "--confirm", preview["digest"])
    lab.wait_for(lambda: gate.lines("masquerade of example.com is confirmed"), 10, "the confirmed masquerade")
    yield from differ("with M5 on", COMPLETE, left(lab, gate, "whole"))
    if "From: Test <test@example.com>\r\n" not in gate.having("whole")[0]:
        yield "the name of the machine in From was not masqueraded"
    for what, sections, found in (("added-fields", {"identity": {"add_missing_fields": False}}, {"5-12": ["DATE_COUNT", "MESSAGE_ID_COUNT"]}),
                                  ("signature", {"gate": {"sign": Raw("[]")}}, {"5-19": ["DKIM_NONE"]})):
        on = {name: {key: gate.sections[name][key] for key in keys} for name, keys in sections.items()}
        gate.change(**sections)
        yield from differ(f"without {what}", COMPLETE | found, left(lab, gate, f"without-{what}"))
        gate.change(**on)


def masquerade(lab, gate, *words):
    return lab.run("mail", "postern", "masquerade", *words, "--config", gate.config, "--data-dir", lab.data, quiet=True)


def left(lab, gate, subject):
    """What the audit says of the message as a mailbox outside shows it."""
    octets = f"From: Test <test@pc30.example.com>\r\nTo: <bert@plain.example>\r\nSubject: {subject}\r\n\r\nHello\r\n"
    said = gate.send_out(octets)
    kept = gate.arrived(subject)
    if not said.startswith("data 250") or len(kept) != 1:
        raise RuntimeError(f"{subject} got {said}")
    message = kept[0].split("\r\n\r\n", 1)[1]  # behind the envelope
    head = "Return-Path: <test@example.com>\r\nReceived: from mail.example.com (mail.example.com [203.0.113.26])\r\n\tby mx.plain.example with ESMTPS id 1; Tue, 24 Nov 2026 09:30:00 +0000\r\n"
    path = lab.folder / "left.eml"
    path.write_bytes((head + message).encode("latin-1"))
    return tags(lab.run("outside", "postern", "audit", "example.com", "--no-host", "--no-smtp", "--message", path, "--only", ",".join(COMPLETE), *ANCHORS))


def configured(lab):
    """Part A on the mail server: every way in goes through the gate and waits for it; without it, or with a way around it, it says so."""
    main, master = mail.ETC / "postfix" / "main.cf", mail.ETC / "postfix" / "master.cf"
    wanted = {"1-01": ["SCANNER_ANSWERS"], "1-10": None, "3-04": None, "3-05": ["PATHS_SCANNED"]}
    saved = main.read_text(), master.read_text()

    def seen():
        return tags(lab.run("mail", "postern", "audit", "example.com", "--no-smtp", "--only", ",".join(wanted), *ANCHORS))

    on = seen()
    if on["3-05"] != ["PATHS_SCANNED"] or any("OPEN" in tag or "SILENT" in tag for tag in sum(on.values(), [])):
        yield f"with the gate on, part A says {on}"
    for what, old, new, check, tag in (("no milter", f"smtpd_milters = {MILTER}", "smtpd_milters =", "3-05", "NOTHING_SCANNED"), ("local mail around the gate", f"non_smtpd_milters = {MILTER}", "non_smtpd_milters =", "3-05", "LOCAL_UNSCANNED"),
                                       ("a gate that may be absent", "milter_default_action = tempfail", "milter_default_action = accept", "1-10", "FAILS_OPEN")):
        main.write_text("\n".join(new if line == old else line for line in saved[0].splitlines()) + "\n")
        if tag not in seen()[check]:
            yield f"with {what}, {check} says {seen()[check]}"
        main.write_text(saved[0])
    master.write_text(saved[1].replace("  -o milter_macro_daemon_name=submission", "  -o smtpd_milters="))
    if "SUBMISSION_UNSCANNED" not in seen()["3-05"]:
        yield f"with submission around the gate, 3-05 says {seen()['3-05']}"
    master.write_text(saved[1])
