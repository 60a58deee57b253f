# SPDX-License-Identifier: Apache-2.0
"""Plays scenarios: text files that seed a fault, run postern inside a host, and state what must and must not come of it."""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import tomllib
import traceback

from . import mail, others, script
from .network import LAB, STATE, inside, sh

POSTERN = os.environ.get("POSTERN", str(LAB.parent / "build/release/postern"))
COUNTER = "add table inet postern_count; add chain inet postern_count in { type filter hook input priority 0; }; flush chain inet postern_count in; " \
          "add rule inet postern_count in udp dport 53 counter"


def mismatch(expected, row):
    """Why a JSON row is not what was expected; nothing if it is. A reason is compared by its code."""
    for key, value in expected.items():
        seen = row.get(key)
        if key == "reason":
            seen = (seen or {}).get("code")
        if key in ("codes", "meanings") and isinstance(seen, list):
            seen, value = sorted(seen), sorted(value)
        if seen != value:
            return f"{key} is {seen!r}, not {value!r}"
    return None


def judge_audit(run, report):
    """A check named by the run gives exactly these tags beside its passes; with `nothing_fails`, no check fails or is unknown."""
    seen = {check["id"]: check for check in report["checks"]}
    for identity, tags in run["checks"].items():
        if identity not in seen:
            yield f"no check {identity}"
            continue
        found = sorted({finding["tag"] for finding in seen[identity]["findings"] if finding["status"] != "pass"})
        if found != sorted(tags):
            yield f"{identity} gives {found}, not {sorted(tags)}"
    if run.get("nothing_fails"):
        for check in report["checks"]:
            if check["status"] in ("fail", "unknown", "warning"):
                yield f"{check['id']} is {check['status']}: {[finding['sentence'] for finding in check['findings']]}"


