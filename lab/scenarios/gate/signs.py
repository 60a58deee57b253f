# SPDX-License-Identifier: Apache-2.0
"""What a login sends is signed for its author's domain, after all changes, and other programs verify it."""
import json
import re

from postern_lab.both_ways import INBOUND, OUTBOUND, BothWays
from postern_lab.compared import fields_of
from postern_lab.dkim_others import FORMS, Rspamd, Signer, alone, by_dkimpy, by_opendkim, keygen

title = "what a login sends is signed with RSA and Ed25519 for its author's domain, behind the masquerade, and OpenDKIM, rspamd and dkimpy verify it"

DATE, ID = "Date: Tue, 24 Nov 2026 09:30:00 +0000\r\n", "Message-ID: <1@pc7.example.com>\r\n"
BODY = "\r\nHello,\r\n\r\nthe  minutes are attached. \t\r\n..\r\n\r\n"
INSIDE = ("Received: from pc7.example.com (pc7.example.com [203.0.113.30])\r\n\tby mail.pc7.example.com with ESMTP id 7; Tue, 24 Nov 2026 09:29:00 +0000\r\nFrom: \"Anna @ work\" <test@pc7.example.com>\r\nSender: test@PC7.example.com (of pc7.example.com)\r\nReply-To: Anna <test@pc7.example.com>,\r\n\tbert@plain.example\r\n"
          f"To: Bert <n{{}}@plain.example>\r\nSubject: minutes\r\n" + DATE + ID)
SHOWN = (INSIDE.replace("<test@pc7.example.com>", "<test@example.com>").replace("test@PC7.example.com", "test@example.com"))


def header(author, number, rest=DATE + ID):
    return f"From: Anna <{author}>\r\nTo: Bert <n{number}@plain.example>\r\nSubject: minutes\r\n{rest}"


LOCAL = "of the host"


class Case:
    """One message: what is sent, what must arrive below what was put in front, and which domain signs."""

    def __init__(self, number, what, sent, arrives, domain, sender="test@example.com", arrives_from=None, way=OUTBOUND, others=(), options=()):
        self.number, self.what, self.domain, self.way, self.others = number, what, domain, way, list(others)
        self.options = list(options)
        self.sent, self.arrives = (text if isinstance(text, bytes) else text.encode() for text in (sent, arrives))
        self.sender, self.arrives_from = sender, arrives_from or sender


def cases(stranger):
    own = header("test@example.com", 0) + BODY
    yield Case(0, "an author of the first domain", own, own, "example.com")
    shop = header("test@shop.example", 1) + BODY
    yield Case(1, "an author of the second domain", shop, shop, "shop.example")
    yield Case(2, "machines' names inside", INSIDE.format(2) + BODY, SHOWN.format(2) + BODY, "example.com", "test@pc7.example.com", "test@example.com")
    # Signed by another already: not masqueraded, nothing added, and our signature stands above.
    signed = stranger.sign((INSIDE.format(3) + BODY).encode(), FORMS[0])
    yield Case(3, "a message that is signed already", signed, signed, "example.com", "test@pc7.example.com", others=[stranger.selector])
    bare = stranger.sign((header("test@example.com", 4, "") + BODY).encode(), FORMS[3])
    yield Case(4, "a signed message without Date", bare, bare, "example.com", others=[stranger.selector])
    missing = header("test@example.com", 5, "")
    yield Case(5, "a message without Date and Message-ID", missing + BODY, missing + "Date: @\r\nMessage-ID: @\r\n" + BODY, "example.com")
    dateless = header("test@shop.example", 6, ID)
    yield Case(6, "a message without Date", dateless + BODY, dateless + "Date: @\r\n" + BODY, "shop.example")
    masked = INSIDE.format(7).replace(ID, "")
    yield Case(7, "machines' names and no Message-ID", masked + BODY, SHOWN.format(7).replace(ID, "") + "Message-ID: @\r\n" + BODY, "example.com", "test@pc7.example.com", "test@example.com")
    quoted = INSIDE.format(9) + BODY
    yield Case(9, "an envelope sender that needs quotes", quoted, SHOWN.format(9) + BODY, "example.com", '"a b"@pc7.example.com', '"a b"@example.com')
    utf8 = header("jürgen@example.com", 10).replace("minutes", "Grüße") + BODY
    yield Case(10, "an author beyond ASCII", utf8, utf8, "example.com", "jürgen@example.com", options=["SMTPUTF8", "BODY=8BITMIME"])
    program = header("test@example.com", 11) + BODY.replace("..\r\n", "")
    yield Case(11, "a program on the host itself", program, program, "example.com", way=LOCAL)
    twice = "From:\r\n Anna\r\n\t<test@pc7.example.com>\r\nReply-To: a@pc7.example.com\r\nTo: n12@plain.example\r\nreply-to:b@pc8.example.com\r\n" + DATE + ID
    shown = "From: \r\n Anna\r\n\t<test@example.com>\r\nReply-To: a@example.com\r\nTo: n12@plain.example\r\nreply-to: b@example.com\r\n" + DATE + ID
    yield Case(12, "fields that stand twice and begin with a fold", twice + BODY, shown + BODY, "example.com", "test@pc7.example.com", "test@example.com")
    inbound = header("bert@plain.example", 8, "") + BODY
    yield Case(8, "a message from outside", inbound, inbound, None, "bert@plain.example", way=INBOUND)


