"""The truth of a run, from its plan, its events and its runner's machine output; see `truth.schema.json`.

The dressed files are read only to say what they can show, and where: nothing that happened is
learned from them.
"""
from __future__ import annotations

import re
from functools import cached_property, lru_cache
from datetime import datetime, timezone

from lab import words
from lab.dress import Given
from lab.errors import WORDS, group_of
from lab.faults import FAULTS, Fault
from lab.outcomes import Outcome, gather
from lab.programs import Program
from lab.run import Recording

UNRELATED = ("assertion", "http", "memory")
# What only a database's driver or pool says: a failure of another kind that a test meets on its way.
DRIVER = re.compile(r"psycopg|asyncpg|sqlalchemy|pymysql|peewee|django\.db|redis\.exc|SQLSTATE|PG::|Mysql2|ActiveRecord|Sequel|DBD::|DBI |"
                    r"java\.sql|SQL\w*Exception|PDOException|Doctrine|sqlx|postgres|mysql|mariadb|knex|pq: |QueuePool|"
                    r"trying to connect|acquir|checkout|connection is not available|obtain a|PoolTimedOut|^(exec|query|conn|ping)\w*: ", re.I | re.M)
# A file's own words for taking a connection and giving it back, beside those that the plan drew.
PAIRS = [("()checkedoutfrompool", "()beingreturnedtopool"), ("()connectiongivenby", "()returningconnection")]
PREFERRED = {"pool": ("pool", "setup", "arrival"), "slots": ("pool",), "refused": ("arrival", "death", "setup"), "gone": ("death", "misuse", "lock"),
             "lock": ("lock", "setup", "shared"), "deadlock": ("lock", "shared"), "unique": ("shared", "setup"), "missing": ("setup", "arrival"), "database": ("setup", "arrival", "misuse"), "exists": ("setup",),
             "misuse": ("misuse",), "test-timeout": ("pool", "setup", "lock", "death", "arrival"), "cancelled": ("end", "lock", "death", "pool", "setup")}
OWN = ("refused", "host", "auth", "no-database", "missing", "slots", "exists", "unique", "pool", "lock", "deadlock", "lab")
DEATHS = {"terminate": r"terminating connection due to administrator|Aborted connection|CLIENT KILL",
          "restart": r"received \w+ shutdown request|Normal shutdown|Received SIGTERM|User requested shutdown",
          "crash": r"unexpected postmaster exit|database system was interrupted|not properly shut down|crash recovery"}
DIED = re.compile(r"Fatal Python error|signal: ?\d|SIGKILL|SIGABRT|SIGSEGV|signal=|[Cc]rashed|Aborted|core dumped|worker .* (exited|died|terminated)|not properly terminated|"
                  r"Killed|Wstat: (9|137)|wstat (9|137)|abnormally|went away|SIGKILL|(exit|exited with) (code|status) '?1[34]\d", re.M)
STATEMENT = re.compile(r"\b(insert\s+into|update\s+\S+\s+set|delete\s+from|select\s.*\sfrom)\b.*", re.I)      # a test's name in a row names no test
# A runner that must be forced to end says itself that something was left open.
LEFT_OPEN = re.compile(r"worker process has failed to exit gracefully|did not exit one second after")
# How a server tells of who waits for a lock, and of a client that went with an open transaction.
WAITS = re.compile(r"still waiting for \w+Lock|Process holding the lock|with an open transaction")
# How a server names who holds the lock that somebody waits for.
HOLDER = "Process holding the lock"
ABSENT = re.compile("|".join(pattern for group, pattern in WORDS if group in ("refused", "host", "auth", "no-database")))
SERVER_SAYS = re.compile(r"\b(ERROR|FATAL):  ")
RESULT = re.compile(r"[✓✔√×✗✘✖✕]|\b(ok|PASS|FAIL|PASSED|FAILED|passed|failed)\b")
CUT = {"head only", "tail only", "middle left out"}
CORES = re.compile(r"""(?:FATAL|ERROR): +(.+)|\[\d{4}\] (.+)|(column \W*\w+\W* of relation \W*\w+\W* does not exist)|((?:relation|database|column|role) \W*[\w.-]+\W* does not exist)|((?:relation|type) \W*[\w.-]+\W* already exists)|"""
                   r"((?:deadlock detected|canceling statement|terminating connection|too many |remaining connection slots|password authentication failed"
                   r"|Access denied for|Unknown database|duplicate key|Duplicate entry|Lock wait timeout|Deadlock found)[^'\",\n]*)")
