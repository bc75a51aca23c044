"""Every kind and every field has a title and a sentence."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from mnist_studio.spec import meanings
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import TrainingSpec


def structs(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """The structs that a type consists of."""
    match kind:
        case inspect.StructType(fields=fields):
            yield kind
            for field in fields:
                yield from structs(field.type)
        case inspect.UnionType(types=types):
            for one in types:
                yield from structs(one)
        case inspect.VarTupleType(item_type=item):
            yield from structs(item)


def test_every_kind_and_field_of_a_run_is_explained() -> None:
    missing = set()
    for whole in (ModelSpec, TrainingSpec):
        for found in structs(inspect.type_info(whole)):
            if found.cls is ModelSpec:
                continue
            kind = meanings.kind(found.cls)
            assert kind.title
            assert kind.sentence
            for field in found.fields:
                one = meanings.parameter(found.cls, field.name)
                assert one.title
                assert one.sentence.endswith("."), one
                assert one.low <= one.high
                if not meanings.is_described(found.cls, field.name):
                    missing.add(f"{found.cls.__name__}.{field.name}")
    assert missing == set()


def test_a_new_kind_is_explained_by_its_docstring() -> None:
    class HardSwish(msgspec.Struct, frozen=True):
        """A cheap smooth ReLU.

        Attributes:
            knee: where the
                curve begins.
            slope: of the end.
        """

        knee: float
        slope: float

    assert meanings.kind(HardSwish) == meanings.Kind("Hard swish", "A cheap smooth ReLU.")
    knee: Any = meanings.parameter(HardSwish, "knee")
    assert (knee.title, knee.sentence) == ("Knee", "Where the curve begins.")
    assert meanings.choice("shape", "very_round").title == "Very round"
