"""pytest's hooks, found by PYTEST_PLUGINS: when tests begin and end, and of what they fail."""
import os

import pytest

import ci_events


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    __tracebackhide__ = True
    ci_events.begin(item.nodeid)
    try:
        return (yield)
    finally:
        ci_events.emit("over")
        ci_events.current["test"] = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    __tracebackhide__ = True
    report = yield
    error = call.excinfo.value if call.excinfo and report.outcome == "failed" else None
    if report.when == "call" or report.outcome != "passed":
        outcome = {"failed": "failed" if report.when == "call" else "error"}.get(report.outcome, report.outcome)
        ci_events.end(item.nodeid, outcome, error, report.when)
    return report


@pytest.hookimpl
def pytest_collectreport(report):
    if report.failed and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        ci_events.emit("collect", file=report.nodeid, text=str(report.longrepr)[-2000:])


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem, report, sched):
    ci_events.current["test"] = crashitem
    ci_events.emit("end", outcome="crashed", phase="call", chain=[])
    ci_events.current["test"] = None
