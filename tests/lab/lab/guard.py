"""Ends what a recorder left running, even if the recorder was killed.

It reads process groups from standard input (`+1234` began, `-1234` ended). The pipe ends with
the recorder, however that came about; what is still listed is killed then. A process inside its
own process group could not do this for itself, and no other way survives `kill -9`.
"""
import contextlib
import os
import signal
import sys


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
