"""What became of each test: from the runner's own machine output and from events inside the run."""
from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as Xml
from dataclasses import dataclass, field

from lab import words
from lab.dress import neutral
from lab.run import Recording

FAILED = ("failed", "error", "crashed")
# Options by which a runner stops at a failure: it ends what is in flight with it.
STOPS = re.compile(r"(^| )(--max-failures|--maxfail|--fail-?fast|-failfast|--bail|-x|-f)\b")


@dataclass
class Outcome:
    test: dict
    outcome: str | None = None          # passed, failed, error, crashed, skipped; None: never begun or never ended
    chain: list[dict] = field(default_factory=list)
    phase: str | None = None
    began: float | None = None
    ended: float | None = None
    worker: str | None = None
    pid: int | None = None

    @property
    def failed(self) -> bool:
        return self.outcome in FAILED


def gather(kept: Recording, machine: str) -> tuple[dict[str, Outcome], list[dict]]:
    """Outcomes by a test's plain name, and failures that belong to no test (set-up, collection)."""
    found = {test["leaf"]: Outcome(test) for test in kept.plan.tests}
    others: list[dict] = []
    by_length = sorted(found, key=len, reverse=True)

    def of(name: str) -> Outcome | None:
        key = words.plain(name or "")
        return next((found[leaf] for leaf in by_length if leaf in key), None)

    for event in kept.events:
        take_event(event, of(event.get("test") or ""), others)
    for name, data in kept.machine.items():
        for case in READERS[machine](name, data):
            take_case(case, of(case["name"]), others)
    everything = [chain for outcome in found.values() for chain in outcome.chain] + [e for other in others for e in other["chain"]]
    for other in others:
        other["name"] = neutral(other["name"], kept.replaced)
    for part in everything:
        part["message"] = neutral(part["message"], kept.replaced)
    if kept.killed or kept.hung:
        for outcome in found.values():      # the recorder ended it with the job
            if any("signal 15 (SIGTERM)" in error["message"] for error in outcome.chain):
                outcome.outcome, outcome.chain = None, []
    for outcome in found.values():
        cut_off = kept.killed or kept.hung or STOPS.search(" ".join(kept.command)) and outcome.test["deed"] != "die"
        if outcome.began and outcome.outcome is None and outcome.ended is None and not cut_off:
            outcome.outcome = "crashed"
    return found, others


def take_event(event: dict, outcome: Outcome | None, others: list[dict]) -> None:
    if outcome is None:
        if event["ev"] in ("end", "collect") and event.get("outcome") in (*FAILED, None):
            others.append({"name": event.get("test") or event.get("file") or event.get("worker") or "", "t": event["t"],
                           "chain": event.get("chain") or [{"class": "", "message": event.get("text", ""), "code": None}]})
        return
    match event["ev"]:
        case "begin":
            if outcome.began is None:
                outcome.began, outcome.worker, outcome.pid = event["t"], event.get("worker"), event["pid"]
        case "failed":
            settle(outcome, "failed", [], None)
        case "over":
            outcome.ended = outcome.ended or event["t"]
        case "end":
            settle(outcome, event["outcome"], event.get("chain") or [], event.get("phase"))
            outcome.ended = event["t"]


def take_case(case: dict, outcome: Outcome | None, others: list[dict]) -> None:
    if outcome is not None:
        if case["outcome"] is None and not outcome.failed:
            return              # its runner was killed before it said anything, and nothing else did
        if outcome.failed and case["chain"] and case["chain"][0]["class"] and not any(error["class"] for error in outcome.chain):
            outcome.chain = []      # the runner knows more
        settle(outcome, case["outcome"], case["chain"], None)
    elif case["outcome"] in FAILED:
        others.append({"name": case["name"], "t": None, "chain": case["chain"]})


def settle(outcome: Outcome, what: str, chain: list[dict], phase: str | None) -> None:
    """The first failure of a test stays, whatever its tear-down says afterwards."""
    if outcome.failed:
        if not outcome.chain:
            outcome.chain = chain
        return
    outcome.outcome, outcome.phase = what, phase
    outcome.chain = chain if what in FAILED else []


def error(kind: str, text: str) -> list[dict]:
    """A chain of one, of a class and the lines of a message."""
    lines = [line.strip() for line in (text or "").strip().split("\n") if line.strip()]
    if len(lines) > 1 and re.fullmatch(r"[\w\\\\]+::\w+", lines[0]):
        lines = lines[1:]           # PHPUnit names the test first
    return [{"class": kind or "", "message": lines[0][:300] if lines else "", "more": " ".join(lines[1:40])[:3000], "code": None}]


