"""The truth of a run, from its plan, its events and its runner's machine output; see `truth.schema.json`.

The dressed files are read only to say what they can show, and where: nothing that happened is
learned from them.
"""
from __future__ import annotations

import re
from datetime import datetime, timezone

from lab import words
from lab.dress import Given
from lab.errors import group_of
from lab.faults import FAULTS, Fault
from lab.outcomes import Outcome, gather
from lab.programs import Program
from lab.run import Recording

UNRELATED = ("assertion", "http", "memory")
HEADS = re.compile(r"(\d\d):(\d\d):(\d\d)[.,](\d{3})")
NEAR = 0.06


class Truth:
    def __init__(self, kept: Recording, program: Program, given: list[Given]) -> None:
        self.kept, self.program, self.given = kept, program, given
        self.outcomes, self.others = gather(kept, program.manifest.get("machine", "events"))
        self.failed = [outcome for outcome in self.outcomes.values() if outcome.failed]
        self.groups = {outcome.test["leaf"]: self.group(outcome) for outcome in self.failed}
        self.other_groups = [group_of(other["chain"]) for other in self.others]
        if kept.status and not self.failed and not self.others and not kept.killed:
            self.others = [{"name": "the run", "t": kept.ended, "chain": []}]       # red, and no test says why
            self.other_groups = ["run"]
        self.leaked = leaks(kept.events, kept.ended)
        self.text = words.plain("\n".join(line for file in given for line in file.lines))

    def group(self, outcome: Outcome) -> str:
        deed = outcome.test["deed"]
        if outcome.outcome == "crashed" and deed != "misuse":
            return "unrelated" if deed in UNRELATED else "died"
        if deed == "die":
            return "died"
        group = group_of(outcome.chain, "unique" if deed == "expected" else "")
        if deed in UNRELATED and group in ("other", "pool", "database", "refused", "gone"):
            return "unrelated"
        if deed == "misuse":
            return "misuse"
        if deed == "shared" and group in ("other", "missing", "database"):
            return "count"
        return group

    def build(self, command: str) -> dict:
        kinds = [kind for name in self.kept.plan.faults if (kind := self.kind(FAULTS[name]))]
        loud = [kind for kind in kinds if kind["severity"] == "loud"]
        claimed = {test for kind in kinds for test in kind["victims"]}
        unrelated = sorted(o.test["id"] for o in self.failed if self.groups[o.test["leaf"]] == "unrelated")
        unclaimed = [o.test["id"] for o in self.failed if o.test["id"] not in claimed and o.test["id"] not in unrelated]
        plan, shown = self.kept.plan, self.named_tests()
        return {
            "schema": "logscan.lab/1", "seed": plan.seed, "stack": plan.stack, **self.program.describe(), "server": plan.server,
            "faults": plan.faults, "command": command,
            "started": iso(self.kept.started), "ended": iso(self.kept.ended), "status": self.kept.status,
            "ended_by": "recorder" if self.kept.killed or self.kept.hung else "itself", "workers": plan.workers,
            "files": [{"path": file.name, "role": file.role, "lines": len(file.lines), "dress": file.dress} for file in self.given],
            "healthy": not loud, "kinds": kinds,
            "tolerated": sorted({name for fault in plan.faults for name in FAULTS[fault].tolerates}),
            "tests": [self.describe(outcome) for outcome in self.outcomes.values()],
            "failed": sorted(o.test["id"] for o in self.failed), "failed_shown": sorted(o.test["id"] for o in self.failed if o.test["id"] in shown),
            "outside_tests": [{"name": other["name"], "group": group, "error": line_of(other["chain"])}
                              for other, group in zip(self.others, self.other_groups)],
            "not_database": unrelated, "unclaimed": unclaimed,
            "leaks": [{"test": leak["test"], "t": iso(leak["t"]), "worker": leak["worker"]} for leak in self.leaked],
            "server_samples": self.kept.samples, "history": [item | {"t": iso(item["t"])} for item in self.kept.history]}

    # --- what a fault did -------------------------------------------------------------------------------

    def kind(self, fault: Fault) -> dict | None:
        """The fault as it took place, or None if it did not."""
        victims = [o for o in self.failed if self.is_victim(fault, o)]
        culprits = [o for o in self.outcomes.values() if o.test["deed"] in fault.culprits and o.began]
        claims = fault.claims | ({"run"} if fault.group in ("arrival", "setup") and "unrelated" not in fault.claims else set())
        outside = [other for other, group in zip(self.others, self.other_groups) if group in claims]
        if fault.cause == "leak" and fault.culprits and fault.culprits[0].startswith("leak"):
            holders = {words.plain(leak["test"] or "") for leak in self.leaked}
            culprits = [o for o in culprits if any(o.test["leaf"] in holder for holder in holders)]
        if fault.name == "set-up that leaks":
            holders = {words.plain(leak["test"] or "") for leak in self.leaked}
            culprits = [o for o in self.outcomes.values() if any(o.test["leaf"] in holder for holder in holders)]
        if not self.took_place(fault, victims, culprits, outside):
            return None
        if fault.cause is None or "unrelated" in fault.claims:
            return self.harmless(fault)
        effects = sorted({fault.effects[g] for o in victims if (g := self.groups[o.test["leaf"]]) in fault.effects} - {fault.cause})
        first = self.first_of(fault, victims, culprits, outside)
        shown = self.shows(fault, victims, culprits, outside)
        named = self.named_tests()
        return {
            "fault": fault.name, "class": fault.cause, "or": list(fault.also), "effects": effects, "severity": "loud",
            "at": iso(first), "shown": shown,
            "culprits": ids(culprits), "culprits_shown": ids(o for o in culprits if shown and self.culprit_shown(fault, o, named)),
            "victims": ids(victims), "victims_shown": ids(o for o in victims if o.test["id"] in named),
            "setups": [other["name"] for other in outside],
            "lines": self.lines_of(fault, victims, culprits, outside, first) if shown else []}

    def harmless(self, fault: Fault) -> dict:
        klass = "startup-race" if fault.name.startswith("late server") else None
        return {"fault": fault.name, "class": klass, "or": [], "effects": [], "severity": "benign", "at": None, "shown": False,
                "culprits": [], "culprits_shown": [], "victims": [], "victims_shown": [], "setups": [], "lines": []}

    def is_victim(self, fault: Fault, outcome: Outcome) -> bool:
        """Its error is one of the fault's, or it did the deed and its assertion hides the error."""
        group = self.groups[outcome.test["leaf"]]
        hidden = group in ("other", "database") and bool(fault.claims)
        cancelled = group == "cancelled" and fault.cause is not None     # with its whole file
        return group in fault.claims or cancelled or (hidden and outcome.test["deed"] in fault.culprits)

    def took_place(self, fault: Fault, victims: list, culprits: list, outside: list) -> bool:
        match fault.proof:
            case "none":
                return True
            case "victims":
                return bool(victims or outside)
            case "culprits":
                hung = self.kept.killed or bool(victims) or fault.group != "end"
                return bool(culprits) and hung
            case "history":
                return any(item["what"] == "servers ready" for item in self.kept.history)
        raise ValueError(fault.proof)

    def first_of(self, fault: Fault, victims: list, culprits: list, outside: list) -> float | None:
        leaf = {o.test["leaf"] for o in culprits}
        times = [leak["t"] for leak in self.leaked if fault.cause == "leak" and words.plain(leak["test"] or "")[-400:] and
                 any(name in words.plain(leak["test"] or "") for name in leaf)]
        times += [item["t"] for item in self.kept.history if fault.group == "death" and item["what"] in ("terminate", "restart", "crash")]
        if not times:
            times = [o.ended for o in victims if o.ended] + [other["t"] for other in outside if other["t"]]
        times = times or [o.began for o in culprits if o.began]
        return min(times) if times else None

    # --- what the given files can show ------------------------------------------------------------------

    def named_tests(self) -> set[str]:
        return {o.test["id"] for o in self.outcomes.values() if o.test["leaf"] in self.text}

    def sees_pool(self, file: Given) -> bool:
        said = words.plain(self.kept.plan.choices["say_acquire"].replace("{}", " "))
        return any(said[:12] in words.plain(line) for line in file.lines) if said else False

    def shows(self, fault: Fault, victims: list, culprits: list, outside: list) -> bool:
        chains = [o.chain for o in victims] + [other["chain"] for other in outside]
        if any(needle in self.text for chain in chains for needle in needles(chain)):
            return True
        if fault.cause == "leak" and any(self.sees_pool(file) for file in self.given):
            return True
        if fault.group in ("death", "end") and any(o.test["leaf"] in self.text for o in culprits):
            return True
        if fault.name == "tear-down blocked":
            return "locktimeout" in self.text or "lockwaittimeout" in self.text
        return fault.group == "death" and any(word in self.text for word in ("shuttingdown", "terminatingconnection", "terminatedbysignal"))

    def culprit_shown(self, fault: Fault, outcome: Outcome, named: set[str]) -> bool:
        """A failed culprit is named by its runner; a silent leaker only where the pool's and the tests' lines meet."""
        if outcome.test["id"] not in named:
            return False
        if outcome.failed or fault.cause not in ("leak", "cleanup"):
            return True
        return any(self.sees_pool(file) and outcome.test["leaf"] in words.plain("\n".join(file.lines)) for file in self.given)

    def lines_of(self, fault: Fault, victims: list, culprits: list, outside: list, first: float | None) -> list[dict]:
        """Where the first cause shows first: its error's text, its time, and the names of those who did it."""
        firsts = sorted(victims, key=lambda o: o.ended or 9e12)[:1]
        chains = [o.chain for o in firsts] + [other["chain"] for other in outside[:1]]
        names = [o.test["leaf"] for o in culprits]
        found = []
        for file in self.given:
            plain = [words.plain(line) for line in file.lines]
            for needle in dict.fromkeys(needle for chain in chains for needle in needles(chain)):
                found += [(file.name, n) for n, line in enumerate(plain, 1) if needle in line][:3]
            for name in names[:3]:
                found += [(file.name, n) for n, line in enumerate(plain, 1) if name in line][:4]
            if first and (fault.cause == "leak" or fault.group in ("death", "lock", "arrival")):
                found += [(file.name, n) for n in at_time(file.lines, first)][:8]
        return [{"file": name, "line": line} for name, line in dict.fromkeys(found)]

    def describe(self, outcome: Outcome) -> dict:
        group = self.groups.get(outcome.test["leaf"])
        return {"id": outcome.test["id"], "leaf": outcome.test["leaf"], "deed": outcome.test["deed"], "outcome": outcome.outcome,
                "group": group, "errors": [f"{e['class']}: {e['message']}"[:300] for e in outcome.chain[:5]],
                "worker": outcome.worker, "began": iso(outcome.began), "ended": iso(outcome.ended)}