def judge(run, code, out, err, seconds, queries):
    """All that differs from what the run expects, as sentences."""
    if code != run.get("exit", 0):
        yield f"exit code {code}, not {run.get('exit', 0)}"
    if "checks" in run and out.startswith("{"):
        yield from judge_audit(run, json.loads(out))
    elif "checks" in run:
        yield "no report"
    rows = [] if "checks" in run else [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    for expected in run.get("expect", []):
        same = [row for row in rows if row["zone"] == expected["zone"] and row["subject"] == expected.get("subject", row["subject"])]
        if not same:
            yield f"no row for {expected['zone']}"
        for row in same:
            if why := mismatch(expected, row):
                yield f"{row['subject']} on {row['zone']}: {why}"
    expected_listings = {e["zone"] for e in run.get("expect", []) if e.get("status") == "listed"}
    for row in rows:
        if row["status"] == "listed" and row["zone"] not in expected_listings:
            yield f"{row['subject']} must not be listed on {row['zone']}"
    for text in run.get("out_has", []):
        if text not in out:
            yield f"standard output lacks {text!r}"
    for text in run.get("err_has", []):
        if text not in err:
            yield f"standard error lacks {text!r}"
    for text in run.get("lacks", []):
        if text in out or text in err:
            yield f"the output holds {text!r}"
    if seconds > run.get("max_seconds", 12):
        yield f"took {seconds:.2f} s, more than {run.get('max_seconds', 12)}"
    if queries is not None and queries > run["max_queries"]:
        yield f"{queries} questions at the servers, more than {run['max_queries']}"
    if "min_queries" in run and queries < run["min_queries"]:
        yield f"{queries} questions at the servers, fewer than {run['min_queries']}"


def count_queries(start):
    """Starts or reads the counters of questions at all authoritative servers."""
    total = 0
    for host in ("root", "tld", "auth", "lists", "faulty"):
        if start:
            sh(*inside(host, "nft", COUNTER))
        else:
            total += sum(int(n) for n in re.findall(r"packets (\d+)", sh(*inside(host, "nft", "list", "table", "inet", "postern_count")).stdout))
    return total


def command(run, scenario, folder):
    words = [POSTERN, *run["command"]]
    if run["command"][0] in ("lists", "audit", "identity") and run.get("dns", "root") == "root":
        words += ["--root-hints", str(STATE / "root.hints"), "--trust-anchor", str(STATE / "root.key")]
    for name in scenario.get("files", {}):
        words = [word.replace(f"@{name}@", str(folder / name)) for word in words]
    words = [word.replace("@state@", str(STATE)) for word in words]
    host = run.get("host", scenario.get("host", "site"))
    return inside(host, *others.within(host), "env", f"POSTERN_DATA_DIR={folder / 'data'}", *words)


def play_run(run, scenario, folder):
    if "max_queries" in run:
        count_queries(True)
    begun = time.monotonic()
    process = subprocess.Popen(command(run, scenario, folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    if "interrupt_after" in run:
        threading.Timer(run["interrupt_after"], lambda: process.send_signal(2)).start()
    try:
        out, err = process.communicate(run.get("input", ""), timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    seconds = time.monotonic() - begun
    queries = count_queries(False) if "max_queries" in run else None
    return list(judge(run, process.returncode, out, err, seconds, queries)), out + err


def change_configuration(scenario):
    """Settings of the mail server's files for the time of the scenario; what runs is not reloaded, for the audit reads the files."""
    undo = []
    for table, path, form in (("postfix", mail.ETC / "postfix" / "main.cf", "{} = {}"), ("clamd", mail.ETC / "clamav" / "clamd.conf", "{} {}")):
        if table in scenario:
            saved = path.read_text()
            names = scenario[table]
            kept = [line for line in saved.splitlines() if line.split(" ")[0] not in names]
            path.write_text("\n".join(kept + [form.format(name, value) for name, value in names.items() if value is not False]) + "\n")
            undo.append(lambda path=path, saved=saved: path.write_text(saved))
    for host in others.SERVERS:
        if host in scenario:
            path = others.configuration(host)
            saved = text = path.read_text()
            for old, new in scenario[host].items():
                if old not in text:
                    raise RuntimeError(f"{path} does not hold {old!r}")
                text = text.replace(old, new)
            path.write_text(text)
            undo.append(lambda path=path, saved=saved: path.write_text(saved))
    if "resolver" in scenario:
        path = mail.ETC / "resolv.conf"
        saved = path.read_text()
        path.write_text(f"nameserver {scenario['resolver']}\n")
        undo.append(lambda: path.write_text(saved))
    return undo


def play(path):
    mail.forget_log()
    if path.suffix == ".py":
        try:
            return script.play(path)
        except Exception as fault:  # whatever it was, the scenario did not hold
            return path.stem, [f"{type(fault).__name__}: {fault}"], traceback.format_exc()
    scenario = tomllib.loads(path.read_text())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-lab."))
    undo = []
    try:
        for name, text in scenario.get("files", {}).items():
            (folder / name).write_text(text.replace("@now@", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")))
        undo += change_configuration(scenario)
        for setup in scenario.get("nft", []):
            table = f"inet postern_{setup.get('name', 'fault')}"
            rules = f"add table {table}\n" + "\n".join(rule.replace("TABLE", table) for rule in setup["rules"])
            subprocess.run(inside(setup["host"], "nft", "-f", "-"), input=rules, text=True, check=True, capture_output=True)
            undo.append(inside(setup["host"], "nft", "delete", "table", *table.split()))
        said = ""
        for run in scenario["run"]:
            wrong, output = play_run(run, scenario, folder)
            said += output
            if wrong:
                return scenario["title"], wrong, output
        return scenario["title"], [], said
    finally:
        for step in undo:
            step() if callable(step) else sh(*step, quiet=True)
        shutil.rmtree(folder, ignore_errors=True)


def find(names):
    every = {path.stem: path for path in sorted((LAB / "scenarios").rglob("*.*")) if path.suffix in (".toml", ".py")}
    if not names or names == ["all"]:
        return list(every.values())
    unknown = [name for name in names if name not in every]
    if unknown:
        raise SystemExit(f"lab: there is no scenario {unknown[0]}; lab/run --list names all")
    return [every[name] for name in names]
