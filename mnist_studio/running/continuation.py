"""A run that one framework began, continued by another on the same curve.

Weights and optimizer state have one canonical form, and batches, masks and rates are functions of
the step: what is left to train is the same, whoever trains it.

What a run takes over from the one that it continues, so that its curve is whole.
"""

from msgspec.structs import replace

from mnist_studio.errors import SpecError, StoreError
from mnist_studio.events import Epoch, Finished
from mnist_studio.frameworks import registry
from mnist_studio.spec import known_bugs
from mnist_studio.spec.run import ContinuedFrom, FrameworkName, RunSpec, check, possible_device
from mnist_studio.spec.schedules import OneCycle
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def copy_checkpoint(store: RunStore, run: Run, continued_from: ContinuedFrom) -> tuple[Epoch, ...]:
    """Copies checkpoint and steps of the continued run into the folder of a new one.

    Args:
        store: that has both runs.
        run: the new one.
        continued_from: whose checkpoint it begins with.

    Returns:
        The epochs so far as epochs of the new run; each still says who had trained it.

    Raises:
        UnknownName: the continued run was deleted.
        StoreError: it has gone on since, its checkpoint is missing or damaged, or the disk is full.
    """
    source = store.run(continued_from.run)
    checkpoint = artifacts.load_checkpoint(source.folder, source.spec)
    if checkpoint.step != continued_from.step:
        raise StoreError(
            f"“{source.title}” stands at step {checkpoint.step:,} now, no longer at "
            f"{continued_from.step:,}.",
            "Continue it from where it stands.",
        )
    curve = artifacts.load_steps(source.folder)
    made = slice(checkpoint.step)
    artifacts.append_steps(run.folder, curve.losses[made], curve.accuracies[made])
    whole = [epoch for epoch in store.epochs(source.id) if epoch.step <= checkpoint.step]
    if whole:
        logits = artifacts.load_test_logits(source.folder)
        artifacts.save_test_logits(run.folder, logits)
    artifacts.save_checkpoint(run.folder, checkpoint)
    return tuple(replace(epoch, run=run.id) for epoch in whole)


def continue_run(run: Run, framework: FrameworkName, epochs: int | None = None) -> RunSpec:
    """The run that goes on from the last checkpoint of ``run``; ``TrainingJob`` trains it.

    Args:
        run: that has ended, in whichever way.
        framework: that shall go on; its own too, to train longer.
        epochs: of the whole curve; as many as ``run`` was to have if not given.

    Raises:
        StoreError: it is still running, or its checkpoint is missing or damaged.
        SpecError: nothing is left to train, or it would not be the same curve.
    """
    spec = run.spec
    wanted = spec.training.epochs if epochs is None else epochs
    _check_source(run)
    _check_epochs(run, wanted)
    step = artifacts.load_checkpoint(run.folder, spec).step
    new = replace(
        spec,
        framework=framework,
        device=possible_device(framework, spec.device),
        training=replace(spec.training, epochs=wanted),
        continued_from=ContinuedFrom(run.id, spec.framework, step),
    )
    check(new)
    _check_same_training(spec, new)
    _check_possible(new)
    return new


def _check_source(run: Run) -> None:
    if run.status == "running":
        raise StoreError(f"“{run.title}” is still running.", "Stop it first.")
    if not run.checkpoint:
        raise StoreError(
            f"“{run.title}” has no checkpoint to go on from.",
            "Continue one that trained at least one epoch.",
        )
    if run.spec.style != "shared":
        raise SpecError(
            f"“{run.title}” was trained by a script of its framework's own.",
            "Continue a neutral run: only those are the same in every framework.",
        )


def _check_epochs(run: Run, wanted: int) -> None:
    planned = run.spec.training.epochs
    if wanted < planned:
        raise SpecError(
            f"“{run.title}” was to have {planned} epochs already, not {wanted}.",
            f"Ask for {planned} epochs or more.",
        )
    if isinstance(run.spec.training.schedule, OneCycle) and wanted != planned:
        raise SpecError(
            f"The one-cycle schedule of “{run.title}” spans its {planned} epochs: with {wanted} "
            "its curve would have been another from the start.",
            "Train it anew with that number of epochs.",
        )
    if isinstance(run.terminal, Finished) and wanted == planned:
        remedy = f"Ask for more than {planned} epochs."
        if isinstance(run.spec.training.schedule, OneCycle):
            remedy = "Its one-cycle schedule ends here: train it anew with more epochs."
        raise SpecError(f"“{run.title}” is finished: nothing is left to train.", remedy)


def _check_same_training(source: RunSpec, new: RunSpec) -> None:
    """Refuses faults that each framework has in its own way, such as ``own-scaling``."""
    before, after = known_bugs.effective(source), known_bugs.effective(new)
    same = replace(after.training, epochs=before.training.epochs) == before.training
    if not (same and after.model == before.model):
        own = " and ".join(f"“{name}”" for name in source.known_bugs if name.startswith("own-"))
        raise SpecError(
            f"With {own} {registry.framework_title(new.framework)} trains something else.",
            "Continue it in its own framework, or train it without.",
        )


def _check_possible(run: RunSpec) -> None:
    """Refuses what NumPy lacks; the others, heavy to import, are asked by the run itself."""
    problems = registry.load("numpy").problems(run) if run.framework == "numpy" else ()
    for problem in problems:
        raise SpecError(problem.text, problem.remedy)
