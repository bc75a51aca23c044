"""The task of explaining predictions."""

from collections.abc import Generator

from msgspec import Raw

from mnist_studio.errors import MnistStudioError
from mnist_studio.explanation.explained_model import ExplainedModel
from mnist_studio.explanation.messages import (
    EncodedPart,
    ExplainReply,
    ExplainRequest,
    Part,
    PartProgress,
    PartUnavailable,
)
from mnist_studio.explanation.parts import PARTS, ExplanationInput
from mnist_studio.workers.channel import encode
from mnist_studio.workers.task import Context


class ExplainTask:
    """See ``messages.EXPLAIN``. Holds one network at a time."""

    def __init__(self) -> None:
        self._model: ExplainedModel | None = None

    def __call__(
        self, request: ExplainRequest, context: Context[ExplainReply]
    ) -> Generator[ExplainReply, None, None]:
        """Every part; fewer if the request is cancelled."""
        for part in request.parts:
            if context.is_cancelled():
                return
            if reply := self._part(request, part, context):
                yield reply

    def _part(
        self, request: ExplainRequest, part: Part, context: Context[ExplainReply]
    ) -> EncodedPart | PartUnavailable | None:
        """A part; None if the request is cancelled."""

        def on_progress(fraction: float) -> None:
            context.send(PartProgress(part, fraction))

        try:
            model = self._open(request)
            given = ExplanationInput(
                model, request.image, request.options, on_progress, context.is_cancelled
            )
            value = PARTS[part].compute(given)
        except MnistStudioError as error:
            return PartUnavailable(part, error.problem, error.remedy)
        return None if value is None else EncodedPart(part, Raw(encode(value)))

    def _open(self, request: ExplainRequest) -> ExplainedModel:
        key = (request.engine, request.model, request.data)
        known = self._model
        if known is None or (known.engine, known.ref, known.data) != key:
            self._model = None  # Two networks would need twice the memory.
            self._model = known = ExplainedModel(*key)
        return known
