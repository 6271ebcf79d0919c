"""Runs at the start of every Python process of a recorded run: wraps libraries once they are imported."""
import importlib.abc
import importlib.machinery
import os
import sys

if os.environ.get("CI_EVENTS"):
    import ci_events

    class Watcher(importlib.abc.MetaPathFinder):
        """Finds nothing itself; calls the wrapper when the module that was asked for is complete."""

        def find_spec(self, name, path=None, target=None):
            watch = ci_events.WATCHED.get(name)
            if watch is None:
                return None
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            if spec is None or spec.loader is None:
                return None
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                if ci_events.WATCHED.pop(name, None):
                    watch(module)
            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Watcher())

    def note_end(kind, error, trace):
        """An error that no test caught, such as a set-up before the first test."""
        ci_events.current["test"] = None
        ci_events.end(None, "error", error)
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = note_end
