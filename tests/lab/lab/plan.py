"""What one run will be: drawn from its seed before anything starts, and kept with the recording."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from lab import words
from lab.programs import Program


@dataclass
class Plan:
    seed: int
    stack: str
    server: str
    project: str
    folder: str
    database: str
    user: str
    password: str
    tables: list[str]
    workers: int
    pool_size: int
    pool_timeout: float
    choices: dict[str, str]
    faults: list[str] = field(default_factory=list)
    setup: str = "plain"
    start: str = "before"                       # before, late, never
    delay: float = 0.0
    told: dict[str, str] = field(default_factory=dict)      # connection settings that differ from the truth
    server_options: dict[str, object] = field(default_factory=dict)
    pooler_options: dict[str, object] = field(default_factory=dict)
    triggers: list[dict] = field(default_factory=list)
    limit: float = 40.0
    files: list[dict] = field(default_factory=list)
    spare: Iterator[str] = iter(())            # names that no test has yet
    nouns: Iterator[str] = iter(())            # and those that no file has

    @property
    def tests(self) -> list[dict]:
        return [test for file in self.files for test in file["tests"]]

    def as_json(self) -> str:
        kept = {key: value for key, value in vars(self).items() if key not in ("spare", "nouns")}
        return json.dumps(kept, indent=1)


def draw(seed: int, program: Program, faults: dict, every: bool = False) -> Plan:
    """A plan without faults first; then none, one or two (or `every` given one) change it."""
    rng = Random(seed)
    plan = ordinary(seed, program, rng)
    lay_out_tests(plan, program, rng)
    names = [name for name, fault in faults.items() if fault.fits(plan, program)] if every else choose_faults(plan, program, rng, faults)
    for name in names:
        fault = faults[name]
        if fault.prepare(Scene(plan, program, rng)) is not False:
            plan.faults.append(name)
    plan.pool_size = max([plan.pool_size, *(faults[name].connections for name in plan.faults)])
    identify(plan, program)
    return plan


def ordinary(seed: int, program: Program, rng: Random) -> Plan:
    project = rng.choice(words.PROJECTS)
    choices = {key: rng.choice(values) for key, values in program.manifest.get("choices", {}).items()}
    say = rng.randrange(len(words.ACQUIRE))
    choices |= {"say_acquire": words.ACQUIRE[say], "say_release": words.RELEASE[say],
                "say_begin": rng.choice(words.BEGIN), "say_retry": rng.choice(words.RETRY),
                "log_level": rng.choice(("debug", "debug", "info", "warning"))}
    return Plan(
        seed=seed, stack=program.name, server=rng.choice(program.servers), project=project,
        folder=rng.choice(words.FOLDERS).format(p=project),
        database=rng.choice((f"{project}_test", "app_test", f"test_{project}", f"{project}")),
        user=rng.choice((project, "app", "ci", "tester", f"{project}_rw")),
        password=rng.choice(("secret", "s3cr3t-pw", "changeme", "testing123")),
        tables=[words.plural(noun) for noun in rng.sample(words.ENTITIES, 3)],
        workers=1 if program.workers == "one" else rng.choice((1, 2, 2, 3, 4, 6)),
        pool_size=rng.choice((2, 3, 3, 5)), pool_timeout=rng.choice((1, 1, 1, 1, 2)), choices=choices)


def lay_out_tests(plan: Plan, program: Program, rng: Random) -> None:
    counts = [rng.randint(2, 6) for _ in range(rng.randint(2, 5))]
    names = iter(words.phrases(rng, sum(counts) + 40))
    nouns = rng.sample(words.ENTITIES, len(counts) + 3)
    for count, noun in zip(counts, nouns):
        tests = [new_test(next(names), "ok", plan, rng) for _ in range(count)]
        plan.files.append({"noun": noun, "tests": tests})
    plan.spare, plan.nouns = names, iter(nouns[len(counts):])
    for test in plan.tests:
        spice = rng.random()
        if spice < 0.08 and "expected" in program.deeds:
            test["deed"] = "expected"
        elif spice < 0.11 and "skip" in program.deeds:
            test["deed"] = "skip"


def new_test(phrase: str, deed: str, plan: Plan, rng: Random, **args: object) -> dict:
    base = {"n": 1, "seconds": 0.1, "key": rng.randint(10, 9999), "table": rng.choice(plan.tables),
            "amount": rng.randint(2, 90)}
    return {"phrase": phrase, "deed": deed, "args": base | args}


def choose_faults(plan: Plan, program: Program, rng: Random, faults: dict) -> list[str]:
    able = [fault for fault in faults.values() if fault.fits(plan, program)]
    wanted = rng.choices((0, 1, 2), (2, 5, 3))[0]
    chosen: list = []
    while able and len(chosen) < wanted:
        fault = rng.choices(able, [fault.weight for fault in able])[0]
        chosen.append(fault)
        able = [other for other in able if not fault.excludes(other)]
    if rng.random() < 0.3:
        benign = [fault for fault in able if fault.benign]
        chosen += rng.sample(benign, 1) if benign else []
    return [fault.name for fault in sorted(chosen, key=lambda fault: fault.order)]


def identify(plan: Plan, program: Program) -> None:
    """Gives files their paths and tests the names by which their runner will call them."""
    manifest = program.manifest
    style = manifest.get("case", "snake")
    for file in plan.files:
        if manifest.get("alphabetical"):        # the runner sorts tests: their order here has to be that
            names = sorted((test["phrase"] for test in file["tests"]), key=lambda phrase: words.styled(phrase, style))
            for test, phrase in zip(file["tests"], names):
                test["phrase"] = phrase
        noun = words.styled(file["noun"], manifest.get("file_case", "snake"))
        file["suite"] = words.styled(file["noun"], "pascal")
        file["path"] = manifest["test"]["path"].replace("{noun}", noun)
        file["module"] = noun
        for test in file["tests"]:
            test["name"] = words.styled(test["phrase"], style)
            test["leaf"] = words.plain(test["phrase"])
            scope = {"file": file["path"], "suite": file["suite"], "name": test["name"], "module": noun}
            test["id"] = manifest["test"]["id"].format(**scope)
    for trigger in plan.triggers:
        trigger["leaf"] = trigger.pop("test")["leaf"]


@dataclass
class Scene:
    """What a fault may change: the plan, with a few verbs to do so."""

    plan: Plan
    program: Program
    rng: Random

    def put(self, deed: str, count: int = 1, file: dict | None = None, where: str = "", **args) -> list[dict]:
        """Adds tests that do `deed` to one file: `first`, `last` or somewhere in it."""
        file = file or self.rng.choice(self.plan.files)
        made = []
        for number in range(count):
            test = new_test(next(self.plan.spare), deed, self.plan, self.rng, **args)
            size = len(file["tests"])
            place = {"first": number, "last": size}.get(where, self.rng.randint(0, size))
            file["tests"].insert(place, test)
            made.append(test)
        return made

    def file(self, **extra) -> dict:
        """A new file, without tests yet."""
        made = {"noun": next(self.plan.nouns), "tests": [], **extra}
        self.plan.files.insert(self.rng.randint(0, len(self.plan.files)), made)
        return made

    def when(self, test: dict, what: str, after: float, **extra) -> None:
        """Lets the recorder do something soon after a test has begun."""
        self.plan.triggers.append({"test": test, "do": what, "after": after, **extra})