BROKE = re.compile(r"[×✗✘✖✕]|fail|(?<!parser_)error|not ok|crash", re.I)       # "%PARSER_ERROR" is logback's word for a pattern that it does not know


class Truth:
    def __init__(self, kept: Recording, program: Program, given: list[Given]) -> None:
        self.kept, self.program, self.given = kept, program, given
        self.outcomes, self.others = gather(kept, program.manifest.get("machine", "events"))
        self.failed = [outcome for outcome in self.outcomes.values() if outcome.failed]
        self.groups = {outcome.test["leaf"]: self.group(outcome) for outcome in self.failed}
        self.in_flight = [o for o in self.outcomes.values() if (kept.hung or kept.killed) and o.began and not o.ended and not o.failed]
        self.hung = self.in_flight if kept.hung else []
        self.other_groups = [self.group_outside(group_of(other["chain"])) for other in self.others]
        if kept.status and not self.failed and not self.others and not kept.killed and not kept.hung:
            self.others = [{"name": "the run", "t": kept.ended, "chain": []}]       # red, and no test says why
            self.other_groups = [self.group_outside("run")]
        self.leaked = leaks(kept.events)
        self.text = words.plain("\n".join(line for file in given for line in file.lines))
        self.plain = {file.name: [words.plain(line) for line in file.lines] for file in given}
        self.naming = {file.name: [words.plain(STATEMENT.sub("", line)) for line in file.lines] for file in given}
        self.names = "\n".join(line for lines in self.naming.values() for line in lines)
        faults = [FAULTS[name] for name in kept.plan.faults]
        self.owner = {o.test["leaf"]: self.one_of([f for f in faults if self.is_victim(f, o)], self.groups[o.test["leaf"]], o) for o in self.failed}
        self.other_owner = [self.one_of([f for f in faults if group in claims_outside(f) and not (f.benign and began_after(other, self.ready()))], group, None)
                            for other, group in zip(self.others, self.other_groups)]

    def group_outside(self, group: str) -> str:
        if group == "run" and "import that fails" in self.kept.plan.faults:
            return "other"          # some runners end where a file cannot be read
        return "died" if group == "other" and "worker killed" in self.kept.plan.faults else group

    def group(self, outcome: Outcome) -> str:
        deed = outcome.test["deed"]
        if outcome.outcome == "crashed" and deed != "misuse":
            return "unrelated" if deed in UNRELATED else "died"
        group = group_of(outcome.chain, "unique" if deed == "expected" else "")
        if outcome.phase == "setup":
            return group                # its deed was not done yet
        if deed == "die" and group not in OWN:
            return "died"
        said = "\n".join(f"{error['class']}\n{error['message']}" for error in outcome.chain)
        if deed in UNRELATED and group in ("other", "pool", "database", "gone", "test-timeout") and not DRIVER.search(said):
            return "unrelated"
        if deed == "misuse" and group not in OWN:
            return "misuse"
        if group == "other" and (deed == "shared" or deed == "ok" and outcome.test["args"]["table"] in self.shared_tables()):
            return "count"      # others empty the table, or write to it
        return group

    def shared_tables(self) -> set[str]:
        return {test["args"]["table"] for test in self.kept.plan.tests if test["deed"] == "shared"}

    def build(self, command: str) -> dict:
        kinds = [kind for name in self.kept.plan.faults if (kind := self.kind(FAULTS[name]))]
        loud = [kind for kind in kinds if kind["severity"] == "loud"]
        claimed = {test for kind in kinds for test in kind["victims"]}
        unrelated = sorted(o.test["id"] for o in self.failed if self.groups[o.test["leaf"]] == "unrelated")
        unclaimed = [o.test["id"] for o in self.failed if o.test["id"] not in claimed and o.test["id"] not in unrelated]
        unclaimed += [o.test["id"] for o in self.hung if not loud]
        if not any(fault.startswith(("import", "memory")) for fault in self.kept.plan.faults):
            echo = lambda other: line_of(other["chain"]) == "test failed"        # node:test says so of a file whose tests failed
            unclaimed += [other["name"] for other, owner in zip(self.others, self.other_owner) if owner is None and not echo(other)]
        plan, shown = self.kept.plan, self.shown_failed
        tolerated = {name for fault in plan.faults for name in FAULTS[fault].tolerates} | ({"timeout", "lock", "leak", "exhaustion"} if self.kept.hung else set())
        tolerated |= {"leak"} if self.leaked or any(LEFT_OPEN.search(line) for line in self.lines()) else set()
        tolerated |= {"lock"} if any(HOLDER in line for line in self.lines()) else set()
        if "a retry that recovers" in plan.faults and not {"stdout", "server"} & {file.role for file in self.given}:
            tolerated |= {"init-failure", "startup-race"}       # nothing given shows that it recovers
        tolerated |= {"crash"} if any(self.death_lines(file) for file in self.given) else set()
        return {
            "schema": "logscan.lab/1", "seed": plan.seed, "stack": plan.stack, **self.program.describe(), "server": plan.server,
            "faults": plan.faults, "command": command,
            "started": iso(self.kept.started), "ended": iso(self.kept.ended), "status": self.kept.status,
            "ended_by": "recorder" if self.kept.killed or self.kept.hung else "itself", "workers": plan.workers,
            "files": [{"path": file.name, "role": file.role, "lines": len(file.lines), "dress": file.dress} for file in self.given],
            "healthy": not loud and not self.kept.hung, "kinds": kinds,
            "tolerated": sorted(tolerated),
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
        victims = [o for o in self.failed if self.owner[o.test["leaf"]] == fault.name]
        outside = [other for other, owner in zip(self.others, self.other_owner) if owner == fault.name]
        culprits = self.culprits(fault)
        if fault.group == "end" and self.kept.killed:       # whoever else was in flight may have waited for the same
            victims += [o for o in self.in_flight if o not in culprits]
        if not self.took_place(fault, victims, culprits, outside):
            return None
        died = fault.group == "death" and fault.name != "worker killed"
        if ((fault.cause is None or died) and not victims and not outside) or "unrelated" in fault.claims:
            return self.harmless(fault)
        cause = fault.cause or "startup-race"       # not all of them waited long enough
        told = [o for o in victims if any(needle in self.text for needle in needles(o.chain))]
        effects = {fault.effects[g] for o in told if (g := self.groups[o.test["leaf"]]) in fault.effects} - {cause}
        first = self.first_of(fault, victims, culprits, outside)
        shown = self.shows(fault, victims, culprits, outside)
        named = [o for o in culprits if shown and self.culprit_shown(fault, o, victims)]
        also = list(fault.also)
        if fault.group == "end" and "lock" in {self.groups[o.test["leaf"]] for o in told}:
            also = ["leak"]                     # it ended by itself, and says what it waited for, not for whom
        if fault.cause is None:
            also += ["init-failure", "timeout", "exhaustion"]
        if "pool" in fault.claims and victims and all(self.groups.get(o.test["leaf"]) == "test-timeout" for o in victims):
            also += ["exhaustion", "timeout"]   # only the runner speaks, and not of the pool
        if fault.name == "late server" and not any(o.outcome == "passed" for o in self.outcomes.values()):
            also.append("config-drift")         # it never came, for all that the run can know
        if (fault.group == "arrival" or fault.name == "settings read too early") and not any(ABSENT.search(line) for file in self.given for line in file.lines):
            also.append("exhaustion")           # a pool that waits in silence says no more
        if fault.cause == "leak" and effects and not named and not any(self.sees_leak(file) for file in self.given):
            also += sorted(effects)             # who holds on is seen by nobody: only what follows
            effects = set()
        return {
            "fault": fault.name, "class": cause, "or": list(dict.fromkeys(also)), "effects": sorted(effects), "severity": "loud",
            "at": iso(first), "shown": shown,
            "culprits": ids(culprits), "culprits_shown": ids(named),
            "victims": ids(victims), "victims_shown": ids(o for o in victims if o.test["id"] in self.shown_failed and not self.is_mere_count(fault, o)),
            "setups": [other["name"] for other in outside],
            "lines": self.lines_of(fault, victims, named, culprits, outside) if shown else []}

    def culprits(self, fault: Fault) -> list[Outcome]:
        """Those who did it: measured for leaks, else by their deed, unless they failed of something else before."""
        if fault.name == "set-up that leaks":
            return self.holders
        did = [o for o in self.outcomes.values() if o.test["deed"] in fault.culprits and o.began and o.phase != "setup"]
        if fault.cause == "leak" and fault.culprits[0].startswith("leak"):
            return [o for o in did if o in self.holders]
        if fault.name == "worker killed":
            return [o for o in did if o.outcome is None or self.groups.get(o.test["leaf"]) == "died"]
        if fault.name == "job killed while it hangs":
            return [o for o in did if not o.failed and o.outcome != "passed" or self.owner.get(o.test["leaf"]) == fault.name]
        return [o for o in did if not o.failed or self.owner[o.test["leaf"]] == fault.name]

    def harmless(self, fault: Fault) -> dict:
        klass = "startup-race" if fault.name.startswith("late server") else None
        return {"fault": fault.name, "class": klass, "or": [], "effects": [], "severity": "benign", "at": None, "shown": False,
                "culprits": [], "culprits_shown": [], "victims": [], "victims_shown": [], "setups": [], "lines": []}

    def is_victim(self, fault: Fault, outcome: Outcome) -> bool:
        """Its error is one of the fault's, or it did the deed and its assertion hides the error."""
        group = self.groups[outcome.test["leaf"]]
        if fault.cause == "leak" and not fault.name.startswith("transaction") and not self.leaked:
            return False
        if fault.group == "death" and fault.name != "worker killed":
            moment = self.died()
            if moment is None or (outcome.ended and outcome.ended < moment - 0.05):
                return False
        if fault.benign:
            return group in fault.claims and bool(outcome.ended) and outcome.ended < self.ready() + 0.5
        hidden = group in ("other", "database") and bool(fault.claims)
        cancelled = group == "cancelled" and fault.cause is not None     # with its whole file
        did = outcome.test["deed"] in fault.culprits and outcome.phase != "setup"
        return group in fault.claims or cancelled or (hidden and did)

    def ready(self) -> float:
        return next((item["t"] for item in self.kept.history if item["what"] == "servers ready"), 9e12)

    def lines(self):
        return (line for file in self.given for line in file.lines)

    def died(self) -> float | None:
        return next((item["t"] for item in self.kept.history if item["what"] in DEATHS), None)

    def one_of(self, able: list[Fault], group: str, outcome: Outcome | None) -> str | None:
        """One fault for each failure: whose deed it did, else whose kind of error it is."""
        wanted = PREFERRED.get(group, ())
        ready = self.ready()

        def rank(fault: Fault) -> tuple:
            place = wanted.index(fault.group) if fault.group in wanted else len(wanted)
            ended = outcome.ended if outcome and outcome.ended else self.kept.started
            absent = fault.group == "arrival" and ended < ready
            did = outcome is not None and outcome.test["deed"] in fault.culprits
            return (absent, fault.cause is not None, (-place, did) if group in ("refused", "gone", "missing", "database") else (did, -place))
        return max(able, key=rank).name if able else None

    def took_place(self, fault: Fault, victims: list, culprits: list, outside: list) -> bool:
        stuck = bool(self.hung and culprits and fault.group in ("lock", "pool", "setup"))
        match fault.proof:
            case "none":        # tests that meet an error and pass; or nothing at all
                did = [o for o in self.outcomes.values() if o.test["deed"] in fault.deeds]
                return not did or any(o.outcome == "passed" for o in did)
            case "victims" if fault.group == "death" and self.died() is not None:
                return True         # perhaps to nobody's harm
            case "victims":
                held = fault.cause == "leak" and any(o in self.holders for o in culprits)     # nobody came in its way, but it is there
                return bool(victims or outside) or stuck or held
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

    @cached_property
    def shown_failed(self) -> set[str]:
        """Failed tests whose failure a given file shows: its runner's output names them, or their error stands after their name."""
        found = set()
        whole = not self.kept.killed and not self.kept.hung
        for file in self.given:
            trusted = file.role == "stdout" and whole and not CUT & set(file.dress)
            text = "\n".join(self.naming[file.name])
            for o in self.failed:
                if o.test["leaf"] in text and (trusted or self.error_after(file, o)):
                    found.add(o.test["id"])
        return found

    def error_after(self, file: Given, outcome: Outcome) -> bool:
        wanted, lines, naming = needles(outcome.chain), self.plain[file.name], self.naming[file.name]
        for number, line in enumerate(naming):
            if outcome.test["leaf"] in line:
                if BROKE.search(file.lines[number]):
                    return True
                for later in range(number + 1, min(len(lines), number + 90)):
                    if self.name_in(naming[later]) not in (None, outcome.test["leaf"]):
                        break
                    if any(needle in lines[later] for needle in wanted):
                        return True
        return False

    def broken(self, file: Given, outcome: Outcome) -> list[int]:
        """Lines that name a test as failed."""
        return [n for n, line in enumerate(self.naming[file.name], 1)
                if outcome.test["leaf"] in line and (BROKE.search(file.lines[n - 1]) or "●" in file.lines[n - 1])]

    def name_in(self, line: str) -> str | None:
        return max((leaf for leaf in self.outcomes if leaf in line), key=len, default=None)

    def pool_words(self) -> list[tuple[re.Pattern, re.Pattern]]:
        """How the program's files say that a connection is taken, and given back, with the connection's name."""
        def pattern(text: str) -> str:
            before, _, after = text.partition("{}")
            return words.plain(before) + (f"([a-z0-9]{{0,24}}?){words.plain(after)}" if words.plain(after) else "([a-z0-9]{0,24})")
        choices = self.kept.plan.choices
        drawn = (pattern(choices["say_acquire"]), pattern(choices["say_release"]))
        return [(re.compile(take), re.compile(give)) for take, give in (drawn, *PAIRS)]

    @lru_cache(maxsize=None)
    def pool_lines(self, name: str) -> tuple[list[int], list[int]]:
        """Lines of a file that say that a connection was taken, and those of them that nothing answers."""
        for take, give in self.pool_words():
            out, open_, back = [], [], 0
            for number, line in enumerate(self.plain[name], 1):
                if found := take.search(line):
                    out.append(number)
                    open_.append((found[1], number))
                elif found := give.search(line):
                    back += 1
                    held = next((one for one in reversed(open_) if one[0] == found[1]), None)
                    if held:
                        open_.remove(held)
            if out and back:        # a log that never says that one came back does not show that one stayed out
                return out, [number for _, number in open_]
        return [], []

    def leaking(self, file: Given) -> list[int]:
        """Its unanswered lines that tests who leaked left: of a runner that keeps what failed tests said, others' lie around.

        A file that tells of every connection that was taken kept nothing back.
        """
        taken, unanswered = self.pool_lines(file.name)
        if self.leaked and len(taken) >= sum(event["ev"] == "out" for event in self.kept.events):
            return unanswered
        found = []
        for number in unanswered:
            named = any(self.name_in(line) for line in self.naming[file.name])
            leaves = [o.test["leaf"] for o in self.holders]
            if any(self.near(file, number, leaf) for leaf in leaves) or not named or self.program.manifest["runner"] == "jest":
                found.append(number)
        return found

    def sees_leak(self, file: Given) -> bool:
        return bool(self.leaking(file))

    @cached_property
    def holders(self) -> list[Outcome]:
        """Tests in which connections were taken that nobody gave back."""
        names = {words.plain(leak["test"] or "") for leak in self.leaked}
        return [o for o in self.outcomes.values() if any(o.test["leaf"] in name for name in names)]

    def near(self, file: Given, number: int, leaf: str) -> list[int]:
        """Where the file ties a line to a test: the last name before it, or the next soon after."""
        lines = self.naming[file.name]
        before = next((n for n in range(number, 0, -1) if self.name_in(lines[n - 1])), None)
        end = next((n for n, line in enumerate(lines, 1) if "shorttestsummaryinfo" in line and n > number), len(lines))
        after = next((n for n in range(number, min(end, number + 6) + 1) if self.name_in(lines[n - 1])), None)
        after = after if after and RESULT.search(file.lines[after - 1]) else None
        return [place for place in (before, after) if place and self.name_in(lines[place - 1]) == leaf]

    def leak_lines(self, file: Given, outcome: Outcome) -> list[int]:
        found = []
        for number in self.leaking(file):
            if places := self.near(file, number, outcome.test["leaf"]):
                found += [number, *places]
        return found

    def shows(self, fault: Fault, victims: list, culprits: list, outside: list) -> bool:
        if fault.group == "shared" and all(self.groups[o.test["leaf"]] == "count" for o in victims) and not outside:
            return any(self.names_another(o) for o in victims)      # a mere count is anybody's bug
        chains = [o.chain for o in victims] + [other["chain"] for other in outside]
        if any(needle in self.text for chain in chains for needle in needles(chain)):
            return True
        if fault.cause == "leak" and any(self.sees_leak(file) for file in self.given):
            return True
        if fault.group == "end":        # that a test began and never ended is a hang, of whatever
            return any(WAITS.search(line) for file in self.given for line in file.lines)
        if fault.name == "worker killed":       # the name of a test that began is no sign of a death
            died = any(DIED.search(line) for file in self.given for line in file.lines)
            return died and any(o.test["leaf"] in self.names for o in culprits)
        if fault.name == "tear-down blocked":
            return "locktimeout" in self.text or "lockwaittimeout" in self.text
        return fault.group == "death" and any(self.death_lines(file) for file in self.given)

    def is_mere_count(self, fault: Fault, outcome: Outcome) -> bool:
        """Whether a test that shares its rows only counted other ones than it expected: anybody's bug."""
        return fault.group == "shared" and self.groups.get(outcome.test["leaf"]) == "count" and not self.names_another(outcome)

    def names_another(self, outcome: Outcome) -> bool:
        said = words.plain(" ".join(f"{error['message']} {error.get('more', '')}" for error in outcome.chain))
        return any(leaf in said for leaf, other in self.outcomes.items() if other is not outcome)

    def death_lines(self, file: Given) -> list[int]:
        """The server's own words for what the recorder did to it; that it ends after the tests is no news."""
        what = next((item["what"] for item in self.kept.history if item["what"] in DEATHS), None)
        if what is None:
            return []
        found = [n for n, line in enumerate(file.lines, 1) if re.search(DEATHS[what], line)]
        last = max((n for n, line in enumerate(file.lines, 1) if re.search(DEATHS["restart"], line)), default=len(file.lines) + 1)
        return [n for n in found if n < last][:1]

    def culprit_shown(self, fault: Fault, outcome: Outcome, victims: list) -> bool:
        """A failed culprit is named by its runner; a silent leaker only where the pool's and the tests' lines meet."""
        if fault.cause in ("leak", "cleanup"):
            return any(self.leak_lines(file, outcome) for file in self.given)
        if outcome.test["leaf"] not in self.names:
            return False
        if outcome.outcome in ("passed", "skipped") or (outcome.outcome is None and fault.group == "shared"):
            said = words.plain(" ".join(f"{e['message']} {e.get('more', '')}" for o in victims for e in o.chain))
            return outcome.test["leaf"] in said
        innocent = [o for o in victims if o.test["deed"] not in fault.culprits]
        if fault.cause == "exhaustion" and innocent and outcome.failed:       # they fail alike: only the pool's lines tell them apart
            return any(sum(bool(self.near(file, n, outcome.test["leaf"])) for n in self.pool_lines(file.name)[0]) > 1 for file in self.given)
        if fault.name == "lock wait" or fault.group == "end" and outcome.failed:
            return False       # who waits is named; of who holds the lock a server names the process at most
        if self.is_mere_count(fault, outcome):
            return False
        if fault.group == "end" and sum(o.test["leaf"] in self.names for o in self.in_flight) > 1:
            return False       # several hang alike
        return not outcome.failed or outcome.test["id"] in self.shown_failed

    def lines_of(self, fault: Fault, victims: list, named: list, culprits: list, outside: list) -> list[dict]:
        """Where the first cause shows first: a leak's own lines where they can be seen, else the first error and its heading."""
        leaking = {}
        if fault.cause in ("leak", "cleanup"):
            for file in self.given:     # another fault's leaks are not this one's
                tied = [n for o in culprits for n in self.leak_lines(file, o)]
                others = [n for o in self.holders if o not in culprits for n in self.leak_lines(file, o) if n not in tied]
                leaking[file.name] = [n for n in self.leaking(file) if n not in others][:8]
        if any(leaking.values()):
            found = [(name, n) for name, numbers in leaking.items() for n in numbers]
            found += [(file.name, n) for file in self.given for o in named for n in self.leak_lines(file, o)]
            if fault.cause == "leak" and not fault.name.startswith("transaction"):
                return [{"file": name, "line": line} for name, line in dict.fromkeys(found)]
        else:
            found = []
        timed = sorted((o for o in victims if not self.is_mere_count(fault, o)), key=lambda o: o.ended or 9e12) or victims
        firsts = [o for o in timed if any(needle in self.text for needle in needles(o.chain))][:1]      # some errors are printed by no one
        if timed and timed[0] not in firsts:
            for file in self.given:
                if file.role == "stdout":
                    places = heading(self.plain[file.name], self.naming[file.name], timed[0].test["leaf"], ["timedout", "timeoutof", "exceededtimeout"], 4)
                    found += [(file.name, n) for n in self.broken(file, timed[0])[:1] + places]
        chains = [o.chain for o in firsts] + [other["chain"] for other in outside[:1]]
        for file in self.given:
            lines, places = self.plain[file.name], []
            if fault.group == "death":
                places += self.death_lines(file)
            if "lock" in (fault.cause, fault.group):
                places += [n for n, line in enumerate(file.lines, 1) if WAITS.search(line)]
            if "died" in fault.claims:
                places += [n for n, line in enumerate(file.lines, 1) if DIED.search(line)][:1]
            if file.role == "pooler" and fault.cause == "exhaustion":
                places += [n for n, line in enumerate(file.lines, 1) if "query_wait_timeout" in line][:2]
            for needle in dict.fromkeys(needle for chain in chains for needle in needles(chain)):
                places += [n for n, line in enumerate(lines, 1) if needle in line.replace("subtestfailed", "")][:1]    # a suite counts its own
            for o in firsts:
                places += self.heading_of(file, o)
                places += self.server_says(file, self.groups.get(o.test["leaf"]))
            printed = [self.heading_of(file, o) for o in victims]
            places += min((block for block in printed if block), key=lambda block: block[-1], default=[])
            if fault.group == "arrival" or fault.name == "settings read too early":
                places += [n for n, line in enumerate(file.lines, 1) if ABSENT.search(line)][:1]
            found += [(file.name, n) for n in places]
        stopped = self.kept.killed or self.kept.hung
        if not found or (fault.group == "end" and stopped):     # no error: the names of those who did it, or who hang in it
            guilty = self.in_flight or [o for o in culprits if o.outcome not in ("passed", "skipped")] or firsts
            for file in self.given:
                lines = self.naming[file.name]
                found += [(file.name, n) for o in guilty for n in [n for n, line in enumerate(lines, 1) if o.test["leaf"] in line][:2]]
        return [{"file": name, "line": line} for name, line in dict.fromkeys(found)]

    def server_says(self, file: Given, group: str | None) -> list[int]:
        """Where a server first tells of errors of this group, which its clients may word otherwise."""
        pattern = dict(WORDS).get(group) if group in OWN else None
        told = (n for n, line in enumerate(file.lines, 1) if pattern and SERVER_SAYS.search(line) and re.search(pattern, line))
        return list(told)[:1]

    def heading_of(self, file: Given, outcome: Outcome) -> list[int]:
        """Where a test is named above its error; nothing if another one is named in between, whose error it is then."""
        leaf, naming = outcome.test["leaf"], self.naming[file.name]
        found = heading(self.plain[file.name], naming, leaf, needles(outcome.chain))
        between = naming[found[0]:found[1] - 1] if found else []
        return [] if any(self.name_in(line) not in (None, leaf) for line in between) else found

    def describe(self, outcome: Outcome) -> dict:
        group = self.groups.get(outcome.test["leaf"])
        return {"id": outcome.test["id"], "leaf": outcome.test["leaf"], "deed": outcome.test["deed"], "outcome": outcome.outcome,
                "group": group, "errors": [f"{e['class']}: {e['message']}"[:300] for e in outcome.chain[:5]],
                "worker": outcome.worker, "began": iso(outcome.began), "ended": iso(outcome.ended)}


def began_after(other: dict, moment: float) -> bool:
    """Whether what failed outside of tests began after a moment; a time-out began as long before its end as it says."""
    took = re.search(r"(?:[Tt]imed out in|[Tt]imeout of) (\d+) ?ms", line_of(other["chain"]))
    return (other["t"] or 9e12) - (int(took[1]) / 1000 if took else 0) > moment + 0.5


def claims_outside(fault: Fault) -> frozenset[str]:
    """Groups of failures outside of tests that are the fault's: a run that is red without a word is its missing server's."""
    more = {"run"} if fault.group in ("arrival", "setup") and "unrelated" not in fault.claims else set()
    return fault.claims | more


def heading(lines: list[str], naming: list[str], leaf: str, wanted: list[str], reach: int = 80) -> list[int]:
    """The line that names a failed test above its error, and the error there; a summary at the end repeats them only."""
    end = next((n for n, line in enumerate(lines) if "shorttestsummaryinfo" in line), len(lines))
    if any(leaf in line for line in naming[:end]):
        lines, naming = lines[:end], naming[:end]
    for number, line in enumerate(naming, 1):
        if leaf in line:
            error = next((n for n in range(number, min(len(lines), number + reach) + 1) if any(needle in lines[n - 1] for needle in wanted)), None)
            if error:
                above = max(n for n in range(number, error + 1) if leaf in naming[n - 1])
                return [above, error]
    return []


def leaks(events: list[dict]) -> list[dict]:
    """Connections that were taken in a test and not given back while tests still ran; an ending process lets go of all."""
    last: dict[int, float] = {}
    for event in events:
        if event["ev"] in ("end", "over") and event.get("test"):
            last[event["pid"]] = event["t"]
    held: dict[tuple, dict] = {}
    for event in events:
        key = (event["pid"], event.get("conn"))
        if event["ev"] == "out":
            held[key] = event
        elif event["ev"] == "in" and event["t"] <= last.get(event["pid"], 9e12):
            held.pop(key, None)
    return [event for event in held.values() if event.get("test")]


def needles(chain: list[dict]) -> list[str]:
    """What of an error can be looked for in a text: its messages, with and without the class before them.

    A runner's own "timed out" says nothing of what was waited for.
    """
    found = []
    for error in chain:
        message = error["message"] or error["class"].rpartition(".")[2]       # some errors say nothing more
        for text in (message, message.partition(": ")[2]):
            if not text.startswith(("Test timed out", "Timeout of", "thrown: ", "Exceeded timeout", "test did not finish before", "Hook timed out", "Timeout (>")):
                found.append(words.plain(text)[:40])
        core = CORES.search(f"{message} {error.get('more', '')}")
        if core:
            found.append(words.plain(next(part for part in core.groups() if part))[:40])
    return [needle for needle in dict.fromkeys(found) if len(needle) > 9]


def line_of(chain: list[dict]) -> str:
    """The words of an error that its reader would see first."""
    return next((e["message"] for e in chain if e["message"]), chain[0]["class"].split(".")[-1] if chain else "")


def ids(outcomes) -> list[str]:
    return sorted(outcome.test["id"] for outcome in outcomes)


def iso(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
