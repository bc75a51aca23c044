"""Changes of single settings of a run: ``optimizer.learning_rate=0.01``, ``layers.2.units=256``.

The path of a setting has the keys of a run's file, without ``model.`` or ``training.`` before them.
Layers are counted from 1, as users count. The command line, grids of experiments, and searches all
change runs through this module.

Values are converted to the type of their setting. A new ``kind``, as in ``optimizer.kind=adam``,
keeps all settings that both kinds have. Changes of a kind come first, whatever their place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from mnist_studio.errors import SpecError
from mnist_studio.formatting import listed, printable
from mnist_studio.spec.change_values import Value, as_one, text_of
from mnist_studio.spec.error_paths import Path, explained
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec, TrainingSpec

LONGEST = 200
"""Characters of a change."""

_TREES: Mapping[str, Any] = {"model": ModelSpec, "training": TrainingSpec}
_NEEDED = re.compile(r"missing required field `(?P<name>[^`]*)`")
_TYPE_NAMES: Mapping[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.NoneType: "none",
    inspect.StrType: "a text",
}


@dataclass(frozen=True)
class Change:
    """A setting and its new value.

    Attributes:
        path: such as ``layers.2.units``.
        value: as text, or of the type of the setting.
    """

    path: str
    value: Value

    @property
    def text(self) -> str:
        """As on the command line: ``layers.2.units=256``."""
        return f"{self.path}={text_of(self.value)}"


def parse(text: str) -> Change:
    """A change as on the command line.

    Raises:
        SpecError: it has no path or no equals sign.
    """
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or len(text) > LONGEST:
        raise SpecError(
            f"“{printable(text[:LONGEST])}” is not a setting with its value.",
            "Write it as optimizer.learning_rate=0.01 or layers.2.units=256.",
        )
    return Change(normalized(path), value.strip())


def normalized(path: str) -> str:
    """A path without spaces and without ``model.`` or ``training.`` before it."""
    clean = path.strip()
    first, _, rest = clean.partition(".")
    return rest if first in _TREES and rest else clean


def changed(run: RunSpec, changes: Sequence[Change]) -> RunSpec:
    """The run with changed settings. ``spec.run.check`` says whether it can be trained.

    Raises:
        SpecError: a setting that the run does not have, or a value of a wrong type; its path is
            that of the setting in the run, such as ``("model", "layers", 1, "units")``.
    """
    if not changes:
        return run
    tree = {"model": msgspec.to_builtins(run.model), "training": msgspec.to_builtins(run.training)}
    for change in sorted(changes, key=_comes_later):
        _apply(tree, change)
    try:
        found = msgspec.convert(tree, _Trees)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    return msgspec.structs.replace(run, model=found.model, training=found.training)


def value_at(run: RunSpec, path: str) -> Value:
    """The value of a setting.

    Raises:
        SpecError: the run has no such setting.
    """
    known = dict(settings_of(run))
    if normalized(path) not in known:
        raise _unknown_setting(tuple(known), normalized(path))
    return known[normalized(path)]


def settings_of(run: RunSpec) -> Iterator[tuple[str, Value]]:
    """Every setting that can be changed: its path and its value, in the order of a run's file."""
    for part in (run.model, run.training):
        yield from _leaves("", msgspec.to_builtins(part))


