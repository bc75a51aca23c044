"""``mnist-studio completion``: a script with which a shell completes commands and options.

It is made from the parser, so it always fits this version. For run IDs, the names of your recipes,
and settings, the script calls this command again with ``--words``, which must answer at once: what
only the script needs is imported where it is made.
"""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from mnist_studio.cli import output
from mnist_studio.errors import UsageError
from mnist_studio.formatting import printable
from mnist_studio.store import completions

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "mnist-studio"
SETTING = "setting"


@dataclass(frozen=True)
class Option:
    """An option of a command.

    Attributes:
        names: such as ``-h`` and ``--help``.
        help: what it does, in one line.
        takes_value: whether a word follows it.
        values: words that may follow; empty if any may, such as a file.
        kind: of names that may follow too, which the program lists; empty if there are none.
    """

    names: tuple[str, ...]
    help: str
    takes_value: bool
    values: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True)
class Place:
    """What may follow the words of a command.

    Attributes:
        words: of the command, such as ``("runs", "tag")``; empty at the start.
        help: what it does, in one line.
        options: of the command.
        following: words that may follow besides options: actions or names.
        kind: as in ``Option``.
    """

    words: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    following: tuple[str, ...]
    kind: str = ""

    @property
    def candidates(self) -> str:
        """All words that may follow, with spaces between them."""
        return " ".join((*self.following, *(n for one in self.options for n in one.names)))


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = (
        "For bash, add this line to ~/.bashrc: source <(mnist-studio completion bash). "
        "For zsh, add it to ~/.zshrc with zsh in place of bash. "
        "For fish, add to config.fish: mnist-studio completion fish | source"
    )
    parser.add_argument(
        "shell", nargs="?", choices=SHELLS, metavar="SHELL", help="bash, zsh, or fish"
    )
    # What the scripts call: a kind, the beginning of the word, and the words before it.
    parser.add_argument("--words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(arguments: Namespace) -> int:
    """Prints the script, or the words that may follow, each with its meaning."""
    if arguments.words:
        asked: list[str] = [*arguments.words, ""]
        for name, meaning in _names(asked[0], asked[1], asked[2:]):
            output.block(f"{printable(name)}\t{printable(meaning)}\n")
        return 0
    if arguments.shell is None:
        raise UsageError("No shell is named.", f"Name one: {', '.join(SHELLS)}.")
    # Imported here, since the module of all commands names this one.
    from mnist_studio.cli import commands

    found = tuple(places(commands.build(commands.COMMANDS)))
    output.document(WRITERS[arguments.shell](found))
    return 0


def places(
    parser: ArgumentParser, words: tuple[str, ...] = (), help_text: str = ""
) -> Iterator[Place]:
    """A command and all below it."""
    shown = [one for one in parser._actions if one.help != argparse.SUPPRESS]
    options = tuple(_option(one) for one in shown if one.option_strings)
    following: tuple[str, ...] = ()
    kinds: list[str] = []
    below: list[Place] = []
    for action in shown:
        if isinstance(action, argparse._SubParsersAction):
            helps = {one.dest: one.help or "" for one in action._choices_actions}
            following += tuple(action.choices)
            for name, inner in action.choices.items():
                below.extend(places(inner, (*words, name), helps.get(name, "")))
        elif not action.option_strings:
            following += _values(action)
            kinds.append(_kind(action, words))
    yield Place(words, help_text, options, following, next(filter(None, kinds), ""))
    yield from below


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    summary = (action.help or "").partition("(")[0].strip()
    values = _values(action) if takes_value else ()
    kind = _kind(action) if takes_value else ""
    return Option(tuple(action.option_strings), summary, takes_value, values, kind)


def _values(action: argparse.Action) -> tuple[str, ...]:
    """The words that an argument may have, as far as they are known without the database."""
    from mnist_studio.frameworks.registry import FRAMEWORKS
    from mnist_studio.spec import datasets
    from mnist_studio.spec.known_bugs import KNOWN_BUGS
    from mnist_studio.spec.ready_made import EXPERIMENTS
    from mnist_studio.spec.recipes import BUILT_IN

    if action.choices is not None:
        return tuple(map(str, action.choices))
    known: dict[str, Iterable[str]] = {
        "framework": (*FRAMEWORKS, "all"), "recipe": BUILT_IN, "dataset": datasets.CATALOG,
        "known_bug": KNOWN_BUGS, "experiment": () if action.option_strings else EXPERIMENTS,
    }  # fmt: skip
    return tuple(known.get(action.dest, ()))


_KINDS = {
    "run": "run", "runs": "run", "recipe": "recipe", "dataset": "dataset", "set": SETTING,
    "experiment": "experiment", "origin": "recipe",
}  # fmt: skip
"""The kinds of names that arguments have, by where the parser stores them."""


def _kind(action: argparse.Action, words: tuple[str, ...] = ()) -> str:
    if words == ("runs", "restore"):
        return "trashed"
    if words[:1] == ("datasets",) and action.dest == "name":
        return "dataset"
    return _KINDS.get(action.dest, "")


def _names(kind: str, prefix: str, line: Sequence[str]) -> Iterator[completions.Name]:
    """The names of a kind that begin with a prefix.

    Args:
        kind: one of ``completions.KINDS``, or settings.
        prefix: what is typed of the word.
        line: the words before it, among which settings look for their recipe.
    """
    if kind in completions.KINDS:
        yield from completions.names(kind, prefix)
    elif kind == SETTING:
        from mnist_studio.spec import changes, recipes

        named = [recipes.BUILT_IN[word] for word in line if word in recipes.BUILT_IN]
        recipe = named[0] if named else next(iter(recipes.BUILT_IN.values()))
        for path, value in changes.settings_of(recipes.run_spec(recipe)):
            if path.startswith(prefix):
                yield f"{path}=", f"now {value}"


def _cases(found: tuple[Place, ...]) -> tuple[str, str]:
    """Two ``case`` bodies for bash and zsh: how words lead to a place, and what may follow."""
    steps, answers = [], []
    for place in found:
        before, path = " ".join(place.words[:-1]), " ".join(place.words)
        if place.words:
            steps.append(
                f"            {quote(f'{before}|{place.words[-1]}')}) place={quote(path)} ;;"
            )
        for option in place.options:
            if option.takes_value:
                patterns = "|".join(quote(f"{path}|{name}") for name in option.names)
                answers.append(_answer(patterns, " ".join(option.values), option.kind))
        answers.append(_answer(f"{quote(f'{path}|')}*", place.candidates, place.kind))
    return "\n".join(steps), "\n".join(answers)


def _answer(patterns: str, words: str, kind: str) -> str:
    return f"        {patterns}) found={quote(words)} kind={kind} ;;"


def bash(found: tuple[Place, ...]) -> str:
    """A function for bash; files are completed where no word is known."""
    steps, answers = _cases(found)
    return f"""_mnist_studio() {{
    local word place="" found="" kind="" current="${{COMP_WORDS[COMP_CWORD]}}"
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$place|$word" in
{steps}
        esac
    done
    case "$place|${{COMP_WORDS[COMP_CWORD-1]}}" in
{answers}
    esac
    COMPREPLY=($(compgen -W "$found" -- "$current"))
    if [[ -z "$kind" || "$current" == -* ]]; then return; fi
    while IFS=$'\\t' read -r word _; do
        printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <("${{COMP_WORDS[0]/#\\~/$HOME}}" completion --words "$kind" "$current" \\
        "${{COMP_WORDS[@]:1:COMP_CWORD-1}}" 2>/dev/null)
    if [[ "$kind" == {SETTING} ]]; then compopt -o nospace 2>/dev/null; fi
}}
complete -o default -F _mnist_studio {PROGRAM}
"""


def zsh(found: tuple[Place, ...]) -> str:
    """A function for zsh; files are completed where no word is known."""
    steps, answers = _cases(found)
    return f"""#compdef {PROGRAM}
_mnist_studio() {{
    local word place="" found="" kind="" current="${{words[CURRENT]}}"
    local -a names
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$place|$word" in
{steps}
        esac
    done
    case "$place|${{words[CURRENT-1]}}" in
{answers}
    esac
    if [[ -n "$found" ]]; then compadd -- ${{=found}}; fi
    if [[ -n "$kind" && "$current" != -* ]]; then
        names=("${{(@f)$(${{(Q)words[1]/#\\~/$HOME}} completion --words $kind "$current" \\
            "${{(@)words[2,CURRENT-1]}}" 2>/dev/null)}}")
        names=("${{(@)names:#}}")
        local -a shown=("${{(@)names//$'\\t'/  }}")
        if [[ "$kind" == {SETTING} ]]; then
            compadd -S "" -l -d shown -- "${{(@)names%%$'\\t'*}}"
        else
            compadd -l -d shown -- "${{(@)names%%$'\\t'*}}"
        fi
    fi
    _files
}}
compdef _mnist_studio {PROGRAM}
"""


def fish(found: tuple[Place, ...]) -> str:
    """Lines for fish, with descriptions."""
    lines = []
    for place in found:
        below = {
            one.words[-1]: one.help for one in found if one.words and one.words[:-1] == place.words
        }
        seen = [f"__fish_seen_subcommand_from {quote(word)}" for word in place.words]
        if seen and below:
            # After an action, no other action of the command follows.
            seen.append(f"not __fish_seen_subcommand_from {' '.join(map(quote, below))}")
        condition = "; and ".join(seen) or "__fish_use_subcommand"
        start = f"complete -c {PROGRAM} -n {quote(condition)}"
        for word in place.following:
            lines.append(f"{start} -a {quote(word)} -d {quote(below.get(word, ''))}")
        if place.kind:
            lines.append(f"{start} -a {quote(_fish_call(place.kind))}")
        for option in place.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            value = " -r" if option.takes_value else ""
            words = [*option.values, *([_fish_call(option.kind)] if option.kind else [])]
            values = f" -f -a {quote(' '.join(words))}" if words else ""
            lines.append(f"{start} {names}{value}{values} -d {quote(option.help)}")
    return "\n".join(lines) + "\n"


def _fish_call(kind: str) -> str:
    """What lists the names of a kind; each line has a name, a tab, and its description."""
    line = "(commandline -ct) (commandline -opc)"
    return f"({PROGRAM} completion --words {kind} {line} 2>/dev/null)"


WRITERS = {"bash": bash, "zsh": zsh, "fish": fish}
