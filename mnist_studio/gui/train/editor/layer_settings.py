"""The selected layer: what it is, what is wrong with it, and its parameters."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, clear, column, holder, label, restyle
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.layer_rows import is_unfinished, layer_row
from mnist_studio.gui.train.editor.struct_fields import StructFields
from mnist_studio.spec import meanings
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.model import kind_of

_NOTHING = (
    "A network is a list of layers. The image goes into the first one. The last one has "
    "one unit for each class. The settings of the selected layer appear here."
)


class LayerSettings(QWidget):
    """Shows the selected layer of a draft and edits it."""

    def __init__(self, theme: Theme, draft: Draft) -> None:
        super().__init__()
        self._theme, self._draft = theme, draft
        self._fields: dict[str, StructFields] = {}
        self.title = label("", "cardTitle", wrap=True)
        self.sentence = label("", "secondary", wrap=True)
        self.sizes = label("", "secondary", wrap=True)
        self.problem = label("", "bad", wrap=True)
        self._repairs = QWidget()
        self._repair_line = Flow(self._repairs, 6)
        self.repair_buttons: list[QPushButton] = []
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 4, 0)
        self._lines.setSpacing(10)
        heading = column(self.title, self.sentence, self.sizes, gap=4)
        self._trouble = holder(column(self.problem, self._repairs, gap=6))
        self._lines.addLayout(heading)
        self._lines.addWidget(self._trouble)
        self._lines.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """The height follows from the width."""
        return QSize(self._theme.pixels(190), 0)

    @property
    def fields(self) -> StructFields | None:
        """The fields of the selected layer."""
        layer = self._draft.layer
        return None if layer is None else self._fields.get(kind_of(layer))

    def focus_field(self) -> None:
        """Sets the keyboard focus to the first field."""
        fields = self.fields
        for control in fields.controls.values() if fields else ():
            if control.head is not None:
                control.head.setFocus(Qt.FocusReason.TabFocusReason)
                return

    @Slot()
    def renew(self) -> None:
        """Shows the selected layer as it is now."""
        layer = self._draft.layer
        self._show_fields(layer)
        self._show_problem()
        if layer is None:
            self.title.setText("No layers yet")
            self.sentence.setText(_NOTHING)
            self.sizes.hide()
            return
        place = self._draft.place
        kind = meanings.kind(type(layer))
        self.title.setText(f"Layer {place + 1}: {kind.title}")
        self.sentence.setText(kind.sentence)
        row = layer_row(self._draft.model, self._draft.found, place)
        detail = row.detail.removesuffix(f" {row.problem}")
        report = self._draft.found.reports[place]
        self.sizes.setText(_sizes(detail) if report else "")
        self.sizes.setVisible(report is not None)

    def _show_fields(self, layer: Layer | None) -> None:
        key = "" if layer is None else kind_of(layer)
        if layer is not None and key not in self._fields:
            made = StructFields(self._theme, type(layer))
            made.edited.connect(self._edit)
            self._fields[key] = made
            self._lines.insertWidget(self._lines.count() - 1, made)
        for name, fields in self._fields.items():
            fields.setVisible(name == key)
        if layer is not None:
            self._fields[key].show_value(layer)

    def _show_problem(self) -> None:
        """The problem of the selected layer with its repairs."""
        draft = self._draft
        problems = draft.found.problems
        here = (n for n, one in enumerate(problems) if one.place == draft.place)
        at = next(here, -1) if draft.model.layers else -1
        self._trouble.setVisible(at >= 0)
        self.repair_buttons.clear()
        clear(self._repair_line)
        if at < 0:
            return
        self.problem.setText(problems[at].sentence)
        role = "secondary" if is_unfinished(draft.model, problems[at]) else "bad"
        if self.problem.objectName() != role:
            self.problem.setObjectName(role)
            restyle(self.problem)
        for repair in draft.repairs(at):
            made = button(repair.sentence, partial(draft.apply, repair), f"{repair.sentence}.")
            made.setAccessibleName(f"Repair: {repair.sentence}")
            self.repair_buttons.append(made)
            self._repair_line.addWidget(made)

    @Slot(str)
    def _edit(self, field: str) -> None:
        fields = self.fields
        if fields is not None:
            self._draft.change_layer(fields.value(), field)


def _sizes(detail: str) -> str:
    """The sizes of a layer as a sentence of their own."""
    sizes = detail.partition(": ")[2]
    return f"{sizes[:1].upper()}{sizes[1:]}"
