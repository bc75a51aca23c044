"""The verdict of a parity check: one sentence, notes, and whether it is still running."""

from mnist_studio.gui.common.basics import ProgressLine, label, restyle
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.parity.texts import ParityTexts


class VerdictCard(Card):
    """Stands over what it tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.headline = label(role="headline", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        self._line = ProgressLine("Working")
        self._line.setRange(0, 0)  # Nobody knows how long a framework takes.
        for part in (self.headline, self.detail, self._line):
            self.body.addWidget(part)

    def say(self, words: ParityTexts, busy: bool = False) -> None:
        """Says it; a line moves while it goes on."""
        self.headline.setText(words.headline)
        self.headline.setProperty("kind", words.kind)
        restyle(self.headline)
        self.detail.setText(words.detail)
        self.detail.setVisible(bool(words.detail))
        self.setAccessibleName(words.headline)
        self._line.setVisible(busy)
