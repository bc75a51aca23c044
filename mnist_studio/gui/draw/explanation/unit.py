"""Images of a unit: the test images that activate it most."""

from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.understanding import UnitImages
from mnist_studio.explanation.understanding_sentences import unit_sentence
from mnist_studio.formatting import count
from mnist_studio.gui.draw.explanation.image_rows import CaptionedImage, ImageRows
from mnist_studio.gui.draw.explanation.part import ExplanationPart, LayerField, scrolled
from mnist_studio.gui.theme.theme import Theme


class UnitPart(ExplanationPart):
    """A unit or channel, and the images with its largest outputs."""

    part = "unit"
    title_text = "Images of a unit"
    tip = "The test images that activate one unit or channel most"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.field = LayerField(theme, "Unit", self.changed.emit)
        for name, control in self.field.controls:
            self.add_control(name, control)
        self.images = ImageRows(theme, "Images that activate the unit most")
        self.content.addWidget(scrolled(self.images), 1)

    def options(self) -> Options:
        """The unit."""
        return Options(layer=self.field.layer, unit=max(0, self.field.unit))

    def show_value(self, value: object) -> None:
        """Shows the ``UnitImages``."""
        assert isinstance(value, UnitImages)
        self.field.offer(value.layers, value.layer, value.unit)
        self.sentence.setText(unit_sentence(value))
        self.images.show_entries(
            [
                CaptionedImage(
                    image, self.class_names[shown], f"{activation:.3g}",
                    f"Test image {count(index)}. Label {self.class_names[shown]}, activation "
                    f"{activation:.4g}.",
                )
                for image, shown, activation, index in zip(
                    value.images, value.labels.tolist(), value.activations.tolist(),
                    value.indices.tolist(), strict=True,
                )
            ]
        )  # fmt: skip
