"""Fields for every value of a struct, made from its types: a new field shows up by itself."""

from collections.abc import Sequence
from typing import Any

from msgspec import inspect
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.stepper import (
    Step,
    StepperSpinBox,
    by_doubling,
    by_fifty,
    by_one,
    by_thousand,
    one_two_five,
)
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import meanings
from mnist_studio.spec.meanings import Parameter

FIELD_WIDTH = 150
"""Of a control, in lengths of the design."""
NARROWEST_FIELD = 96
"""The same in a narrow window."""
NONE = "none"
"""The key of a choice without a value."""


def _by(step: float) -> Step:
    return lambda value, steps: round(value + steps * step, 9)


STEPS: dict[meanings.Step, Step] = {
    "one": by_one, "double": by_doubling, "decade": one_two_five, "half": _by(0.5),
    "twentieth": _by(0.05), "hundredth": _by(0.01), "thousand": by_thousand, "fifty": by_fifty,
}  # fmt: skip


class FieldControl(QWidget):
    """A control for one value.

    Signals:
        edited: the path of the field below this one that the user changed; empty for itself.
    """

    edited = Signal(str)

    @property
    def head(self) -> QWidget | None:
        """The part next to the title; None if all of it is below the title."""
        return self

    @property
    def body(self) -> QWidget | None:
        """The part below the title; None if there is none."""
        return None

    def show_value(self, value: Any) -> None:
        """Shows a value. Emits nothing."""
        raise NotImplementedError

    def value(self) -> Any:
        """The value that is shown."""
        raise NotImplementedError


class NumberControl(FieldControl):
    """A number."""

    def __init__(self, theme: Theme, described: Parameter, whole: bool) -> None:
        super().__init__()
        step = STEPS["one" if whole and described.step == "decade" else described.step]
        low, high = described.low, described.high
        self.stepper = StepperSpinBox(described.title, theme, low, high, step, whole)
        self._whole = whole
        if described.zero:
            self.stepper.set_special(described.zero)
        self.stepper.edited.connect(lambda: self.edited.emit(""))
        self.setFocusProxy(self.stepper.field())
        self._undo = _UndoKeys(self)
        self.stepper.field().lineEdit().installEventFilter(self._undo)
        self.stepper.field().installEventFilter(self._undo)
        _fill(self, self.stepper)

    def show_value(self, value: Any) -> None:
        """Shows a number, unless it is shown already: the user may be typing it."""
        if value != self.value():
            self.stepper.set_number(value)

    def value(self) -> Any:
        """The number."""
        return self.stepper.whole if self._whole else self.stepper.number


class SwitchControl(FieldControl):
    """Yes or no."""

    def __init__(self, theme: Theme, described: Parameter) -> None:
        super().__init__()
        self.box = CheckBox("", theme)
        self.box.setAccessibleName(described.title)
        self.box.clicked.connect(lambda: self.edited.emit(""))
        self.setFocusProxy(self.box)
        _fill(self, self.box)

    def show_value(self, value: Any) -> None:
        """Shows whether it is on."""
        self.box.setChecked(value)

    def value(self) -> Any:
        """Whether it is on."""
        return self.box.isChecked()


class NumbersControl(FieldControl):
    """Some whole numbers, separated by commas."""

    def __init__(self, described: Parameter) -> None:
        super().__init__()
        self._former: tuple[int, ...] = ()
        self.line = QLineEdit()
        self.line.setAccessibleName(described.title)
        self.line.setPlaceholderText("none")
        self.line.editingFinished.connect(self._finish)
        self.setFocusProxy(self.line)
        _fill(self, self.line)

    def show_value(self, value: Any) -> None:
        """Shows the numbers."""
        self._former = value
        self.line.setText(", ".join(map(str, value)))

    def value(self) -> Any:
        """The numbers; the former ones if the text is not valid."""
        parts = [part for part in self.line.text().replace(",", " ").split() if part]
        if all(part.isascii() and part.isdecimal() for part in parts):
            return tuple(int(part) for part in parts)
        return self._former

    def _finish(self) -> None:
        value = self.value()
        if value != self._former:
            self.edited.emit("")
        self.show_value(value)


class ChoiceControl(FieldControl):
    """One of several names, or of several kinds with fields of their own, or nothing."""

    def __init__(
        self, theme: Theme, described: Parameter, field: str, options: Sequence[inspect.Type]
    ) -> None:
        super().__init__()
        self._theme = theme
        self._kinds: dict[str, type[Any]] = {}
        self._names: dict[str, Any] = {}
        self._former: dict[str, Any] = {}
        self._inner: dict[str, StructFields] = {}
        self.box = ComboBox(described.title, theme)
        self.box.offer(tuple(self._entries(field, options)))
        self.box.chosen.connect(self._choose)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(theme.pixels(16), 0, 0, 0)

    def _entries(self, field: str, options: Sequence[inspect.Type]) -> list[tuple[str, str, str]]:
        entries = []
        switch = len(options) == 2 and isinstance(options[0], inspect.NoneType)
        for option in options:
            match option:
                case inspect.NoneType():
                    self._names[NONE] = None
                    entries.append((NONE, "Off", ""))
                case inspect.LiteralType(values=values):
                    for value in values:
                        self._names[str(value)] = value
                        entries.append((str(value), meanings.choice(field, str(value)).title, ""))
                case inspect.StructType(cls=cls, tag=tag):
                    key = str(tag or cls.__name__)
                    self._kinds[key] = cls
                    entries.append((key, "On" if switch else meanings.kind(cls).title, ""))
        return entries

    @property
    def inside(self) -> "StructFields | None":
        """The fields of the chosen kind."""
        return self._inner.get(self.box.choice)

    @property
    def head(self) -> QWidget | None:
        """The choice."""
        return self.box

    @property
    def body(self) -> QWidget | None:
        """The fields of the chosen kind."""
        return self if self._kinds else None

    def show_value(self, value: Any) -> None:
        """Shows a value."""
        for name, one in self._names.items():
            if value == one and type(value) is type(one):
                self._show(name)
                return
        key = next(name for name, kind in self._kinds.items() if type(value) is kind)
        self._former[key] = value
        self._show(key)
        self._inner[key].show_value(value)

    def value(self) -> Any:
        """The chosen name, or a struct of the chosen kind."""
        inside = self.inside
        return inside.value() if inside else self._names[self.box.choice]

    def _choose(self, key: str) -> None:
        if key in self._kinds:
            self.show_value(self._former.get(key) or meanings.usual(self._kinds[key]))
        else:
            self.show_value(self._names[key])
        self.edited.emit("")

    def _show(self, key: str) -> None:
        self.box.choose(key)
        cls = self._kinds.get(key)
        self.box.setToolTip(meanings.kind(cls).sentence if cls else "")
        if cls and key not in self._inner:
            made = StructFields(self._theme, cls)
            made.edited.connect(self._pass_on)
            self._inner[key] = made
            self._lines.addWidget(made)
        for name, fields in self._inner.items():
            fields.setVisible(name == key)
        inside = self.inside
        self.setVisible(inside is not None and not inside.is_empty)

    def _pass_on(self, path: str) -> None:
        self._former[self.box.choice] = self.value()
        self.edited.emit(path)


