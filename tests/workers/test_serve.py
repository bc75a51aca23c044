import errno

import msgspec
import pytest

from mnist_studio.errors import DataError
from mnist_studio.workers.serve import explain, load_task, request_type
from tests.workers import example_tasks as tasks


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The file is damaged.", "Download it again."), "The file is damaged. Download"),
        (MemoryError(), "There is not enough memory. Close other programs"),
        (OSError(errno.ENOSPC, "full"), "The disk is full. Free some space"),
        (ValueError("first\nsecond"), "Unexpected error: ValueError: first."),
        (ValueError(), "Unexpected error: ValueError: no message."),
    ],
)
def test_every_error_is_explained(error: Exception, sentence: str) -> None:
    assert explain(error).startswith(sentence)
    assert explain(error, "console.txt").startswith(sentence)


def test_an_unexpected_error_names_the_console() -> None:
    assert explain(KeyError("x"), "console.txt").endswith("The full traceback is in console.txt.")


def test_a_task_is_a_function_or_an_object_of_a_class() -> None:
    assert load_task(tasks.ADD.name) is tasks.add
    assert isinstance(load_task(tasks.MEMORY.name), tasks.Memory)


def test_the_type_of_a_request_is_that_of_the_first_parameter() -> None:
    assert request_type(tasks.add) is tasks.Sum
    assert request_type(tasks.Memory()) is str
    assert issubclass(request_type(tasks.add), msgspec.Struct)
