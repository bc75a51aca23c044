"""What the user reads of an error that nobody foresaw. No Qt."""

from mnist_studio import paths


def unexpected(error: BaseException) -> str:
    """A sentence on it, and where there is more."""
    said = str(error) or type(error).__name__
    return f"Something went wrong in the studio: {said}. More is in {paths.log_file()}."
