"""The task of loading a framework and a dataset, and building a network, for a run to come."""

import numpy as np
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Chunk, Framework
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running import dataset_ahead, learner_ahead, train_task
from mnist_studio.running.messages import WarmUp
from mnist_studio.spec import codec, recipes
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import FrameworkName
from mnist_studio.workers.task import Context

PREPARED = (train_task.train,)
"""What the next request calls. Its modules are imported with this one."""

_BATCH = 2


_frameworks: set[FrameworkName] = set()


def warm_up(request: WarmUp, context: Context[None]) -> None:
    """The task of loading what a run needs that may follow.

    Raises:
        FrameworkMissing: it is not installed.
        FrameworkBroken: it cannot be imported.
        SpecError: the run is not valid.
    """
    spec = effective(codec.validate(request.spec))
    loaded = registry.load(spec.framework)
    dataset = dataset_ahead.load_ahead(spec.dataset)
    # A network on a GPU would hold its memory while the process waits.
    on_cpu = all(device.kind == "cpu" for device in loaded.devices())
    built = on_cpu and not context.is_cancelled() and learner_ahead.prepare(loaded, spec, dataset)
    if on_cpu and not built and spec.framework not in _frameworks:
        _take_a_step(loaded)
    _frameworks.add(spec.framework)


def _take_a_step(framework: Framework) -> None:
    """Trains a small network for one step.

    Frameworks load parts of themselves, such as a compiler, at their first use. Learners share no
    state, so this does not change what a later one computes.
    """
    spec = replace(recipes.run_spec(recipes.recipe("mlp-128")), framework=framework.name)
    training = spec.training
    weights = initial_weights(spec.model, training.seed, training.precision)
    learner = framework.learner(spec, weights, framework.devices()[0])
    images, labels = np.zeros((_BATCH, 28, 28), np.uint8), np.zeros(_BATCH, np.uint8)
    learner.bind(images, labels)
    learner.train(Chunk(np.zeros((1, _BATCH), np.int64), np.zeros(1)))
    learner.logits(images)
    learner.synchronize()
