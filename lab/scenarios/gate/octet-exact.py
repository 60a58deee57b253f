# SPDX-License-Identifier: Apache-2.0
"""Ordinary mail through the gate with everything enforced: what arrives is what was sent, octet by octet, but for what is declared."""
import collections
import itertools
import os
import re

from postern_lab import ordinary
from postern_lab.both_ways import CONTROL, INBOUND, OUTBOUND, BothWays
from postern_lab.compared import changes, fields_of, first_difference
from postern_lab.dkim_others import FORMS, Rspamd, Signer, alone, by_dkimpy, by_opendkim, keygen

title = "ordinary mail passes both ways octet by octet but for what is declared, and signatures of others still verify"
# 2000 is the full form.
MESSAGES = int(os.environ.get("POSTERN_MESSAGES", "200"))
SIGNED = 3  # one message in so many is signed by another, some by two


def prepared(way, signers):
    """(the messages to send, number -> octets, number -> selectors of the signatures it bears)"""
    site, far = "test@example.com", "bert@plain.example"
    sender, to = (far, site) if way == INBOUND else (site, far)
    turns = itertools.cycle([(signers[at % 2], form) for form in FORMS for at in (0, 1)])
    out, sent, bears = [], {}, collections.defaultdict(list)
    for number in range(MESSAGES // 2):
        octets, needs = ordinary.message(number, sender, to)
        # Outside, organisations sign; inside, a program that sends with a login may have signed too.
        for _ in range((number % SIGNED == 0) + (number % (4 * SIGNED) == 0) if not needs.utf8 else 0):
            signer, form = next(turns)
            octets = signer.sign(octets, form)
            bears[number].append(signer.selector)
        sent[number] = octets
        domain = to.split("@")[1]
        recipients = [f"n{number}@{domain}"] + [f"n{number}.{one}@{domain}" for one in range(1, needs.recipients)]
        out.append((number, "" if needs.shape == "report" else sender, recipients, ["BODY=8BITMIME"] + ["SMTPUTF8"] * needs.utf8, octets))
    return out, sent, bears


def names(fields):
    return [field.split(b":")[0].decode() for field in fields]


def undeclared(way, front, behind, sent, is_signed):
    """What is wrong with what was added. Declared are Postfix's Received; of the gate, outbound, a signature for each key, and Date and
    Message-ID where they were missing and nobody had signed."""
    if sorted(names(front)) != (["Received"] if way == INBOUND else ["DKIM-Signature", "DKIM-Signature", "Received"]):
        yield f"in front stand {names(front)}"
    header = b"\r\n" + sent.partition(b"\r\n\r\n")[0]
    missing = [name for name in ("Date", "Message-ID") if way == OUTBOUND and not is_signed and f"\r\n{name}:".encode() not in header]
    if names(behind) != missing:
        yield f"behind the header stand {names(behind)}, not {missing}"


def compare(gate, way, messages, sent, bears, counts):
    replies, arrived = gate.send_all(way, messages), gate.arrived_by_number(way)
    changed = {}
    for number, sender, recipients, _, _ in messages:
        label = f"{way} {number} ({ordinary.SHAPES[number % len(ordinary.SHAPES)].__name__})"
        copies = arrived.get(number, [])
        if not replies[number].startswith("250") or len(copies) != 1:
            yield f"{label}: {len(copies)} copies after {replies[number]}"
            continue
        envelope, octets = copies[0]
        paths = [re.search(rb":<([^>]*)>", line)[1].decode() for line in envelope]
        if paths[0] != sender or sorted(paths[1:]) != sorted(recipients):
            yield f"{label}: its envelope is {envelope}"
        found = changes(octets, sent[number])
        if found is None:
            changed[number] = label
            continue
        wrong = list(undeclared(way, *found, sent[number], bears[number]))
        yield from (f"{label}: {one}" for one in wrong)
        counts[f"{way}, exact"] += not wrong
    yield from by_postfix_alone(gate, way, [one for one in messages if one[0] in changed], changed, arrived, bears, counts)


def by_postfix_alone(gate, way, messages, changed, arrived, bears, counts):
    """What differs goes once more, past the gate: what Postfix does by itself is none of the gate's changes."""
    if not messages:
        return
    gate.send_all(CONTROL, [(number, "bert@plain.example", [f"n{number}@example.com"], options, octets) for number, _, _, options, octets in messages])
    without = gate.arrived_by_number(CONTROL)
    for number, _, _, _, sent in messages:
        fields, rest = fields_of(without[number][-1][1])
        found = changes(arrived[number][0][1], b"".join(fields[1:]) + rest)  # without its Received
        wrong = ["it was changed: " + first_difference(arrived[number][0][1], sent)] if found is None else list(undeclared(way, *found, sent, bears[number]))
        yield from (f"{changed[number]}: {one}" for one in wrong)
        counts[f"{way}, as Postfix alone changes it"] += not wrong


def blanks_alone(octets):
    """Debian's rspamd 3.4 takes a body of blanks for no empty one in the relaxed form, whoever signed (mended in github.com/rspamd/rspamd/pull/5662)."""
    body = octets.partition(b"\r\n\r\n")[2]
    return not body.strip() and body.strip(b"\r\n") != b""


def verified(lab, gate, rspamd, way, selectors, bears, counts):
    """Every signature of what arrived, of others and of the gate, by three programs; each with OpenDKIM by itself."""
    paths, single = {}, {}
    for number, copies in gate.arrived_by_number(way).items():
        octets = copies[0][1]
        expected = bears[number] + (selectors if way == OUTBOUND else [])
        if not expected:
            continue
        paths[number] = lab.file(f"{way}.{number}.eml", "")
        paths[number].write_bytes(octets)
        for selector in expected:
            single[number, selector] = lab.file(f"{way}.{number}.{selector}.eml", "")
            single[number, selector].write_bytes(alone(octets, selector))
    opendkim, spam = by_opendkim(lab, list(single.values())), rspamd.signatures(list(paths.values()))
    for number, path in paths.items():
        label = f"{way} {number} ({ordinary.SHAPES[number % len(ordinary.SHAPES)].__name__})"
        if not all(said := by_dkimpy(path.read_bytes())):
            yield f"{label}: dkimpy says {said}"
        counts[f"{way}, signatures by dkimpy"] += sum(said)
        allowed = {option.split("=")[1] for option in spam[path].get("R_DKIM_ALLOW", [])}
        counts[f"{way}, signatures by rspamd"] += len(allowed)
        if blanks_alone(path.read_bytes()):
            counts[f"{way}, left out of rspamd's"] += len(bears[number]) + (len(selectors) if way == OUTBOUND else 0) - len(allowed)
        elif spam[path].keys() - {"R_DKIM_ALLOW", "DKIM_TRACE"} or allowed != set(bears[number] + (selectors if way == OUTBOUND else [])):
            yield f"{label}: rspamd says {spam[path]}"
    for (number, selector), path in single.items():
        good = any(f"(s={selector}, " in said and said.endswith("succeeded") for said in opendkim[path])
        counts[f"{way}, signatures by OpenDKIM"] += good
        if not good:
            yield f"{way} {number}: OpenDKIM says of {selector}: {opendkim[path]}"


def play(lab):
    keys = [keygen(lab, "example.com", "example.com.", kind) for kind in ("rsa", "ed25519")]
    gate = BothWays(lab, sign=[entry for _, entry in keys])
    signers = [Signer(lab, "rsa"), Signer(lab, "ed25519", "news.plain.example")]
    rspamd, counts = Rspamd(lab), collections.Counter()
    for way in (INBOUND, OUTBOUND):
        messages, sent, bears = prepared(way, signers)
        yield from compare(gate, way, messages, sent, bears, counts)
        yield from verified(lab, gate, rspamd, way, [selector for selector, _ in keys], bears, counts)
    tagged = sum("X-Postern-Tag" in path.read_bytes().partition(b"\r\n\r\n")[2].decode("latin-1") for folder in (INBOUND, OUTBOUND) for path in gate.folders[folder].glob("*.eml"))
    print(f"    of {MESSAGES // 2} each way: " + "; ".join(f"{what}: {count}" for what, count in sorted(counts.items())) + f"; tagged: {tagged}", flush=True)
