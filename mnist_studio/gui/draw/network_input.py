"""How a drawing becomes what the networks get, stage by stage; each that can be left out."""

from PySide6.QtCore import Slot

from mnist_studio.data.ink.rendering import WHOLE, Fitting
from mnist_studio.data.ink.stages import Stage
from mnist_studio.gui.common.basics import Elided, button, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.segmented import Toggles
from mnist_studio.gui.draw.stage_strip import StageStrip
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme

_SWITCHES = (
    ("box", "Box", "Scales the drawing into 20 × 20 pixels; else the pad is merely shrunk"),
    ("mass", "Mass", "Moves its center of mass into the center; else its middle stays"),
    ("pen", "Pen", "Draws with a pen of MNIST's width; else the pad's pen is scaled with it"),
)

_STAGES = {"box": ("boxed", "scaled"), "mass": ("centered",), "pen": ()}
"""What is not what it is called where a stage is left out."""

_USUAL = "What is fed"
_PICTURE = "A picture, fitted when opened"


class NetworkInputCard(Card):
    """Five pictures, a switch for every stage that can be left out, and what that means.

    Attributes:
        strip: the pictures.
        switches: which stages are not left out.
        note: the title, unless the fitting is not the standard one.
        usual_button: brings the usual stages back; shown where one is left out.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.setAccessibleName(_USUAL)
        self.strip = StageStrip(theme)
        self.switches = Toggles("Stages", _SWITCHES, [key for key, _, _ in _SWITCHES])
        self.note = Elided("", "cardTitle")
        self.usual_button = button(
            "Reset", lambda: drawing.fit(WHOLE), "Fits drawings as MNIST's digits are", quiet=True
        )
        self.note.setMinimumHeight(self.switches.sizeHint().height())
        line = row(self.note, self.usual_button, self.switches, gap=4)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.strip, 1)
        self.switches.changed.connect(self._fit)
        drawing.image_changed.connect(self._show_fed)
        drawing.staged.connect(self._show_stages)
        drawing.fitting_changed.connect(self._show_fitting)
        self._show_fitting()
        self.strip.show_fed(drawing.image)

    @Slot()
    def _fit(self) -> None:
        on = self.switches.chosen
        self._drawing.fit(Fitting(box="box" in on, mass="mass" in on, pen="pen" in on))

    @Slot(object)
    def _show_fed(self, image: object) -> None:
        self.strip.show_fed(self._drawing.image)
        self._tell()

    @Slot(object)
    def _show_stages(self, stages: tuple[Stage, ...]) -> None:
        self.strip.show_stages(stages)

    @Slot()
    def _show_fitting(self) -> None:
        out = self._left_out()
        for key in _STAGES:
            self.switches.button(key).setChecked(key not in out)
        self.strip.fade(frozenset(stage for key in out for stage in _STAGES[key]))
        self._tell()

    def _left_out(self) -> list[str]:
        fitting = self._drawing.fitting
        on = {"box": fitting.box, "mass": fitting.mass, "pen": fitting.pen}
        return [key for key, kept in on.items() if not kept]

    def _tell(self) -> None:
        out = self._left_out()
        picture = self._drawing.sheet.picture is not None
        # A picture is fitted before it lies on the pad: no switch would change it.
        self.switches.setVisible(not picture)
        self.strip.show_only_fed(picture)
        self.usual_button.setVisible(bool(out) and not picture)
        if picture:
            self.note.setText(self._drawing.sheet.title or _PICTURE)
        elif out:
            self.note.setText(f"Without {', '.join(out)}")
        else:
            self.note.setText(_USUAL)
