"""The views of the Compare page: their names, what each answers, and what can be set. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mnist_studio.comparison.views import catalog

Control = Literal["axis", "smoothing", "log", "target", "threshold", "model", "models", "own"]
Kind = Literal["view", "live", "drawing", "digit", "samples", "known_bugs"]


@dataclass(frozen=True)
class OfferedView:
    """One view.

    Attributes:
        name: of the view.
        title: in the list.
        tip: what it answers.
        controls: what the user can set.
        kind: ``view`` if it is computed from the runs as a whole, else a part of the page.
        pictures: digits that can be shown beside it: of a chosen cell, or at once.
        least: so many runs it needs.
    """

    name: str
    title: str
    tip: str
    controls: tuple[Control, ...] = ()
    kind: Kind = "view"
    pictures: Literal["", "cell", "wrong", "disagreements"] = ""
    least: int = 1


GROUPS: tuple[tuple[str, tuple[OfferedView, ...]], ...] = (
    (
        "Curves",
        (
            OfferedView("live", "Live curves", "Every run as it trains", kind="live"),
            OfferedView(
                "curves-accuracy", "Accuracy",
                "Each seed thin, their mean with its interval on top", ("axis", "smoothing"),
            ),
            OfferedView(
                "curves-loss", "Loss", "Each seed thin, their mean with its interval on top",
                ("axis", "smoothing", "log"),
            ),
        ),
    ),
    (
        "Speed",
        (
            OfferedView(
                "time-to-accuracy", "Time to accuracy", "How long until it is good enough",
                ("target",),
            ),
            OfferedView("clocks", "Clocks", "Where the seconds of each run went"),
            OfferedView("batch-size", "Batch size", "What it does to time, accuracy, convergence"),
            OfferedView("latency", "Latency", "One image, and many at once"),
            OfferedView("memory", "Memory", "The most that each run took"),
            OfferedView(
                "networks-and-frameworks", "Network or framework",
                "What comes from the network, what from the framework",
            ),
            OfferedView(
                "shared-native", "Studio or own loop",
                "The studio's loop against the script of the framework's documentation",
            ),
        ),
    ),
    (
        "Is it real?",
        (
            OfferedView("final-accuracy", "Final accuracy", "With its interval over seeds"),
            OfferedView(
                "significance", "Models, paired", "The same test digits, model by model",
                ("models", "threshold", "own"), least=2,
            ),
            OfferedView(
                "over-seeds", "Recipes over seeds", "Is one recipe better than another?",
                ("threshold",), least=2,
            ),
            OfferedView(
                "known_bugs", "Cost of known bugs", "Runs with and without a known bug",
                kind="known_bugs",
            ),
        ),
    ),
    (
        "Predictions",
        (
            OfferedView(
                "confusion", "Confusion", "What is taken for what; choose a cell to see digits",
                ("model", "own"), pictures="cell",
            ),
            OfferedView("per-class", "Every digit", "Precision, recall and F1 of 0 to 9", ("own",)),
            OfferedView("calibration", "Calibration", "Is it as sure as it is right?", ("own",)),
            OfferedView(
                "wrong", "Surely wrong", "Mistakes of which a model was most sure",
                ("model", "own"), pictures="wrong",
            ),
            OfferedView(
                "disagreements", "Disagreements", "Digits on which the models disagree", ("own",),
                pictures="disagreements", least=2,
            ),
            OfferedView(
                "samples", "Sample digits", "Twenty test digits, every model", kind="samples"
            ),
            OfferedView("digit", "One digit", "Every model's probabilities", kind="digit"),
            OfferedView("drawing", "Your drawing", "Every model's answer to it", kind="drawing"),
        ),
    ),
    (
        "Robustness",
        (OfferedView("robustness", "Disturbed digits", "Shifted, turned, noisy, thin, thick"),),
    ),
    (
        "Settings",
        (
            OfferedView("settings", "What differs", "Settings that are not the same in all runs"),
            OfferedView("parameters", "Parameters", "How many, and how they are counted"),
        ),
    ),
)  # fmt: skip


ENTRIES: Mapping[str, OfferedView] = MappingProxyType(
    {entry.name: entry for _, entries in GROUPS for entry in entries}
)


def offered() -> tuple[tuple[str, tuple[OfferedView, ...]], ...]:
    """The groups of views that this version can show."""
    return tuple((group, tuple(filter(_known, entries))) for group, entries in GROUPS)


def _known(entry: OfferedView) -> bool:
    return entry.kind != "view" or entry.name in catalog.VIEWS