def arrived_as_it_must(case, envelope, octets):
    fields, rest = fields_of(octets)
    count = len(fields) - len(fields_of(case.arrives)[0])
    front = sorted(field.split(b":")[0].decode() for field in fields[:count])
    if front != ["DKIM-Signature"] * (2 if case.domain else 0) + ["Received"]:
        yield f"in front stand {front}"
    # The added values are the gate's to choose; their form is not.
    below = b"".join(fields[count:]) + rest
    pattern = re.escape(case.arrives).replace(b"Date:\\ @", rb"Date: [A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000").replace(b"Message\\-ID:\\ @", rb"Message-ID: <[0-9A-Za-z.]+@example\.com>")
    if not re.fullmatch(pattern, below):
        yield f"it arrived as {below[:700]!r}"
    if f"<{case.arrives_from}>" not in envelope[0].decode():
        yield f"its envelope is {envelope[0]}"


def covers(octets, domain):
    """What the signatures of a domain leave out of what RFC 6376 5.4.1 names and the message has."""
    fields, _ = fields_of(octets)
    here = {field.split(b":")[0].strip().lower().decode() for field in fields}
    for field in fields:
        if field.startswith(b"DKIM-Signature:") and f"d={domain};".encode() in field:
            signed = {name.strip() for name in re.search(rb"\sh=([^;]*);", field)[1].decode().split(":")}
            yield from sorted({"from", "sender", "reply-to", "to", "subject", "date", "message-id"} & here - signed)


def verdicts(lab, rspamd, name, octets, selectors):
    """(program, what it verified) for each, as sets of selectors; OpenDKIM and dkimpy see each signature by itself."""
    whole = lab.file(f"{name}.eml", "")
    whole.write_bytes(octets)
    single = {}
    for selector in selectors:
        single[selector] = lab.file(f"{name}.{selector}.eml", "")
        single[selector].write_bytes(alone(octets, selector))
    said = by_opendkim(lab, list(single.values()))
    yield "OpenDKIM", {selector for selector, path in single.items() if any(line.endswith("succeeded") for line in said[path])}
    yield "rspamd", {option.split("=")[1] for option in rspamd.signatures([whole])[whole].get("R_DKIM_ALLOW", [])}
    yield "dkimpy", {selector for selector, path in single.items() if by_dkimpy(path.read_bytes()) == [True]}


def audited(lab, octets, domain):
    """The checks of DKIM, for a message as the far mailbox saved it: tags by check."""
    path = lab.file(f"audit-{domain}.eml", "")
    path.write_bytes(b"Return-Path: <test@" + domain.encode() + b">\r\n" + octets)
    done = lab.run("site", "postern", "audit", domain, "--message", path, "--only", "5-19,5-20,5-21,5-22,5-24", "--no-host", "--no-smtp", "--format", "json",
                   "--root-hints", lab.state / "root.hints", "--trust-anchor", lab.state / "root.key")
    return {check["id"]: sorted({finding["tag"] for finding in check["findings"]}) for check in json.loads(done.stdout or "{}").get("checks", [])}


