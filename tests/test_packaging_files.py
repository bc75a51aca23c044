"""What makes archives and packages, with a small program in place of the real one."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / ".ci"))

appimage, archive, bundle, desktop = map(
    import_module, ("appimage", "archive", "bundle", "desktop")
)

NAME = desktop.NAME
FILES = ROOT / ".ci" / "linux"
RUN_TYPE = "application/x-mnist-studio-run+zip"
SETTINGS_TYPE = "application/x-mnist-studio-settings+toml"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes the folder of a program; each time in another order, at another time."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    def made(where: str) -> Path:
        folder = tmp_path / where / "mnist-studio"
        (folder / "inside").mkdir(parents=True)
        names = ["inside/b", "mnist-studio", "inside/a"]
        for name in names if where == "first" else names[::-1]:
            (folder / name).write_text("#!/bin/sh\necho runs in $APPDIR\n")
            os.utime(folder / name, (len(where) * 1e8, len(where) * 1e8))
        (folder / "mnist-studio").chmod(0o755)
        (folder / "link").symlink_to("inside")
        return folder

    return made


@pytest.fixture
def icons(tmp_path: Path) -> Path:
    folder = tmp_path / "icons"
    folder.mkdir()
    (folder / "mnist-studio-256.png").write_bytes(b"a picture")
    return folder


def sums(*files: Path) -> set[str]:
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_same_program_gives_the_same_archive(
    program: Callable[[str], Path], platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if platform == "linux" and not shutil.which("zstd"):
        pytest.skip("zstd is not installed")
    monkeypatch.setattr(sys, "platform", platform)
    first, second = (
        archive.packed(program(name), tmp_path, f"{name}-title") for name in ("first", "second")
    )
    assert len(sums(first, second)) == 1
    if platform == "darwin":
        with tarfile.open(second) as file:
            assert [entry.name for entry in file][:2] == ["mnist-studio", "mnist-studio/inside"]
            assert {entry.mtime for entry in file} == {1_700_000_000}
    elif platform == "win32":
        with zipfile.ZipFile(second) as packed:
            assert "mnist-studio/inside/a" in packed.namelist()


@needs("dpkg-deb")
def test_the_same_program_gives_the_same_debian_package(
    program: Callable[[str], Path], icons: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("first", "second"):
        target = tmp_path / f"to-{name}"
        target.mkdir()
        made.append(
            archive.debian(
                program(name), icons, ROOT / "LICENSE", target, "mnist-studio-base", "1.0"
            )
        )
    assert len(sums(*made)) == 1
    said = subprocess.check_output(["dpkg-deb", "--info", made[0]], text=True)
    assert "Conflicts: mnist-studio\n" in said
    content = subprocess.check_output(["dpkg-deb", "--contents", made[0]], text=True)
    for file in ("mime/packages/mnist-studio.xml", "applications/mnist-studio.desktop"):
        assert f"./usr/share/{file}" in content


@needs("mksquashfs")
def test_an_appimage_is_the_runtime_and_the_program(
    program: Callable[[str], Path], icons: Path, tmp_path: Path
) -> None:
    runtime = tmp_path / "runtime"
    runtime.write_bytes(b"\x7fELF\x02\x01\x01\x00AI\x02" + bytes(100))
    (checksum,) = sums(runtime)
    made = []
    for name in ("first", "second"):
        tree = appimage.folder(program(name), icons, tmp_path / name, "1.2.3")
        made.append(appimage.made(tree, runtime, tmp_path / f"{name}.AppImage", checksum))
    assert len(sums(*made)) == 1
    content = made[0].read_bytes()
    assert content.startswith(runtime.read_bytes())
    assert content[len(runtime.read_bytes()) :].startswith(b"hsqs")
    assert os.access(made[0], os.X_OK)
    # Beginning of the folder: what a runtime starts, and what a desktop reads.
    said = subprocess.run(
        [tree / "AppRun"], env={"APPDIR": "here"}, capture_output=True, text=True, check=True
    )
    assert said.stdout == "runs in here\n"
    for name in ("mnist-studio.desktop", "mnist-studio.png", ".DirIcon"):
        assert (tree / name).is_file()
        assert not (tree / name).readlink().is_absolute()


def test_an_appimage_takes_only_the_known_runtime(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.write_bytes(b"\x7fELF another")
    (checksum,) = sums(runtime)
    with pytest.raises(SystemExit, match="SHA-256 differs"):
        appimage.made(tmp_path, runtime, tmp_path / "made.AppImage", "0" * 64)
    with pytest.raises(SystemExit, match="not the runtime of an AppImage"):
        appimage.verified(runtime, checksum)


def test_menu_entry_file_types_and_description_name_the_same_kinds() -> None:
    types = ET.parse(FILES / "mnist-studio.xml").getroot()
    globs = {
        one.get("type"): [glob.get("pattern") for glob in one.findall(f"{MIME}glob")]
        for one in types
    }
    assert globs == {RUN_TYPE: ["*.mnistrun"], SETTINGS_TYPE: ["*.mnist.toml"]}
    entry = (FILES / "mnist-studio.desktop").read_text("utf-8")
    assert f"MimeType={RUN_TYPE};{SETTINGS_TYPE};\n" in entry
    assert "Exec=mnist-studio %F\n" in entry
    described = ET.parse(FILES / f"{desktop.APPLICATION}.metainfo.xml").getroot()
    assert [one.text for one in described.iter("mediatype")] == [RUN_TYPE, SETTINGS_TYPE]


def test_the_description_names_the_release_and_the_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/mnist-studio")
    root = ET.fromstring(desktop.metainfo("1.2.3"))
    (release,) = root.iter("release")
    assert release.attrib == {"version": "1.2.3", "date": "2023-11-14"}
    assert root.findtext("url") == "https://github.com/someone/mnist-studio"
    ((file, folder),) = bundle.description("1.2.3", tmp_path / folder_name("1.2.3"))
    assert folder == "mnist_studio-1.2.3.dist-info"
    found = metadata.Distribution.at(Path(file).parent)
    urls = found.metadata.get_all("Project-URL")
    assert urls == ["Homepage, https://github.com/someone/mnist-studio"]


def folder_name(version: str) -> str:
    return f"mnist_studio-{version}.dist-info"


@needs("appstreamcli")
@needs("desktop-file-validate")
@needs("update-mime-database")
def test_the_tools_of_the_desktop_accept_the_files(tmp_path: Path, icons: Path) -> None:
    desktop.install(tmp_path, icons, "1.2.3")
    share = tmp_path / "share"
    description = share / "metainfo" / f"{desktop.APPLICATION}.metainfo.xml"
    for command in (
        ["appstreamcli", "validate", "--no-net", str(description)],
        ["desktop-file-validate", str(share / "applications/mnist-studio.desktop")],
        ["update-mime-database", str(share / "mime")],
    ):
        subprocess.run(command, check=True, capture_output=True)
    known = (share / "mime" / "globs2").read_text("utf-8")
    assert f"50:{RUN_TYPE}:*.mnistrun\n" in known


def test_the_flatpak_manifest_installs_the_files_of_the_desktop() -> None:
    manifest = json.loads((FILES / f"{desktop.APPLICATION}.json").read_text("utf-8"))
    assert manifest["id"] == desktop.APPLICATION
    commands = " ".join(manifest["modules"][0]["build-commands"])
    for name in ("mnist-studio.desktop", "mnist-studio.xml", "metainfo.xml", "studio.svg"):
        assert name in commands
    # No other permission than the window, the graphics card, the network, and two folders.
    assert manifest["finish-args"] == [
        "--share=ipc", "--share=network", "--socket=wayland", "--socket=fallback-x11",
        "--device=dri", "--filesystem=xdg-documents", "--filesystem=xdg-download",
    ]  # fmt: skip


def test_the_bill_of_materials_names_packages_and_is_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    sbom = import_module("sbom")
    library = tmp_path / "libsystem.so.1"
    library.write_bytes(b"a library")
    one = metadata.distribution("msgspec")
    collected = [str(one.locate_file(file)) for file in one.files or () if file.suffix == ".py"]
    files = [tmp_path / name for name in ("a.json", "b.json")]
    for file in files:
        assert sbom.write([*collected, str(library)], file, "1.2.3") == 3
    assert len(sums(*files)) == 1
    bill = json.loads(files[0].read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == "1.2.3"
    purls = [part.get("purl") for part in bill["components"]]
    assert f"pkg:pypi/msgspec@{one.version}" in purls
    (found,) = (part for part in bill["components"] if part["type"] == "file")
    assert found["hashes"][0]["content"] == hashlib.sha256(b"a library").hexdigest()
