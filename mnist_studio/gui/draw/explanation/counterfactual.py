"""Counterfactual: a change of the drawing that changes the prediction."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QSizePolicy

from mnist_studio.analysis.counterfactual import Counterfactual, Manner
from mnist_studio.explanation.messages import Options
from mnist_studio.formatting import confidence
from mnist_studio.gui.common.array_map import ArrayMap, ColorScale
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.part import INK, ExplanationPart, captioned, chosen_class
from mnist_studio.gui.services.array_layout import pixel_layout
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

SIDE = 196
MANNERS: tuple[tuple[Manner, str, str], ...] = (
    ("pen", "Strokes", "Adds or removes strokes of pen width (default)"),
    ("smallest", "Pixels", "Changes single pixels by the smallest amount"),
)


class CounterfactualPart(ExplanationPart):
    """The drawing, the change, and the changed drawing."""

    part = "counterfactual"
    title_text = "Counterfactual"
    tip = "A small change to the drawing that makes the model predict another class"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.target = self.class_choice(
            "Target label", "runner-up", "The class to predict (default: runner-up)"
        )
        self.manner = Segmented("Kind of change", tuple((key, text) for key, text, _ in MANNERS))
        for key, _, tip in MANNERS:
            self.manner.enable(key, tip=tip)
        self.manner.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.manner)
        self.before = ImageView(theme, "Drawing", SIDE)
        self.after = ImageView(theme, "Changed drawing", SIDE)
        for image in (self.before, self.after):
            # Three pictures side by side shrink together where there is less room.
            image.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.change = ArrayMap(theme, "Change", SIDE)
        self.change.setMaximumWidth(theme.pixels(SIDE))
        self.scale = ColorScale(theme)
        middle = captioned("Change", self.change)
        middle.insertWidget(2, self.scale)
        self.content.addLayout(
            row(captioned("Drawing", self.before), middle,
                captioned("Changed drawing", self.after), 1, gap=16)
        )  # fmt: skip
        self.content.addStretch(1)

    def options(self) -> Options:
        """The target label and the kind of change."""
        manner: Manner = "pen" if self.manner.choice == "pen" else "smallest"
        return Options(target=chosen_class(self.target), manner=manner)

    def show_value(self, value: object) -> None:
        """Shows a ``Counterfactual``."""
        assert isinstance(value, Counterfactual)
        self.sentence.setText(summary(value, self.class_names))
        self.before.show_image(value.before)
        self.after.show_image(value.after)
        layout = pixel_layout(value.change.astype(np.float64))
        self.change.show_layout(layout)
        self.change.draw_outline(value.before >= INK)
        self.scale.show_largest(layout.largest, "removed", "added")


def summary(found: Counterfactual, names: Sequence[str] = DIGITS) -> str:
    """The change and its effect in sentences, or that none was found."""
    was, now = found.probabilities_before[found.prediction], found.probabilities_after
    if found.prediction == found.target:
        return f"The prediction is already {names[found.prediction]} ({confidence(was)})."
    if not found.found:
        return (
            f"No change was found that makes the model predict {names[found.target]}. The last "
            f"attempt gave it {confidence(now[found.target])}, and the prediction was "
            f"{names[int(now.argmax())]}."
        )
    return (
        f"Changing {100 * found.changed:.2g} % of the ink makes the model predict "
        f"{names[found.target]} ({confidence(now[found.target])}). Without the change, it predicts "
        f"{names[found.prediction]} ({confidence(was)})."
    )
