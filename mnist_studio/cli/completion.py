"""``mnist-studio completion``: a script with which a shell completes commands and options.

It is made from the parser, so it always fits this version. Words that need an answer of the
database, such as run IDs, are not in it.
"""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from mnist_studio.cli import output
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.spec.recipes import RECIPES

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "mnist-studio"


@dataclass(frozen=True)
class Option:
    """An option of a command.

    Attributes:
        names: such as ``-h`` and ``--help``.
        help: what it does, in one line.
        takes_value: whether a word follows it.
        values: words that may follow; empty if any may, such as a file.
    """

    names: tuple[str, ...]
    help: str
    takes_value: bool
    values: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What may follow the words of a command.

    Attributes:
        words: of the command, such as ``("runs", "tag")``; empty at the start.
        help: what it does, in one line.
        options: of the command.
        following: words that may follow besides options: actions or names.
    """

    words: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    following: tuple[str, ...]

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
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh, or fish")


def run(arguments: Namespace) -> int:
    """Prints the script."""
    # Imported here, since the module of all commands names this one.
    from mnist_studio.cli import commands

    found = tuple(places(commands.build(commands.COMMANDS)))
    output.document(WRITERS[arguments.shell](found))
    return 0


def places(
    parser: ArgumentParser, words: tuple[str, ...] = (), help_text: str = ""
) -> Iterator[Place]:
    """A command and all below it."""
    options = tuple(_option(one) for one in parser._actions if one.option_strings)
    following: tuple[str, ...] = ()
    below: list[Place] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {one.dest: one.help or "" for one in action._choices_actions}
            following += tuple(action.choices)
            for name, inner in action.choices.items():
                below.extend(places(inner, (*words, name), helps.get(name, "")))
        elif not action.option_strings:
            following += _values(action)
    yield Place(words, help_text, options, following)
    yield from below


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    summary = (action.help or "").partition("(")[0].strip()
    values = _values(action) if takes_value else ()
    return Option(tuple(action.option_strings), summary, takes_value, values)


def _values(action: argparse.Action) -> tuple[str, ...]:
    """The words that an argument may have, as far as they are known without the database."""
    if action.choices is not None:
        return tuple(map(str, action.choices))
    if action.dest == "framework":
        return (*FRAMEWORKS, "all")
    return tuple(RECIPES) if action.dest == "recipe" else ()


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
                answers.append(f"        {patterns}) found={quote(' '.join(option.values))} ;;")
        answers.append(f"        {quote(f'{path}|')}*) found={quote(place.candidates)} ;;")
    return "\n".join(steps), "\n".join(answers)


def bash(found: tuple[Place, ...]) -> str:
    """A function for bash; files are completed where no word is known."""
    steps, answers = _cases(found)
    return f"""_mnist_studio() {{
    local word place="" found=""
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$place|$word" in
{steps}
        esac
    done
    case "$place|${{COMP_WORDS[COMP_CWORD-1]}}" in
{answers}
    esac
    COMPREPLY=($(compgen -W "$found" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _mnist_studio {PROGRAM}
"""


def zsh(found: tuple[Place, ...]) -> str:
    """A function for zsh; files are completed where no word is known."""
    steps, answers = _cases(found)
    return f"""#compdef {PROGRAM}
_mnist_studio() {{
    local word place="" found=""
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$place|$word" in
{steps}
        esac
    done
    case "$place|${{words[CURRENT-1]}}" in
{answers}
    esac
    if [[ -n "$found" ]]; then compadd -- ${{=found}}; fi
    _files
}}
compdef _mnist_studio {PROGRAM}
"""


def fish(found: tuple[Place, ...]) -> str:
    """Lines for fish, with descriptions."""
    lines = []
    for place in found:
        seen = [f"__fish_seen_subcommand_from {quote(word)}" for word in place.words]
        condition = "; and ".join(seen) or "__fish_use_subcommand"
        start = f"complete -c {PROGRAM} -n {quote(condition)}"
        below = {
            one.words[-1]: one.help for one in found if one.words and one.words[:-1] == place.words
        }
        for word in place.following:
            lines.append(f"{start} -a {quote(word)} -d {quote(below.get(word, ''))}")
        for option in place.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            value = " -r" if option.takes_value else ""
            values = f" -f -a {quote(' '.join(option.values))}" if option.values else ""
            lines.append(f"{start} {names}{value}{values} -d {quote(option.help)}")
    return "\n".join(lines) + "\n"


WRITERS = {"bash": bash, "zsh": zsh, "fish": fish}
