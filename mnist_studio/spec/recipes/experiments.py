"""Ready-made studies: the comparisons of the five public sources, and the studio's own.

Each source compares with one seed; here there are five, since no verdict on a recipe can be given
from fewer. The runs of the first seed, the source's own, are trained first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_studio.spec.experiment import Grid, Pair, StudySpec
from mnist_studio.spec.recipes import recipe, unknown

SEEDS = (42, 43, 44, 45, 46)


@dataclass(frozen=True)
class Comparison:
    """A ready-made study.

    Attributes:
        name: how users call it.
        source: whose comparison it is.
        study: its runs.
    """

    name: str
    source: str
    study: StudySpec


def _comparison(name: str, title: str, question: str, *pairs: Pair) -> Comparison:
    study = StudySpec(title=title, question=question, pairs=pairs, seeds=SEEDS)
    return Comparison(name, recipe(pairs[0].recipe).source, study)


_IMAGE_CLASSIFICATION = _comparison(
    "image-classification",
    "A: an MLP in Keras, a CNN and an MLP in PyTorch",
    "Is the CNN better than the two MLPs? The first MLP differs from it in the framework too.",
    Pair("mlp-128", "keras"),
    Pair("small-cnn", "pytorch"),
    Pair("fnn-3", "pytorch"),
)
_IMPLEMENTATIONS = _comparison(
    "implementations",
    "B: the same CNN in PyTorch and TensorFlow",
    "Does one network learn differently in two frameworks, and which is faster?",
    Pair("wide-cnn", "pytorch"),
    Pair("wide-cnn", "keras"),
)
_DIGIT_RECOGNITION = _comparison(
    "digit-recognition",
    "C: a CNN in PyTorch and Keras, an MLP in NumPy",
    "How do PyTorch and Keras compare, and how far does NumPy from scratch come? The MLP differs "
    "from the CNN in the framework too.",
    Pair("compact-cnn", "pytorch"),
    Pair("compact-cnn", "keras"),
    Pair("sgd-mlp", "numpy"),
)
_FROM_SCRATCH = _comparison(
    "from-scratch",
    "D: from scratch, PyTorch against NumPy",
    "Does NumPy from scratch beat PyTorch, as its author saw?",
    Pair("bobnet", "pytorch"),
    Pair("bobnet", "numpy"),
)
_NEURAL_NETWORK = _comparison(
    "neural-network",
    "E: ten hidden units in NumPy and TensorFlow",
    "Why does TensorFlow reach more than NumPy from scratch? Optimizer, batches and framework all "
    "differ.",
    Pair("tiny-gd", "numpy"),
    Pair("tiny-10", "keras"),
)
_BATCH_SIZES = Comparison(
    "batch-sizes",
    "The studio's own",
    StudySpec(
        title="The batch size: time, accuracy, convergence",
        question="What does the batch size change in each framework?",
        grid=Grid(
            recipes=("mlp-128",),
            frameworks=("numpy", "pytorch", "keras"),
            batch_sizes=(32, 64, 128),
        ),
        seeds=SEEDS,
    ),
)

COMPARISONS: Mapping[str, Comparison] = MappingProxyType(
    {
        one.name: one
        for one in (
            _IMAGE_CLASSIFICATION, _IMPLEMENTATIONS, _DIGIT_RECOGNITION, _FROM_SCRATCH,
            _NEURAL_NETWORK, _BATCH_SIZES,
        )
    }
)  # fmt: skip


def comparison(name: str) -> Comparison:
    """The ready-made study of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    try:
        return COMPARISONS[name]
    except KeyError:
        raise unknown("study", name, tuple(COMPARISONS)) from None
