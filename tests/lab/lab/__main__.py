"""`tests/lab/record`: draws runs from a seed, records them, writes logs and truth."""
from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from random import Random

from lab import plan as plans
from lab.dress import give
from lab.faults import FAULTS
from lab.machine import Processes, die_with_parent, workspace
from lab.programs import load_all
from lab.run import Run
from lab.truth import Truth

RUN_LIMIT = 420     # seconds, with a first build


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="record", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--stack", action="append", help="only this stack; may be repeated")
    parser.add_argument("--fault", action="append", help="lay in just this fault; may be repeated")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="say which stacks and faults there are")
    return parser.parse_args()


def main() -> int:
    if "--list" in sys.argv:
        return show()
    args = arguments()
    programs = load_all()
    unknown = set(args.stack or []) - set(programs)
    if unknown:
        print(f"no such stack: {', '.join(sorted(unknown))}; there are {', '.join(programs)}", file=sys.stderr)
        return 2
    names = args.stack or list(programs)
    faults = {name: FAULTS[name] for name in args.fault} if args.fault else None
    work = [(number, args.seed, stack, faults, args.out) for number, stack in enumerate(deal(names, args.runs, args.seed))]
    args.out.mkdir(parents=True, exist_ok=True)
    about = {"seed": args.seed, "runs": args.runs, "stacks": names, "faults": args.fault, "jobs": args.jobs}
    (args.out / "recording.json").write_text(json.dumps(about, indent=1))
    return conduct(work, args.jobs)


def show() -> int:
    for name, program in load_all().items():
        able = [fault.name for fault in FAULTS.values() if all(deed in program.deeds for deed in fault.deeds)
                and (fault.setup is None or fault.setup in program.setups)]
        print(f"{name}: {program.manifest['runner']}; {program.manifest['layer']}; {', '.join(able)}")
    return 0


def deal(names: list[str], count: int, seed: int) -> list[str]:
    """Every stack equally often, in an order that the seed says."""
    rng, dealt = Random(seed), []
    while len(dealt) < count:
        dealt += rng.sample(names, len(names))
    return dealt[:count]


def conduct(work: list[tuple], jobs: int) -> int:
    """Each run has a process of its own: its network, its children and its death are its own."""
    waiting, running, bad = list(work), {}, 0
    while waiting or running:
        while waiting and len(running) < jobs:
            task = waiting.pop(0)
            process = multiprocessing.Process(target=one, args=task)
            process.start()
            running[process] = time.time() + RUN_LIMIT
        time.sleep(0.1)
        for process, end in list(running.items()):
            if process.exitcode is None and time.time() > end:
                process.kill()
            if process.exitcode is not None:
                bad += process.exitcode != 0
                del running[process]
    print(f"{len(work) - bad} of {len(work)} runs recorded", file=sys.stderr)
    return 1 if bad else 0


def one(number: int, seed: int, stack: str, faults: dict | None, out: Path) -> None:
    """Records one run into its folder; a run that cannot be recorded leaves `broken.txt` there."""
    die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started, own = time.time(), seed * 1000 + number
    folder = out / f"{number:03d}-{stack}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    processes = Processes()
    try:
        record_into(folder, own, stack, faults, processes)
        say = "recorded"
    except Exception as error:  # noqa: BLE001  whatever it was, the other runs go on
        import traceback

        (folder / "broken.txt").write_text(traceback.format_exc())
        say = f"BROKEN {type(error).__name__}: {str(error)[:200]}"
    finally:
        processes.close()
    print(f"{folder.name}: {say} in {time.time() - started:.1f} s", file=sys.stderr, flush=True)
    os._exit(0 if say == "recorded" else 1)


def record_into(folder: Path, seed: int, stack: str, faults: dict | None, processes: Processes) -> None:
    program = load_all()[stack]
    plan = plans.draw(seed, program, faults or FAULTS, every=faults is not None)
    (folder / "plan.json").write_text(plan.as_json())
    with workspace() as place:
        kept = Run(plan, program, place, processes).record()
    if program.manifest.get("rebuild_stdout") == "go":
        rebuild_go(kept)
    given = give(kept, program.name, program.manifest["layer"])
    (folder / "logs").mkdir()
    for file in given:
        (folder / "logs" / file.name).write_bytes(file.data)
    (folder / "truth.json").write_text(json.dumps(Truth(kept, program, given).build(kept.shown), indent=1))
    (folder / "plan.json").write_text(plan.as_json())


def rebuild_go(kept) -> None:
    """`go test -json` holds the very text that `go test -v` prints: the text is given, the JSON is truth."""
    lines, raw = [], []
    for moment, text in kept.stdout:
        raw.append(text)
        event = json.loads(text) if text.startswith("{") else {"Action": "output", "Output": text + "\n"}
        if event.get("Action") == "output":
            lines.append((moment, event["Output"]))
    kept.machine["go.json"] = "\n".join(raw).encode()
    whole: list[tuple[float, str]] = []
    for moment, text in lines:
        if whole and not whole[-1][1].endswith("\n"):
            whole[-1] = (whole[-1][0], whole[-1][1] + text)
        else:
            whole.append((moment, text))
    kept.stdout = [(moment, text.rstrip("\n")) for moment, text in whole]


if __name__ == "__main__":
    sys.exit(main())
