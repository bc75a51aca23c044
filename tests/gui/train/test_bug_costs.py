"""What known bugs cost, in words."""

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.gui.train import bug_costs
from mnist_studio.spec.run import KnownBugName
from mnist_studio.store import recipe_results

COSTS: tuple[tuple[KnownBugName, str, str], ...] = (
    ("zero-initial", "mlp-128", "Costs 86.19 pp of test accuracy (PyTorch, five seeds, 95 % CI "
     "+85.82 to +86.56 pp)."),
    ("unshuffled", "mlp-128", "Undecided: 0.58 pp lower test accuracy (PyTorch, five seeds, "
     "95 % CI −0.95 to +2.10 pp)."),
    ("batch-decay", "wide-cnn", "Undecided: 0.15 pp lower test accuracy (Keras, one seed)."),
    ("own-initial", "bobnet", "Gains 3.45 pp of test accuracy (NumPy, five seeds, 95 % CI "
     "+2.93 to +3.96 pp). Makes no difference in practice (PyTorch, five seeds, 95 % CI "
     "0.00 to 0.00 pp)."),
    ("bias-gradients", "mlp-128", "Not measured with this network. With MLP 10 with full-batch "
     "gradient descent: Undecided: 0.02 pp lower test accuracy (NumPy, five seeds, 95 % CI "
     "−0.36 to +0.39 pp)."),
)  # fmt: skip


@pytest.mark.parametrize(("bug", "recipe", "text"), COSTS)
def test_costs_are_those_of_the_docs(bug: KnownBugName, recipe: str, text: str) -> None:
    assert bug_costs.cost_text(bug, recipe) == text


def test_what_was_not_measured_is_not_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise StoreError("It is damaged.")

    monkeypatch.setattr(recipe_results, "results", damaged)
    bug_costs.measured_costs.cache_clear()
    assert bug_costs.cost_text("unshuffled", "mlp-128") == bug_costs.UNKNOWN
    bug_costs.measured_costs.cache_clear()
