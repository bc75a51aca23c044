"""The tree of errors. Each has what went wrong and why, and what the user can do about it."""

MOST_CHARACTERS = 2000
"""Of a sentence: parsers repeat a wrong value, which may fill a whole file."""


class MnistStudioError(Exception):
    """An error that can be explained to the user.

    Attributes:
        problem: what happened and why, in one sentence.
        remedy: what to do, in one sentence; may be empty.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        if len(problem) > MOST_CHARACTERS:
            problem = f"{problem[:MOST_CHARACTERS]}…"
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class SpecError(MnistStudioError):
    """A description of a network or a training that is not valid.

    Attributes:
        path: of the wrong value in the description, such as ``("training", "epochs")``; empty if
            no single value is wrong.
    """

    def __init__(self, problem: str, remedy: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(problem, remedy)
        self.path = path


class UnknownName(MnistStudioError):
    """A recipe, framework, dataset or run that does not exist."""


class DataError(MnistStudioError):
    """Images that are missing, damaged, or not in the expected format."""


class PictureError(DataError):
    """A picture or drawing that cannot be turned into an image of 28×28 pixels."""


class DownloadError(DataError):
    """A dataset that could not be downloaded."""


class FrameworkMissing(MnistStudioError):
    """A framework that is not installed in this environment."""


class FrameworkBroken(FrameworkMissing):
    """A framework that is installed but cannot be imported."""


class DeviceMissing(MnistStudioError):
    """A device that the computer or the framework does not have."""


class TrainingFailed(MnistStudioError):
    """A training that cannot continue, for instance because its loss is not a number."""


class StoreError(MnistStudioError):
    """Stored data that cannot be read or written."""


class StoreDamaged(StoreError):
    """Stored data that is not what was written: it can be checked, restored, or rebuilt."""


class StoreTooNew(StoreError):
    """The database was written by a newer version."""


class JobError(MnistStudioError):
    """A child process that could not be started or that broke its protocol."""


class CancelledByUser(MnistStudioError):
    """The user cancelled a long task; nothing went wrong."""


class OutputError(MnistStudioError):
    """Standard output that cannot be written.

    Attributes:
        closed: its reader has closed it, as ``head`` does; otherwise the disk is full, for example.
    """

    def __init__(self, problem: str, remedy: str = "", *, closed: bool = False) -> None:
        super().__init__(problem, remedy)
        self.closed = closed


class UsageError(MnistStudioError):
    """Arguments of the command line that are not valid."""


class FilterError(UsageError):
    """A filter of runs that is not valid.

    Attributes:
        position: of the first wrong character, from 1; 0 if it is in no one place.
    """

    def __init__(self, problem: str, remedy: str = "", position: int = 0) -> None:
        place = f" (character {position})" if position else ""
        super().__init__(f"{problem.rstrip('.')}{place}." if place else problem, remedy)
        self.position = position
