"""Equal parts of specs as one object, so that thousands of runs in memory have each part once."""

from collections.abc import Hashable
from functools import lru_cache
from typing import TypeVar, cast

from msgspec.structs import replace

from mnist_studio.spec.run import RunSpec

MOST_PARTS = 4096
"""Parts that are remembered, the latest ones."""

_Part = TypeVar("_Part", bound=Hashable)


def with_shared_parts(spec: RunSpec) -> RunSpec:
    """An equal spec whose larger parts are those of earlier equal ones."""
    training = spec.training
    return replace(
        spec,
        recipe=_shared(spec.recipe),
        model=_shared(spec.model),
        training=replace(
            training,
            optimizer=_shared(training.optimizer),
            schedule=_shared(training.schedule),
            augmentation=_shared(training.augmentation),
        ),
        dataset=_shared(spec.dataset),
        class_names=_shared(spec.class_names),
    )


def shared_spec(spec: RunSpec) -> RunSpec:
    """The first of all equal specs."""
    return _shared(spec)


def _shared(part: _Part) -> _Part:
    return cast("_Part", _first(part))


@lru_cache(maxsize=MOST_PARTS)
def _first(part: Hashable) -> Hashable:
    return part
