"""Arguments that several commands take, and the trained models they select."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_studio import paths
from mnist_studio.cli import output
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.frameworks.registry import framework_title, install_hint
from mnist_studio.logs.formats import LIVE, parse_formats
from mnist_studio.prediction.evaluation import Evaluator, engine_for
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec import changes
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def trained(run_id: str | None, filter_text: str | None = None) -> tuple[Run, ...]:
    """The chosen run, those that a filter finds, or all trained ones, newest first.

    Raises:
        UsageError: both a run and a filter are given.
        UnknownName: there is no such run.
        StoreError: it has no weights, or no run has any.
    """
    if run_id and filter_text is not None:
        raise UsageError("Name a run or give a filter, but not both.")
    with RunStore() as store:
        runs = (store.run(run_id),) if run_id else filtered(store, filter_text)
    found = tuple(run for run in runs if run.trained)
    if not found:
        problem = f"The run {run_id} has no weights." if run_id else "No model is trained yet."
        if filter_text is not None:
            problem = f"No trained model matches the filter “{filter_text}”."
        raise StoreError(problem, "Train one: mnist-studio train compact-cnn")
    return found


def note_fallback(framework: str) -> str:
    """The framework that computes for a model; a note says so if it isn't the model's own."""
    engine = engine_for(framework)
    if engine != framework:
        title = framework_title(framework)
        output.note(
            f"{title} is not installed. NumPy computes the predictions of its models. "
            f"{install_hint(framework)}"
        )
    return engine


def by_framework(runs: Sequence[Run], threads: int) -> Iterator[tuple[Evaluator, list[Run]]]:
    """An inference process for every framework, with its runs.

    A process lives until the next one is requested.
    """
    for name in dict.fromkeys(run.spec.framework for run in runs):
        note_fallback(name)
        with Evaluator(name, threads) as evaluator:
            yield evaluator, [run for run in runs if run.spec.framework == name]


Actions = argparse._SubParsersAction
"""Where the actions of a command are added."""


class ActionsOrWord(argparse._SubParsersAction):  # type: ignore[type-arg]
    """The actions of a command, of which one is meant where a word is none of them."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.choices: Any = _KnownWords(self._name_parser_map, self.accepts)

    def accepts(self, word: str) -> bool:
        """Whether a word that is no action is allowed."""
        return True

    def replaced(self, values: Sequence[str]) -> Sequence[str]:
        """The words of an action in place of words that begin with none."""
        raise NotImplementedError

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        """Parses the arguments of the action."""
        known = values[0] in self._name_parser_map
        super().__call__(parser, namespace, values if known else self.replaced(values), option)


class _KnownWords(Mapping[str, Any]):
    """The actions, which claim to contain other words too."""

    def __init__(self, actions: Mapping[str, Any], accepts: Callable[[str], bool]) -> None:
        self._actions = actions
        self._accepts = accepts

    def __getitem__(self, word: str) -> Any:
        return self._actions[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)

    def __contains__(self, word: object) -> bool:
        return word in self._actions or self._accepts(str(word))


def path(text: str) -> Path:
    """A path of the command line. A shell leaves the ``~`` of ``--output=~/x`` to the program."""
    return paths.expanded(text)


def add_data(parser: argparse._ActionsContainer) -> None:
    """Adds the folder with MNIST."""
    parser.add_argument(
        "--data",
        type=path,
        metavar="DIR",
        help="folder with the MNIST files (default: the downloaded ones)",
    )


def add_run_filter(parser: argparse.ArgumentParser) -> None:
    """Adds the choice of one run, or those that a filter finds, instead of all."""
    parser.add_argument(
        "--run", metavar="ID", help="ID of a run, or its first characters (default: all runs)"
    )
    add_filter(parser)


def add_filter(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Adds a filter of runs; see ``analysis.run_filter``."""
    parser.add_argument(
        "--filter",
        default=default,
        metavar="FILTER",
        help="find runs, such as 'recipe:cnn lr<0.01 acc>99 tag:homework' (see docs/runs.md)",
    )


def filtered(store: RunStore, text: str | None) -> tuple[Run, ...]:
    """The runs that a filter finds, newest first; all but the archived ones without a filter.

    Raises:
        FilterError: the filter is not valid.
    """
    from mnist_studio.analysis.run_filter import matching

    return matching(store.runs(), store.epochs, text or "")


def add_run(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds the run that the command is about, and returns the parser."""
    parser.add_argument("run", metavar="ID", help="ID of the run, or its first characters")
    return parser


def add_index(parser: argparse._ActionsContainer) -> None:
    """Adds a test image by its number."""
    parser.add_argument("--index", type=int, metavar="N", help="index of a test image, from 0")


def add_own_images(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Adds the use of the user's own images."""
    parser.add_argument("--own-images", action="store_true", help=help_text)


def add_framework(parser: argparse.ArgumentParser, choices: str) -> None:
    """Adds the framework that computes, by default the recipe's."""
    parser.add_argument(
        "--framework", metavar="NAME", help=f"{choices} (default: the recipe's framework)"
    )


def add_known_bugs(parser: argparse.ArgumentParser) -> None:
    """Adds known bugs to switch on."""
    parser.add_argument(
        "--known-bug",
        action="append",
        default=[],
        metavar="NAME",
        help="known bug to turn on (can be repeated, see: recipes --known-bugs)",
    )
    parser.add_argument(
        "--with-source-bugs",
        action="store_true",
        help="turn on all known bugs of the recipe's source",
    )


def add_changes(parser: argparse._ActionsContainer) -> None:
    """Adds changes of single settings; see ``spec.changes``."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change one setting, such as layers.2.units=256 or optimizer.kind=sgd (can be "
        "repeated, see docs/command-line.md)",
    )


def with_changes(spec: RunSpec, arguments: argparse.Namespace) -> RunSpec:
    """The run with the changes of ``--set``.

    Raises:
        SpecError: a setting that does not exist, or a value of a wrong type.
    """
    return changes.changed(spec, [changes.parse(text) for text in arguments.set])


def add_logs(parser: argparse._ActionsContainer) -> None:
    """Adds the logs that a training writes for other tools; see ``docs/logs.md``."""
    parser.add_argument(
        "--log",
        type=path,
        metavar="DIR",
        help="folder for logs that TensorBoard and other tools can read while the runs train",
    )
    add_log_format(parser, LIVE, "formats of these logs", "tensorboard")


def add_log_format(
    parser: argparse._ActionsContainer, names: Sequence[str], help_text: str, default: str
) -> None:
    """Adds the formats of logs."""
    parser.add_argument(
        "--log-format",
        metavar="NAMES",
        help=f"{help_text}: {', '.join(names)}, or several (default: {default})",
    )


def logs(arguments: argparse.Namespace) -> TrainingLogs:
    """The logs that the arguments describe.

    Raises:
        UsageError: a format without a folder, or what a format needs is not installed.
        UnknownName: there is no such format.
    """
    if arguments.log is None:
        if arguments.log_format is not None:
            raise UsageError("--log-format needs a folder.", "Name it with: --log DIR")
        return NO_LOGS
    formats = parse_formats(arguments.log_format or "tensorboard", live=True)
    return TrainingLogs(str(arguments.log.absolute()), formats)


def add_json(parser: argparse.ArgumentParser, content: str) -> None:
    """Adds JSON lines as the output, for a command without actions or before its action."""
    parser.add_argument("--json", action="store_true", help=f"print JSON lines: {content}")


def add_action_json(parser: argparse.ArgumentParser, content: str) -> None:
    """Adds JSON lines to an action; its default must not undo the option before the action."""
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help=f"print JSON lines: {content}",
    )
