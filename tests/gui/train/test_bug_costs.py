"""What known bugs cost, in words."""

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.gui.train import bug_costs
from mnist_studio.spec.run import KnownBugName
from mnist_studio.store import recipe_results

COSTS: tuple[tuple[KnownBugName, str, str], ...] = (
    ("zero-initial", "mlp-128", "Lowers test accuracy by 86.19 pp (PyTorch, five seeds). "
     "The true change is between 86.58 pp lower and 85.80 pp lower."),
    ("unshuffled", "mlp-128", "Unclear: test accuracy was 0.58 pp lower on average (PyTorch, "
     "five seeds). The true change is between 2.15 pp lower and 1.00 pp higher."),
    ("batch-decay", "wide-cnn", "Unclear (Keras, one seed). More seeds are needed to know."),
    ("own-initial", "bobnet", "Raises test accuracy by 3.45 pp (NumPy, five seeds). The true "
     "change is between 2.91 pp higher and 3.98 pp higher. Makes no difference in practice "
     "(PyTorch, five seeds). The true change is 0.00 pp."),
    ("bias-gradients", "mlp-128", "Not measured with this network. With MLP 10 with full-batch "
     "gradient descent: Unclear: test accuracy was 0.02 pp lower on average (NumPy, five seeds). "
     "The true change is between 0.41 pp lower and 0.37 pp higher."),
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
