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
            ci_events.WATCHED.pop(name)
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                watch(module)
            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Watcher())
