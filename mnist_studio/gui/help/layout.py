"""Spacing, tables, and colors of help texts, which Markdown leaves to the program."""

from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextFrameFormat,
    QTextTable,
)

from mnist_studio.gui.theme.theme import Theme

LINE_HEIGHT = 130.0
"""Percent of the font's own."""


def polish(document: QTextDocument, theme: Theme) -> None:
    """Spaces headings and paragraphs, and gives tables the lines of the theme."""
    document.setDocumentMargin(theme.pixels(8))
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        level, in_table = block.blockFormat().headingLevel(), cursor.currentTable() is not None
        spacing = QTextBlockFormat()
        spacing.setTopMargin(theme.pixels(0 if in_table or not level else 20 - 4 * level))
        spacing.setBottomMargin(theme.pixels(0 if in_table else 6))
        spacing.setLineHeight(
            LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        cursor.mergeBlockFormat(spacing)
        block = block.next()
    cursor.endEditBlock()
    _polish_tables(document.rootFrame(), theme)


def _polish_tables(frame: QTextFrame, theme: Theme) -> None:
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            look = child.format().toTableFormat()
            look.setBorderCollapse(True)
            look.setBorder(1)
            look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setBorderBrush(QBrush(QColor(theme.palette.line)))
            look.setCellPadding(theme.pixels(6))
            look.setBottomMargin(theme.pixels(12))
            child.setFormat(look)
        _polish_tables(child, theme)
