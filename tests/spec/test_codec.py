import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.errors import SpecError
from mnist_studio.formatting import has_controls
from mnist_studio.spec import codec
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, Layer, MaxPool, Relu, Sigmoid
from mnist_studio.spec.model import ModelSpec, Scaling
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ContinuedFrom, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Schedule
from mnist_studio.spec.upgrades import RUN_VERSION

VERSION_1 = Path(__file__).parent / "run_version_1.json"
VERSION_2 = Path(__file__).with_name("run_version_2.json")
VERSION_3 = Path(__file__).with_name("run_version_3.json")
VERSION_4 = Path(__file__).with_name("run_version_4.json")
VERSION_5 = Path(__file__).with_name("run_version_5.json")
VERSION_6 = Path(__file__).with_name("run_version_6.json")
VERSION_7 = Path(__file__).with_name("run_version_7.json")

FRACTIONS = st.floats(min_value=0, max_value=0.99)
RATES = st.floats(min_value=1e-12, max_value=1000)
EPSILONS = st.floats(min_value=1e-12, max_value=1)

OPTIMIZERS: st.SearchStrategy[Optimizer] = st.one_of(
    st.builds(Sgd, RATES, FRACTIONS),
    st.builds(Adam, RATES, FRACTIONS, FRACTIONS, EPSILONS),
    st.builds(Adadelta, RATES, FRACTIONS, EPSILONS),
    st.builds(RmsProp, RATES, FRACTIONS, EPSILONS, FRACTIONS),
)
SCHEDULES: st.SearchStrategy[Schedule] = st.one_of(
    st.just(Constant()),
    st.builds(Exponential, st.floats(min_value=1e-6, max_value=1)),
    st.builds(
        OneCycle,
        st.floats(min_value=0.001, max_value=0.999),
        st.floats(min_value=1, max_value=1e6),
        st.floats(min_value=1, max_value=1e6),
    ),
)
MAPS: st.SearchStrategy[Layer] = st.one_of(
    st.builds(Conv, st.integers(1, 64), st.integers(1, 7), initial=st.just("he_normal")),
    st.just(MaxPool(1)),
    st.just(Relu()),
    st.just(Sigmoid()),
    st.builds(Dropout, st.floats(min_value=0, max_value=0.99)),
)
MODELS = st.builds(
    lambda before, last, scaling: ModelSpec((*before, Flatten(), last), scaling),
    st.lists(MAPS, max_size=4),
    st.builds(Dense, st.just(10), st.booleans()),
    st.builds(Scaling, FRACTIONS, RATES),
)
RUNS = st.builds(
    RunSpec,
    recipe=st.text(st.characters(codec="utf-8")).filter(lambda name: not has_controls(name)),
    model=MODELS,
    training=st.builds(
        TrainingSpec,
        OPTIMIZERS,
        SCHEDULES,
        batch_size=st.integers(1, 60_000),
        epochs=st.integers(1, 10_000),
        seed=st.integers(0, 2**63 - 1),
        validation=st.integers(0, 59_999),
        precision=st.sampled_from(["float32", "float64"]),
    ),
    dataset=st.sampled_from(["mnist", "builtin"]),
    framework=st.sampled_from(["numpy", "pytorch", "keras"]),
    device=st.sampled_from(["auto", "cpu", "cuda", "mps"]),
    threads=st.integers(0, 1024),
)


@given(RUNS)
def test_every_possible_run_comes_back_the_same(run: RunSpec) -> None:
    assert codec.decode(codec.encode(run)) == run


def test_a_run_of_version_1_is_understood_for_ever() -> None:
    assert codec.decode(VERSION_1.read_bytes()) == run_spec(RECIPES["wide-cnn"])


def test_the_example_of_version_2_stays_readable_for_ever() -> None:
    assert codec.decode(VERSION_2.read_bytes()) == run_spec(RECIPES["wide-cnn"])


def test_a_run_of_version_3_stays_readable_with_all_that_has_another_name_now() -> None:
    stored = json.loads(VERSION_3.read_text("utf-8"))
    assert codec.decode(json.dumps(stored)) == run_spec(RECIPES["wide-cnn"])
    stored["run"] |= {
        "faults": ["unshuffled"],
        "style": "idiomatic",
        "handover": {"run": "abc", "framework": "numpy", "step": 12},
        "personal": "0" * 32,
    }
    run = codec.parse(json.dumps(stored))
    assert run.known_bugs == ("unshuffled",)
    assert run.style == "native"
    assert run.continued_from == ContinuedFrom("abc", "numpy", 12)
    assert run.own_images == "0" * 32


@pytest.mark.parametrize("stored", [VERSION_4, VERSION_5, VERSION_6])
def test_an_earlier_run_has_the_defaults_of_newer_settings(stored: Path) -> None:
    assert codec.decode(stored.read_bytes()) == run_spec(RECIPES["wide-cnn"])


def test_the_form_is_that_of_version_7() -> None:
    # Whoever changes the form raises RUN_VERSION and keeps reading the old one.
    written = json.loads(codec.encode(run_spec(RECIPES["wide-cnn"])))
    assert written == json.loads(VERSION_7.read_text("utf-8"))


def test_what_is_left_out_takes_its_default() -> None:
    text = """{"version": 1, "run": {"recipe": "mine", "model": {"layers": [
        {"kind": "flatten"}, {"kind": "dense", "units": 10}]},
        "training": {"optimiser": {"kind": "sgd"}}}}"""
    run = codec.decode(text)
    assert run.training == TrainingSpec(optimizer=Sgd(0.1))
    assert run.framework == "pytorch"


def changed(path: str, value: object) -> str:
    envelope = json.loads(VERSION_7.read_text("utf-8"))
    *parents, last = path.split(".")
    place = envelope
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    place[last] = value
    return json.dumps(envelope)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            changed("version", RUN_VERSION + 1),
            f"uses format {RUN_VERSION + 1}, but this version of MNIST Studio supports formats "
            f"only up to {RUN_VERSION}",
        ),
        (changed("run.training.batch_size", "many"), r"\$\.run\.training\.batch_size"),
        (changed("run.training.batch_size", True), "batch_size"),
        (changed("run.training.batch_size", 0), "Batch size must be"),
        (changed("run.training.optimizer.kind", "lion"), "Invalid value 'lion'"),
        (changed("run.training.optimizer.learning_rate", None), "learning_rate"),
        (changed("run.model.layers.0.kind", "attention"), "attention"),
        (changed("run.model.layers.7.units", 0), r"Layer 8 \(dense 0\)"),
        (changed("run.framework", "jax"), "jax"),
        ("", "is not valid"),
        ("[]", "is not valid"),
        ("{}", "version"),
        ('{"version": 1}', "run"),
        (b"\xff\xfe", "is not valid"),
        (b'{"version": 1, "run": {"recipe": "\xff"}}', "is not valid"),
        ('{"version": 1, "run": {"recipe": "\ud800"}}', "is not valid"),
        (b'{"version": 1, "deep": ' + b"[" * 100_000, "is not valid"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    text: str | bytes, problem: str
) -> None:
    with pytest.raises(SpecError, match=problem) as raised:
        codec.decode(text)
    assert raised.value.remedy


def test_a_huge_description_is_not_parsed() -> None:
    with pytest.raises(SpecError, match="more than 1,000,000"):
        codec.parse(b'{"version": 1, "run": "' + b"x" * codec.MOST_BYTES + b'"}')
