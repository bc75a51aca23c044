"""The composition root: the command line if a command is given, else the window.

Child processes import this module again, so it imports almost nothing.
"""

import io
import multiprocessing
import os
import sys


def main() -> int:
    """Runs the program and returns its exit code."""
    # This comes first: otherwise a frozen app would start itself again and again.
    multiprocessing.freeze_support()
    _open_missing_streams()
    from mnist_studio.cli import commands

    arguments = commands.parse(sys.argv[1:])
    return commands.run(arguments) if arguments.command else _window(arguments.until_usable)


def _open_missing_streams() -> None:
    """Opens the null device for each standard stream that is missing.

    A windowed program has none on Windows, nor one that a menu started on some Linux desktops. The
    next files that are opened would get their descriptors, and printed text would end up there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The new descriptor is the lowest free one: this one. Child processes inherit it.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - open until the end
    # On Windows a pipe has the encoding of the region; a letter outside of it must not be an error.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _window(until_usable: bool) -> int:
    from mnist_studio.errors import MnistStudioError

    # NumPy reads this when it is imported: the window computes too little for threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from mnist_studio.gui.app import application

        return application.run(until_usable=until_usable)
    except MnistStudioError as error:
        reason = str(error)
    except ImportError as error:
        reason = f"The window cannot open: {error}. Install the missing package; see the README."
    from mnist_studio.cli import output

    output.error(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
