"""What the lab needs of the machine: folders, users, a network of its own, and processes that end."""
from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("LOGSCAN_LAB_CACHE", Path.home() / ".cache" / "logscan-lab"))
PYTHON = CACHE / "python" / "bin" / "python"
NODE_MODULES = CACHE / "node" / "node_modules"
PORTS = {"postgres": 5432, "pgbouncer": 6432, "mariadb": 3306, "redis": 6379, "web": 8080}
CLONE_NEWNET = 0x40000000


def own_network() -> bool:
    """Gives this process a network without anything outside, where every port is free.

    Several runs can then use a server's usual port at once, and a wrong host reaches nobody.
    Needs root; without it the ports are drawn among the free ones.
    """
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = bytearray(struct.pack("16sH22x", b"lo", 0))
        fcntl.ioctl(control, 0x8913, request)  # SIOCGIFFLAGS
        flags = struct.unpack_from("H", request, 16)[0]
        fcntl.ioctl(control, 0x8914, struct.pack("16sH22x", b"lo", flags | 1))  # up
    return True


def die_with_parent() -> None:
    """A run ends with the recorder that began it; the run's guard then ends what it had started."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


def ports(alone: bool) -> dict[str, int]:
    """A port for each server: the usual ones in a network of its own, else free ones."""
    if alone:
        return dict(PORTS)
    with contextlib.ExitStack() as stack:
        chosen = {}
        for name in PORTS:
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            chosen[name] = probe.getsockname()[1]
        return chosen


def user_for(server: str) -> str | None:
    """Whose account a server runs under: servers refuse root, so theirs from the packages then."""
    if os.geteuid() != 0:
        return None
    name = {"postgres": "postgres", "pgbouncer": "postgres", "mariadb": "mysql", "redis": "redis"}[server]
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name).pw_name
    return "nobody"


def give_to(path: Path, user: str | None) -> None:
    if user:
        subprocess.run(["chown", "-R", f"{user}:", str(path)], check=True, timeout=60)


class Processes:
    """Every process of one run, each the head of a group; none outlives `close` or the recorder."""

    def __init__(self) -> None:
        self._open: dict[int, subprocess.Popen] = {}
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "lab.guard"], cwd=HERE, stdin=subprocess.PIPE, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def spawn(self, command: list[str], user: str | None = None, **options) -> subprocess.Popen:
        if user:
            options |= {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        self._open[process.pid] = process
        self._tell(f"+{process.pid}")
        return process

    def end(self, process: subprocess.Popen, first: int = signal.SIGTERM, patience: float = 3) -> None:
        """Asks the process to end, then kills its whole group."""
        if process.poll() is None:
            process.send_signal(first)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        if self._open.pop(process.pid, None):
            self._tell(f"-{process.pid}")

    def close(self) -> None:
        for process in list(self._open.values()):
            self.end(process, signal.SIGKILL, 1)
        with contextlib.suppress(OSError):
            self._guard.stdin.close()
        self._guard.wait(5)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._guard.stdin.write(line + "\n")
            self._guard.stdin.flush()


class Lines:
    """What a process prints, line by line, each with the moment at which it arrived."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.lines: list[tuple[float, str]] = []
        self._reader = threading.Thread(target=self._read, args=(process.stdout.fileno(),), daemon=True)
        self._reader.start()

    def _read(self, descriptor: int) -> None:
        rest = b""
        while True:
            try:
                data = os.read(descriptor, 65536)
            except OSError:
                break
            now = time.time()
            if not data:
                break
            *whole, rest = (rest + data).split(b"\n")
            self.lines += [(now, line.decode("utf-8", "replace").rstrip("\r")) for line in whole]
        if rest:
            self.lines.append((time.time(), rest.decode("utf-8", "replace")))

    def finish(self, patience: float = 3) -> None:
        self._reader.join(patience)


@contextlib.contextmanager
def workspace():
    """A temporary folder that servers of other accounts may enter; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="build-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
