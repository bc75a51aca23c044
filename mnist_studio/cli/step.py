"""``mnist-studio step``: the numbers of one training step in every framework."""

from argparse import ArgumentParser, Namespace

from mnist_studio.cli import find_rate, options, output
from mnist_studio.formatting import NOTHING, counted, number
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity import single_step
from mnist_studio.parity.single_step import SingleStep


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    find_rate.add_recipe(parser)
    options.add_json(parser, "the step")


def run(arguments: Namespace) -> int:
    """Trains one step and prints its numbers."""
    spec, names = find_rate.chosen(arguments)
    step = single_step.single_step(spec, names, data=arguments.data)
    if arguments.json:
        output.json_line(step)
        return 0
    _write(step)
    for line in (single_step.agreement(step), single_step.NOTE):
        output.line(line)
    return 0


def _write(step: SingleStep) -> None:
    images = counted(step.batch, "image")
    output.line(
        f"One step with {images} of {step.dataset}, learning rate {number(step.learning_rate, 6)}."
    )
    names = list(step.rows[0].norms)
    rows = [
        (
            row.quantity,
            row.name,
            row.shape,
            *(f"{row.norms[name]:.6g}" for name in names),
            NOTHING if row.difference is None else f"{row.difference:.1e}",
        )
        for row in step.rows
    ]
    titles = [f"{framework_title(name)} (norm)" for name in names]
    output.table(
        ("Quantity", "Array", "Shape", *titles, "Largest difference"),
        rows,
        right=range(3, 4 + len(names)),
    )
