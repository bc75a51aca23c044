import random
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from mnist_studio.analysis import run_filter
from mnist_studio.analysis.run_fields import FIELDS, RunFacts, fields
from mnist_studio.analysis.summary import summarize
from mnist_studio.errors import FilterError
from mnist_studio.events import Finished, Machine, Measures
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ContinuedFrom, RunSpec
from mnist_studio.spec.run_settings import settings
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import NO_ANNOTATIONS, Annotations
from tests.store.example_events import epoch, failed

MEASURES = Measures(
    wall_seconds=200.0,
    earlier_seconds=0.0,
    train_images_per_second=12_345.0,
    peak_memory_bytes=1_500_000_000,
    machine=Machine(processors=2),
)
"""Of the run ``cnn``."""


def spec(recipe: str, framework: str = "numpy", **training: object) -> RunSpec:
    made = run_spec(RECIPES[recipe])
    changed = msgspec.structs.replace(made.training, **training)
    return msgspec.structs.replace(made, framework=framework, training=changed)


def run(name: str, what: RunSpec, annotations: Annotations = NO_ANNOTATIONS) -> RunFacts:
    created = datetime(2026, 3, 14, 15, 9).timestamp()
    made = Run(f"20260314-150900-{name:0>4}", f"{name} title", what, "finished", created, Path(),
               Finished(run=name, framework=what.framework, epochs=2, step=9, test_accuracy=0.9912,
                        test_loss=0.0312, seconds={"train": 75.0, "build": 15.0}, device="cpu",
                        latency_ms=0.41, measures=MEASURES))  # fmt: skip
    return RunFacts(replace(made, annotations=annotations), (epoch(name), epoch(name, 2, 0.9912)))


HOMEWORK = Annotations(("homework", "Robust"), "Best so far,\nfor the talk")
CNN = run("cnn", spec("compact-cnn", "keras", seed=3, batch_size=128), HOMEWORK)
MLP = run("mlp", spec("tiny-gd", "numpy", seed=4))
BROKEN = replace(MLP.run, id="20260401-000000-fa1d", title="broken", status="failed")
APRIL = datetime(2026, 4, 1).timestamp()
FAILED = RunFacts(replace(BROKEN, created=APRIL, terminal=failed("x")), ())
HIDDEN = run("old", spec("tiny-gd", "pytorch"), Annotations(archived=True))
RUNS = {"cnn": CNN, "mlp": MLP, "failed": FAILED, "hidden": HIDDEN}


def found(text: str) -> str:
    """The names of the runs that a filter finds."""
    filter_ = run_filter.parse(text)
    return " ".join(name for name, facts in RUNS.items() if filter_.matches(facts))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "cnn mlp failed"),
        ("   ", "cnn mlp failed"),
        ("recipe:cnn", "cnn"),
        ("recipe=cnn", ""),
        ("recipe=compact-cnn", "cnn"),
        ("RECIPE:CNN", "cnn"),
        ("framework:keras", "cnn"),
        ("framework:numpy,keras", "cnn mlp failed"),
        ("framework:numpy|keras", "cnn mlp failed"),
        ("-framework:keras", "mlp failed"),
        ("framework!=keras", "mlp failed"),
        ("dataset:mnist -status:failed", "cnn mlp"),
        ("state=failed", "failed"),
        ("tag:homework", "cnn"),
        ("#robust", "cnn"),
        ("#rob", ""),
        ("tag:*", "cnn"),
        ("-tag:*", "mlp failed"),
        ("note:*", "cnn"),
        ("note:\"for the talk\"", "cnn"),
        ('"so far,"', "cnn"),
        ("best talk", "cnn"),
        ("best -talk", ""),
        ("title:mlp", "mlp"),
        ("id:fa1d", "failed"),
        ("is:archived", "hidden"),
        ("is:archived,trained", "cnn mlp hidden"),
        ("is:trained", "cnn mlp"),
        ("-is:archived", "cnn mlp failed"),
        ("seed=3", "cnn"),
        ("seed:3,4", "cnn mlp failed"),
        ("seed:2..3", "cnn"),
        ("batch>64 batch<=128", "cnn"),
        ("batch_size=128", "cnn"),
        ("lr<0.01", "cnn"),
        ("lr < 1e-2", "cnn"),
        ("acc>99", "cnn mlp"),
        ("acc > 99.12", ""),
        ("acc≥99.12", "cnn mlp"),
        ("acc=99.1", "cnn mlp"),
        ("acc=99.2", ""),
        ("acc!=99.1", "failed"),
        ("acc:99..100", "cnn mlp"),
        ("acc>99%", "cnn mlp"),
        ("accuracy:*", "cnn mlp"),
        ("-acc>99", "failed"),
        ("loss<0.05", "cnn mlp"),
        ("loss=0.03", "cnn mlp"),
        ("time>1min", "cnn mlp"),
        ("time=1:30", "cnn mlp"),
        ("seconds<90.1", "cnn mlp"),
        ("wall>=3.3min", "cnn mlp"),
        ("images/s>12k", "cnn mlp"),
        ("memory>1.4GB memory<1600", "cnn mlp"),
        ("latency<0.5ms", "cnn mlp"),
        ("params>10k", "cnn"),
        ("done=2", "cnn mlp"),
        ("done=0", "failed"),
        ("train_loss=0.3", "cnn mlp"),
        ("validation_loss:*", ""),
        ("optimizer:adam", "cnn"),
        ("layers:conv", "cnn"),
        ("beta1=0.9", "cnn"),
        ("training.optimizer.beta1=0.9", "cnn"),
        ("padding=same", "cnn"),
        ("bias:yes", "cnn mlp failed"),
        ("date>2026-03-14", "failed"),
        ("date>=2026-03-14", "cnn mlp failed"),
        ("date:2026-03", "cnn mlp"),
        ("date:2026", "cnn mlp failed"),
        ("date<=2026-03-14", "cnn mlp"),
        ("date:2026-03-14..2026-04-01", "cnn mlp failed"),
        ("date:today,yesterday", ""),
        ("device:cpu", "cnn mlp"),
    ],
)  # fmt: skip
def test_a_line_finds_runs(text: str, names: str) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("recipe:cnn lrr<0.01", 12, "Did you mean “lr”"),
        ("framwork:keras", 1, "Did you mean “framework”"),
        ("status:fnished", 8, "Did you mean “finished”"),
        ("status=fin", 8, "Known: running"),
        ("framework:keras,torx", 17, "cannot be “torx”"),
        ("initial:sideways", 9, "Known: fan_in_uniform"),
        ("acc>0.99", 5, "Write 99 instead of 0.99"),
        ("acc>high", 5, "99 or 99.1%"),
        ("lr<0,05", 5, "decimals with a point"),
        ("lr=0,05", 5, "decimals with a point"),
        ("batch=1,000", 9, "does not begin with 0"),
        ("lr<", 4, "needs a value"),
        ("lr<  ", 4, "needs a value"),
        ("tag:a,,b", 7, "needs a value"),
        ('"some words', 1, "not closed"),
        ('note:"some words', 6, "not closed"),
        ("recipe<cnn", 7, "cannot be compared"),
        ("cnn >99", 1, "no field “cnn”"),
        (">99", 1, "needs the name of a field"),
        ("0.1<lr", 4, "needs the name of a field"),
        ("date>2026-02-30", 6, "no such date"),
        ("date>soon", 6, "today"),
        ("time<5parsecs", 6, "2min"),
        ("seed=1e999", 6, "100k"),
        ("x" * 1001, 1001, "at most 1,000"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, position: int, says: str) -> None:
    with pytest.raises(FilterError, match=re.escape(f"(character {position}).")) as raised:
        run_filter.parse(text)
    assert says in str(raised.value)
    assert raised.value.position == position


