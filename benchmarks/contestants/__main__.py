"""One program: writes ``ready``, then trains once for every line it reads and writes the seconds.

python -m benchmarks.contestants MODULE FUNCTION [ARGUMENT ...]
"""

import os
import sys
from importlib import import_module

from benchmarks.figures import seconds


def main() -> None:
    """Serves standard input until it ends; what the contestant itself prints goes elsewhere."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    module, function, *arguments = sys.argv[1:]
    epoch = getattr(import_module(f"benchmarks.contestants.{module}"), function)(*arguments)
    print("ready", file=answers)
    for _ in sys.stdin:
        print(seconds(epoch), file=answers)


if __name__ == "__main__":
    main()
