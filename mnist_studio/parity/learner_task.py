"""The task of being a learner for another process."""

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.parity.learner_messages import BuildLearner, CallMethod, arguments_of
from mnist_studio.running.train_task import choose_device
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.workers.task import Context


class LearnerTask:
    """See ``learner_messages.LEARN``."""

    def __init__(self) -> None:
        self._learner: Learner | None = None

    def __call__(self, request: BuildLearner | CallMethod, _: Context[None]) -> object:
        """Builds the learner and returns its capacity, or calls one of its methods."""
        if isinstance(request, BuildLearner):
            self._learner = _built(request)
            return self._learner.capacity
        return getattr(self._learner, request.method)(*arguments_of(request))


def _built(request: BuildLearner) -> Learner:
    spec = effective(codec.validate(request.spec))
    framework = registry.load(spec.framework)
    return framework.learner(spec, request.weights, choose_device(framework, spec))