class StructFields(FieldControl):
    """A row for each field of a struct: title and control, and below them what it means."""

    def __init__(self, theme: Theme, of: type[Any], only: Sequence[str] = ()) -> None:
        """Makes the rows.

        Args:
            theme: colors and sizes.
            of: the struct.
            only: names of the fields that get a row, in order; all if empty.
        """
        super().__init__()
        self._theme, self._of = theme, of
        self._value: Any = None
        self.controls: dict[str, FieldControl] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(10)
        described = inspect.type_info(of)
        assert isinstance(described, inspect.StructType)
        types = {field.name: field.type for field in described.fields}
        for name in only or types:
            control = control_for(theme, of, name, types[name])
            if control:
                self.controls[name] = control
                lines.addLayout(self._row(name, control))
                control.edited.connect(lambda path, name=name: self._notify(name, path))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    @property
    def head(self) -> QWidget | None:
        """Nothing: the rows are below the title."""
        return None

    @property
    def body(self) -> QWidget | None:
        """The rows."""
        return self

    @property
    def is_empty(self) -> bool:
        """Whether the struct has no fields."""
        return not self.controls

    def show_value(self, value: Any) -> None:
        """Shows a struct."""
        self._value = value
        for name, control in self.controls.items():
            control.show_value(getattr(value, name))

    def value(self) -> Any:
        """The struct with what is shown; fields without a row stay as they were."""
        shown = {name: control.value() for name, control in self.controls.items()}
        return replace(self._value, **shown)

    def _row(self, name: str, control: FieldControl) -> QVBoxLayout:
        """Title and control side by side, what the field means, and fields of its own."""
        described = meanings.parameter(self._of, name)
        title, lines = label(described.title), QVBoxLayout()
        lines.setSpacing(2)
        if control.head is not None:
            title.setBuddy(control.head)
            control.head.setMaximumWidth(self._theme.pixels(FIELD_WIDTH))
            control.head.setMinimumWidth(self._theme.pixels(NARROWEST_FIELD))
            line = row(title, 1, control.head, gap=8)
            line.setStretch(2, FIELD_WIDTH)
            lines.addLayout(line)
        else:
            lines.addWidget(title)
        lines.addWidget(wrapped(described.sentence, "secondary"))
        if control.body is not None:
            lines.addWidget(control.body)
        return lines

    def _notify(self, name: str, path: str) -> None:
        title = meanings.parameter(self._of, name).title
        self.edited.emit(f"{title}: {path}" if path else title)


def wrapped(text: str = "", role: str = "") -> QLabel:
    """A label of several lines whose height follows from its width."""
    made = label(text, role, wrap=True)
    policy = made.sizePolicy()
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made


def control_for(theme: Theme, of: type[Any], name: str, kind: inspect.Type) -> FieldControl | None:
    """The control for a field; None if its type has none."""
    described = meanings.parameter(of, name)
    match kind:
        case inspect.BoolType():
            return SwitchControl(theme, described)
        case inspect.IntType():
            return NumberControl(theme, described, whole=True)
        case inspect.FloatType():
            return NumberControl(theme, described, whole=False)
        case inspect.VarTupleType(item_type=inspect.IntType()):
            return NumbersControl(described)
        case inspect.LiteralType():
            return ChoiceControl(theme, described, name, (kind,))
        case inspect.UnionType(types=types):
            known = inspect.NoneType | inspect.LiteralType | inspect.StructType
            if all(isinstance(one, known) for one in types):
                return ChoiceControl(theme, described, name, _none_first(types))
        case inspect.StructType(cls=cls):
            return StructFields(theme, cls)
    return None


def _none_first(types: Sequence[inspect.Type]) -> list[inspect.Type]:
    return sorted(types, key=lambda one: not isinstance(one, inspect.NoneType))


def _fill(widget: QWidget, inside: QWidget) -> None:
    lines = QVBoxLayout(widget)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.addWidget(inside)


class _UndoKeys(QObject):
    """Leaves Ctrl+Z and Ctrl+Shift+Z to the editor: every typed number is a change of its own."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps a field from taking the keys of undo and redo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            standard = QKeySequence.StandardKey
            return event.matches(standard.Undo) or event.matches(standard.Redo)
        return False
