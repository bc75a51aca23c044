"""Ready-made experiments: the comparisons of the five public sources, and the studio's own.

Each source compares with one seed; here there are five, since no verdict on a recipe can be given
from fewer. The runs of the first seed, the source's own, are trained first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_studio.spec.experiment import ExperimentSpec, Grid, RecipePair
from mnist_studio.spec.recipes import recipe, unknown

SEEDS = (42, 43, 44, 45, 46)


@dataclass(frozen=True)
class ReadyMadeExperiment:
    """A ready-made experiment.

    Attributes:
        name: how users call it.
        source: whose comparison it is.
        experiment: its runs.
    """

    name: str
    source: str
    experiment: ExperimentSpec


def _comparison(name: str, title: str, question: str, *pairs: RecipePair) -> ReadyMadeExperiment:
    experiment = ExperimentSpec(title=title, question=question, pairs=pairs, seeds=SEEDS)
    return ReadyMadeExperiment(name, recipe(pairs[0].recipe).source, experiment)


_IMAGE_CLASSIFICATION = _comparison(
    "image-classification",
    "A: an MLP in Keras, a CNN and an MLP in PyTorch",
    "Is the CNN better than the two MLPs? The first MLP differs from it in the framework too.",
    RecipePair("mlp-128", "keras"),
    RecipePair("small-cnn", "pytorch"),
    RecipePair("fnn-3", "pytorch"),
)
_IMPLEMENTATIONS = _comparison(
    "implementations",
    "B: the same CNN in PyTorch and TensorFlow",
    "Does one network learn differently in two frameworks, and which is faster?",
    RecipePair("wide-cnn", "pytorch"),
    RecipePair("wide-cnn", "keras"),
)
_DIGIT_RECOGNITION = _comparison(
    "digit-recognition",
    "C: a CNN in PyTorch and Keras, an MLP in NumPy",
    "How do PyTorch and Keras compare, and how far does NumPy from scratch come? The MLP differs "
    "from the CNN in the framework too.",
    RecipePair("compact-cnn", "pytorch"),
    RecipePair("compact-cnn", "keras"),
    RecipePair("sgd-mlp", "numpy"),
)
_FROM_SCRATCH = _comparison(
    "from-scratch",
    "D: from scratch, PyTorch against NumPy",
    "Does NumPy from scratch beat PyTorch, as its author saw?",
    RecipePair("bobnet", "pytorch"),
    RecipePair("bobnet", "numpy"),
)
_NEURAL_NETWORK = _comparison(
    "neural-network",
    "E: ten hidden units in NumPy and TensorFlow",
    "Why does TensorFlow reach more than NumPy from scratch? Optimizer, batches and framework all "
    "differ.",
    RecipePair("tiny-gd", "numpy"),
    RecipePair("tiny-10", "keras"),
)
_BATCH_SIZES = ReadyMadeExperiment(
    "batch-sizes",
    "The studio's own",
    ExperimentSpec(
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

EXPERIMENTS: Mapping[str, ReadyMadeExperiment] = MappingProxyType(
    {
        one.name: one
        for one in (
            _IMAGE_CLASSIFICATION, _IMPLEMENTATIONS, _DIGIT_RECOGNITION, _FROM_SCRATCH,
            _NEURAL_NETWORK, _BATCH_SIZES,
        )
    }
)  # fmt: skip


def ready_made(name: str) -> ReadyMadeExperiment:
    """The ready-made experiment of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    try:
        return EXPERIMENTS[name]
    except KeyError:
        raise unknown("experiment", name, tuple(EXPERIMENTS)) from None
