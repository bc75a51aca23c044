"""The layers of a network as rows of a table, an activation in the row of its layer. No Qt."""

from dataclasses import dataclass, replace

from mnist_studio.formatting import count
from mnist_studio.spec import layers
from mnist_studio.spec.model import LayerReport, ModelSpec, describe


@dataclass(frozen=True)
class NetworkRow:
    """A layer together with its activation.

    Attributes:
        name: unique in the network.
        title: short, such as ``conv 3×3, ReLU``.
        output: shape of the output.
        parameters: number of trainable parameters.
        detail: the layers in full, and how the number of parameters is computed.
    """

    name: str
    title: str
    output: str
    parameters: int
    detail: str


def network_rows(model: ModelSpec) -> tuple[NetworkRow, ...]:
    """The rows of a network from input to output, then the total of its parameters.

    An activation joins the row of the layer before it, since it changes neither shape nor
    parameters. Flattening joins the row of the layer after it.
    """
    rows: list[NetworkRow] = []
    flattened = ""
    for report in describe(model):
        if isinstance(report.layer, layers.Activation) and rows and not flattened:
            rows[-1] = _activated(rows[-1], report)
        elif isinstance(report.layer, layers.Flatten):
            flattened = f"flatten to {layers.text(report.output)}\n"
        else:
            rows.append(_row(report, flattened))
            flattened = ""
    total = sum(row.parameters for row in rows)
    return (*rows, NetworkRow("sum", "Total", "", total, f"{count(total)} trainable parameters"))


def _row(report: LayerReport, before: str) -> NetworkRow:
    sums = f"\n{report.arithmetic} = {count(report.parameters)}" if report.parameters else ""
    return NetworkRow(
        name=report.name,
        title=_short(report),
        output=layers.text(report.output),
        parameters=report.parameters,
        detail=f"{before}{report.title}{sums}",
    )


def _activated(row: NetworkRow, report: LayerReport) -> NetworkRow:
    return replace(
        row, title=f"{row.title}, {report.title}", detail=f"{row.detail}\nthen {report.title}"
    )


def _short(report: LayerReport) -> str:
    """The kind of a layer, without what the shape of its output shows: filters, units, padding."""
    match report.layer:
        case layers.Conv(size=size):
            return f"conv {size}×{size}"
        case layers.Dense():
            return "dense"
        case layers.MaxPool():
            return "max pool"
        case layers.AvgPool():
            return "avg pool"
        case layers.GlobalAvgPool():
            return "global avg pool"
        case layers.BatchNorm():
            return "batch norm"
        case _:
            return report.title