class _Trees(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: ModelSpec
    training: TrainingSpec


@dataclass(frozen=True)
class _Place:
    """Where a change applies.

    Attributes:
        path: the whole path of the change, for errors.
        done: keys that lead here.
    """

    path: str
    done: Path

    def below(self, key: str | int) -> "_Place":
        return _Place(self.path, (*self.done, key))

    @property
    def words(self) -> str:
        """The path so far as the user writes it."""
        steps = (str(key + 1) if isinstance(key, int) else key for key in self.done[1:])
        return ".".join(steps)

    def error(self, problem: str, remedy: str) -> SpecError:
        return SpecError(problem, remedy, self.done)


def _comes_later(change: Change) -> tuple[bool, int]:
    """Kinds first, outer ones before inner ones: what is below depends on them."""
    keys = change.path.split(".")
    return keys[-1] != "kind", len(keys) if keys[-1] == "kind" else 0


def _apply(tree: dict[str, Any], change: Change) -> None:
    keys = normalized(change.path).split(".")
    root = next((name for name in _TREES if keys[0] in _field_names(name)), "")
    if not root:
        known = [name for part in tree.values() for name, _ in _leaves("", part)]
        raise _unknown_setting(known, normalized(change.path))
    place = _Place(change.path, (root,))
    _set(tree[root], _type(root), keys, change.value, place)


def _set(
    holder: dict[str, Any], kind: inspect.Type, keys: list[str], value: Value, at: _Place
) -> None:
    """Sets one value below a struct, which ``holder`` has as plain values."""
    struct = _struct(kind, holder)
    key, *rest = keys
    if key == struct.tag_field and not rest:
        _set_kind(holder, kind, str(value), at.below(key))
        return
    field = next((one for one in struct.fields if one.name == key), None)
    if field is None:
        raise _unknown_key(struct, key, at)
    inner = at.below(key)
    if not rest:
        holder[key] = _converted(field.type, value, holder.get(key), inner)
    elif isinstance(field.type, inspect.VarTupleType):
        _set_item(holder, key, field.type.item_type, rest, value, inner)
    else:
        if not isinstance(holder.get(key), dict):
            holder[key] = _started(field.type, rest, inner)
        _set(holder[key], field.type, rest, value, inner)


def _set_item(
    holder: dict[str, Any], key: str, kind: inspect.Type, keys: list[str], value: Value, at: _Place
) -> None:
    """Sets one value below an item of a list, such as a layer."""
    items = list(holder[key])
    holder[key] = items
    number, *rest = keys
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(items)):
        raise at.error(
            f"{at.path}: the network has layers 1 to {len(items)}, got “{printable(number)}”.",
            f"Write {at.words}.1 for the first layer.",
        )
    inner = at.below(int(number) - 1)
    if rest:
        _set(items[int(number) - 1], kind, rest, value, inner)
    else:
        items[int(number) - 1] = _converted(kind, value, items[int(number) - 1], inner)


def _set_kind(holder: dict[str, Any], kind: inspect.Type, name: str, at: _Place) -> None:
    """Changes the kind of a struct; settings that both kinds have stay."""
    former, found = _struct(kind, holder), _of_kind(kind, name)
    if found is None:
        raise _no_choice(at, name, [str(one.tag) for one in _structs(kind)])
    if found.tag == former.tag and holder:
        return
    types = {field.name: field.type for field in former.fields}
    both = [field.name for field in found.fields if types.get(field.name) == field.type]
    same = {name: holder[name] for name in both if name in holder}
    holder.clear()
    holder.update({str(found.tag_field): found.tag, **same})


def _started(kind: inspect.Type, keys: list[str], at: _Place) -> dict[str, Any]:
    """A struct that the run does not have yet, such as the augmentation."""
    structs = _structs(kind)
    tags = [str(one.tag) for one in structs if one.tag is not None]
    if not structs:
        raise at.error(
            f"{at.words} is one value, so {at.path} does not exist.", f"Write {at.words}=VALUE."
        )
    if not tags or keys == ["kind"]:
        return {}
    if len(tags) == 1:
        return {"kind": tags[0]}
    raise at.error(
        f"{at.path} does not exist because the run has no {at.words}.",
        f"Set {at.words}.kind too: {listed(tags, 'or')}.",
    )


def _converted(kind: inspect.Type, value: Value, present: Any, at: _Place) -> Any:
    """A value in the type of its setting.

    Raises:
        SpecError: it is of another type; says what was expected.
    """
    for one in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        found = as_one(one, value)
        if found is not msgspec.UNSET:
            return found
    structs = _structs(kind)
    if isinstance(value, str) and _of_kind(kind, value):
        holder = dict(present) if isinstance(present, dict) else {}
        _set_kind(holder, kind, value, at)
        return holder
    names = [str(one) for each in _choices(kind) for one in each.values]
    names += [str(one.tag) for one in structs if one.tag is not None]
    if names:
        raise _no_choice(at, text_of(value), names)
    raise at.error(
        f"{at.words} must be {_expected(kind)}, got “{printable(text_of(value))}”.",
        "Correct the value.",
    )


