"""Programs: a manifest `program.toml` says what a stack can do; its templates become a project of their own.

`<<name>>` in a template stands for a value of the run. A marker that is alone on its line takes
the line's indentation for all lines of its value.
"""
from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from lab.machine import HERE

MARK = re.compile(r"^([ \t]*)<<(\w+)>>[ \t]*$|<<(\w+)>>", re.MULTILINE)


@dataclass
class Program:
    name: str
    folders: list[Path]         # of the program that it extends first
    manifest: dict

    @property
    def deeds(self) -> dict[str, str]:
        return self.manifest["deeds"]

    @property
    def setups(self) -> dict[str, dict]:
        return self.manifest.get("setups", {"plain": {}})

    @property
    def servers(self) -> list[str]:
        return self.manifest["servers"]

    @property
    def has_pool(self) -> bool:
        return self.manifest.get("pool", True)

    @property
    def workers(self) -> str:
        """`processes` (each with its own pool), `threads` (one pool for all) or `one`."""
        return self.manifest.get("workers", "one")

    def describe(self) -> dict:
        keys = ("language", "runner", "layer")
        return {key: self.manifest[key] for key in keys}


def load_all() -> dict[str, Program]:
    found = sorted((HERE / "programs").glob("*/program.toml"))
    return {path.parent.name: load(path) for path in found}


def load(path: Path) -> Program:
    """A program; one that `extends` another takes its files and whatever it does not say itself."""
    manifest = tomllib.loads(path.read_text())
    folders = [path.parent]
    while "extends" in manifest:
        folders.insert(0, path.parent.parent / manifest.pop("extends"))
        manifest = merged(tomllib.loads((folders[0] / "program.toml").read_text()), manifest)
    return Program(path.parent.name, folders, manifest)


def merged(base: dict, own: dict) -> dict:
    """Tables are merged, everything else is replaced; an empty text takes a deed or a set-up away."""
    both = base | own
    for key, value in own.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            both[key] = merged(base[key], value)
    return {key: value for key, value in both.items() if value != ""}


def fill(template: str, values: dict[str, object]) -> str:
    """Replaces markers until none is left; a value may contain markers itself."""
    def value(match: re.Match) -> str:
        alone, name = match.group(1), match.group(2) or match.group(3)
        if name not in values:
            raise KeyError(f"<<{name}>> has no value")
        text = str(values[name]).strip("\n")
        if alone is None:
            return text
        return "\n".join(alone + line if line else line for line in text.split("\n"))

    for _ in range(6):
        filled = MARK.sub(value, template)
        if filled == template:
            return filled
        template = filled
    raise ValueError("markers within markers without end")


def render(program: Program, values: dict[str, object], project: Path, files: list[dict]) -> None:
    """Writes the project of one run: the program's own files, then the test files."""
    for files_of in (folder / "files" for folder in program.folders):
        for path in sorted(files_of.rglob("*")):
            if path.is_file():
                name = fill(str(path.relative_to(files_of)), values)
                write(project / name, fill(path.read_text(), values))
    shape = program.manifest["test"]
    for file in files:
        scope = values | file
        tests = [one_test(program, shape, scope | test | test["args"]) for test in file["tests"]]
        scope |= {"tests": shape.get("between", "\n\n").join(tests), "trouble": file_trouble(program, file)}
        write(project / file["path"], fill(shape["file"], scope))


def one_test(program: Program, shape: dict, scope: dict) -> str:
    body = program.deeds[scope["deed"]]
    return fill(shape["one"], scope | {"body": body}).strip("\n")


def file_trouble(program: Program, file: dict) -> str:
    """What is wrong with a whole file, such as an import of something that is not there."""
    return program.deeds["import"] if file.get("broken") else ""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
