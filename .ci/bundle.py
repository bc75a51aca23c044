"""What ``build.spec`` puts into the packaged program, and what it leaves out."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import desktop
from packaging.requirements import Requirement

from mnist_studio.frameworks.registry import ENTRIES

Item = tuple[str, str, str]
"""Of PyInstaller's tables: the place in the program, the file here, the kind."""

FOLDER = "mnist-studio"

UNUSED = [
    "tkinter", "IPython", "pytest", "_pytest", "setuptools", "pip", "pkg_resources", "triton",
    "tensorboard", "distributed", "pandas", "jax", "openvino",
    # Graphs compiled by PyTorch need a C compiler at run time, which a program cannot bring along.
    "torch._inductor.codegen", "torch._inductor.kernel", "torch._inductor.fx_passes",
    "torch.utils.benchmark", "torch.utils.tensorboard", "torch.utils.bottleneck",
    "torch.testing._internal.distributed", "torch.testing._internal.generated",
    "torch.testing._internal.opinfo", "torch.testing._internal.common_methods_invocations",
    "matplotlib", "numpy.tests", "scipy.tests",
    "keras.src.backend.torch", "keras.src.backend.jax", "keras.src.backend.openvino",
]  # fmt: skip

_UNUSED_FILES = (
    "torch/test/*", "torch/bin/*test*", "torch/bin/*Test", "torch/bin/protoc*", "torch/bin/*.pt*",
    "torch/include/*", "torch/share/*", "torch/lib/*test*",
    "torch/lib/libaoti_custom_ops*", "torch/lib/libbackend_with_compiler*",
    "tensorflow/include/*", "tensorflow/xla_aot_runtime_src/*",
    "*/tests/*", "*/testing/data/*", "clang/*",
    # What only the keyboard on the screen, databases, animations, and a Wayland server need.
    "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard*",
    "PySide6/Qt/plugins/sqldrivers/*", "PySide6/Qt/plugins/vectorimageformats/*",
    "PySide6/Qt/plugins/wayland-graphics-integration-server/*", "PySide6/Qt/plugins/qml*/*",
    "PySide6/Qt/plugins/designer/*", "PySide6/Qt/lib/libQt6VirtualKeyboard*",
    "PySide6/Qt/lib/libQt6Quick*", "PySide6/Qt/lib/libQt6Qml*", "PySide6/Qt/lib/libQt6Sql*",
    "PySide6/Qt/lib/libQt6Lottie*", "PySide6/Qt/lib/libQt6WaylandCompositor*",
    "PySide6/Qt/translations/*", "PySide6/Qt/qml/*", "*.pyi", "*.h", "*.hpp", "*.cmake",
)  # fmt: skip

_SYMBOLS = ("torch/lib/", "tensorflow/", "PySide6/Qt/lib/")
"""Where symbols are stripped; in libraries that were edited after linking it would break them."""

_MUCH = 1_000_000
"""Size in bytes from which stripping a library is worthwhile."""


def programs() -> list[tuple[str, bool]]:
    """Name, and whether it has a console, of each program of the bundle.

    On Windows a program either has a console, which then opens with the window, or has no
    standard output, which commands need: so there are two.
    """
    if sys.platform == "win32":
        return [(FOLDER, False), (f"{FOLDER}-cli", True)]
    return [(FOLDER, True)]


def modules(package: Path) -> Iterator[str]:
    """Every module of the program, which imports many of them only when it needs them.

    They are listed from the folder, because PyInstaller would import the adapters of several
    frameworks into one process, which MNIST Studio never does.
    """
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def templates(package: Path) -> Iterator[tuple[str, str]]:
    """Every template of the program, and the folder of the bundle in which it belongs."""
    for file in sorted(package.rglob("*.j2")):
        yield str(file), file.parent.relative_to(package.parent).as_posix()


def frameworks() -> Iterator[str]:
    """The packages of the frameworks that are installed here, and of their scripts."""
    for entry in ENTRIES.values():
        if find_spec(entry.package):
            yield entry.package
        else:
            sys.stderr.write(
                f"{entry.title} is not installed, so the program will not include it.\n"
            )
    if find_spec("torchvision"):
        yield "torchvision"
    else:
        sys.stderr.write(
            "torchvision is not installed, so PyTorch's native scripts will not run.\n"
        )


def told_versions(root: Path) -> list[str]:
    """The dependencies, whose versions the program may show at run time."""
    project = (root / "pyproject.toml").read_text("utf-8")
    known = tomllib.loads(project)["project"]
    extras = known["optional-dependencies"]
    required = [*known["dependencies"], *extras["pytorch"], *extras["tensorflow"]]
    names = dict.fromkeys(Requirement(one).name for one in required)
    shown = ("keras", *names, *(f"{entry.package}-cpu" for entry in ENTRIES.values()))
    return [name for name in shown if installed(name)]


def description(version: str, folder: Path) -> list[tuple[str, str]]:
    """The metadata of MNIST Studio itself, with its address where the build knows that.

    Args:
        version: of the program.
        folder: for the file.

    Returns:
        The file, and its folder in the program, for PyInstaller.
    """
    lines = ["Metadata-Version: 2.1", "Name: mnist-studio", f"Version: {version}"]
    if home := desktop.addresses().get("homepage"):
        lines.append(f"Project-URL: Homepage, {home}")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "METADATA"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return [(str(file), f"mnist_studio-{version}.dist-info")]


def installed(distribution: str) -> bool:
    """Whether a distribution is in this environment."""
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def used(items: Sequence[Item]) -> list[Item]:
    """The files without those that nothing reads at run time."""
    return [item for item in items if not any(fnmatch(item[0], unused) for unused in _UNUSED_FILES)]


def stripped(items: Sequence[Item], folder: Path) -> list[Item]:
    """The libraries, large ones of Linux without their symbols; copies, never the originals."""
    if not sys.platform.startswith("linux") or not which("strip"):
        return list(items)
    return [_without_symbols(item, folder) if _worth_it(item) else item for item in items]


def _worth_it(item: Item) -> bool:
    place, source, kind = item
    return kind == "BINARY" and place.startswith(_SYMBOLS) and Path(source).stat().st_size > _MUCH


def _without_symbols(item: Item, folder: Path) -> Item:
    place, source, kind = item
    copy = folder / place
    original = Path(source).stat()
    if not copy.exists() or copy.stat().st_mtime < original.st_mtime:
        copy.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["strip", "--strip-unneeded", "-o", copy, source], check=True)
    return place, str(copy), kind
