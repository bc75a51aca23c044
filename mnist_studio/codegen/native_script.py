"""Native scripts and notebooks of a run as text."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from mnist_studio.codegen import context, keras_script, numpy_script, pytorch_script
from mnist_studio.codegen.wrapping import wrap
from mnist_studio.errors import SpecError
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import FrameworkName, RunSpec

_PROBLEMS: Mapping[FrameworkName, Callable[[RunSpec], tuple[str, ...]]] = {
    "pytorch": pytorch_script.problems,
    "keras": keras_script.problems,
    "numpy": numpy_script.problems,
}  # fmt: skip
_VALUES: Mapping[FrameworkName, Callable[[RunSpec], object]] = {
    "pytorch": pytorch_script.values, "keras": keras_script.values, "numpy": numpy_script.values,
}  # fmt: skip

_CELL = re.compile(r"^# %% (.*)\n", re.MULTILINE)
"""The line before each cell of a notebook, as in Spyder and Visual Studio Code."""


def script(run: RunSpec) -> str:
    """The stand-alone Python script of a run.

    It has the numbers of the run and leaves everything else to the framework: initial weights,
    shuffling, dropout and augmentation are the framework's own wherever the run asks for nothing
    special. It lacks what ``problems`` names.
    """
    return _CELL.sub("", _render(run, notebook=False))


def notebook(run: RunSpec) -> str:
    """The same program as a Jupyter notebook: JSON of format 4.5."""
    docstring, *parts = _CELL.split(_render(run, notebook=True))
    title, _, description = docstring.strip().strip('"').partition("\n")
    cells = [_markdown(f"# {title}\n{description.rstrip()}")]
    for heading, code in zip(parts[::2], parts[1::2], strict=True):
        cells += [_markdown(f"## {heading}"), _code(code.strip())]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return json.dumps(_document(cells), indent=1, ensure_ascii=False) + "\n"


def check_trainable(run: RunSpec) -> None:
    """Checks that a run of a native script can be trained by one.

    Raises:
        SpecError: it cannot. Says why.
    """
    for problem in problems(run) if run.style == "native" else ():
        raise SpecError("This run cannot be trained by a native script.", problem, ("style",))


def problems(run: RunSpec) -> tuple[str, ...]:
    """Why a run cannot be a native script, in sentences; empty if it can."""
    found = _PROBLEMS[run.framework](effective(run))
    if run.own_images:
        found += ("A native script cannot train on your images.",)
    if run.handwriting_styles:
        found += ("A native script cannot train on generated handwriting styles.",)
    if run.training.training_fraction < 1:
        found += ("A native script cannot train on a fraction of the training images.",)
    if run.training.label_noise:
        found += ("A native script cannot train with label noise.",)
    if run.continued_from:
        found += ("A native script cannot resume another run.",)
    return found


def _render(run: RunSpec, notebook: bool) -> str:
    # Jinja is imported only where a script is written: the window starts without it.
    from mnist_studio.codegen.rendering import render

    trained = effective(run)
    values = _VALUES[run.framework](trained)
    template = f"{run.framework}.py.j2"
    return wrap(render(template, context.script_values(run, trained, notebook), values))


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def _document(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
