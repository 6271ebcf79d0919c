"""How a run's output reaches the reader: which files are given, how they are wrapped, cut and encoded."""
from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from random import Random

from lab.run import Recording

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LIMIT = 2_000_000


@dataclass
class Given:
    """A file as it is given, with its text as a reader sees it: lines without colours."""

    name: str
    role: str                       # stdout, debug, server, pooler
    data: bytes = b""
    lines: list[str] = field(default_factory=list)
    dress: list[str] = field(default_factory=list)


def give(kept: Recording, program_name: str, layer: str) -> list[Given]:
    rng = Random(kept.plan.seed + 3)
    stdout = Given("output.log", "stdout", lines=[], dress=[])
    wrap = rng.choice(("none", "none", "none", "none", "github", "gitlab", "jenkins", "azure", "compose", "kubectl", "journald"))
    lines = wrapped(kept, wrap, rng)
    stdout.name = {"compose": "compose.log", "journald": "journal.txt", "none": rng.choice(("output.log", "test-output.txt", "console.log"))}.get(wrap, "job.log")
    stdout.dress = [wrap] if wrap != "none" else []
    files = [stdout]
    files += [Given(name, "debug", lines=split(data)) for name, data in kept.logs.items()]
    servers = [Given(server_file(kind, rng), "pooler" if kind == "pgbouncer" else "server", lines=[text for _, text in log])
               for kind, log in kept.server_logs.items() if log and wrap != "compose"]
    stdout.lines = lines
    chosen = choose(files, servers, rng)
    for file in chosen:
        file.lines = [neutral(line, kept.replaced) for line in file.lines]
        encode(file, rng)
    return chosen


