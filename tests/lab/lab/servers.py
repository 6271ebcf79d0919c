"""The servers of a run: started in temporary folders, read line by line, watched from inside, ended by pid."""
from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from lab.machine import CACHE, Lines, Processes, give_to, user_for

PG = Path("/usr/lib/postgresql")


def pg_bin(name: str) -> str:
    """The newest installed PostgreSQL's program."""
    versions = sorted(PG.iterdir(), key=lambda folder: int(folder.name)) if PG.exists() else []
    return str(versions[-1] / "bin" / name) if versions else shutil.which(name) or name


@dataclass
class Login:
    database: str
    user: str
    password: str


@dataclass
class Server:
    """What all servers share: a process, its log, and when it was ready, stopped and started again."""

    folder: Path
    port: int
    processes: Processes
    login: Login
    options: dict = field(default_factory=dict)
    kind = ""

    def __post_init__(self) -> None:
        self.user = user_for(self.kind)
        self.history: list[tuple[str, float]] = []
        self.logs: list[Lines] = []
        self.process: subprocess.Popen | None = None
        self.folder.mkdir(parents=True)
        self.prepare()
        give_to(self.folder, self.user)

    def prepare(self) -> None: ...

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def lines(self) -> list[tuple[float, str]]:
        return [line for log in self.logs for line in log.lines]

    def start(self, wait: float = 30) -> None:
        self.history.append(("start", time.time()))
        self.process = self.processes.spawn(
            self.command(), self.user, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": "/usr/sbin:/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"})
        self.logs.append(Lines(self.process))
        if wait:
            self.await_ready(wait)

    def await_ready(self, patience: float) -> None:
        end = time.time() + patience
        while time.time() < end:
            if self.is_ready():
                self.history.append(("ready", time.time()))
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.02)
        tail = "\n".join(text for _, text in self.lines[-8:])
        raise RuntimeError(f"{self.kind} did not become ready:\n{tail}")

    def is_ready(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.3)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, how: int = signal.SIGINT) -> None:
        if self.process:
            self.history.append(("stop", time.time()))
            self.processes.end(self.process, how, 6)
            self.logs[-1].finish()
            self.process = None

    def crash(self) -> None:
        """Loses everything at once, as a killed container does."""
        self.stop(signal.SIGKILL)

    def terminate_clients(self) -> None:
        raise NotImplementedError

    def sample(self) -> dict:
        """Counts of client connections by state, asked of the server itself."""
        return {}


