"""All tests: one pytest process for each group that must not share one, then a closing line.

PyTorch, TensorFlow and Qt in one process is the common cause of crashes. Arguments go to pytest.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
APART = ("frameworks/pytorch", "frameworks/tensorflow_keras", "gui")


def main() -> int:
    """Runs every group, whatever became of those before it; 1 if any failed."""
    others = [argument for name in APART for argument in ("--ignore", str(HERE / name))]
    groups = [[str(HERE), *others], *([str(HERE / name)] for name in APART)]
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    good = True
    for group in groups:
        code, counts = run_group(group)
        good &= code == 0
        for word in totals:
            totals[word] += counts.get(word, 0)
    failed = totals["failed"]
    sys.stdout.write(f"{totals['passed']} passed, {failed} failed, {totals['skipped']} skipped\n")
    return 0 if good else 1


def run_group(group: list[str]) -> tuple[int, dict[str, int]]:
    """Runs pytest on some paths; its exit code and what its closing line counts."""
    command = [sys.executable, "-m", "pytest", *group, *sys.argv[1:]]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    process = subprocess.Popen(
        command, cwd=HERE.parent, env=environment, stdout=subprocess.PIPE, text=True
    )
    last = ""
    assert process.stdout
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line if re.search(r"\d+ (passed|failed|error)", line) else last
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", last)}
    counts["failed"] = counts.get("failed", 0) + counts.get("errors", 0) + counts.get("error", 0)
    return process.wait(), counts


if __name__ == "__main__":
    sys.exit(main())
