"""What makes the packaged program, as far as it can be tried without making one."""

import hashlib
import pkgutil
import sys
import tomllib
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType

import pytest

import mnist_studio

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / ".ci"))

archive, bundle, environment, licenses, package, windows = map(
    import_module, ("archive", "bundle", "environment", "licenses", "package", "windows")
)


def test_every_module_goes_in() -> None:
    source = Path(mnist_studio.__file__).parent
    names = list(bundle.modules(source))
    assert "mnist_studio" in names
    assert "mnist_studio.running.train_task" in names
    walked = [one.name for one in pkgutil.iter_modules([str(source)], "mnist_studio.")]
    assert set(walked) <= set(names)
    assert len(set(names)) == len(names)


def test_templates_go_into_the_folders_of_their_modules() -> None:
    source = Path(mnist_studio.__file__).parent
    found = {Path(file).name: folder for file, folder in bundle.templates(source)}
    assert found["pytorch.py.j2"] == "mnist_studio/codegen/templates"
    assert found["forward.py.j2"] == "mnist_studio/codegen/templates/numpy"
    assert found["report.html.j2"] == "mnist_studio/comparison/report/templates"


def test_what_nothing_reads_is_left_out() -> None:
    places = (
        "torch/lib/libtorch_cpu.so", "torch/bin/torch_shm_manager", "torch/bin/test_jit",
        "tensorflow/include/a.h", "mnist_studio/resources/models/models.json",
        "mnist_studio/resources/fonts/DejaVuSans.ttf", "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/lib/libQt6WaylandClient.so.6",
    )  # fmt: skip
    kept = [place for place, _, _ in bundle.used([(place, "", "DATA") for place in places])]
    assert kept == [
        "torch/lib/libtorch_cpu.so", "torch/bin/torch_shm_manager",
        "mnist_studio/resources/models/models.json", "mnist_studio/resources/fonts/DejaVuSans.ttf",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/lib/libQt6WaylandClient.so.6",
    ]  # fmt: skip


def test_matplotlib_is_left_out_even_where_it_is_installed() -> None:
    """PyInstaller would otherwise make a folder for it in every process."""
    assert "matplotlib" in bundle.UNUSED


def test_the_cpu_build_for_linux_has_all_requirements_but_torchvision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    wanted = environment._wanted(ROOT, "cpu")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    # With torch, TensorFlow, and the tools of the build, without torchvision.
    tools = project["optional-dependencies"]["build"]
    assert len(wanted) == len(project["dependencies"]) + 2 + len(tools)
    assert "torch>=2.6" in wanted
    assert not any(one.startswith("torchvision") for one in wanted)
    assert any(one.startswith("pyinstaller") for one in wanted)
    assert [one for one in wanted if one.startswith("tensorflow")] == ["tensorflow-cpu>=2.18"]


def test_the_base_edition_has_no_framework() -> None:
    wanted = " ".join(environment._wanted(ROOT, "base"))
    assert "pyinstaller" in wanted
    assert not [name for name in ("torch", "tensorflow", "keras", "scipy") if name in wanted]


def test_a_program_without_a_framework_of_its_edition_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_internal" / "torch").mkdir(parents=True)
    assert package._complete(tmp_path, "base")
    assert not package._complete(tmp_path, "cpu")
    assert "tensorflow is missing" in "".join(capsys.readouterr())
    (tmp_path / "_internal" / "tensorflow").mkdir()
    assert package._complete(tmp_path, "cpu")


@pytest.mark.parametrize(("edition", "platform"), [("cuda", "linux"), ("cpu", "win32")])
def test_other_builds_have_all_requirements(
    edition: str, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = environment._wanted(ROOT, edition)
    assert wanted[: len(project["dependencies"])] == project["dependencies"]
    assert any(one.startswith("pyinstaller") for one in wanted[len(project["dependencies"]) :])


@pytest.mark.parametrize("program", ["mnist-studio", "mnist-studio-cli"])
def test_windows_is_told_what_each_program_is(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PyInstaller", reason="the extra “build” has it")
    compat = import_module("PyInstaller.compat")
    # Both open programs of Windows, which is not asked of them here.
    monkeypatch.setitem(sys.modules, "pefile", ModuleType("pefile"))
    monkeypatch.setattr(compat, "win32api", None, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    reader = import_module("PyInstaller.utils.win32.versioninfo")
    file = windows.details_file("1.20.3", program, tmp_path)
    read = reader.load_version_info_from_text_file(file)

    assert read.ffi.fileVersionMS == read.ffi.productVersionMS == 1 << 16 | 20
    assert read.ffi.fileVersionLS == read.ffi.productVersionLS == 3 << 16
    (table,) = read.kids[0].kids
    said = {one.name: one.val for one in table.kids}
    assert said["FileVersion"] == said["ProductVersion"] == "1.20.3"
    assert said["OriginalFilename"] == f"{program}.exe"
    assert ("commands" in said["FileDescription"]) == program.endswith("-cli")


def test_the_licenses_of_what_was_collected_are_listed(tmp_path: Path) -> None:
    one = metadata.distribution("msgspec")
    collected = [str(one.locate_file(file)) for file in one.files or () if file.suffix == ".py"]
    target = tmp_path / "list.txt"
    assert licenses.write(collected, target) == 1
    text = target.read_text("utf-8")
    assert f"msgspec {one.version}: BSD-3-Clause" in text
    assert "Redistribution and use in source and binary forms" in text
    assert "MNIST Studio, LICENSE\n\nMIT License" in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text


def test_a_folder_is_packed_and_unpacked_with_its_links(tmp_path: Path) -> None:
    folder = tmp_path / "mnist-studio"
    folder.mkdir()
    (folder / "mnist-studio").write_text("the program")
    (folder / "link").symlink_to("mnist-studio")
    packed = archive.packed(folder, tmp_path, archive.title("mnist-studio", "1.2.3"))
    assert packed.name.startswith("mnist-studio-1.2.3-")
    target = tmp_path / "Übung und mehr"
    target.mkdir()
    program = archive.unpacked(packed, target)
    assert program.read_text() == "the program"
    assert (target / "mnist-studio" / "link").is_symlink()
    sums = archive.checksums([packed], tmp_path / "sums").read_text()
    assert sums == f"{hashlib.sha256(packed.read_bytes()).hexdigest()}  {packed.name}\n"


def test_the_base_installation_has_no_framework_and_all_has_both() -> None:
    """The README installs ``all``, and the tests need whatever it has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    base = " ".join(project["dependencies"])
    assert not [name for name in ("torch", "tensorflow", "keras", "scipy") if name in base]
    assert extras["all"][0].startswith("mnist-studio[pytorch,tensorflow,")
    assert extras["test"][0] == "mnist-studio[all,dask,tools]"
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [line for line in readme.splitlines() if "pip install" in line]
    assert "'.[all]'" in commands[0]
    assert "'.[test]'" in commands[1]


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-cpu.txt"])
def test_constraints_name_no_package_index(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
