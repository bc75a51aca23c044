"""The layers of a network as rows of the editor's list. No Qt."""

from dataclasses import dataclass, replace

from mnist_studio.formatting import NOTHING, count, counted
from mnist_studio.spec.cost import multiply_adds
from mnist_studio.spec.layers import Dense, text
from mnist_studio.spec.model import LayerReport, ModelSpec, title
from mnist_studio.spec.repairs import Diagnosis, Problem

THOUSANDS = (("", 1), ("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12))


@dataclass(frozen=True)
class ListedLayer:
    """A layer as a row.

    Attributes:
        number: from 1.
        title: of the layer, such as “conv 3×3, 32 same”.
        output: shape of its output; empty if it is not valid.
        parameters: number of its parameters; a dash without any.
        operations: its multiply-adds for one image, short; a dash without any.
        problem: why it cannot work; empty if it can.
        detail: everything in one sentence, for a tooltip and for screen readers.
        unfinished: whether the problem is only that the output layer is still missing.
    """

    number: int
    title: str
    output: str
    parameters: str
    operations: str
    problem: str
    detail: str
    unfinished: bool = False


def layer_rows(model: ModelSpec, found: Diagnosis) -> tuple[ListedLayer, ...]:
    """The rows of a network, in order."""
    return tuple(layer_row(model, found, place) for place in range(len(model.layers)))


def layer_row(model: ModelSpec, found: Diagnosis, place: int) -> ListedLayer:
    """The row of one layer."""
    here = next((one for one in found.problems if one.place == place), None)
    made = _row(
        place + 1, title(model.layers[place]), found.reports[place], here.sentence if here else ""
    )
    return replace(made, unfinished=True) if here and is_unfinished(model, here) else made


def is_unfinished(model: ModelSpec, problem: Problem) -> bool:
    """Whether the output layer is still missing, which is no error while one adds layers."""
    return problem.subject == "output" and not isinstance(model.layers[-1], Dense)


def short(number: int) -> str:
    """A number of operations in three digits: ``21.2 M``."""
    suffix, unit = next((one for one in reversed(THOUSANDS) if number >= one[1]), THOUSANDS[0])
    return f"{number / unit:.3g}\N{NO-BREAK SPACE}{suffix}".strip() if suffix else str(number)


def totals(found: Diagnosis) -> str:
    """The size of a whole network: ``4 layers, 101,770 parameters, 102 k multiply-adds``."""
    layers = counted(len(found.reports), "layer").capitalize()
    if wrong := len({one.place for one in found.problems if one.subject == "layer"}):
        # Parameters behind such a layer depend on how it will be repaired.
        return f"{layers}, {wrong:,} with a problem"
    operations = sum(multiply_adds(report) for report in found.reports if report)
    return f"{layers}, {count(found.parameters)} parameters, {short(operations)} multiply-adds"


def _parameters(number: int) -> str:
    """All digits as far as the column has room for them: up to 100 million."""
    if not number:
        return NOTHING
    return count(number) if number < 10**8 else short(number)


def _row(number: int, name: str, report: LayerReport | None, problem: str) -> ListedLayer:
    trouble = f" {problem}" if problem else ""
    if report is None:
        dash = NOTHING
        return ListedLayer(
            number, name, "", dash, dash, problem, f"Layer {number}, {name}.{trouble}"
        )
    operations = multiply_adds(report)
    sizes = [f"output {text(report.output)}"]
    if report.parameters:
        sizes.append(f"{report.arithmetic} = {counted(report.parameters, 'parameter')}")
    if operations:
        sizes.append(f"{counted(operations, 'multiply-add')} per image")
    return ListedLayer(
        number=number,
        title=name,
        output=text(report.output),
        parameters=_parameters(report.parameters),
        operations=short(operations) if operations else NOTHING,
        problem=problem,
        detail=f"Layer {number}, {name}: {', '.join(sizes)}.{trouble}",
    )
