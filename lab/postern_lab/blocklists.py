# SPDX-License-Identifier: Apache-2.0
"""Every list of the catalogue, alive under its own name on rbldnsd, with its test entries and what the scenarios list."""
import ipaddress
import tomllib

from .network import LAB, STATE, addresses, start

KEY = "testkey"
CATALOGUE = tomllib.loads((LAB.parent / "data" / "blocklists.toml").read_text())
SEED = tomllib.loads((LAB / "listed.toml").read_text())


def zone_name(entry):
    return entry["zone"].replace("{key}", KEY) + "."


def operators():
    return sorted({entry["operator"] for entry in CATALOGUE["list"]})


def address_of(entry):
    index = operators().index(entry["operator"])
    v4, v6 = addresses("lists")
    return v4[index], v6[index]


def delegations():
    for entry in CATALOGUE["list"]:
        yield (zone_name(entry), *address_of(entry))


def code_text(code):
    """The first address of a pattern."""
    return ".".join(part.split("-")[0].replace("*", "0") for part in code.split("."))


def test_code(entry):
    test = entry.get("test", {})
    if test.get("codes"):
        return test["codes"]
    blocks = [c for c in entry["codes"] if c.get("effect", "block") != "refused" and c.get("code") != "127.0.0.1"]
    return [code_text(blocks[0]["code"]) if "code" in blocks[0] else f"127.0.0.{blocks[0]['bit']}"]


def seeds(zone, kind):
    for seed in SEED["listed"]:
        if seed["zone"] == zone and seed["kind"] == kind:
            for code in seed["codes"]:
                yield seed["subject"], code, seed.get("text", "listed, see https://lists.example/why?$")


def dataset(entry, kind, folder):
    """Writes one dataset and returns its part of rbldnsd's command line."""
    zone = zone_name(entry)
    v4, v6 = address_of(entry)
    test = entry.get("test", {})
    subject = test.get("listed") or {"ip4": "127.0.0.2", "ip6": "::ffff:7f00:2", "domain": "TEST"}[kind]
    if kind == "ip6":
        subject = str(ipaddress.ip_address(subject).exploded)
    lines = [f"$SOA 300 ns.{zone} hostmaster.{zone} 1 600 600 86400 60", f"$NS 300 ns.{zone}"]
    entries = [] if test.get("none") else [(subject, code, "test entry") for code in test_code(entry)]
    entries += seeds(entry["zone"], kind)
    lines += [f"{what} :{code}:{text}" for what, code, text in entries]
    path = folder / f"{zone}{kind}"
    path.write_text("\n".join(lines) + "\n")
    return f"{zone.rstrip('.')}:{dict(ip4='ip4set', ip6='ip6trie', domain='dnset')[kind]}:{path.name}"


def build():
    folder = STATE / "lists"
    folder.mkdir(exist_ok=True)
    specs = [dataset(entry, kind, folder) for entry in CATALOGUE["list"] for kind in entry["kinds"]]
    # rbldnsd listens on at most 20 addresses; each process serves all zones.
    for number, family in enumerate(addresses("lists")):
        binds = [word for address in family[:len(operators())] for word in ("-b", f"{address}/53")]
        start("lists", f"rbldnsd-{number}", "rbldnsd", "-n", "-q", "-u", "nobody", *binds, "-w", str(folder), *specs)
