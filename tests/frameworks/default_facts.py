"""What ``DIFFERENCES`` says against what a framework says of itself."""

import inspect
from collections.abc import Callable
from typing import Any, Literal

from mnist_studio.frameworks.differences import DIFFERENCES


def says(topic: str, framework: Literal["pytorch", "keras"]) -> str:
    """The fact that the table has."""
    (found,) = (difference for difference in DIFFERENCES if difference.topic == topic)
    return str(getattr(found, framework))


def default(function: Callable[..., Any], argument: str) -> Any:
    """What an argument is if it is not given."""
    value = inspect.signature(function).parameters[argument].default
    assert value is not inspect.Parameter.empty
    return value
