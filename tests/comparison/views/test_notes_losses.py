from dataclasses import replace

import msgspec

from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import curves, notes


def test_a_smoothed_training_loss_is_named_below_losses_only(run_data: RunData) -> None:
    assert notes.of_losses(run_data) == ()
    run, *others = run_data.selection.runs
    training = msgspec.structs.replace(run.spec.training, label_smoothing=0.1)
    spec = msgspec.structs.replace(run.spec, training=training)
    runs = (replace(run, spec=spec), *others)
    changed = RunData(replace(run_data.selection, runs=runs))
    (note,) = notes.of_losses(changed)
    title = changed.titles[run.id]
    assert note.startswith(f"{title} trained with label smoothing, which makes the training loss")
    assert note in curves.losses(changed, ViewOptions()).notes
    assert note not in curves.accuracies(changed, ViewOptions()).notes
