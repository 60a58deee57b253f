# SPDX-License-Identifier: Apache-2.0
"""A first configuration from what the mail server shows."""

title = "init finds the mail server, its domain and its scanner, observes, and writes over nothing"


def play(lab):
    path = lab.folder / "postern.toml"
    done = lab.run("mail", "postern", "init", "--output", path)
    if done.returncode or "smtpd_milters" not in done.stdout:
        yield f"init ended with {done.returncode}: {done.stdout}{done.stderr}"
        return
    text = path.read_text()
    for wanted in ('domains = ["example.com"]', "clamd.sock", 'mode = "observe"'):
        if wanted not in text:
            yield f"the configuration lacks {wanted}"
    if (checked := lab.run("mail", "postern", "config", "check", path)).returncode:
        yield f"it does not check: {checked.stderr}"
    again = lab.run("mail", "postern", "init", "--output", path)
    if again.returncode != 2 or "is there already" not in again.stderr or path.read_text() != text:
        yield f"a second run wrote over the first: {again.stderr}"