def play(lab):
    keys = {domain: [keygen(lab, domain, f"{domain}.", kind) for kind in ("rsa", "ed25519")] for domain in ("example.com", "shop.example")}
    gate = BothWays(lab, sign=[entry for pair in keys.values() for _, entry in pair], identity='masquerade = ["example.com"]\nmasquerade_confirmed = true', domains='["example.com", "shop.example"]')
    rspamd, table = Rspamd(lab), list(cases(Signer(lab, "rsa")))
    replies, arrived = {}, {}
    for way in (OUTBOUND, INBOUND):
        to = "plain.example" if way == OUTBOUND else "example.com"
        replies |= gate.send_all(way, [(case.number, case.sender, [f"n{case.number}@{to}"], case.options, case.sent) for case in table if case.way == way])
        arrived |= gate.arrived_by_number(way)
    for case in (case for case in table if case.way == LOCAL):
        replies[case.number] = "250" if lab.run("mail", "/usr/sbin/sendmail", "-f", case.sender, f"n{case.number}@plain.example", input=case.sent.decode().replace("\r\n", "\n")).returncode == 0 else "refused"
        lab.wait_for(lambda: case.number in gate.arrived_by_number(OUTBOUND), 60, "the program's mail")
    arrived |= gate.arrived_by_number(OUTBOUND)
    verified = {"OpenDKIM": 0, "rspamd": 0, "dkimpy": 0}
    for case in table:
        if len(arrived.get(case.number, [])) != 1:
            yield f"{case.what}: {len(arrived.get(case.number, []))} copies after {replies[case.number]}"
            continue
        envelope, octets = arrived[case.number][0]
        yield from (f"{case.what}: {wrong}" for wrong in arrived_as_it_must(case, envelope, octets))
        selectors = [selector for selector, _ in keys.get(case.domain, [])] + case.others
        if left_out := list(covers(octets, case.domain)):
            yield f"{case.what}: the signatures leave out {left_out}"
        for program, good in verdicts(lab, rspamd, f"case-{case.number}", octets, selectors) if selectors else ():
            verified[program] += len(good)
            if good != set(selectors):
                yield f"{case.what}: {program} verifies {sorted(good)} of {sorted(selectors)}"
    yield from touched(lab, rspamd, arrived, keys)
    for number, domain in ((0, "example.com"), (1, "shop.example")):
        said = audited(lab, arrived.get(number, [(b"", b"")])[0][1], domain)
        wanted = {"5-19": ["DKIM_PASS"], "5-20": ["DKIM_KEY_ED25519", "DKIM_KEY_STRONG"], "5-21": ["DKIM_FIELDS_SIGNED"], "5-22": ["DKIM_NOT_TESTING"], "5-24": ["ALIGN_DKIM"]}
        if said != wanted:
            yield f"postern audit {domain} says {said}"
    at_fault = arrived.get(0, [(b"", b"")])[0][1].replace(b"minutes are", b"minutes ate")
    if (said := audited(lab, at_fault, "example.com").get("5-19")) != ["DKIM_FAIL"]:
        yield f"postern audit says {said} of a message that was touched"
    print(f"    verified signatures: {verified}", flush=True)


def touched(lab, rspamd, arrived, keys):
    """The same programs see what somebody changed: what was added and masqueraded is under the signature."""
    for number, old, new in ((0, b"minutes are", b"minutes ate"), (5, b"\r\nDate: ", b"\r\nDate: Mon, "), (5, b"Message-ID: <", b"Message-ID: <0"), (2, b'work" <test@', b'work" <boss@'), (2, b"Reply-To: Anna", b"Reply-To: Carl"),
                             (2, b"\r\nSender: ", b"\r\nSender: x")):
        octets = arrived.get(number, [(b"", b"")])[0][1]
        if old not in octets:
            yield f"message {number} has no {old}"
            continue
        at = octets.rindex(old) if number else octets.index(old)
        changed = octets[:at] + new + octets[at + len(old):]
        for program, good in verdicts(lab, rspamd, "touched", changed, [selector for selector, _ in keys["example.com"]]):
            if good:
                yield f"with {new} for {old} in message {number}, {program} still verifies {sorted(good)}"
