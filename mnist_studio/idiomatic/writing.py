"""Programs as files: scripts and notebooks, with what they are and where they come from."""

import json
from collections.abc import Callable, Mapping
from textwrap import fill
from typing import Any

from mnist_studio.idiomatic import keras, plain_numpy, pytorch
from mnist_studio.idiomatic.program import WIDTH, Program
from mnist_studio.spec.known_bugs import KNOWN_BUGS, effective
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import FrameworkName, RunSpec

_WRITERS: Mapping[FrameworkName, Callable[[RunSpec], Program]] = {
    "pytorch": pytorch.program, "keras": keras.program, "numpy": plain_numpy.program,
}  # fmt: skip
_PROBLEMS: Mapping[FrameworkName, Callable[[RunSpec], tuple[str, ...]]] = {
    "pytorch": pytorch.problems, "keras": keras.problems, "numpy": plain_numpy.problems,
}  # fmt: skip
_TITLES: Mapping[FrameworkName, str] = {
    "pytorch": "PyTorch", "keras": "Keras", "numpy": "NumPy alone",
}  # fmt: skip

_ENTRY = """\
if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", {default}help="{folder}")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    main(arguments.data, arguments.epochs)
"""


def script(run: RunSpec) -> str:
    """The stand-alone Python script of a run.

    It is what one would write with the framework alone: initial weights, shuffling, dropout and
    augmentation are the framework's own wherever the run asks nothing special; all its numbers
    are honoured. What ``problems`` tells of is left out.
    """
    program = _WRITERS[run.framework](effective(run))
    imports = "\n".join(("import argparse", *program.imports))
    head = f'"""{about(run)}\n"""\n\n{imports}\n\n{_constants(program)}'
    functions = [cell.code for cell in program.cells]
    default = "" if run.framework == "keras" else 'default="data", '
    entry = _ENTRY.format(default=default, folder=program.folder)
    return "\n\n\n".join((head, *functions, entry))


def notebook(run: RunSpec) -> str:
    """The same program as a Jupyter notebook, JSON of format 4.5."""
    program = _WRITERS[run.framework](effective(run))
    title, _, rest = about(run).partition("\n")
    cells = [_markdown(f"# {title}\n{rest}"), _code("\n".join(program.imports))]
    cells += [_markdown("## Numbers"), _code(_constants(program))]
    for cell in program.cells:
        cells += [_markdown(f"## {cell.heading}"), _code(cell.code)]
    cells += [_markdown("## Run it"), _code("main()")]
    for place, made in enumerate(cells):
        made["id"] = f"cell-{place}"
    return json.dumps(_document(cells), indent=1, ensure_ascii=False) + "\n"


def problems(run: RunSpec) -> tuple[str, ...]:
    """Why a run cannot be written in its framework's own words; sentences, empty if it can."""
    found = _PROBLEMS[run.framework](effective(run))
    if run.own_images:
        found = (*found, "A script learns from the data set alone and not from your own digits.")
    if run.continued_from:
        return (*found, "A script begins anew and cannot go on from another run's checkpoint.")
    return found


def about(run: RunSpec) -> str:
    """What the program is and where its recipe comes from: the text of its docstring."""
    recipe = RECIPES.get(run.recipe)
    paragraphs = [f"{run.recipe} in {_TITLES[run.framework]}."]
    if recipe:
        paragraphs += [recipe.summary, f"Source: {recipe.source}. {recipe.provenance}"]
        paragraphs += [f"Inferred: {recipe.inferred}"] if recipe.inferred else []
    paragraphs += [
        f"Fault on purpose: {KNOWN_BUGS[name].title}. {KNOWN_BUGS[name].explanation}"
        for name in run.known_bugs
    ]
    paragraphs.append("Written by MNIST Studio.")
    text = "\n\n".join(fill(paragraph, WIDTH) for paragraph in paragraphs)
    # Names of recipes are the user's: nothing in them may end the docstring.
    return text.replace("\\", "\\\\").replace('"', "'")


def _constants(program: Program) -> str:
    return "\n".join(program.constants)


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
