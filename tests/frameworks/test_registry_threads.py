"""How many CPU threads a training uses, and how long they wait actively."""

import pytest
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec


@pytest.fixture(autouse=True)
def no_variables_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"):
        monkeypatch.delenv(name, raising=False)


def _run(recipe: str, framework: FrameworkName, **changes: object) -> RunSpec:
    return replace(run_spec(RECIPES[recipe]), framework=framework, **changes)


@pytest.mark.parametrize("framework", ["numpy", "pytorch"])
@pytest.mark.parametrize("recipe", ["mlp-128", "bobnet", "tiny-10"])
def test_short_steps_use_one_thread(recipe: str, framework: FrameworkName) -> None:
    run = _run(recipe, framework)
    assert registry.automatic_threads(run) == 1
    variables = registry.training_environment(run)
    assert (variables["OMP_NUM_THREADS"], variables["OPENBLAS_NUM_THREADS"]) == ("1", "1")


@pytest.mark.parametrize(
    ("recipe", "framework", "changes"),
    [
        ("compact-cnn", "pytorch", {}),
        ("compact-cnn", "numpy", {}),
        ("tiny-gd", "pytorch", {}),
        ("mlp-128", "keras", {}),
        ("mlp-128", "pytorch", {"style": "native"}),
    ],
)
def test_the_framework_chooses_for_others(
    recipe: str, framework: FrameworkName, changes: dict[str, object]
) -> None:
    run = _run(recipe, framework, **changes)
    assert registry.automatic_threads(run) == 0
    assert "OMP_NUM_THREADS" not in registry.training_environment(run)


def test_a_number_of_the_run_counts() -> None:
    assert (
        registry.training_environment(_run("mlp-128", "pytorch", threads=2))["OMP_NUM_THREADS"]
        == "2"
    )


def test_a_number_of_the_user_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    variables = registry.training_environment(_run("mlp-128", "pytorch"))
    assert "OMP_NUM_THREADS" not in variables


def test_large_products_of_numpy_use_a_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "usable_processors", lambda: 16)
    variables = registry.training_environment(_run("tiny-gd", "numpy"))
    assert variables["OPENBLAS_NUM_THREADS"] == "4"


def test_threads_of_pytorch_wait_actively_for_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert registry.environment("pytorch", 0)["GOMP_SPINCOUNT"] == "30000"
    assert "GOMP_SPINCOUNT" not in registry.environment("keras", 0)
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    assert "GOMP_SPINCOUNT" not in registry.environment("pytorch", 0)
