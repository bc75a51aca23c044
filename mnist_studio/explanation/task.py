"""The task of explaining predictions."""

from collections.abc import Generator

from msgspec import Raw

from mnist_studio.errors import MnistStudioError
from mnist_studio.explanation.messages import (
    EncodedPart,
    ExplainReply,
    ExplainRequest,
    Part,
    PartProgress,
    PartUnavailable,
)
from mnist_studio.explanation.parts import PARTS, ExplanationInput
from mnist_studio.explanation.subject import ExplainedModel
from mnist_studio.workers.channel import encode
from mnist_studio.workers.task import Context


class ExplainTask:
    """See ``messages.EXPLAIN``. Holds one network at a time."""

    def __init__(self) -> None:
        self._subject: ExplainedModel | None = None

    def __call__(
        self, request: ExplainRequest, context: Context[ExplainReply]
    ) -> Generator[ExplainReply, None, None]:
        """Every part; fewer where the request was is_cancelled."""
        for part in request.parts:
            if context.is_cancelled():
                return
            if reply := self._part(request, part, context):
                yield reply

    def _part(
        self, request: ExplainRequest, part: Part, context: Context[ExplainReply]
    ) -> EncodedPart | PartUnavailable | None:
        """A part; None where the request was is_cancelled."""

        def progress(fraction: float) -> None:
            context.send(PartProgress(part, fraction))

        try:
            subject = self._opened(request)
            given = ExplanationInput(
                subject, request.image, request.options, progress, context.is_cancelled
            )
            value = PARTS[part].compute(given)
        except MnistStudioError as error:
            return PartUnavailable(part, error.problem, error.remedy)
        return None if value is None else EncodedPart(part, Raw(encode(value)))

    def _opened(self, request: ExplainRequest) -> ExplainedModel:
        wanted = (request.engine, request.model, request.data)
        known = self._subject
        if known is None or (known.engine, known.model, known.data) != wanted:
            self._subject = None  # Two at a time would need twice the memory.
            self._subject = known = ExplainedModel(*wanted)
        return known
