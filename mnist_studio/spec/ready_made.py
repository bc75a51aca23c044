"""Ready-made experiments: the comparisons of the five public sources, and one of our own.

Each source compares with one seed. Here there are five, because fewer seeds allow no conclusion
about a recipe. The runs with the seed of the source are trained first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_studio.spec.experiment import ExperimentSpec, Grid, RecipePair
from mnist_studio.spec.recipes import recipe, unknown
from mnist_studio.spec.recipes.own import OWN
from mnist_studio.spec.recipes.recipe import Source

SEEDS = (42, 43, 44, 45, 46)


@dataclass(frozen=True)
class ReadyMadeExperiment:
    """A ready-made experiment.

    Attributes:
        name: its id on the command line.
        source: the project whose comparison it is.
        experiment: its runs.
    """

    name: str
    source: Source
    experiment: ExperimentSpec


def _comparison(name: str, title: str, question: str, *pairs: RecipePair) -> ReadyMadeExperiment:
    experiment = ExperimentSpec(title=title, question=question, pairs=pairs, seeds=SEEDS)
    return ReadyMadeExperiment(name, recipe(pairs[0].recipe).source, experiment)


_IMAGE_CLASSIFICATION = _comparison(
    "image-classification",
    "MLP in Keras, CNN and MLP in PyTorch",
    "Is the CNN better than the two MLPs? The first MLP also uses a different framework.",
    RecipePair("mlp-128", "keras"),
    RecipePair("small-cnn", "pytorch"),
    RecipePair("fnn-3", "pytorch"),
)
_IMPLEMENTATIONS = _comparison(
    "implementations",
    "One CNN in PyTorch and TensorFlow",
    "Does the same network learn differently in two frameworks, and which is faster?",
    RecipePair("wide-cnn", "pytorch"),
    RecipePair("wide-cnn", "keras"),
)
_DIGIT_RECOGNITION = _comparison(
    "digit-recognition",
    "CNN in PyTorch and Keras, MLP in NumPy",
    "How do PyTorch and Keras compare, and how accurate is NumPy from scratch? The MLP and the CNN "
    "also use different frameworks.",
    RecipePair("compact-cnn", "pytorch"),
    RecipePair("compact-cnn", "keras"),
    RecipePair("sgd-mlp", "numpy"),
)
_FROM_SCRATCH = _comparison(
    "from-scratch",
    "From scratch: PyTorch and NumPy",
    "Is NumPy from scratch more accurate than PyTorch, as the source reports?",
    RecipePair("bobnet", "pytorch"),
    RecipePair("bobnet", "numpy"),
)
_NEURAL_NETWORK = _comparison(
    "neural-network",
    "Ten hidden units in NumPy and TensorFlow",
    "Why is TensorFlow more accurate than NumPy from scratch? The optimizer, the batch size, and "
    "the framework all differ.",
    RecipePair("tiny-gd", "numpy"),
    RecipePair("tiny-10", "keras"),
)
_BATCH_SIZES = ReadyMadeExperiment(
    "batch-sizes",
    OWN,
    ExperimentSpec(
        title="Effect of the batch size",
        question="How does the batch size affect training time, accuracy, and convergence?",
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
