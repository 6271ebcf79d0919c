"""Writes what really happens in a Python test process as JSON lines, unseen by its logs.

Loaded by `sitecustomize` in every process of a run; pytest's own hooks are in `ci_pytest`.
Libraries are wrapped once they are imported, and nothing here leaves a frame that a test would print.
"""
import functools
import itertools
import json
import os
import threading
import time

__unittest = True       # unittest leaves frames of such modules out
FOLDER = os.environ.get("CI_EVENTS")
current = {"test": None}
_file = {}
_lock = threading.RLock()
_numbers = itertools.count(1)


def emit(event, **facts):
    if not FOLDER:
        return
    pid = os.getpid()
    with _lock:
        if pid not in _file:
            path = os.path.join(FOLDER, f"{pid}.jsonl")     # a bare descriptor, which no one warns of
            _file[pid] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        record = {"t": time.time(), "ev": event, "pid": pid, "test": current["test"],
                  "worker": os.environ.get("PYTEST_XDIST_WORKER", "main")}
        os.write(_file[pid], (json.dumps(record | facts, default=str) + "\n").encode())


def chain(error):
    """The classes and first lines of an error and of what it came from, the outermost first."""
    found = []
    while error is not None and len(found) < 8:
        kind = type(error)
        code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        if code is None and getattr(error, "args", None) and isinstance(error.args[0], int):
            code = error.args[0]
        text = (str(error).strip() or "").split("\n")
        found.append({"class": f"{kind.__module__}.{kind.__qualname__}", "message": text[0][:900],
                      "more": " ".join(text[1:4])[:300], "code": code})
        error = error.__cause__ or error.__context__
    return found


def begin(test):
    current["test"] = test
    emit("begin")


def end(test, outcome, error=None, phase="call"):
    emit("end", outcome=outcome, phase=phase, chain=chain(error) if error else [])


def mark(connection):
    """A number for a connection that stays the same while it lives."""
    try:
        number = connection.__dict__.setdefault("_mark", next(_numbers))
    except AttributeError:
        number = id(connection)
    return number


# --- unittest, and Django's runner, whose workers replay their results in the parent ----------------
def watch_unittest(unittest):
    base = unittest.result.TestResult

    def wrap(name, outcome):
        original = getattr(base, name)

        @functools.wraps(original)
        def method(self, test, *rest):
            error = rest[0][1] if rest and isinstance(rest[0], tuple) else None
            kept = current["test"]
            current["test"] = test.id()
            end(test.id(), outcome, error)
            current["test"] = kept
            return original(self, test, *rest)
        setattr(base, name, method)

    for name, outcome in (("addSuccess", "passed"), ("addFailure", "failed"), ("addError", "error"),
                          ("addSkip", "skipped")):
        wrap(name, outcome)
    original_run = unittest.TestCase.run

    @functools.wraps(original_run)
    def run(self, result=None):
        begin(self.id())
        try:
            return original_run(self, result)
        finally:
            emit("over")
            current["test"] = None
    unittest.TestCase.run = run


# --- pools ------------------------------------------------------------------------------------------
# SQLAlchemy has events; for other pools the program's own code calls these two after it was served.
def taken(connection):
    emit("out", conn=mark(connection))


def given_back(connection):
    emit("in", conn=mark(connection))


def watch_sqlalchemy(module):
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    event.listen(Pool, "checkout", lambda raw, record, fairy: taken(record))
    event.listen(Pool, "checkin", lambda raw, record: given_back(record))
    event.listen(Pool, "detach", lambda raw, record: given_back(record))


WATCHED = {"sqlalchemy": watch_sqlalchemy, "unittest": watch_unittest}
