"""The composition root: the command line if a command is given, else the window.

Children of the studio import this module again, so it imports next to nothing.
"""

import io
import multiprocessing
import os
import sys


def main() -> int:
    """Runs the studio and gives its exit code."""
    # Before anything else, or a frozen app would start itself without end.
    multiprocessing.freeze_support()
    _have_streams()
    from mnist_studio.cli import parser

    arguments = parser.parse(sys.argv[1:])
    if arguments.command:
        from mnist_studio.cli import commands

        return commands.run(arguments)
    return _window(arguments.until_usable)


def _have_streams() -> None:
    """Gives a program streams that it can always write to, if need be such that lead nowhere.

    A windowed program has none on Windows, nor one that a menu started on some Linux desktops; the
    next files that are opened would take their numbers, and what is printed would go there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free: this one. Children shall have it too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - for good
    # Into a pipe Windows writes in an alphabet of its region: a letter it lacks must stop nothing.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _window(until_usable: bool) -> int:
    from mnist_studio.errors import MnistStudioError

    # Read when NumPy is imported: what the window itself computes is too small for threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from mnist_studio.gui.app import application

        return application.run(until_usable=until_usable)
    except MnistStudioError as error:
        reason = str(error)
    except ImportError as error:
        reason = f"The window cannot be opened: {error}. Install what it names; see the README."
    # Imported only now: the window must not wait for what writes tables.
    from mnist_studio.cli.output import complain

    complain(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
