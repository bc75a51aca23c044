"""Ablation: a part of the network is switched off, or its weights get noise."""

from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.understanding import Ablation, LayerChoice
from mnist_studio.explanation.understanding_sentences import ablation_sentence
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.draw.explanation.part import ExplanationPart, LayerField, captioned
from mnist_studio.gui.draw.probability_bars import ProbabilityBars
from mnist_studio.gui.theme.theme import Theme

NOISE = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Standard deviations that can be chosen, as shares of those of the weights."""

NOTHING = LayerChoice("nothing", "", 0)
"""In place of a layer; no network has one of that name."""


class AblationPart(ExplanationPart):
    """Accuracy and prediction of the network with and without the change."""

    part = "ablation"
    title_text = "Ablation and noise"
    tip = "Turns off a layer or a unit, or adds noise to all kernels"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.field = LayerField(theme, "Turn off", self.changed.emit, whole=True)
        for name, control in self.field.controls:
            self.add_control(name, control)
        self.noise = ComboBox("Noise", theme)
        self.noise.setToolTip(
            "Standard deviation of noise on every kernel, in percent of that of its weights "
            "(default: none)"
        )
        self.noise.offer([(str(n), f"{100 * n:.0f} %" if n else "none", "") for n in NOISE])
        self.noise.setMinimumWidth(theme.pixels(84))
        self.noise.chosen.connect(lambda _: self.changed.emit())
        self.add_control("Noise", self.noise)
        self.before = ProbabilityBars(theme, "numpy")
        self.after = ProbabilityBars(theme, "numpy")
        for bars in (self.before, self.after):
            bars.setMinimumHeight(theme.pixels(120))
        shown = row(gap=16)
        shown.addLayout(captioned("Your drawing, whole network", self.before), 1)
        shown.addLayout(captioned("Your drawing, changed network", self.after), 1)
        self.content.addLayout(shown)
        self.content.addStretch(1)

    def options(self) -> Options:
        """The change."""
        return Options(
            layer=self.field.layer, unit=self.field.unit, noise=float(self.noise.choice or 0)
        )

    def show_framework(self, framework: str) -> None:
        """Shows the highest bars in the color of the framework."""
        for bars in (self.before, self.after):
            bars.show_framework(framework)

    def show_value(self, value: object) -> None:
        """Shows the ``Ablation``."""
        assert isinstance(value, Ablation)
        self.field.offer((NOTHING, *value.layers), value.layer or NOTHING.name, value.unit)
        self.sentence.setText(ablation_sentence(value, class_names=self.class_names))
        self.before.show_probabilities(value.drawing_before.tolist(), self.class_names)
        self.after.show_probabilities(value.drawing_after.tolist(), self.class_names)