def parsed(text: str) -> run_filter.RunFilter | None:
    """The filter, or None if it is refused at a place in it with a remedy."""
    try:
        return run_filter.parse(text)
    except FilterError as error:
        if not (1 <= error.position <= len(text) + 1 and error.remedy):
            raise AssertionError(text) from error
        return None


def test_any_text_is_a_filter_or_refused_at_a_place_in_it() -> None:
    generator = random.Random(14)
    names = [*fields(), "zzz", "-", "#"]
    parts = [*names, *":=<>!≥", "!=", "..", ",", "|", '"', " ", "*", "1e-3", "99%", "0", "2026-01",
             "é", "\n", "\x00", "9" * 400, "today", "1:30", "cnn", "-"]  # fmt: skip
    valid = 0
    for _ in range(1500):
        text = "".join(generator.choices(parts, k=generator.randint(1, 7)))
        filter_ = parsed(text)
        if filter_ is not None:
            valid += 1
            for facts in RUNS.values():
                filter_.matches(facts)
        run_filter.complete(text, generator.randint(0, len(text)))
    assert valid > 150


def test_every_field_can_be_read_of_every_run_and_explains_itself() -> None:
    continued = ContinuedFrom("20260314-150900-0000", "numpy", 3)
    facts = run("more", msgspec.structs.replace(CNN.run.spec, continued_from=continued))
    for field in fields().values():
        for each in (*RUNS.values(), facts):
            for value in field.values(each):
                assert isinstance(value, str) == (field.kind == "text"), field.name
        assert field.explain
    names = [name for field in FIELDS for name in (field.name, *field.others)]
    assert len(names) == len(set(names))
    for recipe in RECIPES.values():
        every = {path.removesuffix(".kind") for path, _ in settings(run_spec(recipe))}
        assert every <= set(fields()), every - set(fields())
    figures = summarize("", CNN.run.spec, CNN.epochs, CNN.run.terminal)
    by_summary = {
        "accuracy": figures.accuracy, "time": figures.training_time, "done": figures.epochs,
        "latency": figures.latency_ms, "parameters": figures.parameters,
        "epochs_to_97": figures.epochs_to_target,
    }  # fmt: skip
    assert {name: next(iter(fields()[name].values(CNN))) for name in by_summary} == by_summary


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rec", "recipe:"),
        ("acc>99 fra", "framework:"),
        ("status:f", "finished"),
        ("-status:cra", "crashed"),
        ("framework:numpy,ke", "keras"),
        ("tag:home", "homework"),
        ("learn", "learning_rate"),
        ("beta", "beta1"),
    ],
)
def test_names_and_values_are_completed(typed: str, offered: str) -> None:
    known = {"tag": ("homework", "other")}
    made = run_filter.complete(typed, len(typed), lambda name: known.get(name, ()))
    assert made.candidates[0][0] == offered
    whole = typed[: made.start] + offered + typed[made.end :]
    assert whole.endswith(offered)
    assert whole.startswith(typed[: made.start])


def test_the_docs_name_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs" / "runs.md").read_text("utf-8")
    for names, explain in run_filter.field_lines():
        assert f"| {', '.join(f'`{name}`' for name in names.split(', '))} | {explain} |" in text


def test_nothing_is_completed_within_quotation_marks() -> None:
    assert run_filter.complete('"rec', 4).candidates == ()
    assert run_filter.complete("", 0).candidates[0][0] == "recipe:"
