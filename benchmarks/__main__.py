"""Runs benchmarks, each in a process of its own, and prints one line a figure.

    python -m benchmarks              all of them
    python -m benchmarks loop stop    some

Machines are noisy: ratios are medians of pairs measured in turn, times are medians; bars are those
of docs/architecture.md, section Figures.
"""

import os
import subprocess
import sys
import tempfile

ALL = ("startup", "gaps", "compare_page", "stop", "answers", "loop", "fast", "peers")


def main() -> int:
    """Runs the benchmarks that the arguments name."""
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
