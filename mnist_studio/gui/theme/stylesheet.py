"""The one style sheet, generated from the roles of a palette."""

from collections.abc import Callable
from string import Template

from mnist_studio.palette import Palette, mixed

_SHEET = Template("""
* { outline: none; }
QWidget { color: $text; font-size: ${t13}px; }
QMainWindow, QWidget#page, QWidget#pageBody, QDialog { background: $ground; }
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 5px 7px; }

QWidget#filled { background: $ground; }
QFrame#card { background: $panel; border: 1px solid $line; border-radius: 10px; }
QFrame#card[differs="true"] { border: 1px dashed $bad; }
QFrame#card[chosen="true"] { border: 1px solid $accent; }
QFrame#card[chosen="true"][differs="true"] { border: 1px dashed $accent; }
QFrame#card:focus { border: 2px solid $accent; }
QWidget#navigation { background: $panel; border-right: 1px solid $line; }
QWidget#topBar { background: $panel; border-bottom: 1px solid $line; }
QWidget#statusLine { background: $panel; border-top: 1px solid $line; }
QLabel { background: transparent; }
QLabel#pageName { font-size: ${t17}px; font-weight: 600; }
QLabel#cardTitle { font-weight: 600; }
QLabel#figure { font-size: ${t15}px; font-weight: 600; }
QLabel#groupTitle { color: $secondary; font-size: ${t12}px; font-weight: 600; }
QLabel#secondary { color: $secondary; font-size: ${t12}px; }
QLabel#headline { font-size: ${t15}px; font-weight: 600; }
QLabel#headline[kind="good"] { color: $good; }
QLabel#headline[kind="bad"] { color: $bad; }
QLabel#giant { font-size: ${t128}px; font-weight: 700; }
QLabel#huge { font-size: ${t56}px; font-weight: 700; }
QLabel#large { font-size: ${t34}px; font-weight: 700; }
QLabel[faint="true"] { color: $secondary; }
QLabel#bad { color: $bad; font-size: ${t12}px; }
QLabel#doubt { font-size: ${t12}px; }
QLabel#good { color: $good; }

QToolButton#navigationItem {
  border: 2px solid transparent; border-radius: 8px; color: $secondary; background: transparent;
  font-size: ${t11}px; padding: 5px 2px; }
QToolButton#navigationItem:hover { background: $hover; }
QToolButton#navigationItem:checked { background: $hover; color: $text; font-weight: 600; }
QToolButton#navigationItem:focus { border-color: $accent; }

QPushButton { background: $panel; border: 1px solid $line; border-radius: 6px; color: $text;
  padding: 4px 12px; min-height: ${h22}px; font-weight: 500; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 2px solid $accent; padding: 3px 11px; }
QPushButton:disabled { color: $off; background: transparent; }
QPushButton[primary="true"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $hover; border-color: $line; color: $off; }
QPushButton[quiet="true"] { border-color: transparent; background: transparent; color: $accent;
  padding: 4px 6px; }
QPushButton[quiet="true"]:hover { background: $hover; }
QPushButton[quiet="true"]:focus { border: 2px solid $accent; padding: 3px 5px; }
QPushButton[quiet="true"]:disabled { color: $off; }
QPushButton[danger="true"] { color: $bad; }
QPushButton[danger="true"]:disabled { color: $off; }
QPushButton::menu-indicator { width: 0; }

QFrame#segmented { border: 1px solid $line; border-radius: 6px; background: $panel; }
QToolButton#segment { border: 2px solid transparent; border-radius: 5px; padding: 1px 8px;
  min-height: ${h22}px; background: transparent; color: $text; }
QToolButton#segment:hover { background: $ground; }
QToolButton#segment:checked { background: $hover; font-weight: 600; }
QToolButton#segment:focus { border-color: $accent; }
QToolButton#segment:disabled { color: $off; }

QToolButton#toggle { border: 1px solid $line; border-radius: 6px; background: $panel;
  padding: 2px 6px 2px ${h26}px; min-height: ${h22}px; color: $text; }
QToolButton#toggle:hover { background: $hover; }
QToolButton#toggle:focus { border: 2px solid $accent; padding: 1px 5px 1px ${h25}px; }
QToolButton#toggle:disabled { color: $off; }

QToolButton#iconButton { border: 2px solid transparent; border-radius: 6px;
  background: transparent; }
QToolButton#iconButton:hover { background: $hover; }
QToolButton#iconButton:checked { background: $hover; }
QToolButton#iconButton:focus { border-color: $accent; }

QToolButton#labelKey { border: 1px solid $line; border-radius: 6px; background: $panel; }
QToolButton#labelKey:hover { background: $hover; }
QToolButton#labelKey:focus { border: 2px solid $accent; }
QToolButton#labelKey:disabled { color: $off; background: transparent;
  border: 1px dashed $line; }
QToolButton#place { border: 2px solid transparent; border-radius: 6px; background: transparent;
  font-size: ${t34}px; font-weight: 700; padding: 0 2px; }
QToolButton#place:hover { background: $hover; }
QToolButton#place:checked { background: $hover; border-color: $line; }
QToolButton#place:focus { border-color: $accent; }

QComboBox, QLineEdit, QPlainTextEdit { background: $ground;
  border: 1px solid $line; border-radius: 6px; padding: 3px 8px; min-height: ${h22}px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:hover { background: $hover; }
QLineEdit[wrong="true"] { border: 1px solid $bad; }
QLineEdit:focus { border: 2px solid $accent; padding: 2px 7px; }
QComboBox::drop-down { border: 0; width: 18px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QComboBoxPrivateContainer { background: $panel; border: 0; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line; padding: 3px; }
QFrame#stepper { background: $ground; border: 1px solid $line; border-radius: 6px; }
QFrame#stepper[focused="true"] { border: 1px solid $accent; }
QFrame#stepper[wrong="true"] { border: 1px solid $bad; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QAbstractSpinBox QLineEdit:hover {
  border: 0; padding: 0; min-height: 0; background: transparent; }
QToolButton#step { border: 2px solid transparent; border-radius: 5px; background: transparent; }
QToolButton#step:hover { background: $hover; }
QToolButton#step:focus { border-color: $accent; }

QTableView { background: $panel; border: 1px solid transparent; border-radius: 6px;
  gridline-color: $line; selection-color: $text;
  selection-background-color: $hover; alternate-background-color: $panel; }
QTableView::item { border-bottom: 1px solid $line; padding: 0 8px; }
QTableView::item:hover { background: $hover; }
QTableView::item:selected { background: $hover; color: $text; }
QTableView#network { font-size: ${t12}px; }
QTableView#network::item { padding: 0 2px; }
QTableView#network QHeaderView { font-size: ${t11}px; }
QTableView#network QHeaderView::section { padding: 2px; font-size: ${t11}px; }
QTableView:focus { border-color: $accent; }
QHeaderView, QHeaderView::section { background: transparent; border: 0; color: $secondary;
  font-size: ${t12}px; }
QHeaderView::section { border-bottom: 1px solid $line; padding: 4px 8px; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QTableCornerButton::section { background: transparent; border: 0; }

QListWidget#groupedList { background: transparent; border: 0; }
QListWidget#groupedList::item { border: 2px solid transparent; border-radius: 6px;
  padding: 0 8px; color: $text; }
QListWidget#groupedList::item:disabled { color: $secondary; padding: 6px 8px 0 8px; }
QListWidget#groupedList::item:hover:enabled { background: $hover; }
QListWidget#groupedList::item:selected { background: $hover; color: $text; font-weight: 600; }
QListWidget#groupedList:focus::item:selected { border-color: $accent; }

QListView#layerList { background: transparent; border: 0; }

QToolButton#fold { border: 2px solid transparent; border-radius: 6px; background: transparent;
  color: $text; font-weight: 600; min-height: ${h22}px; padding: 1px 0; }
QToolButton#fold:hover { background: $hover; }
QToolButton#fold:focus { border-color: $accent; }

QSlider:horizontal { min-height: ${h22}px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
  background: $panel; border: 1px solid $secondary; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border: 2px solid $accent;
  width: 12px; height: 12px; }
QProgressBar { background: $hover; border: 0; border-radius: 3px; max-height: 6px;
  min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QPlainTextEdit { font-size: ${t12}px; border: 0; background: transparent; }
QTextBrowser { border: 0; background: transparent; }
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: 0; }
QScrollBar { background: transparent; border: 0; margin: 0; }
QScrollBar:vertical { width: 10px; } QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 30px; } QScrollBar::handle:horizontal { min-width: 30px; }
QScrollBar::handle:hover { background: $secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px; menu-scrollable: 1; }
QMenu::item { padding: 6px 18px; border-radius: 5px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $secondary; }
QMenu::separator { height: 1px; background: $line; margin: 4px; }

QFrame#notice { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame#notice[kind="bad"] { border-color: $bad; }
QFrame#notice[kind="good"] { border-color: $good; }
QPlainTextEdit#noteEditor { border: 1px solid $line; border-radius: 6px; background: $panel; }
QPlainTextEdit#noteEditor:focus { border: 2px solid $accent; }
QListView#classes { background: $panel; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QListView#completions { background: $panel; border: 1px solid $line; padding: 3px; }
QListView#completions::item { padding: 4px 8px; border-radius: 5px; color: $text; }
QListView#completions::item:selected, QListView#completions::item:hover { background: $hover; }
QFrame#undoBar { background: $panel; border: 1px solid $secondary; border-radius: 8px; }
QFrame#outcome { background: $panel; border: 1px solid $secondary; border-radius: 10px; }
QFrame#outcome[kind="bad"] { border-color: $bad; }
QFrame#outcome[kind="good"] { border-color: $good; }
QFrame#overlay { background: $panel; border: 1px solid $line; border-radius: 12px; }
QLabel#key { background: $ground; border: 1px solid $line; border-radius: 5px; padding: 2px 8px;
  font-size: ${t12}px; }
""")


def stylesheet(palette: Palette, pixels: Callable[[float], int]) -> str:
    """The style sheet in the colors of a palette.

    Args:
        palette: the colors by role.
        pixels: converts a length of the design to pixels.
    """
    sizes = {f"t{size}": pixels(size) for size in (11, 12, 13, 15, 17, 34, 56, 128)}
    heights = {"h22": pixels(22), "h25": pixels(26) - 1, "h26": pixels(26)}
    return _SHEET.substitute(
        **palette.__dict__,
        **sizes,
        **heights,
        accent_hover=mixed(palette.accent, palette.text, 0.15),
        off=palette.off,
    )
