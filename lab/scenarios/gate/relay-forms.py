# SPDX-License-Identifier: Apache-2.0
"""The whole relay battery of the audit against a Postfix that trusts too many, so that the gate alone stands between strangers and the world."""
import json

from postern_lab.gated import GatedMail, compose
from postern_lab.network import STATE, inside, sh

title = "where Postfix itself would relay for everybody, the gate refuses every form of the battery, also behind a container's gateway"
CHECKS = ["6-01", "6-02", "6-03", "6-04", "6-05"]
FAR = STATE / "far"


def play(lab):
    # Postfix delivers for real, to the far end; only what strangers relay goes there.
    gate = GatedMail(lab, {"malware": {"clamd": ""}, "spam": {"rspamd": ""}},
                     {"mynetworks": "0.0.0.0/0, [::]/0", "default_transport": "smtp", "relay_transport": "smtp", "smtp_dns_support_level": "enabled", "allow_percent_hack": "yes", "swap_bangpath": "yes", "allow_untrusted_routing": "yes",
                      "local_recipient_maps": "", "transport_maps": ""})
    yield from refused(lab, gate, "mynetworks = 0.0.0.0/0")
    yield from as_the_gateway(lab, gate)
    yield from let_through(lab, gate)


def battery(lab):
    """Check -> tags, and how many messages reached the far end meanwhile."""
    before = len(list(FAR.glob("*.eml")))
    done = lab.run("outside", "postern", "audit", "example.com", "--no-host", "--intrusive", "--consent-key", STATE / "consent.key", "--far-end", "probe@far.example", "--far-mailbox", FAR,
                   "--arrival-time", "5s", "--list", "zen.spamhaus.org", "--only", ",".join(CHECKS), "--root-hints", STATE / "root.hints", "--trust-anchor", STATE / "root.key", "--format", "json", timeout=240)
    if not done.stdout.startswith("{"):
        raise RuntimeError(f"no report: {done.stderr[-300:]}")
    report = {check["id"]: [finding["tag"] for finding in check["findings"]] for check in json.loads(done.stdout)["checks"]}
    return {name: report.get(name) for name in CHECKS}, len(list(FAR.glob("*.eml"))) - before


def refused(lab, gate, where):
    seen, arrived = battery(lab)
    if any(not tags or set(tags) != {"RELAY_CLOSED"} for tags in seen.values()) or arrived:
        yield f"with {where} the battery gives {seen}, {arrived} messages arrived"
    rows = [row for row in gate.events("--kind", "gate.recipient", "--verdict", "refuse") if row["measure"] == "M6"]
    rules = {row["rule"] for row in rows}
    if not {"m6.relay.denied", "m6.address.routed"} <= rules or len(rows) < 30:
        yield f"with {where} postern events tells of {len(rows)} refusals by {rules}"
    said = gate.send_in(compose("for-anna"))
    if not said.startswith("data 250") or not gate.arrived("for-anna"):
        yield f"with {where} mail for the site got {said}"


def as_the_gateway(lab, gate):
    """Strangers seem to come from the bridge's address, which Postfix and its administrator took for the machine's own."""
    sh(*inside("mail", "ip", "addr", "add", "172.31.0.1/32", "dev", "lo"))
    lab.on_end(lambda: sh(*inside("mail", "ip", "addr", "del", "172.31.0.1/32", "dev", "lo"), quiet=True))
    sh(*inside("mail", "nft", "table ip container { chain in { type nat hook input priority 100; ip saddr 198.51.100.0/24 tcp dport 25 snat to 172.31.0.1; }; }"))
    lab.on_end(lambda: sh(*inside("mail", "nft", "delete", "table", "ip", "container"), quiet=True))
    yield from refused(lab, gate, "a container's gateway as every client")
    if not any(row["ip"] == "172.31.0.1" for row in gate.events("--kind", "gate.recipient")):
        yield "the gateway was not what the gate saw"
    # Its whole range cannot be declared either: trust has names.
    gate.write({"gate": {"senders": ["172.16.0.0/12"]}})
    done = lab.run("mail", "postern", "config", "check", gate.config)
    if done.returncode == 0 or "class of machines" not in done.stdout + done.stderr:
        yield f"a private range passes as declared senders: {done.stdout}{done.stderr}"
    gate.write({"gate": {"senders": []}})


def let_through(lab, gate):
    """The other way round: with the gate observing, the same battery finds the server open, and the gate has listed whom it would have refused."""
    gate.change(gate={"relay": "observe"})
    seen, arrived = battery(lab)
    if seen["6-01"] is None or "RELAY_OPEN" not in seen["6-01"] or not arrived:
        yield f"with the gate observing the battery gives {seen}, {arrived} messages arrived"
    rows = gate.events("--would", wanted=lambda row: row["rule"] == "m6.relay.denied")
    if not any(row["rule"] == "m6.relay.denied" and "far.example" in str(row["details"]["recipients"]) for row in rows):
        yield f"postern events --would lists {[row['rule'] for row in rows]}"
