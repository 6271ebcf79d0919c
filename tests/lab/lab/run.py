"""One run: the servers are started, the project is written and tested, and what happened is kept."""
from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lab import words
from lab.machine import CACHE, HERE, NODE_MODULES, PYTHON, Lines, Processes, own_network, ports
from lab.plan import Plan
from lab.programs import Program, fill, render
from lab.servers import KINDS, Login, Sampler, Server

UPSTREAM = {"pgbouncer": "postgres"}


@dataclass
class Recording:
    """What a run left: lines with their times, files, events and the recorder's own deeds."""

    plan: Plan
    command: list[str] = field(default_factory=list)
    shown: str = ""                     # the command as its project would write it
    stdout: list[tuple[float, str]] = field(default_factory=list)
    logs: dict[str, bytes] = field(default_factory=dict)
    server_logs: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    events: list[dict] = field(default_factory=list)
    machine: dict[str, bytes] = field(default_factory=dict)
    samples: list[dict] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)
    started: float = 0.0
    ended: float = 0.0
    status: int | None = None
    killed: bool = False
    hung: bool = False
    replaced: list[tuple[str, str]] = field(default_factory=list)


class Run:
    def __init__(self, plan: Plan, program: Program, folder: Path, processes: Processes) -> None:
        self.plan, self.program, self.folder, self.processes = plan, program, folder, processes
        self.ports = ports(own_network())
        self.project, self.events = folder / plan.project, folder / "events"
        self.events.mkdir()
        self.kept = Recording(plan)
        self.servers: list[Server] = []
        self._over = threading.Event()
        self._silent = socket.socket()          # a web service that never answers

    def record(self) -> Recording:
        self._listen_in_silence()
        self._make_servers()
        values = self._values()
        render(self.program, values, self.project, self.plan.files)
        self._link_libraries()
        self._build(values)
        if self.plan.start == "before":
            self._start_servers()
        self._test(values)
        self._collect()
        return self.kept

    # --- servers --------------------------------------------------------------------------------------

    def _listen_in_silence(self) -> None:
        self._silent.bind(("127.0.0.1", self.ports["web"]))
        self._silent.listen(64)

    def _make_servers(self) -> None:
        plan = self.plan
        login = Login(plan.database, plan.user, plan.password)
        rng = Random(plan.seed + 1)
        for kind in filter(None, (UPSTREAM.get(plan.server), plan.server)):
            if kind == "sqlite":
                continue
            options = dict(plan.pooler_options if kind == "pgbouncer" else plan.server_options)
            if kind == "postgres":
                options = postgres_dress(rng) | options
            if kind == "pgbouncer":
                options["upstream"] = self.ports["postgres"]
            self.servers.append(KINDS[kind](self.folder / kind, self.ports[kind], self.processes, login, options))

    def _start_servers(self) -> None:
        for server in self.servers:
            server.start()
        self._note("servers ready")

    def _note(self, what: str, **facts) -> None:
        self.kept.history.append({"t": time.time(), "what": what} | facts)

    # --- the project ----------------------------------------------------------------------------------

    def _values(self) -> dict[str, object]:
        plan, program = self.plan, self.program
        port = str(self.ports.get(plan.server, 0))
        truth = {"host": "localhost" if Random(plan.seed).random() < 0.5 and plan.server != "mariadb" else "127.0.0.1", "port": port,
                 "database": plan.database, "user": plan.user, "password": plan.password}
        setups = {"schema": "", "early": "", "each": "", "after": ""}
        for keys in program.setups.values():
            setups |= dict.fromkeys(keys, "")
        return {
            **plan.choices, **setups, **truth, **{f"told_{key}": value for key, value in (truth | plan.told).items()},
            **program.setups[plan.setup], "project": plan.project, "Project": words.styled(plan.project, "pascal"),
            "server": plan.server, "setup": plan.setup, "workers": plan.workers, "pool_size": plan.pool_size,
            "pool_timeout": plan.pool_timeout, "pool_timeout_ms": int(plan.pool_timeout * 1000),
            "tables_json": json.dumps(plan.tables), "tables_list": json.dumps(plan.tables)[1:-1], "first_table": plan.tables[0], "second_table": plan.tables[1],
            "third_table": plan.tables[2], "all_tables": ", ".join(plan.tables), "web_port": self.ports["web"],
            "python": PYTHON, "node_modules": NODE_MODULES, "cache": CACHE, "hooks": HERE / "hooks",
            "root": self.project, "events": self.events, "files": " ".join(file["path"] for file in plan.files),
            "modules": "\n".join(f"mod {file['module']};" for file in plan.files)}

    def _link_libraries(self) -> None:
        if self.program.manifest["language"] == "javascript":
            (self.project / "node_modules").symlink_to(NODE_MODULES)
        places = self.program.manifest.get("hook_places", {})
        for name in self.program.manifest.get("hook_files", []):
            place = self.project / places.get(name, Path(name).name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text((HERE / "hooks" / name).read_text())

    def _environment(self, values: dict) -> dict[str, str]:
        keep = {key: os.environ[key] for key in ("HOME", "RUSTUP_HOME", "CARGO_HOME") if key in os.environ}
        base = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", "CI": "true",
                "CI_EVENTS": str(self.events), "PYTHONPATH": str(HERE / "hooks" / "python"),
                "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_PLUGINS": "ci_pytest"}
        extra = self.program.manifest["run"].get("env", {})
        return keep | base | {key: fill(value, values) for key, value in extra.items()}

    def _build(self, values: dict) -> None:
        """Compiles before the clock starts, where the language does."""
        for step in self.program.manifest["run"].get("build", []):
            command = [fill(part, values) for part in step]
            process = self.processes.spawn(command, cwd=self.project, env=self._environment(values),
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            lines = Lines(process)
            try:
                process.wait(240)
            finally:
                self.processes.end(process, signal.SIGKILL)
            lines.finish()
            if process.returncode:
                raise RuntimeError("the build failed:\n" + "\n".join(text for _, text in lines.lines[-30:]))

    def _command(self, values: dict) -> list[str]:
        run, rng = self.program.manifest["run"], Random(self.plan.seed + 2)
        parts = [*run["command"], *run.get("plain_options", [[]])[0]]
        if self.plan.workers > 1:
            parts += run.get("parallel", [])
        else:
            parts += run.get("serial", [])
        options = rng.choice(run.get("options", [[]]))
        parts += options + run.get("last", [])
        command = []
        for part in parts:
            filled = fill(part, values)
            command += filled.split() if part == "<<files>>" else [filled]
        self.kept.shown = " ".join([run["shown"], *options]) if "shown" in run else " ".join(command)
        return command

    def _test(self, values: dict) -> None:
        kept, plan = self.kept, self.plan
        kept.command = self._command(values)
        kept.started = time.time()
        process = self.processes.spawn(kept.command, cwd=self.project, env=self._environment(values),
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = Lines(process)
        samplers = [Sampler(server) for server in self.servers if server.kind != "pgbouncer"]
        for sampler in samplers:
            sampler.start()
        self._act(process, kept.started + plan.limit)
        if process.poll() is None:
            kept.hung = not kept.killed
        kept.ended = time.time()
        self.processes.end(process, signal.SIGTERM, 2)
        lines.finish()
        kept.status, kept.stdout = process.returncode, lines.lines
        for sampler in samplers:
            sampler.finish()
            kept.samples += [{"server": sampler.server.kind} | sample for sample in sampler.samples]
        for server in reversed(self.servers):
            server.stop()

    # --- what the recorder does in mid-run --------------------------------------------------------------

    def _act(self, process: subprocess.Popen, end: float) -> None:
        """Until the tests are over: starts a late server and does what triggers ask for.

        All in the thread that began the run, so that what is started belongs to it.
        """
        due: list[tuple[float, dict]] = []
        absent = self.plan.start == "late"
        up = self.plan.start == "before"
        waiting = list(self.plan.triggers)
        while process.poll() is None and time.time() < end:
            time.sleep(0.05)
            begun = self._begun() if waiting or absent else {}
            if absent and (begun or time.time() > self.kept.started + 3):
                due.append((min([*begun.values(), time.time()]) + self.plan.delay, {"do": "start"}))
                absent = False
            for trigger in list(waiting):
                if trigger["leaf"] in begun:
                    due.append((begun[trigger["leaf"]] + trigger["after"], trigger))
                    waiting.remove(trigger)
            for moment, trigger in [item for item in due if item[0] <= time.time()]:
                if not up and trigger["do"] not in ("start", "kill job"):
                    continue        # there is nothing yet that could be ended
                up |= trigger["do"] == "start"
                due.remove((moment, trigger))
                if trigger["do"] == "kill job":
                    self._note("kill job")
                    self.kept.killed = True
                    return
                self._do(trigger)

    def _begun(self) -> dict[str, float]:
        found = {}
        for event in read_events(self.events):
            if event["ev"] == "begin":
                for test in self.plan.tests:
                    if test["leaf"] in words.plain(event["test"] or ""):
                        found[test["leaf"]] = event["t"]
        return found

    def _do(self, trigger: dict) -> None:
        self._note(trigger["do"])
        server = self.servers[0]
        match trigger["do"]:
            case "start":
                self._start_servers()
            case "terminate":
                server.terminate_clients()
            case "restart":
                server.stop()
                time.sleep(trigger["down"])
                server.start()
                self._note("ready again")
            case "crash":
                server.crash()

    # --- afterwards -------------------------------------------------------------------------------------

    def _collect(self) -> None:
        kept = self.kept
        for pattern in self.program.manifest.get("logs", []):
            for path in sorted(self.project.glob(pattern)):
                kept.logs[path.name] = path.read_bytes()
        for pattern in self.program.manifest.get("machine_files", []):
            for path in sorted(self.project.glob(pattern)):
                if path.is_file():
                    kept.machine[str(path.relative_to(self.project))] = path.read_bytes()
        for server in self.servers:
            kept.server_logs[server.kind] = server.lines
            kept.history += [{"t": moment, "what": f"{server.kind} {what}"} for what, moment in server.history]
        kept.events = read_events(self.events)
        kept.history.sort(key=lambda item: item["t"])
        kept.replaced = [(str(self.project), self.plan.folder), (str(PYTHON.parent.parent), self.plan.folder + "/.venv"),
                         (str(NODE_MODULES), self.plan.folder + "/node_modules"),
                         (str(self.folder / "postgres"), "/var/run/postgresql"),
                         (str(self.folder / "mariadb"), "/var/lib/mysql"), (str(self.folder), "/tmp"),
                         (str(CACHE), "/opt/ci"), (sys.base_prefix, "/usr/local"), (str(HERE / "hooks"), "/usr/local/lib/ci"),
                         (str(Path.home()), "/root")]
        self._silent.close()


def postgres_dress(rng: Random) -> dict[str, object]:
    """What a server logs is its owner's choice as well."""
    prefix = rng.choice(("%m [%p] ", "%t [%p] ", "%m [%p] %q%u@%d ", "%t:%r:%u@%d:[%p]: ", "%m %u %d %p ", "%m [%p] %a "))
    noisy = rng.choice(("on", "off"))
    return {"log_line_prefix": f"'{prefix}'", "log_connections": noisy, "log_disconnections": noisy,
            "log_lock_waits": rng.choice(("on", "off")), "log_statement": rng.choice(("'none'", "'none'", "'ddl'", "'all'"))}


def read_events(folder: Path) -> list[dict]:
    events = []
    for path in folder.glob("*.jsonl"):
        for line in path.read_text(errors="replace").splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue        # torn: its process was killed while it wrote
    return sorted(events, key=lambda event: event["t"])