def go_error(text: str) -> list[dict]:
    """What a Go test says by `t.Error` and `t.Fatal`, else all that it prints."""
    lines = [line for line in text.split("\n") if not re.match(r"\s*(=== |--- )", line)]
    said = [re.sub(r"^\s+\w+\.go:\d+: ", "", line) for line in lines if re.match(r"\s+\w+\.go:\d+: ", line)]
    return error("", "\n".join(said or lines))


def junit(name: str, data: bytes) -> list[dict]:
    cases = []
    try:
        root = Xml.fromstring(data)
    except Xml.ParseError:
        return []           # the runner was killed before it was whole
    for case in root.iter("testcase"):
        bad = next((child for child in case if child.tag in ("failure", "error", "rerunFailure")), None)
        title = f"{case.get('classname', '')} {case.get('name', '')}"
        if bad is not None:
            message = html.unescape((bad.get("message") or "").strip())      # some escape twice
            text = message + "\n" + (bad.text or "") if message else bad.text or ""
            cases.append({"name": title, "outcome": "failed", "chain": error(bad.get("type", ""), text)})
        else:
            skipped = any(child.tag == "skipped" for child in case)
            cases.append({"name": title, "outcome": "skipped" if skipped else "passed", "chain": []})
    return cases


def jest(name: str, data: bytes) -> list[dict]:
    """Jest's and Vitest's JSON."""
    cases = []
    for file in json.loads(data)["testResults"]:
        for case in file["assertionResults"]:
            text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(case.get("failureMessages") or []))
            cases.append({"name": case["fullName"], "outcome": {"pending": "skipped"}.get(case["status"], case["status"]),
                          "chain": error("", text) if text else []})
        if file["status"] == "failed" and file.get("message") and not any(case["status"] == "failed" for case in file["assertionResults"]):
            cases.append({"name": file["name"], "outcome": "error", "chain": error("", file.get("message", ""))})
    return cases


def rspec(name: str, data: bytes) -> list[dict]:
    if not data.strip():
        return []           # the process died before it wrote its report
    report = json.loads(data)
    cases = []
    for case in report["examples"]:
        bad = case.get("exception")
        cases.append({"name": case["full_description"], "outcome": {"pending": "skipped"}.get(case["status"], case["status"]),
                      "chain": error(bad["class"], bad["message"] or "") if bad else []})
    if report["summary"].get("errors_outside_of_examples_count"):
        cases.append({"name": "outside of examples", "outcome": "error", "chain": error("", "\n".join(report.get("messages", [])))})
    return cases


def go_json(name: str, data: bytes) -> list[dict]:
    """`go test -json`: the text of each test, and what became of it."""
    said: dict[str, str] = {}
    cases = []
    events = [json.loads(line) for line in data.decode(errors="replace").splitlines() if line.startswith("{")]
    parents = {event["Test"].rpartition("/")[0] for event in events if event.get("Test")}
    for event in events:
        test = event.get("Test")
        if test in parents:
            continue            # fails because a test in it does
        if event.get("Action") == "output" and test:
            said[test] = said.get(test, "") + event["Output"]
        elif event.get("Action") in ("pass", "fail", "skip") and test:
            what = {"pass": "passed", "fail": "failed", "skip": "skipped"}[event["Action"]]
            cases.append({"name": test, "outcome": what, "chain": go_error(said.get(test, "")) if what == "failed" else []})
    judged = {case["name"] for case in cases}
    for test in said:
        if test not in judged and test not in parents:      # killed before its parent was done
            cases.append({"name": test, "outcome": None, "chain": go_error(said[test])})
    return cases


def tap(name: str, data: bytes) -> list[dict]:
    """Raw TAP, one stream a file: a case for each `ok` and `not ok` at the left margin."""
    cases, notes = [], []
    for line in data.decode(errors="replace").splitlines():
        found = re.match(r"(not )?ok \d+ - (.*?)( # SKIP.*)?$", line)
        if found:
            what = "failed" if found[1] else "skipped" if found[3] else "passed"
            cases.append({"name": found[2], "outcome": what, "chain": error("", "\n".join(notes)) if found[1] else []})
            notes = []
        elif line.lstrip().startswith("#"):
            notes.append(line.lstrip(" #"))
    return cases


READERS = {"junit": junit, "jest": jest, "rspec": rspec, "go": go_json, "tap": tap, "events": lambda name, data: []}
