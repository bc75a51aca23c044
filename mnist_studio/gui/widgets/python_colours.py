"""Light colours for Python source."""

import re
from keyword import kwlist

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from mnist_studio.gui.theme.theme import Theme

_STATES = ("'''", '"""')
_TOKEN = re.compile(
    r"(?P<triple>'''|\"\"\")|(?P<string>[rfb]?(?:\"[^\"\n]*\"|'[^'\n]*'))|(?P<comment>#.*)"
    rf"|(?P<word>\b(?:{'|'.join(kwlist)})\b)"
)


class PythonColours(QSyntaxHighlighter):
    """Strings, comments and keywords in the theme's colours."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:  # noqa: N802
        """Colours one line; a state above 0 is an open triple quote."""
        at = 0
        state = self.previousBlockState()
        if state > 0:
            at = self._close(text, 0, _STATES[state - 1])
        while 0 <= at < len(text):
            found = _TOKEN.search(text, at)
            if found is None:
                self.setCurrentBlockState(0)
                return
            at = self._paint(text, found)
        if at >= 0:
            self.setCurrentBlockState(0)

    def _paint(self, text: str, found: re.Match[str]) -> int:
        """Colours a token; where to go on, -1 if it goes on in the next line."""
        if found["triple"]:
            return self._close(text, found.start(), found["triple"], len(found["triple"]))
        kind = found.lastgroup or ""
        self.setFormat(found.start(), found.end() - found.start(), self._format(kind))
        return found.end()

    def _close(self, text: str, start: int, quote: str, skip: int = 0) -> int:
        end = text.find(quote, start + skip)
        if end < 0:
            self.setFormat(start, len(text) - start, self._format("string"))
            self.setCurrentBlockState(_STATES.index(quote) + 1)
            return -1
        self.setFormat(start, end + 3 - start, self._format("string"))
        return end + 3

    def _format(self, kind: str) -> QTextCharFormat:
        palette = self._theme.palette
        colours = {"string": palette.good, "comment": palette.secondary, "word": palette.accent}
        made = QTextCharFormat()
        made.setForeground(QColor(colours[kind]))
        return made
