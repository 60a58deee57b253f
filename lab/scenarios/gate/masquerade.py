# SPDX-License-Identifier: Apache-2.0
"""Hiding host names: shown on live mail, done once confirmed, never in signed mail, and taken back."""
import json
import time

from postern_lab.gate import Gate

title = "the masquerade changes nothing before its preview on live mail was confirmed, then what was shown and no signed mail, and goes back"
PC, HIDDEN = "anna@pc7.example.com", "anna@example.com"


def preview(lab):
    return json.loads(lab.run("mail", "postern", "masquerade", "--preview", "--config", lab.folder / "postern.toml", "--data-dir", lab.data, "--format", "json", quiet=True).stdout)


def word(lab, *words):
    done = lab.run("mail", "postern", "masquerade", *words, "--config", lab.folder / "postern.toml", "--data-dir", lab.data)
    time.sleep(1.5)  # a gate that runs looks each second
    return done


def arrived(gate, subject, sender, headers=""):
    """Sent from pc7; what is wrong with it as it arrives."""
    said = gate.submit(PC, subject, headers=headers, login=None)
    kept = gate.arrived(subject)
    if not said.startswith("data 250") or len(kept) != 1:
        yield f"{subject}: {said}, {len(kept)} arrived"
        return
    if f"MAIL FROM:<{sender}>" not in kept[0] or f"From: <{sender}>\r\n" not in kept[0]:
        yield f"{subject}: not from {sender}: {kept[0][:600]}"
    if f"Message-ID: <{subject}." not in kept[0] or "@plain.example>" not in kept[0]:
        yield f"{subject}: its Message-ID was changed"


def play(lab):
    gate = Gate(lab, spam='rspamd = ""\n[identity]\nmasquerade = ["example.com"]\n')
    if "masquerade of example.com is off" not in lab.output("gate"):
        yield "the start does not say that the masquerade is off"
    if (done := word(lab, "--confirm", "0123456789abcdef")).returncode != 2 or "nothing to confirm yet" not in done.stderr:
        yield f"confirmed before anything was seen: {done.stdout}{done.stderr}"
    for number in range(2):
        yield from arrived(gate, f"before-{number}", PC)
    yield from arrived(gate, "signed-before", PC, headers="DKIM-Signature: v=1; a=rsa-sha256\r\n")
    lab.wait_for(lambda: preview(lab)["messages"] == 3, 5, "the preview of three messages")
    seen = preview(lab)
    row = seen["changes"][0]
    if len(seen["changes"]) != 1 or (row["from"], row["to"], row["messages"], row["changed"], row["left_signed"]) != (PC, HIDDEN, 3, 0, 1) or row["places"] != ["envelope", "from"]:
        yield f"the preview shows {seen}"
    text = lab.run("mail", "postern", "masquerade", "--config", lab.folder / "postern.toml", "--data-dir", lab.data).stdout
    for wanted in (f"{PC} -> {HIDDEN}: 3 messages (envelope, from)", "left alone in 1: signed already", f"--confirm {seen['digest']}"):
        if wanted not in text:
            yield f"the preview does not say {wanted!r}"
    if word(lab, "--confirm", "0123456789abcdef").returncode != 2:
        yield "another digest was taken"
    yield from arrived(gate, "unconfirmed", PC)
    if word(lab, "--confirm", seen["digest"]).returncode != 0:
        yield "the preview's digest was not taken"
    yield from arrived(gate, "confirmed", HIDDEN)
    yield from arrived(gate, "signed", PC, headers="DKIM-Signature: v=1; a=rsa-sha256\r\n")
    gate.kill()
    gate.start()
    yield from arrived(gate, "after-a-kill", HIDDEN)
    gate.reload(('masquerade = ["example.com"]', 'masquerade = ["example.com", "plain.example"]'))
    if "masquerade of plain.example is off" not in lab.output("gate"):
        yield "a further domain is not said to be off"
    yield from arrived(gate, "one-more", HIDDEN)
    if word(lab, "--revoke").returncode != 0:
        yield "it could not be taken back"
    yield from arrived(gate, "revoked", PC)
