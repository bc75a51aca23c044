"""Continues a run as a new run, possibly in another framework.

Weights and optimizer state have a canonical form, and batches, masks and learning rates are
functions of the step, so that the remaining training is the same in every framework. The new run
starts with a copy of the checkpoint and of the curves.
"""

from dataclasses import replace as replaced

from msgspec.structs import replace

from mnist_studio.errors import SpecError, StoreError
from mnist_studio.events import Epoch, Finished, Terminal
from mnist_studio.frameworks import registry
from mnist_studio.spec import known_bugs
from mnist_studio.spec.run import ContinuedFrom, FrameworkName, RunSpec, possible_device
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.schedules import OneCycle, depends_on_length
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def copy_checkpoint(store: RunStore, run: Run, continued_from: ContinuedFrom) -> tuple[Epoch, ...]:
    """Copies checkpoint and steps of the continued run into the folder of a new run.

    Args:
        store: with both runs.
        run: the new run.
        continued_from: the run and step to continue from.

    Returns:
        The epochs so far as epochs of the new run. Each keeps the framework that trained it.

    Raises:
        UnknownName: the continued run was deleted.
        StoreError: it was trained further, its checkpoint is missing or damaged, or the disk is
            full.
    """
    source = store.run(continued_from.run)
    checkpoint = artifacts.load_checkpoint(source.folder, source.spec)
    if checkpoint.step != continued_from.step:
        raise StoreError(
            f"“{source.name}” is at step {checkpoint.step:,} now, not at {continued_from.step:,}.",
            "Continue it from its current step.",
        )
    artifacts.check_steps(source.folder, checkpoint)
    curve = step_curve.load(source.folder)
    trained = slice(checkpoint.step)
    step_curve.append(run.folder, curve.losses[trained], curve.accuracies[trained])
    known = store.epochs(source.id) if checkpoint.epochs is None else checkpoint.epochs
    whole = [replace(epoch, run=run.id) for epoch in known if epoch.step <= checkpoint.step]
    if whole and _is_last(source.terminal):
        logits = artifacts.load_test_logits(source.folder, len(source.spec.class_names))
        artifacts.save_test_logits(run.folder, logits)
    artifacts.save_checkpoint(run.folder, replaced(checkpoint, epochs=tuple(whole)))
    return tuple(whole)


def _is_last(terminal: Terminal | None) -> bool:
    """Whether stored predictions are those of the last epoch, and not of an earlier, better one."""
    if not isinstance(terminal, Finished):
        return True
    return terminal.weights_epoch in (None, terminal.epochs)


def lost_epochs(store: RunStore, run: Run) -> tuple[Epoch, ...]:
    """The epochs of a checkpoint that the database lacks or has otherwise.

    A supervisor that was slow and then died had not stored them. With them, the curve of the
    resumed run is that of one that was never interrupted.

    Args:
        store: with the run.
        run: that is resumed.

    Raises:
        StoreError: the checkpoint is missing or damaged.
    """
    stored = set(store.epochs(run.id))
    saved = artifacts.checkpoint_epochs(run.folder) or ()
    # A run of another machine has the id that it had there.
    return tuple(own for e in saved if (own := replace(e, run=run.id)) not in stored)


def continue_run(run: Run, framework: FrameworkName, epochs: int | None = None) -> RunSpec:
    """The spec of a new run that continues from the last checkpoint of ``run``.

    Args:
        run: a run that has ended.
        framework: of the new run. May be the same, to train longer.
        epochs: of the whole curve; those planned for ``run`` by default. A run that stopped early
            continues without early stopping, which would end it again at once.

    Raises:
        StoreError: the run is still running, or its checkpoint is missing or damaged.
        SpecError: nothing is left to train, or the training would differ.
    """
    spec = run.spec
    wanted = spec.training.epochs if epochs is None else epochs
    stopping = None if _stopped_early(run) else spec.training.early_stopping
    _check_source(run)
    _check_epochs(run, wanted)
    step = artifacts.load_checkpoint(run.folder, spec).step
    new = replace(
        spec,
        framework=framework,
        device=possible_device(framework, spec.device),
        training=replace(spec.training, epochs=wanted, early_stopping=stopping),
        continued_from=ContinuedFrom(run.id, spec.framework, step),
    )
    check(new)
    _check_same_training(spec, new)
    _check_possible(new)
    return new


def _check_source(run: Run) -> None:
    if run.status == "running":
        raise StoreError(f"“{run.name}” is still running.", "Stop it first.")
    if not run.checkpoint:
        raise StoreError(
            f"“{run.name}” has no checkpoint.",
            "Choose a run that trained for at least one epoch.",
        )
    if run.spec.style != "shared":
        raise SpecError(
            f"“{run.name}” was trained by a native script.",
            "Choose a run of the shared loop, which is the same in every framework.",
        )


def _check_epochs(run: Run, wanted: int) -> None:
    planned = run.spec.training.epochs
    ended = run.terminal
    least = ended.epochs + 1 if isinstance(ended, Finished) and ended.stopped_early else planned
    if wanted < least:
        raise SpecError(
            f"Total epochs of “{run.name}” must be at least {least}, got {wanted}.",
            f"Set {least} epochs or more.",
        )
    schedule = run.spec.training.schedule
    if depends_on_length(schedule) and wanted != planned:
        name = "one-cycle" if isinstance(schedule, OneCycle) else "cosine"
        raise SpecError(
            f"The {name} schedule of “{run.name}” depends on its {planned} epochs, so it "
            f"cannot continue to {wanted}.",
            f"Train a new run with {wanted} epochs.",
        )
    if isinstance(run.terminal, Finished) and wanted == planned and not _stopped_early(run):
        remedy = f"Set {planned + 1} epochs or more."
        if depends_on_length(schedule):
            name = "one-cycle" if isinstance(schedule, OneCycle) else "cosine"
            remedy = f"Its {name} schedule ends here. Train a new run with more epochs."
        raise SpecError(f"“{run.name}” is finished.", remedy)


def _stopped_early(run: Run) -> bool:
    return isinstance(run.terminal, Finished) and run.terminal.stopped_early


def _check_same_training(source: RunSpec, new: RunSpec) -> None:
    """Rejects known bugs that differ between the frameworks, such as ``own-scaling``."""
    before, after = known_bugs.effective(source), known_bugs.effective(new)
    lasting = {"epochs": before.training.epochs, "early_stopping": before.training.early_stopping}
    same = replace(after.training, **lasting) == before.training
    if not (same and after.model == before.model):
        own = " and ".join(f"“{name}”" for name in source.known_bugs if name.startswith("own-"))
        raise SpecError(
            f"{registry.framework_title(new.framework)} trains differently with {own}.",
            "Continue it in its own framework, or train it without this known bug.",
        )


def _check_possible(run: RunSpec) -> None:
    """Rejects what NumPy does not support. The run checks other frameworks when it starts."""
    problems = registry.load("numpy").problems(run) if run.framework == "numpy" else ()
    for problem in problems:
        raise SpecError(problem.text, problem.remedy)
