"""The tree of errors. Each carries what is wrong and what the user can do about it."""


class MnistStudioError(Exception):
    """Anything the studio can explain to its user.

    Attributes:
        problem: one sentence that says what is wrong.
        remedy: one sentence that says what to do; may be empty.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class SpecError(MnistStudioError):
    """A description of a network or a training that cannot work.

    Attributes:
        path: where in the description the wrong value stands, such as ``("training", "epochs")``;
            empty where it is no single one.
    """

    def __init__(self, problem: str, remedy: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(problem, remedy)
        self.path = path


class UnknownName(MnistStudioError):
    """A recipe, framework, dataset or run that does not exist."""


class DataError(MnistStudioError):
    """Digits that are missing, damaged or not what they claim to be."""


class PictureError(DataError):
    """A picture or drawing that cannot become a digit image."""


class DownloadError(DataError):
    """Digits that could not be downloaded."""


class FrameworkMissing(MnistStudioError):
    """A framework that is not installed in this environment."""


class DeviceMissing(MnistStudioError):
    """A device that this machine or this framework does not have."""


class TrainingFailed(MnistStudioError):
    """A training that cannot go on, for instance because its loss is not a number."""


class StoreError(MnistStudioError):
    """What is kept cannot be read or written."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of the studio."""


class JobError(MnistStudioError):
    """A child process that could not be started or that broke its protocol."""


class CancelledByUser(MnistStudioError):
    """The user cancelled a long job; nothing is wrong."""


class UsageError(MnistStudioError):
    """The command line asks for something impossible."""
