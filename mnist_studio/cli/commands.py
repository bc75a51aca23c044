"""Every command by its name, and what its end means as an exit code."""

import os
import sys
from argparse import Namespace
from importlib import import_module

from mnist_studio.cli.output import complain
from mnist_studio.errors import MnistStudioError, SpecError, UnknownName, UsageError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

MODULES = {
    "recipes": "mnist_studio.cli.recipes",
    "train": "mnist_studio.cli.train",
    "code": "mnist_studio.cli.code",
    "predict": "mnist_studio.cli.predict",
    "explain": "mnist_studio.cli.explain",
    "evaluate": "mnist_studio.cli.evaluate",
    "digits": "mnist_studio.cli.digits",
    "robustness": "mnist_studio.cli.robustness",
    "runs": "mnist_studio.cli.runs",
    "experiment": "mnist_studio.cli.experiment",
    "compare": "mnist_studio.cli.compare",
    "parity": "mnist_studio.cli.parity",
    "doctor": "mnist_studio.cli.doctor",
    "python": "mnist_studio.cli.environments",
    "selftest": "mnist_studio.cli.selftest",
}


def run(arguments: Namespace) -> int:
    """Runs a parsed command and gives its exit code; complaints go to standard error."""
    try:
        code: int = import_module(MODULES[arguments.command]).run(arguments)
        sys.stdout.flush()
    except (UsageError, UnknownName, SpecError) as error:
        complain(str(error))
        return WRONG_USAGE
    except MnistStudioError as error:
        complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; nothing more can be told, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code
