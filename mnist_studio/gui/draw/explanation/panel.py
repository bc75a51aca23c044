"""The Explanation tab: why the selected model predicts what it predicts."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from mnist_studio.explanation.explainer import ExplanationUpdate, PartResult
from mnist_studio.explanation.messages import PartProgress, PartUnavailable
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import GAP, column, holder, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import CurrentStack, Scroll, WrapBar
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.ablation import AblationPart
from mnist_studio.gui.draw.explanation.attribution import AttributionPart
from mnist_studio.gui.draw.explanation.counterfactual import CounterfactualPart
from mnist_studio.gui.draw.explanation.image_map import MapPart
from mnist_studio.gui.draw.explanation.layers import LayersPart
from mnist_studio.gui.draw.explanation.nearest import NearestPart
from mnist_studio.gui.draw.explanation.part import ExplanationPart
from mnist_studio.gui.draw.explanation.trace import TracePart
from mnist_studio.gui.draw.explanation.unit import UnitPart
from mnist_studio.gui.draw.model_picker import ModelPicker
from mnist_studio.gui.services.explanations import ExplanationRequest
from mnist_studio.gui.services.layer_pictures import PicturedLayers
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text

TITLES = {
    "attribution": "Pixels",
    "layers": "Layers",
    "nearest": "Neighbors",
    "counterfactual": "Counterfactual",
    "trace": "Trace",
    "map": "Map",
    "ablation": "Ablation",
    "unit": "Units",
}
"""Titles of the parts by their names."""

BLANK = (
    "No drawing yet",
    "Draw a digit. An explanation of the prediction appears here.",
)
WAITING = ("One moment", "The explanation is being computed. The first one takes longer.")
UNTRAINED = ("No trained model", "Train a model to see its predictions explained here.")


_PARTS: tuple[type[ExplanationPart], ...] = (
    AttributionPart,
    LayersPart,
    NearestPart,
    CounterfactualPart,
    TracePart,
    MapPart,
    AblationPart,
    UnitPart,
)


class ExplanationPanel(QWidget):
    """One part of the explanation of one model. It follows the drawing while it is visible."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.model = ModelPicker(studio, "The model to explain")
        self.switch = Segmented("Explanation", tuple(TITLES.items()), wrap=True)
        for kind in _PARTS:
            self.switch.enable(kind.part, tip=kind.tip)
        self.parts: dict[str, ExplanationPart] = {}
        # Ids of the runs that the parts show.
        self._explained: dict[str, str] = {}
        self.model.setMinimumWidth(studio.theme.pixels(200))
        self.state = Elided("", "secondary")
        self._shown = CurrentStack()
        self._lay_out()
        self._connect()
        self.model.renew()

    def _lay_out(self) -> None:
        self._blank = Card()
        self.empty = EmptyState(self._studio.theme, "draw", *BLANK)
        self._blank.body.addWidget(self.empty)
        self._shown.addWidget(self._blank)
        whole = column(WrapBar(holder(row(self.model)), self.switch), self.state, gap=GAP)
        # A part that needs much room scrolls here, instead of moving the canvas next to it.
        whole.addWidget(Scroll(self._shown), 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        studio = self._studio
        self.model.followed.connect(self._ask)
        self.switch.chosen.connect(self._ask)
        studio.drawing.image_changed.connect(self._ask)
        studio.explanations.replied.connect(self._show_update)
        studio.explanations.failed.connect(self._fail)

    def showEvent(self, event: QShowEvent) -> None:
        """Starts to explain."""
        super().showEvent(event)
        self.model.renew()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops the explanation."""
        super().hideEvent(event)
        self._studio.explanations.forget()

    @property
    def part(self) -> ExplanationPart:
        """The selected part. It is created when it is first selected."""
        name = self.switch.choice
        if name not in self.parts:
            part = self._create(name)
            part.changed.connect(self._ask)
            self.parts[name] = part
            self._shown.addWidget(part)
        return self.parts[name]

    def _create(self, name: str) -> ExplanationPart:
        if name == TracePart.part:
            return TracePart(self._studio)
        simple = (
            AttributionPart, LayersPart, NearestPart, CounterfactualPart, MapPart, AblationPart,
            UnitPart,
        )  # fmt: skip
        part = next(kind for kind in simple if kind.part == name)(self._studio.theme)
        if isinstance(part, MapPart):
            part.interrupted.connect(self._studio.explanations.interrupt)
        return part

    @Slot()
    def _ask(self) -> None:
        """Requests the explanation that is selected, if the panel is visible."""
        image = self._studio.drawing.image
        chosen = self.model.row
        run = chosen.run if chosen else None
        if image is None or run is None:
            self._hide_part(BLANK if run else UNTRAINED)
            self._studio.explanations.forget()
            return
        part = self.part
        part.show_classes(run.spec.class_names)
        if self._explained.get(part.part) == run.id:
            self._shown.setCurrentWidget(part)
        else:
            self._hide_part(WAITING)
        if self.isVisible():
            self._studio.explanations.want(
                ExplanationRequest(run, image.tobytes(), part.part, part.options())
            )

    def _hide_part(self, texts: tuple[str, str]) -> None:
        """Shows why there is no explanation, and hides that of another model."""
        self.state.setText("")
        self.empty.set_text(*texts)
        self._shown.setCurrentWidget(self._blank)

    @Slot(object, object)
    def _show_update(
        self, request: ExplanationRequest, update: ExplanationUpdate | PicturedLayers
    ) -> None:
        match update:
            case PartProgress(fraction=fraction):
                self.state.setText(self.parts[request.part].progress_text(fraction))
            case PartUnavailable(problem=problem, remedy=remedy):
                self._show_problem(f"{problem} {remedy}".strip())
            case PicturedLayers(engine=engine):
                self._show_value(request, update, engine)
            case PartResult(value=value, engine=engine):
                self._show_value(request, value, engine)

    def _show_value(self, request: ExplanationRequest, value: object, engine: str) -> None:
        part = self.parts[request.part]
        part.show_framework(request.run.spec.framework)
        part.show_classes(request.run.spec.class_names)
        part.show_value(value)
        self._explained[request.part] = request.run.id
        if part is self.part:
            self._shown.setCurrentWidget(part)
        self._show_engine(request, engine)

    def _show_engine(self, request: ExplanationRequest, engine: str) -> None:
        own, by = framework_title(request.run.spec.framework), framework_title(engine)
        missing = own != by and request.part != "trace"
        reason = f" because {own} is not installed" if missing else ""
        self.state.setText(f"Computed by {by}{reason}.")

    @Slot(object, object)
    def _fail(self, request: ExplanationRequest, error: Exception) -> None:
        self._show_problem(error_text(error))

    def _show_problem(self, why: str) -> None:
        self._explained.pop(self.part.part, None)
        self._hide_part(("No explanation", why))
