"""How the runs of a training ended, in sentences. No Qt.

The predictions of the test images are compared from what the runs stored. That reads files, so a
worker thread does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, marked, timing_doubts, training_time
from mnist_studio.events import Cancelled, Finished, Stopped, ending
from mnist_studio.formatting import count, counted, duration, listed, percent
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.spec import known_bugs
from mnist_studio.spec.labels import network_names
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts


@dataclass(frozen=True)
class TrainedRun:
    """A run that saved its weights.

    Attributes:
        name: what distinguishes it from the other runs of the training.
        spec: what was trained.
        end: its terminal event.
    """

    name: str
    spec: RunSpec
    end: Finished | Stopped

    @property
    def id(self) -> str:
        """Id of the run in the store."""
        return self.end.run

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may have made it slower, a sentence each."""
        return timing_doubts(self.end.measures.machine) if self.end.measures else ()

    @property
    def others_processors(self) -> float:
        """The mean number of processors that other programs used; 0 if that is unknown."""
        machine = self.end.measures.machine if self.end.measures else None
        return (machine.others_processors or 0.0) if machine else 0.0


@dataclass(frozen=True)
class TrainingResult:
    """The end of a training of one or several runs.

    Attributes:
        runs: with weights, in the order of training.
        failed: a sentence for every other run.
    """

    runs: tuple[TrainedRun, ...]
    failed: tuple[str, ...] = ()

    @property
    def best(self) -> TrainedRun:
        """The first of the runs with the highest test accuracy."""
        return max(self.runs, key=lambda run: run.end.test_accuracy or 0.0)

    @property
    def tied(self) -> bool:
        """Whether another run reads as accurate as the best one."""
        texts = [percent(run.end.test_accuracy) for run in self.runs]
        return texts.count(percent(self.best.end.test_accuracy)) > 1

    @property
    def headline(self) -> str:
        """What is trained: ``MLP 128 with no shuffling is trained in NumPy and PyTorch``."""
        if len(self.runs) > 1 and not self._same_settings:
            return f"{counted(len(self.runs), 'run').capitalize()} are trained"
        frameworks = listed([framework_title(run.spec.framework) for run in self.runs])
        spec, end = self.runs[0].spec, self.runs[0].end
        (title,) = network_names((spec,))
        if spec.known_bugs:
            title += f" with {known_bugs.listed(spec.known_bugs)}"
        if len(self.runs) == 1 and isinstance(end, Stopped):
            planned = spec.training.epochs
            of = f"{count(planned)} epoch{'' if planned == 1 else 's'}"
            return f"{title} in {frameworks} is stopped after {count(end.epochs)} of {of}"
        return f"{title} is trained in {frameworks}"

    @property
    def accuracies(self) -> str:
        """The test accuracies; equal ones are given once."""
        texts = [percent(run.end.test_accuracy) for run in self.runs]
        if len(set(texts)) == 1:
            each = " each" if len(texts) > 1 else ""
            return f"Test accuracy: {texts[0]}{each}."
        return f"Test accuracy: {self._by_name(texts)}."

    @property
    def endings(self) -> str:
        """Which runs stopped early, and whose epoch's weights they have; empty for ordinary ends.

        Such as ``Stopped early after epoch 7; weights of epoch 4.``
        """
        texts = [ending(run.end) for run in self.runs]
        if len(set(texts)) == 1:
            return f"{texts[0]}." if texts[0] else ""
        own = zip(self.runs, texts, strict=True)
        return " ".join(f"{run.name}: {text}." for run, text in own if text)

    @property
    def times(self) -> str:
        """The training times."""
        texts = [marked(duration(training_time(run.end)), run.end) for run in self.runs]
        return f"{TRAINING_TIME}: {self._by_name(texts)}."

    @property
    def doubt(self) -> str:
        """Why the times may not be comparable; empty without a reason."""
        doubtful = [run for run in self.runs if run.doubts]
        if not doubtful:
            return ""
        subject = f"The training time{'' if len(doubtful) == 1 else 's'}"
        if len(doubtful) < len(self.runs):
            subject += f" of {listed([run.name for run in doubtful])}"
        worst = max(doubtful, key=lambda run: run.others_processors)
        return f"{subject} may not be comparable. {worst.doubts[0]}"

    @property
    def _same_settings(self) -> bool:
        """Whether the runs differ in their framework only."""
        return len({_without_framework(run.spec) for run in self.runs}) == 1

    def _by_name(self, values: Sequence[str]) -> str:
        if len(values) == 1:
            return values[0]
        return ", ".join(f"{run.name} {text}" for run, text in zip(self.runs, values, strict=True))

    def agreement(self) -> str:
        """On how many test images the runs predict the same digit; reads their predictions.

        Empty for a single run, and for runs that were tested on different images.

        Raises:
            StoreError: the predictions of a run cannot be read.
        """
        complete = [run for run in self.runs if run.end.test_accuracy is not None]
        if len(complete) < 2 or len({run.spec.dataset for run in complete}) > 1:
            return ""
        runs = paths.runs()
        predicted = [
            artifacts.load_test_logits(runs / r.id, len(r.spec.class_names)).argmax(axis=1)
            for r in complete
        ]
        if len({len(one) for one in predicted}) > 1:
            return ""
        same, images = int((np.stack(predicted) == predicted[0]).all(0).sum()), len(predicted[0])
        who = self._who(len(complete))
        if same == images:
            return f"{who} predict the same digit for all {count(images)} test images."
        return f"{who} agree on {count(same)} of {count(images)} test images."

    def _who(self, number: int) -> str:
        what = "framework" if self._same_settings else "model"
        return f"The {counted(number, what)}"


def result_of(runs: Sequence[LiveRun]) -> TrainingResult:
    """The result of the runs of a queue that have ended."""
    ended = [run for run in runs if isinstance(run.terminal, Finished | Stopped)]
    names = [framework_title(run.spec.framework) for run in ended]
    if len(set(names)) < len(names):
        names = [run.title for run in ended]
    trained = (
        TrainedRun(name, run.spec, run.terminal)
        for name, run in zip(names, ended, strict=True)
        if isinstance(run.terminal, Finished | Stopped)
    )
    failed = (
        f"{framework_title(run.spec.framework)}: {run.state_text}. {run.note}"
        for run in runs
        if run.note and not isinstance(run.terminal, Cancelled)
    )
    return TrainingResult(tuple(trained), tuple(failed))


def _without_framework(spec: RunSpec) -> RunSpec:
    return replace(spec, framework="numpy")
