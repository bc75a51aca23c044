"""All keyboard shortcuts and what they do, for the overlay and the Help page. No Qt."""

from collections.abc import Sequence

SHORTCUTS: Sequence[tuple[str, str]] = (
    ("F5", "Train with the settings of the Train page"),
    ("Ctrl+1 … Ctrl+6", "Go to Train, Draw, Experiments, Compare, Runs, Parity"),
    ("F6", "Show the Train page settings as code"),
    ("Ctrl+E", "Change the network and its training on the Train page"),
    ("Ctrl+S, Ctrl+Shift+O", "Save or open settings on the Train page"),
    ("P, E", "Select the pen or the eraser"),
    ("[ and ]", "Make the pen or eraser narrower or wider"),
    ("Ctrl+Z, Ctrl+Shift+Z", "Undo and redo on the canvas and in the network editor"),
    ("Space or Delete", "Clear the canvas"),
    ("0 … 9, Backspace", "Label and save the drawing, or undo the last label"),
    ("Ctrl+O, Ctrl+V", "Open or paste an image of a digit"),
    ("R", "Show a random test image on the canvas"),
    ("Alt+←, Alt+→", "Sort a table by another column"),
    ("Alt+↑, Alt+↓", "Sort a table in ascending or descending order"),
    ("←, →, +, -, Home", "Read the values of a plot, zoom, or show all of it"),
    ("Ctrl+F", "Go to the filter of the Runs page"),
    ("F2", "Rename the selected run"),
    ("Delete", "Move the selected runs to the trash"),
    ("Ctrl+Z", "Undo the last deletion or change of runs while Undo is shown"),
    ("Ctrl+Shift+E", "Export the selected run"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Make the text larger or smaller, or reset its size"),
    ("F11", "Enter or exit full screen"),
    ("Ctrl+K", "Find any page, action, recipe, run, or term"),
    ("F1", "Show the help for this page"),
    ("Ctrl+,", "Open the settings"),
    ("Ctrl+/", "Show the list of shortcuts"),
    ("Esc", "Close messages and dialogs"),
)
