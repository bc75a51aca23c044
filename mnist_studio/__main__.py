"""The composition root: the command line if a command is given, else the window.

Child processes import this module again, so it imports almost nothing.
"""

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def _leave_first_folder() -> None:
    """Takes the folder off the path that Python put first on it, and finds this package elsewhere.

    ``python -m`` puts the working folder there, and a script its own. A file in it with the name of
    a module, such as ``struct.py``, would run in place of that module, here and in each child. So
    this is called before anything else is imported, and the functions below import for themselves.
    """
    if getattr(sys, "frozen", False):
        return
    first = "" if sys.flags.safe_path else sys.path.pop(0)
    if first == _ROOT or not __package__:
        # An installation for developers has it at the end, behind every other MNIST Studio.
        sys.path[:] = [folder for folder in sys.path if folder != _ROOT]
        sys.path.insert(_last_place(), _ROOT)


def _last_place() -> int:
    """The index on the path behind the standard library, but before any other MNIST Studio."""
    for at, folder in enumerate(sys.path):
        if os.path.basename(folder) in ("site-packages", "dist-packages"):  # noqa: PTH119
            return at
        if os.path.isdir(os.path.join(folder, "mnist_studio")):  # noqa: PTH112, PTH118
            return at
    return len(sys.path)


if __name__ == "__main__":
    _leave_first_folder()


def main() -> int:
    """Runs the program and returns its exit code."""
    import multiprocessing

    # This comes first: otherwise a frozen app would start itself again and again.
    multiprocessing.freeze_support()
    _leave_script_folder()
    _open_missing_streams()
    from mnist_studio.cli import commands

    arguments = commands.parse(sys.argv[1:])
    if arguments.command:
        return commands.run(arguments)
    return _window(arguments.files, arguments.until_usable)


def _leave_script_folder() -> None:
    """Takes the folder of the command ``mnist-studio`` off the path: its files are no modules."""
    script = os.path.dirname(os.path.realpath(sys.argv[0]))  # noqa: PTH120
    if sys.path and sys.path[0] == script != _ROOT:
        del sys.path[0]


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
    import io

    # On Windows a pipe has the encoding of the region; a letter outside of it must not be an error.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _window(files: tuple[str, ...], until_usable: bool) -> int:
    from mnist_studio.errors import MnistStudioError

    # NumPy reads this when it is imported: the window computes too little for threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A thread that computes gives way to the one that draws after this time, not after 5 ms.
    sys.setswitchinterval(0.001)
    try:
        from mnist_studio.gui.app import application

        return application.run(files=files, until_usable=until_usable)
    except MnistStudioError as error:
        reason = str(error)
    except ImportError as error:
        reason = f"The window cannot open: {error}. Install the missing package. See the README."
    from mnist_studio.cli import output

    output.error(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
