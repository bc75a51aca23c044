"""Where all would be too much: some of the runs, short titles, a range in place of sentences."""

import re
from dataclasses import replace as with_fields

from msgspec.structs import replace

from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.views.choice import some
from mnist_studio.store.runs import RunStore
from tests import small_experiment

COMMON = "2 epochs, {}built-in digits, CPU, and 1 thread in common."


def test_few_runs_are_all_shown(run_data: RunData) -> None:
    chosen = some(run_data)
    assert chosen.runs == tuple(run.id for run in run_data.runs)
    assert chosen.titles[chosen.runs[0]] == "MLP 10 with Adam · NumPy · batch 32, seed 1"
    assert chosen.notes == (f"These models have {COMMON.format('')}",)


def test_what_all_titles_have_in_common_is_a_note(run_data: RunData) -> None:
    chosen = some(run_data, 6)
    assert [chosen.titles[run] for run in chosen.runs] == [
        "MLP 10 with Adam · NumPy · batch 32",
        "MLP 10 with Adam · NumPy",
        "MLP 128 · NumPy · batch 32",
        "MLP 128 · NumPy",
    ]
    assert chosen.notes[-1] == f"These models have {COMMON.format('seed 1, ')}"


def test_one_model_keeps_its_whole_title(run_data: RunData) -> None:
    run = run_data.runs[0].id
    with RunStore() as store:
        alone = RunData(select_runs(store, [run]))
    assert some(alone).titles == alone.titles


def test_many_models_get_a_range_of_changes(run_data: RunData) -> None:
    runs = [run.id for run in run_data.runs]
    plain = catalog.compute("batch-size", run_data, ViewOptions())
    assert plain.sentence.count("as the batch size goes from 32 to 64") == 2
    with RunStore() as store:
        for place, seconds in ((0, 8.0), (1, 2.0)):
            made = small_experiment.copied(store.run(runs[place]), store, "keras", seconds)
            runs.append(made.id)
        more = RunData(select_runs(store, runs))
    told = catalog.compute("batch-size", more, ViewOptions()).sentence
    assert told.startswith(
        "From the smallest to the largest batch size, three models take 0.25 to "
    )
    assert re.search(r"accuracy changes by [+−]?\d+\.\d\d to [+−]?\d+\.\d\d pp\. Startup", told)


def test_of_one_recipe_in_one_framework_the_first_models_are_shown(run_data: RunData) -> None:
    runs = tuple(run for run in run_data.runs if run.spec.recipe == "tiny-10")
    assert len({run.spec.training.batch_size for run in runs}) == 2
    made = []
    for run in runs:
        for place in range(2):
            training = replace(run.spec.training, validation=100 * place)
            made.append(
                with_fields(run, id=f"{run.id}-{place}", spec=replace(run.spec, training=training))
            )
    data = RunData(with_fields(run_data.selection, runs=tuple(made)))
    data.__dict__["logits"] = {run.id: run_data.logits[run.id[:-2]] for run in made}
    chosen = some(data, 3)
    assert len({data.group_of[run].key for run in chosen.runs}) == len(chosen.runs) == 3
    assert chosen.notes[0] == (
        "Three of eight runs with predictions are shown, the first models, with their lowest seeds."
    )
    assert len(some(data, 3, counted_only=True).runs) == 3
