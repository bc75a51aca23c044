"""What MNIST Studio offers by itself: to resume what was interrupted, and to train on MNIST."""

from collections.abc import Callable, Sequence

from mnist_studio.formatting import counted
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.runs import RunLibrary

Go = Callable[[], object]


def to_resume_run(row: RunRow, resume: Go) -> Outcome:
    """The offer to resume a run that was training when MNIST Studio ended."""
    epochs = f"{len(row.epochs)} of {row.run.spec.training.epochs} epochs"
    fact = f"MNIST Studio ended while {row.title} was training, after {epochs}."
    step = NextStep("Resume", "Continues this run from its last checkpoint", resume)
    return Outcome("A training was interrupted", (fact,), "", "plain", (step,))


def to_resume_experiment(
    library: RunLibrary, rows: Sequence[RunRow], go: Go, compare: Go
) -> Outcome:
    """The offer to open the experiment of interrupted runs, whose button resumes all of them.

    Args:
        library: all runs and experiments.
        rows: the interrupted runs of one experiment.
        go: opens the experiment.
        compare: compares its finished runs, which is offered if there are some.
    """
    experiment = library.experiment_of(rows[0].id)
    title = next((one.title for one in library.experiments if one.id == experiment), "")
    fact = f"MNIST Studio ended while {counted(len(rows), 'run')} of “{title}” trained."
    steps = [
        NextStep(
            "Open experiment",
            "Opens the Experiments page. Resume experiment trains the remaining runs there.",
            go,
        )
    ]
    if any(library.experiment_of(row.id) == experiment for row in library.trained):
        tip = "Shows the runs that are finished on the Compare page"
        steps.append(NextStep("Compare runs", tip, compare))
    return Outcome("An experiment was interrupted", (fact,), "", "plain", tuple(steps))


def to_train(go: Go) -> Outcome:
    """The offer to train on MNIST, which has been downloaded or imported."""
    tip = "Opens the Train page. MNIST is selected there."
    facts = ("60,000 training images and 10,000 test images.",)
    return Outcome("MNIST is ready", facts, "", "good", (NextStep("Train on it", tip, go),))
