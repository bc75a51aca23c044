"""What to change in the drawing so that another digit is answered."""

import numpy as np

from mnist_studio.analysis.counterfactual import Counterfactual, Manner
from mnist_studio.explanation.messages import Options
from mnist_studio.gui.common.array_layout import as_it_is
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.array_map import ArrayMap, ColorScale
from mnist_studio.gui.draw.explanation.part import INK, ExplanationPart, captioned, chosen_digit
from mnist_studio.gui.theme.theme import Theme

SIDE = 196
MANNERS: tuple[tuple[Manner, str], ...] = (("pen", "As a pen"), ("smallest", "As little"))


class CounterfactualPart(ExplanationPart):
    """The drawing, what is added to it and taken from it, and what comes out."""

    part = "change"
    title_words = "What would make it another digit"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.target = self.digit_choice("Into", "the runner-up")
        self.manner = Segmented("How it is changed", MANNERS)
        self.manner.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.manner)
        self.before = ImageView(theme, "The drawing", SIDE)
        self.after = ImageView(theme, "The drawing as changed", SIDE)
        self.change = ArrayMap(theme, "What is changed", SIDE)
        self.change.setMaximumWidth(theme.pixels(SIDE))
        self.scale = ColorScale(theme)
        middle = captioned("Added and taken away", self.change)
        middle.insertWidget(2, self.scale)
        self.content.addLayout(
            row(captioned("The drawing", self.before), middle,
                captioned("As changed", self.after), 1, gap=16)
        )  # fmt: skip
        self.content.addStretch(1)

    def options(self) -> Options:
        """What it shall become, and how."""
        manner: Manner = "pen" if self.manner.choice == "pen" else "smallest"
        return Options(target=chosen_digit(self.target), manner=manner)

    def show_value(self, value: object) -> None:
        """Shows a ``Counterfactual``."""
        assert isinstance(value, Counterfactual)
        self.say(words(value))
        self.before.show_image(value.before)
        self.after.show_image(value.after)
        layout = as_it_is(value.change.astype(np.float64))
        self.change.show_layout(layout)
        self.change.draw_outline(value.before >= INK)
        self.scale.show_largest(layout.largest, "taken", "added")


def words(found: Counterfactual) -> str:
    """What it takes, or that it was not found."""
    was, now = found.chances_before[found.answer], found.chances_after
    if found.answer == found.target:
        return f"It is answered as {found.answer} already ({100 * was:.1f} %)."
    if not found.found:
        return (
            f"No change was found that makes it a {found.target}: at last it had "
            f"{100 * now[found.target]:.1f} %, and the answer was {int(now.argmax())}."
        )
    return (
        f"With {100 * found.changed:.2g} % of its ink added and taken away, the network answers "
        f"{found.target} ({100 * now[found.target]:.1f} %). As it is drawn, it answers "
        f"{found.answer} ({100 * was:.1f} %)."
    )
