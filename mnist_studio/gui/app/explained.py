"""Gives the terms on a page the sentences of the glossary as tooltips."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from mnist_studio.gui.services import glossary


def explain_terms(top: QWidget) -> None:
    """Gives each label whose text is a term its meaning; the pointer becomes a question mark.

    Labels that have a tooltip keep it. The names of groups and fields are labels, so this reaches
    every form without a line in it.
    """
    for one in top.findChildren(QLabel):
        if one.toolTip() or len(one.text()) > glossary.LONGEST:
            continue
        if sentence := glossary.meaning(one.text()):
            one.setToolTip(sentence)
            one.setCursor(Qt.CursorShape.WhatsThisCursor)
