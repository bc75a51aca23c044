"""Pixel attribution: how much each pixel contributes to the score of a class."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.explanation.messages import Options
from mnist_studio.formatting import number
from mnist_studio.gui.common.array_map import ArrayMap, ColorScale
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.draw.explanation.part import INK, ExplanationPart, captioned, chosen_class
from mnist_studio.gui.services.array_layout import pixel_layout
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS


class AttributionPart(ExplanationPart):
    """Integrated gradients and saliency of the logit of one class."""

    part = "attribution"
    title_text = "Pixel attribution"
    tip = "How much each pixel contributes to the score (logit) of a class"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.digit = self.class_choice(
            "Class", "prediction", "The class to explain (default: the prediction)"
        )
        self.integrated = ArrayMap(theme, "Integrated gradients", highest=330)
        self.saliency = ArrayMap(theme, "Saliency", highest=330)
        self.scales = ColorScale(theme), ColorScale(theme)
        captions = "Contribution (integrated gradients)", "Gradient (saliency)"
        line = row(gap=16)
        for caption, shown, scale in zip(
            captions, (self.integrated, self.saliency), self.scales, strict=True
        ):
            below = captioned(caption, shown)
            below.insertWidget(2, scale, 0, Qt.AlignmentFlag.AlignLeft)
            line.addLayout(below, 1)
        self.content.addLayout(line)
        self.content.addStretch(1)

    def options(self) -> Options:
        """The class to explain."""
        return Options(digit=chosen_class(self.digit))

    def show_value(self, value: object) -> None:
        """Shows an ``Attribution``."""
        assert isinstance(value, Attribution)
        self.sentence.setText(summary(value, self.class_names))
        shown = pixel_layout(value.integrated), pixel_layout(value.saliency)
        for picture, scale, layout in zip(
            (self.integrated, self.saliency), self.scales, shown, strict=True
        ):
            picture.show_layout(layout)
            picture.draw_outline(value.image >= INK)
            scale.show_largest(layout.largest, "against", "for")


def summary(found: Attribution, names: Sequence[str] = DIGITS) -> str:
    """The sum of all contributions, and its error."""
    text = (
        f"The logit of {names[found.digit]} is {found.baseline_logit:.2f} for a blank canvas and "
        f"{found.logit:.2f} for the drawing. The pixels explain {found.attributed:+.2f} of the "
        f"difference of {found.logit - found.baseline_logit:+.2f}. The error is "
        f"{number(found.completeness_error, 2)} after {found.steps} steps."
    )
    return text.replace("-", "−")
