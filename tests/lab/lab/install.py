"""`tests/lab/install`: puts onto a machine what the programs' manifests ask for, and nothing twice.

Debian packages by apt, the rest by its own registry into the cache folder: one Python environment, one
`node_modules`, one Cargo target folder. What cannot be had is said; its programs are left out then.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("LOGSCAN_LAB_CACHE", Path.home() / ".cache" / "logscan-lab"))
SERVERS = {"postgres": ["postgresql"], "mariadb": ["mariadb-server"], "pgbouncer": ["postgresql", "pgbouncer"],
           "redis": ["redis-server"], "sqlite": []}
OWN = ["psycopg2-binary", "pymysql"]        # what the recorder itself asks servers with


def main() -> int:
    wanted = sys.argv[1:]
    manifests = {path.parent.name: read(path) for path in sorted((HERE / "programs").glob("*/program.toml"))}
    unknown = set(wanted) - set(manifests)
    if unknown:
        print(f"no such stack: {', '.join(sorted(unknown))}; there are {', '.join(manifests)}", file=sys.stderr)
        return 2
    chosen = {name: manifest for name, manifest in manifests.items() if not wanted or name in wanted}
    missing = [*debian(chosen), *python(chosen), *node(chosen), *rust(chosen)]
    for what in missing:
        print(f"not installed: {what}", file=sys.stderr)
    print(f"{len(chosen)} programs, {len(missing)} things missing", file=sys.stderr)
    return 1 if missing else 0


def read(path: Path) -> dict:
    manifest = tomllib.loads(path.read_text())
    if "extends" in manifest:
        manifest = read(path.parent.parent / manifest["extends"] / "program.toml") | manifest
    return manifest


def asked(manifests: dict[str, dict], kind: str) -> list[str]:
    return sorted({package for manifest in manifests.values() for package in manifest["install"].get(kind, [])})


def run(command: list[str], **options) -> bool:
    print("+", " ".join(command[:6]), "…" if len(command) > 6 else "", file=sys.stderr, flush=True)
    return subprocess.run(command, timeout=1800, **options).returncode == 0


def debian(manifests: dict[str, dict]) -> list[str]:
    servers = {server for manifest in manifests.values() for server in manifest["servers"]}
    packages = sorted({package for server in servers for package in SERVERS[server]} | set(asked(manifests, "apt")))
    absent = [package for package in packages if not is_installed(package)]
    if not absent:
        return []
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return [f"{package} (install it as root: apt-get install {package})" for package in absent]
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}     # 1: no server is started
    run(["apt-get", "update", "-qq"], env=quiet)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent], env=quiet, stdout=subprocess.DEVNULL)
    return [package for package in absent if not is_installed(package)]


def is_installed(package: str) -> bool:
    answer = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
    return "ok installed" in answer.stdout


def python(manifests: dict[str, dict]) -> list[str]:
    packages = sorted(set(asked(manifests, "pip")) | set(OWN))
    home, done = CACHE / "python", CACHE / "python" / "installed.txt"
    have = set(done.read_text().split("\n")) if done.exists() else set()
    if set(packages) <= have:
        return []
    home.parent.mkdir(parents=True, exist_ok=True)
    if not (home / "bin" / "python").exists() and not run([sys.executable, "-m", "venv", str(home)]):
        return ["python's venv"]
    if not run([str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *packages]):
        return packages
    done.write_text("\n".join(sorted(have | set(packages))))
    return []


def node(manifests: dict[str, dict]) -> list[str]:
    packages = asked(manifests, "npm")
    home = CACHE / "node"
    absent = [package for package in packages if not (home / "node_modules" / package).exists()]
    if not absent:
        return []
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "package.json").exists():
        (home / "package.json").write_text('{"private": true}')
    return [] if run(["npm", "install", "--silent", "--no-audit", "--no-fund", *absent], cwd=home) else absent


def rust(manifests: dict[str, dict]) -> list[str]:
    """Compiles the dependencies once: a run then has its own tests to compile only."""
    failed = []
    for name, manifest in manifests.items():
        done = CACHE / "rust" / name / "Cargo.lock"
        source = HERE / "programs" / name / "files"
        if not manifest["install"].get("crates") or (done.exists() and done.read_bytes() == (source / "Cargo.lock").read_bytes()):
            continue
        shutil.rmtree(done.parent, ignore_errors=True)
        (done.parent / "src").mkdir(parents=True)
        (done.parent / "src" / "lib.rs").write_text("")
        shutil.copy(source / "Cargo.toml", done.parent)
        shutil.copy(source / "Cargo.lock", done)
        environment = os.environ | {"CARGO_TARGET_DIR": str(CACHE / "cargo-target"), "CARGO_INCREMENTAL": "0"}
        if not run(["cargo", "test", "--quiet", "--locked", "--no-run"], cwd=done.parent, env=environment):
            done.unlink(missing_ok=True)
            failed.append(f"crates of {name}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
