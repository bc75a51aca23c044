"""Numbers as people read them; all of the studio writes them alike."""

from mnist_studio.analysis.numbers import (
    NOTHING,
    clock,
    count,
    counted,
    duration,
    loss,
    milliseconds,
    moment,
    percent,
    word,
)

__all__ = [
    "NOTHING",
    "clock",
    "count",
    "counted",
    "duration",
    "loss",
    "milliseconds",
    "moment",
    "percent",
    "word",
]
