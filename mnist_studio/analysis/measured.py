"""Where the time of a run went and what else was measured of it, as lines for people."""

from collections.abc import Iterator
from typing import get_args

from mnist_studio.analysis.conditions import conditions
from mnist_studio.events import Finished, Measures, PhaseName, Stopped

Line = tuple[str, str]


def lines(ended: Finished | Stopped) -> list[Line]:
    """Name and value of every figure; the phases in the order of a run, then the others."""
    phases = [phase for phase in get_args(PhaseName) if phase in ended.seconds]
    return [*((phase, f"{ended.seconds[phase]:.3f} s") for phase in phases), *beside_phases(ended)]


def beside_phases(ended: Finished | Stopped) -> list[Line]:
    """The wall time, rates, memory, and what makes the clocks doubtful."""
    told = list(_measured(ended.measures)) if ended.measures else []
    if isinstance(ended, Finished):
        told.append(("one image", f"{ended.latency_ms:.3f} ms"))
    return told


def _measured(measures: Measures) -> Iterator[Line]:
    yield "wall time", f"{measures.wall_seconds:.3f} s"
    if measures.earlier_seconds:
        yield (
            "trained before",
            f"{measures.earlier_seconds:.3f} s, part of train",
        )
    if measures.train_images_per_second is not None:
        yield "training rate", f"{measures.train_images_per_second:,.0f} images/s"
    if measures.throughput_images_per_second is not None:
        rate = f"{measures.throughput_images_per_second:,.0f} images/s"
        yield "answering rate", f"{rate} in batches of {measures.throughput_batch}"
    if measures.peak_memory_bytes is not None:
        yield "peak memory", f"{measures.peak_memory_bytes / 1e6:,.0f} MB"
    for sentence in conditions(measures.machine):
        yield "note", sentence
