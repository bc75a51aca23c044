"""The task of choosing and judging trials. It loads Optuna, which the parent must not."""

from mnist_studio.experiments.optuna_study import is_hopeless, next_values
from mnist_studio.experiments.search_messages import ChooseValues, SearchReply, SearchRequest
from mnist_studio.workers.task import Context


def search(request: SearchRequest, context: Context[None]) -> SearchReply:
    """The task; see ``search_messages.SEARCH``."""
    known = (request.search, request.whole, request.trials)
    if isinstance(request, ChooseValues):
        return SearchReply(values=next_values(*known, request.attempt))
    return SearchReply(prune=is_hopeless(*known))
