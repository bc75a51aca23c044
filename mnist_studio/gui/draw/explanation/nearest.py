"""Nearest neighbors: the training images with the most similar features."""

from collections import Counter
from collections.abc import Sequence

from mnist_studio.analysis.nearest import Metric
from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.parts import Nearest
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.image_rows import CaptionedImage, ImageRows
from mnist_studio.gui.draw.explanation.part import ExplanationPart, scrolled
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

METRICS: tuple[tuple[Metric, str, str], ...] = (
    ("euclidean", "Euclidean", "Compares features by their Euclidean distance (default)"),
    ("cosine", "Cosine", "Compares features by the angle between them"),
)


class NearestPart(ExplanationPart):
    """Training images, sorted by the distance of their features before the last layer."""

    part = "nearest"
    title_text = "Nearest neighbors"
    tip = "The training images whose features are most similar to those of the drawing"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.measure = Segmented("Distance", tuple((key, text) for key, text, _ in METRICS))
        for key, _, tip in METRICS:
            self.measure.enable(key, tip=tip)
        self.measure.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.measure)
        self.neighbors = ImageRows(theme, "Nearest training images")
        self.content.addWidget(scrolled(self.neighbors), 1)

    def options(self) -> Options:
        """The metric."""
        return Options(metric="cosine" if self.measure.choice == "cosine" else "euclidean")

    def show_value(self, value: object) -> None:
        """Shows the ``Nearest``."""
        assert isinstance(value, Nearest)
        self.sentence.setText(summary(value, self.class_names))
        self.neighbors.show_entries(entries(value, self.class_names))


def entries(found: Nearest, names: Sequence[str] = DIGITS) -> list[CaptionedImage]:
    """The neighbors with their labels and distances."""
    return [
        CaptionedImage(
            image, names[one.label], f"{one.distance:.3g}",
            f"Training image {one.index:,}. Label {names[one.label]}, distance {one.distance:.6g}.",
        )
        for image, one in zip(found.images, found.neighbors, strict=True)
    ]  # fmt: skip


def summary(found: Nearest, names: Sequence[str] = DIGITS) -> str:
    """The labels of the neighbors, and what was compared."""
    counts = Counter(one.label for one in found.neighbors)
    labels = ", ".join(f"{count} × {names[label]}" for label, count in counts.most_common())
    return (
        f"Labels: {labels}. The features before the last layer ({found.layer}) are compared with "
        f"those of {found.count:,} training images of {found.dataset}."
    )
