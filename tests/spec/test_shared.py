import tracemalloc

from msgspec.structs import replace

from mnist_studio.analysis.groups import settings
from mnist_studio.spec import codec
from mnist_studio.spec.recipes import recipe, run_spec


def test_equal_parts_of_specs_are_one_object() -> None:
    spec = run_spec(recipe("small-cnn"))
    other = replace(spec, training=replace(spec.training, seed=spec.training.seed + 1))
    first, second = (codec.parse(codec.encode(each)) for each in (spec, other))
    assert (first, second) == (spec, other)
    assert first.model is second.model
    assert first.class_names is second.class_names
    assert first.training.optimizer is second.training.optimizer
    assert first.training.schedule is second.training.schedule
    assert settings(first) is settings(second)


def test_different_parts_stay_different() -> None:
    spec = run_spec(recipe("mlp-128"))
    other = replace(spec, class_names=tuple("abcdefghij"), recipe="other")
    first, second = (codec.parse(codec.encode(each)) for each in (spec, other))
    assert (first, second) == (spec, other)
    assert first.model is second.model


def test_a_thousand_runs_take_little_memory() -> None:
    text = codec.encode(run_spec(recipe("small-cnn")))
    codec.parse(text)
    tracemalloc.start()
    try:
        kept = [codec.parse(text) for _ in range(1000)]
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The network alone takes more than 1,000 bytes.
    assert size / len(kept) < 1000
