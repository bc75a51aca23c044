"""What a run takes over from the one that it continues, so that its curve is whole."""

from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch
from mnist_studio.spec.run import Handover
from mnist_studio.store import artefacts
from mnist_studio.store.runs import Run, RunStore


def inherit(store: RunStore, run: Run, handover: Handover) -> tuple[Epoch, ...]:
    """Copies checkpoint and steps of the continued run into the folder of a new one.

    Args:
        store: that has both runs.
        run: the new one.
        handover: whose checkpoint it begins with.

    Returns:
        The epochs so far as epochs of the new run; each still says who had trained it.

    Raises:
        UnknownName: the continued run was deleted.
        StoreError: it has gone on since, its checkpoint is missing or damaged, or the disk is full.
    """
    source = store.run(handover.run)
    checkpoint = artefacts.load_checkpoint(source.folder, source.spec)
    if checkpoint.step != handover.step:
        raise StoreError(
            f"“{source.title}” stands at step {checkpoint.step:,} now, no longer at "
            f"{handover.step:,}.",
            "Continue it from where it stands.",
        )
    curve = artefacts.load_steps(source.folder)
    made = slice(checkpoint.step)
    artefacts.append_steps(run.folder, curve.losses[made], curve.accuracies[made])
    whole = [epoch for epoch in store.epochs(source.id) if epoch.step <= checkpoint.step]
    if whole:
        logits = artefacts.load_test_logits(source.folder)
        artefacts.save_test_logits(run.folder, logits)
    artefacts.save_checkpoint(run.folder, checkpoint)
    return tuple(replace(epoch, run=run.id) for epoch in whole)
