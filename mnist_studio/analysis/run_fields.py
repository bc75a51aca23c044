"""The fields that a filter of runs knows: settings, figures, and what the user has added."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
from msgspec import inspect

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.curves import epochs_to
from mnist_studio.analysis.summary import TARGET
from mnist_studio.analysis.time_breakdown import timing_marks
from mnist_studio.events import Epoch, Measures, is_imported
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.datasets import CATALOG, OWN
from mnist_studio.spec.model import ModelSpec, parameter_count
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import RunSpec

if TYPE_CHECKING:
    # At run time it would load SQLite.
    from mnist_studio.store.rows import Run

Kind = Literal["text", "whole", "number", "measured", "percent", "seconds", "ms", "MB", "date"]
Value = str | float

_T = TypeVar("_T")


@dataclass(frozen=True)
class RunFacts:
    """A run with its epochs, and what follows from them."""

    run: "Run"
    epochs: Sequence[Epoch]

    @cached_property
    def words(self) -> str:
        """What is searched for words without a field, in lower case."""
        run, notes = self.run, self.run.annotations
        title = run.name
        return "\n".join((title, run.id, run.spec.recipe, *notes.tags, notes.note)).casefold()

    @property
    def last(self) -> Epoch | None:
        """The last epoch."""
        return self.epochs[-1] if self.epochs else None

    @property
    def measures(self) -> Measures | None:
        """The conditions of its training."""
        return self.run.ended.measures if self.run.ended else None


@dataclass(frozen=True)
class Field:
    """A field of a filter.

    Attributes:
        name: as it is written.
        kind: of its values, which decides what can be written after it.
        explain: what it is.
        values: of a run; none if it has no such value.
        others: other names.
        choices: all possible values, if they are known.
    """

    name: str
    kind: Kind
    explain: str
    values: Callable[[RunFacts], Iterable[Value]]
    others: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


IS = "is"
ARCHIVED = "archived"
_STATES = (
    "running", "training", "finished", "stopped", "discarded", "cancelled", "failed", "diverged",
    "crashed",
)  # fmt: skip
_FLAGS = (ARCHIVED, "bundled", "busy", "continued", "tagged", "trained")


def _state(facts: RunFacts) -> Iterable[Value]:
    # The word of the store and that of the window, such as “failed” and “diverged”.
    return (facts.run.status, facts.run.state.lower())


def _flags(facts: RunFacts) -> Iterator[Value]:
    run = facts.run
    states = {
        ARCHIVED: run.annotations.archived,
        "bundled": run.bundled,
        "busy": "busy" in timing_marks(run.terminal),
        "continued": run.spec.continued_from is not None,
        "tagged": bool(run.annotations.tags),
        "trained": run.trained,
    }
    return (name for name, state in states.items() if state)


def _device(facts: RunFacts) -> Iterable[Value]:
    return (facts.run.ended.device,) if facts.run.ended else (facts.run.spec.device,)


def _framework(facts: RunFacts) -> Iterable[Value]:
    name = facts.run.spec.framework
    return (name, framework_title(name))


def _recipe(facts: RunFacts) -> Iterable[Value]:
    name = facts.run.spec.recipe
    return (name, RECIPES[name].title) if name in RECIPES else (name,)


def _accuracy(facts: RunFacts) -> float | None:
    if facts.run.ended:
        return facts.run.ended.test_accuracy
    return facts.last.test_accuracy if facts.last else None


def _training_time(facts: RunFacts) -> float | None:
    if is_imported(facts.run.terminal):
        return None
    if facts.run.ended:
        return time_breakdown.training_time(facts.run.ended)
    return time_breakdown.training_time_after(facts.last, None) if facts.last else None


def _latency(facts: RunFacts) -> float | None:
    return facts.run.finished.latency_ms if facts.run.finished else None


@lru_cache
def _parameters(model: ModelSpec) -> int:
    return parameter_count(model)


def _loss(facts: RunFacts) -> float | None:
    if facts.run.ended:
        return facts.run.ended.test_loss
    return facts.last.test_loss if facts.last else None


def _one(value: Callable[[RunFacts], Value | None]) -> Callable[[RunFacts], Iterable[Value]]:
    """The values of a field that has one value or none."""

    def values(facts: RunFacts) -> Iterable[Value]:
        found = value(facts)
        return () if found is None else (found,)

    return values


def _of(part: Callable[[RunFacts], _T | None], value: Callable[[_T], float | None]) -> Any:
    """A value of a part of a run that may be missing."""

    def found(facts: RunFacts) -> float | None:
        owner = part(facts)
        return None if owner is None else value(owner)

    return _one(found)


def _last(value: Callable[[Epoch], float | None]) -> Any:
    return _of(lambda facts: facts.last, value)


def _measured(value: Callable[[Measures], float | None]) -> Any:
    return _of(lambda facts: facts.measures, value)


FIELDS: tuple[Field, ...] = (
    Field("recipe", "text", "ID or title of the recipe", _recipe),
    Field("framework", "text", "framework that trained it", _framework,
          choices=("numpy", "pytorch", "keras", "NumPy", "PyTorch", "Keras")),
    Field("dataset", "text", "dataset", lambda facts: (facts.run.spec.dataset,),
          choices=(*CATALOG, OWN)),
    Field("status", "text", "how it ended", _state, ("state",), _STATES),
    Field("tag", "text", "one of its tags", lambda facts: facts.run.annotations.tags, ("tags",)),
    Field("note", "text", "its note", _one(lambda facts: facts.run.annotations.note or None)),
    Field("title", "text", "its title",
          lambda facts: (facts.run.name,), ("name",)),
    Field("id", "text", "its ID", lambda facts: (facts.run.id,), ("run",)),
    Field(IS, "text", "what it is", _flags, (), _FLAGS),
    Field("date", "date", "when it was started", lambda facts: (facts.run.created,),
          ("started", "created")),
    Field("accuracy", "percent", "test accuracy in percent",
          _one(_accuracy), ("acc", "test_accuracy")),
    Field("loss", "measured", "test loss", _one(_loss), ("test_loss",)),
    Field("train_accuracy", "percent", "training accuracy of the last epoch in percent",
          _last(lambda epoch: epoch.train_accuracy)),
    Field("train_loss", "measured", "training loss of the last epoch",
          _last(lambda epoch: epoch.train_loss)),
    Field("validation_accuracy", "percent", "validation accuracy of the last epoch in percent",
          _last(lambda epoch: epoch.validation_accuracy), ("val_accuracy", "val_acc")),
    Field("validation_loss", "measured", "validation loss of the last epoch",
          _last(lambda epoch: epoch.validation_loss), ("val_loss",)),
    Field("time", "seconds", "training time, in seconds without a unit",
          _one(_training_time), ("seconds", "training_time")),
    Field("wall_time", "seconds", "time from its start to its end",
          _measured(lambda measures: measures.wall_seconds), ("wall",)),
    Field("images/s", "measured", "training images per second",
          _measured(lambda measures: measures.train_images_per_second),
          ("images_per_second", "speed")),
    Field("memory", "MB", "peak memory, in MB without a unit",
          _measured(lambda measures: measures.peak_memory_bytes), ("peak_memory",)),
    Field("latency", "ms", "time to classify one image, in ms without a unit",
          _one(_latency)),
    Field("parameters", "whole", "number of trainable parameters",
          lambda facts: (_parameters(facts.run.spec.model),), ("params",)),
    Field("done", "whole", "epochs that it has completed",
          lambda facts: (len(facts.epochs),), ("epochs_done",)),
    Field("epochs_to_97", "whole", "epochs until the test accuracy reached 97 %",
          _one(lambda facts: epochs_to(facts.epochs, TARGET)), ("to97",)),
    Field("lr", "number", "learning rate",
          lambda facts: (facts.run.spec.training.optimizer.learning_rate,), ("learning_rate",)),
    Field("batch", "whole", "batch size",
          lambda facts: (facts.run.spec.training.batch_size,), ("batch_size",)),
    Field("epochs", "whole", "planned epochs", lambda facts: (facts.run.spec.training.epochs,)),
    Field("seed", "whole", "seed", lambda facts: (facts.run.spec.training.seed,)),
    Field("bug", "text", "a known bug that is on", lambda facts: facts.run.spec.known_bugs,
          ("known_bug", "known_bugs")),
    Field("device", "text", "device that trained it", _device),
)  # fmt: skip
"""The fields with a name of their own; ``fields`` has every setting besides."""


_PLAIN: Mapping[type, tuple[Kind, tuple[str, ...]]] = {
    inspect.IntType: ("whole", ()),
    inspect.FloatType: ("number", ()),
    inspect.BoolType: ("text", ("yes", "no")),
    inspect.StrType: ("text", ()),
}


@cache
def fields() -> Mapping[str, Field]:
    """Every field by each of its names, in lower case; those with a name of their own first.

    A setting without one is known by its path, and by the end of its path if that is free.
    """
    found = {name: field for field in FIELDS for name in (field.name, *field.others)}
    for path, (kind, choices) in _settings().items():
        name = path.rpartition(".")[2]
        shown = path if name in found else name
        field = Field(shown, kind, f"the setting {path}", _setting(path), (path,), choices)
        found.setdefault(name, field)
        found.setdefault(path, field)
    return found


def _setting(path: str) -> Callable[[RunFacts], Iterable[Value]]:
    parts = path.split(".")
    return lambda facts: _values_at(facts.run.spec, parts)


def _values_at(spec: RunSpec, parts: Sequence[str]) -> Iterator[Value]:
    """The values at a path; of several layers, each has its own."""
    owners: list[Any] = [spec]
    for part in parts:
        found = (getattr(owner, part, None) for owner in owners)
        owners = [one for each in found for one in (each if isinstance(each, tuple) else (each,))]
    return (_plain(value) for value in owners if value is not None)


def _plain(value: Any) -> Value:
    """A setting as a value of a filter; that of an object is its kind."""
    if isinstance(value, msgspec.Struct):
        return str(value.__struct_config__.tag or "yes")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | float) else str(value)


def _settings() -> dict[str, tuple[Kind, tuple[str, ...]]]:
    """Every setting that a run can have: its path, its kind, and its choices."""
    found: dict[str, tuple[Kind, tuple[str, ...]]] = {}
    for path, kind, choices in _typed("", inspect.type_info(RunSpec)):
        former = found.get(path, (kind, ()))
        # A setting that is a number in one network and a name in another is searched as text.
        both = kind if former[0] == kind else "text"
        found[path] = (both, tuple(dict.fromkeys((*former[1], *choices))))
    return found


def _typed(path: str, kind: inspect.Type) -> Iterator[tuple[str, Kind, tuple[str, ...]]]:
    match kind:
        case inspect.StructType():
            if isinstance(kind.tag, str):
                yield path, "text", (kind.tag,)
            for field in kind.fields:
                yield from _typed(f"{path}.{field.name}".removeprefix("."), field.type)
        case inspect.UnionType():
            for one in kind.types:
                if isinstance(one, inspect.StructType) and one.tag is None:
                    # Something that a run has or does not have.
                    yield path, "text", ("yes",)
                yield from _typed(path, one)
        case inspect.VarTupleType():
            yield from _typed(path, kind.item_type)
        case inspect.LiteralType():
            yield path, "text", tuple(map(str, kind.values))
        case inspect.NoneType():
            return
        case _:
            yield path, *_PLAIN[type(kind)]