def keep(made: Path, kept: Path) -> None:
    """Moves an empty cluster to the cache, where runs side by side may both want to put one."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copytree(made, aside, symlinks=True)
    shutil.rmtree(made)
    with contextlib.suppress(OSError):
        aside.rename(kept)
    shutil.rmtree(aside, ignore_errors=True)


class Postgres(Server):
    kind = "postgres"

    def prepare(self) -> None:
        shutil.copytree(self._template(), self.folder / "data", symlinks=True)
        (self.folder / "data").chmod(0o700)
        options = {
            "listen_addresses": "'127.0.0.1'", "port": self.port, "unix_socket_directories": f"'{self.folder}'",
            "fsync": "off", "shared_buffers": "'16MB'", "autovacuum": "off", "max_wal_size": "'1GB'",
            "log_timezone": "'UTC'", "deadlock_timeout": "'300ms'", "superuser_reserved_connections": 2,
            "max_worker_processes": 2, "max_parallel_workers": 0} | self.options
        text = "".join(f"{key} = {value}\n" for key, value in options.items())
        (self.folder / "data" / "postgresql.conf").write_text(text)
        (self.folder / "data" / "pg_hba.conf").write_text(
            "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        give_to(self.folder, self.user)
        login = self.login
        self._alone(f"CREATE ROLE {login.user} LOGIN CREATEDB PASSWORD '{login.password}';\n"
                    f"CREATE DATABASE {login.database} OWNER {login.user};\n")

    def _template(self) -> Path:
        kept = CACHE / "templates" / "postgres"
        if not kept.exists():
            made = self.folder / "template"
            made.mkdir()
            give_to(made, self.user)
            account = {"user": self.user, "extra_groups": []} if self.user else {}
            subprocess.run([pg_bin("initdb"), "-D", str(made), "-U", "postgres", "-A", "trust",
                            "--locale=C.UTF-8", "-E", "UTF8"], check=True, cwd="/", timeout=120,
                           stdout=subprocess.DEVNULL, **account)
            keep(made, kept)
        return kept

    def _alone(self, sql: str) -> None:
        """Runs statements before the recorded start, so that they are not in the recorded log."""
        account = {"user": self.user, "extra_groups": []} if self.user else {}
        subprocess.run([pg_bin("postgres"), "--single", "-D", str(self.folder / "data"), "postgres"],
                       input=sql, text=True, cwd="/", check=True, timeout=60, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, **account)

    def command(self) -> list[str]:
        return [pg_bin("postgres"), "-D", str(self.folder / "data")]

    def is_ready(self) -> bool:
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].startswith("ready")

    def crash(self) -> None:
        super().crash()
        time.sleep(0.3)  # its children notice, and let go of the port
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _ask(self, sql: str) -> list[tuple]:
        import psycopg2  # of the lab's own environment

        link = psycopg2.connect(host=str(self.folder), port=self.port, user="postgres", dbname="postgres",
                                application_name="monitor", connect_timeout=2)
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            link.close()

    def terminate_clients(self) -> None:
        self._ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  f" WHERE usename = '{self.login.user}'")

    def sample(self) -> dict:
        rows = self._ask("SELECT coalesce(state, 'none'), count(*) FROM pg_stat_activity"
                         f" WHERE usename = '{self.login.user}' GROUP BY 1")
        return {state: count for state, count in rows}


class MariaDb(Server):
    kind = "mariadb"

    def prepare(self) -> None:
        kept = CACHE / "templates" / "mariadb"
        if not kept.exists():
            made = self.folder / "template"
            subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={made}", "--skip-test-db",
                            "--auth-root-authentication-method=normal", *self._account()],
                           check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            keep(made, kept)
        shutil.copytree(kept, self.folder / "data")
        login = self.login
        (self.folder / "init.sql").write_text(
            f"CREATE DATABASE IF NOT EXISTS {login.database};\n"
            f"CREATE USER IF NOT EXISTS '{login.user}'@'%' IDENTIFIED BY '{login.password}';\n"
            f"GRANT ALL ON {login.database}.* TO '{login.user}'@'%';\n"
            "DELETE FROM mysql.global_priv WHERE User = '';\nFLUSH PRIVILEGES;\n")

    def _account(self) -> list[str]:
        return [f"--user={self.user}"] if self.user else []

    def command(self) -> list[str]:
        options = {"innodb_flush_log_at_trx_commit": 0, "innodb_buffer_pool_size": "16M",
                   "innodb_lock_wait_timeout": 2, "innodb_log_file_size": "8M",
                   "performance_schema": "OFF"} | self.options
        return ["mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}",
                f"--socket={self.folder / 'mysqld.sock'}", "--bind-address=127.0.0.1",
                f"--init-file={self.folder / 'init.sql'}", f"--pid-file={self.folder / 'mysqld.pid'}",
                *(f"--{key}={value}" for key, value in options.items())]

    def stop(self, how: int = signal.SIGTERM) -> None:
        super().stop(how)

    def is_ready(self) -> bool:
        return any("ready for connections" in text for _, text in self.logs[-1].lines)

    def _ask(self, sql: str) -> list[tuple]:
        import pymysql

        link = pymysql.connect(unix_socket=str(self.folder / "mysqld.sock"), user="root", connect_timeout=2)
        try:
            with link.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            link.close()

    def terminate_clients(self) -> None:
        for (number,) in self._ask("SELECT id FROM information_schema.processlist"
                                   f" WHERE user = '{self.login.user}'"):
            with contextlib.suppress(Exception):      # gone by itself meanwhile
                self._ask(f"KILL {number}")

    def sample(self) -> dict:
        rows = self._ask("SELECT command, count(*) FROM information_schema.processlist"
                         f" WHERE user = '{self.login.user}' GROUP BY 1")
        return {state.lower(): count for state, count in rows}


class Redis(Server):
    kind = "redis"

    def command(self) -> list[str]:
        extra = [part for key, value in self.options.items() for part in (f"--{key}", str(value))]
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--dir", str(self.folder), *extra]

    def stop(self, how: int = signal.SIGTERM) -> None:
        super().stop(how)

    def _ask(self, *command: str) -> str:
        words = ["redis-cli", "-p", str(self.port), *command]
        return subprocess.run(words, capture_output=True, text=True, timeout=3).stdout

    def terminate_clients(self) -> None:
        self._ask("CLIENT", "KILL", "TYPE", "normal")

    def sample(self) -> dict:
        return {"clients": max(0, self._ask("CLIENT", "LIST").count("id=") - 1)}


class PgBouncer(Server):
    kind = "pgbouncer"

    def prepare(self) -> None:
        login = self.login
        (self.folder / "users.txt").write_text(f'"{login.user}" "{login.password}"\n')
        options = {"pool_mode": "session", "default_pool_size": 20, "query_wait_timeout": 120,
                   "server_login_retry": 1} | self.options
        upstream = options.pop("upstream")
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={upstream}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = md5\nauth_file = {self.folder / 'users.txt'}\n"
            "ignore_startup_parameters = extra_float_digits,options\n"
            + "".join(f"{key} = {value}\n" for key, value in options.items()))

    def command(self) -> list[str]:
        return [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(self.folder / "pgbouncer.ini")]


KINDS = {server.kind: server for server in (Postgres, MariaDb, Redis, PgBouncer)}


class Sampler(threading.Thread):
    """Asks a server four times a second who is connected; keeps what changed."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.samples, self._over = server, [], threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.25):
            try:
                counts = self.server.sample()
            except Exception:  # noqa: BLE001  a server that is away is what some runs are about
                continue
            if not self.samples or self.samples[-1]["counts"] != counts:
                self.samples.append({"t": round(time.time(), 3), "counts": counts})

    def finish(self) -> None:
        self._over.set()
        self.join(4)
