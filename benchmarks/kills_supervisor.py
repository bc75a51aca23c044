"""A supervisor that ``benchmarks.kills`` kills: it trains one run and reads its events slowly.

    python -m benchmarks.kills_supervisor SPEC RUN PAUSE SHIFT

SPEC is a file with the JSON of a run, RUN the id of a run to resume or empty, PAUSE the seconds
that every event takes, and SHIFT the seconds by which the clock of the system is wrong.
"""

import sys
import time
from pathlib import Path

from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import codec


def main(spec: str, run: str, pause: float, shift: float) -> None:
    """Trains to the end, if it lives so long."""
    if shift:
        real = time.time
        time.time = lambda: real() + shift
    for _ in TrainingJob(codec.decode(Path(spec).read_text("utf-8")), resume=run).events():
        time.sleep(pause)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
