"""Which pixels speak for an answer, and which against it."""

from PySide6.QtCore import Qt

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.explanation.messages import Options
from mnist_studio.gui.common.array_layout import as_it_is
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.draw.explanation.array_map import ArrayMap, ColorScale
from mnist_studio.gui.draw.explanation.part import INK, ExplanationPart, captioned, chosen_digit
from mnist_studio.gui.theme.theme import Theme


class PixelsPart(ExplanationPart):
    """Integrated gradients and saliency of one digit's logit."""

    part = "attribution"
    title_words = "What in the drawing speaks for it"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.digit = self.digit_choice("About", "the answer")
        self.integrated = ArrayMap(theme, "Integrated gradients", highest=330)
        self.saliency = ArrayMap(theme, "Saliency", highest=330)
        self.scales = ColorScale(theme), ColorScale(theme)
        captions = "What every pixel adds: integrated gradients", "Slope at every pixel: saliency"
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
        """Whose logit is explained."""
        return Options(digit=chosen_digit(self.digit))

    def show_value(self, value: object) -> None:
        """Shows an ``Attribution``."""
        assert isinstance(value, Attribution)
        self.say(words(value))
        shown = as_it_is(value.integrated), as_it_is(value.saliency)
        for picture, scale, layout in zip(
            (self.integrated, self.saliency), self.scales, shown, strict=True
        ):
            picture.show_layout(layout)
            picture.draw_outline(value.image >= INK)
            scale.show_largest(layout.largest, "against", "for")


def words(found: Attribution) -> str:
    """What the pixels add up to, and how exactly."""
    said = (
        f"The blank pad has a logit of {found.blank:.2f} for {found.digit}, the drawing "
        f"{found.logit:.2f}. Of that difference of {found.logit - found.blank:+.2f} the pixels "
        f"explain {found.explained:+.2f}: complete but for {found.missed:.2g}, "
        f"in {found.steps} steps."
    )
    return said.replace("-", "−")
