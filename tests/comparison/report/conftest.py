"""Files that are written without a child process."""

from collections.abc import Callable
from typing import cast

import pytest

from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.report import task
from mnist_studio.comparison.report.messages import File, FilesRequest
from mnist_studio.workers.task import Context


class _Here:
    """The context of a task that runs in this process."""

    def __init__(self, progress: Callable[[float], object]) -> None:
        self.send = progress


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws here what a child would draw, where the test is not about the child."""

    def files(
        request: FilesRequest, progress: Callable[[float], object], is_cancelled: object
    ) -> tuple[File, ...]:
        return task.write_files(request, cast(Context[float], _Here(progress)))

    monkeypatch.setattr(writing, "_files", files)