def _expected(kind: inspect.Type) -> str:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    simple = [_TYPE_NAMES[type(one)] for one in kinds if type(one) in _TYPE_NAMES]
    if isinstance(kind, inspect.VarTupleType):
        if isinstance(kind.item_type, inspect.IntType):
            return "whole numbers with commas between them, such as 5,8"
        return "changed item by item, such as layers.2.units"
    if _structs(kind):
        simple.append("changed by its own settings")
    return listed(simple, "or")


@lru_cache
def _type(root: str) -> inspect.Type:
    return inspect.type_info(_TREES[root])


def _field_names(root: str) -> tuple[str, ...]:
    (struct,) = _structs(_type(root))
    return tuple(field.name for field in struct.fields)


def _structs(kind: inspect.Type) -> list[inspect.StructType]:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [one for one in kinds if isinstance(one, inspect.StructType)]


def _choices(kind: inspect.Type) -> list[inspect.LiteralType]:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [one for one in kinds if isinstance(one, inspect.LiteralType)]


def _of_kind(kind: inspect.Type, name: str) -> inspect.StructType | None:
    return next((one for one in _structs(kind) if one.tag is not None and one.tag == name), None)


def _struct(kind: inspect.Type, holder: dict[str, Any]) -> inspect.StructType:
    """The struct that ``holder`` has the values of."""
    structs = _structs(kind)
    return next((one for one in structs if one.tag == holder.get("kind")), structs[0])


def _no_choice(at: _Place, name: str, names: list[str]) -> SpecError:
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    return at.error(
        f"{at.words} cannot be “{printable(name)}”.", f"{meant}Choose {listed(names, 'or')}."
    )


def _unknown_key(struct: inspect.StructType, key: str, at: _Place) -> SpecError:
    names = [field.name for field in struct.fields]
    names += [str(struct.tag_field)] if struct.tag_field else []
    before = f"{at.words}." if at.words else ""
    near = get_close_matches(key, names, n=1, cutoff=0.5)
    meant = f"Did you mean {before}{near[0]}? " if near else ""
    what = f"{at.words} ({struct.tag})" if struct.tag is not None else at.words or "The run"
    return at.error(
        f"{what} has no setting “{printable(key)}”.",
        f"{meant}It has: {', '.join(names)}.",
    )


def _unknown_setting(known: Sequence[str], path: str) -> SpecError:
    key = path.split(".")[0]
    if key in RunSpec.__struct_fields__:
        return SpecError(
            f"“{printable(key)}” is not a setting of the network or its training.",
            f"Set it by its own option, such as --{key.replace('_', '-')}.",
        )
    ending = [name for name in known if name.rpartition(".")[2] == path]
    near = ending or get_close_matches(path, known, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    first = ", ".join(name for root in _TREES for name in _field_names(root))
    return SpecError(
        f"There is no setting “{printable(path)}”.", f"{meant}Paths begin with: {first}."
    )


def _invalid(complaint: str) -> SpecError:
    """The error for a kind that lacks a setting without a default."""
    path, problem = explained(complaint, _Trees)
    words = _Place("", path).words
    if needed := _NEEDED.search(complaint):
        return SpecError(
            f"{words} needs {needed['name']}.", f"Set {words}.{needed['name']} too.", path
        )
    return SpecError(f"{words}: {problem}.", "Correct the value.", path)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    """Every single value below a plain value, by its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}".removeprefix("."), inner)
    elif isinstance(value, list | tuple) and all(isinstance(one, int) for one in value):
        yield path, ",".join(map(str, value)) or None
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(f"{path}.{number}", inner)
    else:
        yield path, value
