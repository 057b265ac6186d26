"""Run every installed harness once, or those that are named, and show what each took.

All have the same questions; how the columns compare with evalcenter's own is for cost.py and latency.py.

    python -m benchmarks.peers --items 200 [NAME ...]
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import bench, contenders, peers


def main() -> int:
    """The exit code says whether every harness found every answer right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--latency", default="none")
    given = parser.parse_args()
    names = given.names or peers.installed()
    if not names:
        raise SystemExit("no harness is installed: make peers")
    rows, right = [], True
    with bench.scratch() as folder:
        asked = contenders.prepare(folder, given.items)
        for name in names:
            with bench.endpoint(asked.lines, latency=given.latency) as endpoint:
                took = contenders.peer(name)(asked, endpoint, given.slots)
            counts, ran = took.counts, took.process
            told = (f"{took.right}/{given.items}", counts["requests"], counts["asked_again"], counts["most_in_flight"])
            rows.append((name, *told, f"{ran.wall_s:.1f}", f"{ran.cpu_s:.1f}", f"{ran.peak_mib:.0f}"))
            right = right and took.right == given.items
    head = ("", "right", "requests", "asked again", "in flight", "wall s", "CPU s", "peak MiB")
    print(bench.table(head, rows))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