def leaks(events: list[dict], ended: float) -> list[dict]:
    """Connections that were taken in a test and never given back."""
    held: dict[tuple, dict] = {}
    for event in events:
        key = (event["pid"], event.get("conn"))
        if event["ev"] == "out":
            held[key] = event
        elif event["ev"] == "in":
            held.pop(key, None)
    return [event for event in held.values() if event.get("test")]


def at_time(lines: list[str], moment: float) -> list[int]:
    """Lines whose head has the moment, where heads have milliseconds."""
    day = datetime.fromtimestamp(moment, timezone.utc)
    second = day.hour * 3600 + day.minute * 60 + day.second + day.microsecond / 1e6
    found = []
    for number, line in enumerate(lines, 1):
        head = HEADS.search(line[:80])
        if head:
            hours, minutes, seconds, thousandths = map(int, head.groups())
            if abs(hours * 3600 + minutes * 60 + seconds + thousandths / 1000 - second) < NEAR:
                found.append(number)
    return found


def needles(chain: list[dict]) -> list[str]:
    """What of an error can be looked for in a text: its messages, with and without the class before them.

    A runner's own "timed out" says nothing of what was waited for.
    """
    found = []
    for error in chain:
        message = error["message"] or error["class"].rpartition(".")[2]       # some errors say nothing more
        for text in (message, message.partition(": ")[2]):
            if not text.startswith(("Test timed out", "Timeout of", "thrown: ", "Exceeded timeout")):
                found.append(words.plain(text)[:40])
    return [needle for needle in found if len(needle) > 9]


def line_of(chain: list[dict]) -> str:
    """The words of an error that its reader would see first."""
    return next((e["message"] for e in chain if e["message"]), chain[0]["class"].split(".")[-1] if chain else "")


def ids(outcomes) -> list[str]:
    return sorted(outcome.test["id"] for outcome in outcomes)


def iso(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