def split(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    return text.removesuffix("\n").split("\n") if text else []


def server_file(kind: str, rng: Random) -> str:
    return rng.choice({"postgres": ("postgresql.log", "postgres.log", "db.log"), "mariadb": ("mysqld.log", "mariadb-error.log"),
                       "redis": ("redis.log", "redis-server.log"), "pgbouncer": ("pgbouncer.log",)}[kind])


def choose(files: list[Given], servers: list[Given], rng: Random) -> list[Given]:
    stdout, debug = files[0], [file for file in files[1:] if file.lines]
    what = rng.choices(("stdout", "stdout+debug", "debug", "all", "stdout+server"), (35, 30, 5, 20, 10))[0]
    if what == "debug" and not debug:
        what = "stdout"
    return {"stdout": [stdout], "stdout+debug": [stdout, *debug], "debug": debug, "all": [stdout, *debug, *servers],
            "stdout+server": [stdout, *servers]}[what]


def neutral(line: str, replaced: list[tuple[str, str]]) -> str:
    """Paths of this machine become those of the project's CI."""
    for here, there in replaced:
        line = line.replace(here, there)
    return line


# --- wrappers ---------------------------------------------------------------------------------------

def when(moment: float, form: str) -> str:
    stamp = datetime.fromtimestamp(moment, timezone.utc)
    return stamp.strftime(form).replace("{us}", f"{stamp.microsecond:06d}").replace("{ms}", f"{stamp.microsecond // 1000:03d}")


def wrapped(kept: Recording, wrap: str, rng: Random) -> list[str]:
    lines, command = kept.stdout, kept.shown
    project = kept.plan.project
    match wrap:
        case "none":
            return [text for _, text in lines]
        case "github":
            stamp = lambda moment: when(moment, "%Y-%m-%dT%H:%M:%S.{us}0Z ")
            head = [stamp(kept.started) + text for text in (f"##[group]Run {command}", f"\x1b[36;1m{command}\x1b[0m",
                                                            "shell: /usr/bin/bash -e {0}", "##[endgroup]")]
            tail = [stamp(kept.ended) + f"##[error]Process completed with exit code {kept.status}."] if kept.status else []
            return head + [stamp(moment) + text for moment, text in lines] + tail
        case "gitlab":
            began = int(kept.started)
            head = [f"section_start:{began}:step_script\r\x1b[0K\x1b[0KExecuting \"step_script\" stage of the job script\x1b[0;m", f"\x1b[32;1m$ {command}\x1b[0;m"]
            tail = [f"section_end:{int(kept.ended)}:step_script\r\x1b[0K",
                    f"\x1b[31;1mERROR: Job failed: exit code {kept.status}\x1b[0;m" if kept.status else "\x1b[32;1mJob succeeded\x1b[0;m"]
            return head + [text for _, text in lines] + tail
        case "jenkins":
            stamped = rng.random() < 0.5
            stamp = (lambda moment: when(moment, "[%Y-%m-%dT%H:%M:%S.{ms}Z] ")) if stamped else (lambda moment: "")
            head = ["[Pipeline] sh", stamp(kept.started) + f"+ {command}"]
            tail = ["[Pipeline] }", f"ERROR: script returned exit code {kept.status}" if kept.status else "[Pipeline] End of Pipeline",
                    f"Finished: {'FAILURE' if kept.status else 'SUCCESS'}"]
            return head + [stamp(moment) + text for moment, text in lines] + tail
        case "azure":
            stamp = lambda moment: when(moment, "%Y-%m-%dT%H:%M:%S.{us}4Z ")
            head = [stamp(kept.started) + "##[section]Starting: Run tests", stamp(kept.started) + f"##[command]{command}"]
            tail = [stamp(kept.ended) + f"##[error]Bash exited with code '{kept.status}'."] if kept.status else []
            return head + [stamp(moment) + text for moment, text in lines] + tail + [stamp(kept.ended) + "##[section]Finishing: Run tests"]
        case "compose":
            parts = {f"{rng.choice(('tests', 'app', project))}-1": lines}
            parts |= {{"postgres": "db", "mariadb": "mysql", "redis": "cache"}.get(kind, kind) + "-1": log for kind, log in kept.server_logs.items()}
            width = max(len(name) for name in parts)
            merged = sorted((moment, number, f"{name:{width}}  | {text}") for name, log in parts.items() for number, (moment, text) in enumerate(log))
            return [text for _, _, text in merged]
        case "kubectl":
            return [when(moment, "%Y-%m-%dT%H:%M:%S.{us}000Z ") + text for moment, text in lines]
        case "journald":
            return [when(moment, "%b %d %H:%M:%S ") + f"ci-{project} run-tests[{1000 + len(project)}]: {text}" for moment, text in lines]
    raise ValueError(wrap)


# --- cuts and encodings -----------------------------------------------------------------------------

def encode(file: Given, rng: Random) -> None:
    cut(file, rng)
    lines = file.lines
    end = "\r\n" if rng.random() < 0.08 else "\n"
    if end == "\r\n":
        file.dress.append("crlf")
    text = "".join(line + end for line in lines)
    if rng.random() < 0.05:
        file.data, end = b"\xff\xfe" + text.encode("utf-16-le", "replace"), end
        file.dress.append("utf-16")
    else:
        file.data = text.encode("utf-8", "replace")
    if rng.random() < 0.08:
        file.data, file.name = gzip.compress(file.data, mtime=0), file.name + ".gz"
        file.dress.append("gz")
    file.lines = [ANSI.sub("", line) for line in lines]


def cut(file: Given, rng: Random) -> None:
    """Some systems keep the end only, some the begin, some leave the middle out and say so."""
    size, way = len(file.lines), rng.random()
    if size > 120 and way < 0.03:
        file.lines = file.lines[-int(size * 0.6):]
        file.dress.append("tail only")
    elif size > 120 and way < 0.06:
        file.lines = [*file.lines[:int(size * 0.7)], "Job's log exceeded limit of 4194304 bytes."]
        file.dress.append("head only")
    elif size > 120 and way < 0.08:
        third = size // 3
        file.lines = [*file.lines[:third], f"... [{third} lines truncated] ...", *file.lines[2 * third:]]
        file.dress.append("middle left out")
    while sum(map(len, file.lines)) > LIMIT:
        file.lines = file.lines[:len(file.lines) // 2]
        file.dress.append("head only")
