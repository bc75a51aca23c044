"""Runs benchmarks, each in its own process, and prints one line per figure.

    python -m benchmarks              all of them
    python -m benchmarks loop stop    some of them
    python -m benchmarks kills --help  options of an attack; also: full_disk, writes, fuzz,
                                       damage, races, network, clock, soak, pictures

Timing is noisy, so times are medians, and ratios are medians of pairs that are measured in turn.
The targets are in docs/benchmarks.md.
"""

import os
import subprocess
import sys
import tempfile
from importlib import import_module

ALL = (
    "startup",
    "gaps",
    "click",
    "compare_page",
    "editor",
    "stop",
    "answers",
    "living",
    "loop",
    "memory",
    "recording",
    "busy",
    "fast",
    "peers",
)


ATTACKS = (
    "kills", "full_disk", "writes", "fuzz", "soak", "damage", "races", "network", "clock",
    "pictures",
)  # fmt: skip
"""Take options of their own and report what was lost or what grew, not how long it took."""


def main() -> int:
    """Runs the benchmarks that the arguments name, or an attack with its options."""
    if sys.argv[1:2] and sys.argv[1] in ATTACKS:
        return int(import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:]))
    names = sys.argv[1:] or ALL
    unknown = set(names) - set(ALL)
    if unknown:
        print(__doc__, file=sys.stderr)
        return 2
    codes = []
    for name in names:
        with tempfile.TemporaryDirectory() as home:
            environment = {
                "QT_QPA_PLATFORM": "offscreen",
                **os.environ,
                "MNIST_STUDIO_HOME": home,
            }
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            codes.append(subprocess.run(command, env=environment, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
