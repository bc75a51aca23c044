"""What has ended and what to do next, as a value that any page can show. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

OutcomeKind = Literal["plain", "good", "bad"]


@dataclass(frozen=True)
class NextStep:
    """A button that leads on.

    Attributes:
        text: of the button.
        tip: what it does.
        action: called when it is clicked.
    """

    text: str
    tip: str
    action: Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """How something ended.

    Attributes:
        title: in a few words.
        facts: sentences below it.
        doubt: why a figure may not be comparable; empty without a doubt.
        kind: colors the border.
        steps: where to go from here; the first one is the most likely.
    """

    title: str
    facts: tuple[str, ...] = ()
    doubt: str = ""
    kind: OutcomeKind = "plain"
    steps: tuple[NextStep, ...] = ()
