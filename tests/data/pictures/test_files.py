import io
import random
import struct
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from mnist_studio.data.datasets.sources import read_test_folder
from mnist_studio.data.pictures import files
from mnist_studio.data.pictures.files import open_digits, open_picture, picture_from_levels
from mnist_studio.data.pictures.normalize import normalize
from mnist_studio.errors import PictureError


def four(size: int = 200, ink: int = 0, paper: int = 255) -> Image.Image:
    """A 4, so unlike itself when turned or mirrored."""
    picture = Image.new("L", (size, size), paper)
    draw = ImageDraw.Draw(picture)
    unit = size / 10
    for line in (((3, 2), (2.5, 5.5), (7, 5)), ((6, 2), (6, 8.5))):
        draw.line(
            [(x * unit, y * unit) for x, y in line], fill=ink, width=round(unit), joint="curve"
        )
    return picture


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return picture_from_levels(np.asarray(four()))


def opened(picture: Image.Image, tmp_path: Path, name: str = "four.png", **how: Any) -> np.ndarray:
    picture.save(tmp_path / name, **how)
    return open_picture(tmp_path / name)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_a_picture_becomes_a_digit_image(tmp_path: Path) -> None:
    image = opened(four(), tmp_path)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert (image.max(), image[0].max()) == (255, 0)


def test_polarity_does_not_matter(tmp_path: Path, expected: np.ndarray) -> None:
    assert difference(opened(four(ink=255, paper=0), tmp_path), expected) < 0.1
    assert difference(opened(four(ink=60, paper=160), tmp_path), expected) < 0.1


def in_mode(mode: str) -> Image.Image:
    gray = np.asarray(four())
    match mode:
        case "I;16":
            return Image.fromarray(gray.astype(np.uint16) * 257)
        case "I":
            return Image.fromarray(gray.astype(np.int32) * 257)
        case "F":
            return Image.fromarray(gray.astype(np.float32) / 255)
        case "LAB":
            bands = (gray, np.full_like(gray, 128), np.full_like(gray, 128))
            return Image.merge(mode, [Image.fromarray(band) for band in bands])
        case "P":
            return four().convert("RGB").quantize(16)
        case "CMYK" | "YCbCr":
            return four().convert("RGB").convert(mode)
        case _:
            return four().convert(mode)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16", "F", "CMYK", "YCbCr", "LAB"]
)
def test_every_mode_reads_the_same(tmp_path: Path, expected: np.ndarray, mode: str) -> None:
    suffix = "tif" if mode in ("I", "F", "CMYK", "YCbCr", "LAB") else "png"
    assert difference(opened(in_mode(mode), tmp_path, f"four.{suffix}"), expected) < 1


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp", "pgm", "tga"])
def test_every_format_reads_the_same(tmp_path: Path, expected: np.ndarray, suffix: str) -> None:
    assert difference(opened(four(), tmp_path, f"four.{suffix}"), expected) < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_cameras_orientation_is_followed(
    tmp_path: Path, expected: np.ndarray, orientation: int
) -> None:
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    turned = four()
    turned.getexif()[274] = back
    turned = ImageOps.exif_transpose(turned)
    exif = Image.Exif()
    exif[274] = orientation
    for name in ("four.jpg", "four.tif", "four.png"):
        assert difference(opened(turned, tmp_path, name, exif=exif), expected) < 3


@pytest.mark.parametrize("ink", [0, 255])
def test_on_nothing_the_opaque_part_is_the_ink(
    tmp_path: Path, expected: np.ndarray, ink: int
) -> None:
    picture = Image.new("RGBA", (200, 200), (ink, ink, ink, 0))
    picture.putalpha(ImageOps.invert(four()))
    assert difference(opened(picture, tmp_path), expected) < 0.5


def test_a_sheet_with_transparent_corners_is_paper(tmp_path: Path, expected: np.ndarray) -> None:
    picture = four().convert("RGBA")
    mask = Image.new("L", (200, 200), 0)
    ImageDraw.Draw(mask).rounded_rectangle((2, 2, 197, 197), 25, fill=255)
    picture.putalpha(mask)
    assert difference(opened(picture, tmp_path), expected) < 1


def test_a_transparent_palette_is_read(tmp_path: Path, expected: np.ndarray) -> None:
    picture = four().convert("RGB").quantize(2)
    paper = picture.getpixel((0, 0))
    assert difference(opened(picture, tmp_path, transparency=paper), expected) < 1
    alphas = bytes([0 if index == paper else 255 for index in range(2)])
    assert difference(opened(picture, tmp_path, transparency=alphas), expected) < 1


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path, expected: np.ndarray) -> None:
    frames = [four(), Image.new("L", (200, 200), 0)]
    image = opened(frames[0], tmp_path, "four.gif", save_all=True, append_images=frames[1:])
    assert difference(image, expected) < 0.5


def test_a_large_picture_is_reduced(tmp_path: Path, expected: np.ndarray) -> None:
    for name in ("four.png", "four.jpg"):
        assert difference(opened(four(3000), tmp_path, name), expected) < 4


def test_noise_and_uneven_paper_are_not_ink(tmp_path: Path, expected: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    gray = np.asarray(four(ink=50, paper=210)).astype(float)
    gray += rng.normal(0, 4, gray.shape) + np.linspace(-10, 10, 200)
    image = opened(Image.fromarray(gray.clip(0, 255).astype(np.uint8)), tmp_path)
    assert difference(image, expected) < 8


def test_mnists_own_digits_hardly_change(shared_mnist: Path, tmp_path: Path) -> None:
    images = read_test_folder(shared_mnist).images[:50]
    again = np.stack([opened(Image.fromarray(image), tmp_path) for image in images])
    assert difference(again, images) < 0.2


def test_levels_need_no_file(expected: np.ndarray) -> None:
    gray = np.asarray(four())
    assert difference(picture_from_levels(gray / 255), expected) < 0.1
    assert difference(picture_from_levels(gray.astype(np.uint16) * 257), expected) < 0.1
    assert difference(normalize(255 - gray), expected) < 3


@pytest.mark.parametrize("gray", [0, 100, 255])
@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_a_blank_picture_is_reported(tmp_path: Path, mode: str, gray: int) -> None:
    picture = Image.new("L", (50, 50), gray).convert(mode, dither=Image.Dither.NONE)
    with pytest.raises(PictureError, match="too little contrast") as caught:
        opened(picture, tmp_path)
    assert "a dark digit" in caught.value.remedy


def test_a_nearly_blank_picture_is_reported(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(230, 2, (60, 60)).clip(0, 255).astype(np.uint8)
    with pytest.raises(PictureError, match="too little contrast"):
        opened(Image.fromarray(noise), tmp_path)


def test_a_wholly_transparent_picture_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="too little contrast"):
        opened(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), tmp_path)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1)])
def test_a_very_small_picture_counts_as_blank(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match="too little contrast"):
        opened(Image.new("L", size, 0), tmp_path)


@pytest.mark.parametrize("shape", [(0, 0), (3,), (2, 2, 3)])
def test_arrays_of_invalid_shape_are_reported(shape: tuple[int, ...]) -> None:
    with pytest.raises(PictureError):
        picture_from_levels(np.zeros(shape))


def test_values_that_are_not_numbers_are_reported() -> None:
    with pytest.raises(PictureError):
        picture_from_levels(np.full((5, 5), np.nan))


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="does not exist"):
        open_picture(tmp_path / "none.png")


def test_a_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="could not be read"):
        open_picture(tmp_path)


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(PictureError, match=r"empty\.png is empty"):
        open_picture(tmp_path / "empty.png")


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7", b"<svg></svg>", b"%!PS-Adobe EPSF"])
def test_an_invalid_picture_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.png").write_bytes(content)
    with pytest.raises(PictureError, match="not an image") as caught:
        open_picture(tmp_path / "file.png")
    assert "PNG" in caught.value.remedy


def packed(suffix: str) -> bytes:
    buffer = io.BytesIO()
    noisy = np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)
    Image.fromarray(noisy).save(buffer, {"png": "PNG", "jpg": "JPEG", "gif": "GIF"}[suffix])
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif"])
def test_a_truncated_picture_is_reported(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(packed(suffix)[: len(packed(suffix)) // 2])
    with pytest.raises(PictureError, match="incomplete or damaged"):
        open_picture(path)


def huge_png(width: int, height: int) -> bytes:
    """The beginning of a picture that claims to be huge."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = (
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, data)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("size", [(8000, 8000), (10_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_picture_is_refused_before_it_is_decoded(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "huge.png").write_bytes(huge_png(*size))
    with pytest.raises(PictureError, match="50 million pixels") as caught:
        open_picture(tmp_path / "huge.png")
    assert "smaller" in caught.value.remedy


def test_damage_anywhere_is_reported_or_harmless(tmp_path: Path) -> None:
    chance = random.Random(0)
    for suffix in ("png", "jpg", "gif", "bmp", "tif", "webp", "tga"):
        path = tmp_path / f"four.{suffix}"
        four(60).save(path)
        good = path.read_bytes()
        for _ in range(60):
            bad = bytearray(good)
            for _ in range(chance.choice((1, 3, 20))):
                bad[chance.randrange(min(len(bad), 400))] = chance.randrange(256)
            path.write_bytes(bad)
            try:
                assert open_picture(path).shape == (28, 28)
            except PictureError:
                continue


def test_pillows_own_limit_stays_as_it_is(tmp_path: Path) -> None:
    limit = Image.MAX_IMAGE_PIXELS
    opened(four(), tmp_path)
    assert limit == Image.MAX_IMAGE_PIXELS
    assert limit is None or limit > files.MOST_PIXELS


def test_every_complaint_about_a_picture_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.png"
    contents = {
        "blank": None,
        "page": b"<!DOCTYPE html><title>Sign in</title>",
        "text": b"hello",
        "empty": b"",
        "cut": packed("png")[:300],
        "huge": huge_png(8000, 8000),
    }
    for name, content in contents.items():
        if content is None:
            Image.new("L", (64, 64), 255).save(path)
        else:
            path.write_bytes(content)
        for read in (open_picture, open_digits):
            with pytest.raises(PictureError) as caught:
                read(path)
            assert "mine.png" in caught.value.problem, name
            assert ("is a web page, not an image" in caught.value.problem) == (name == "page")
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(PictureError, match=r"mine\.png has 0 MB, but an image can have at most"):
        open_picture(path)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_scans_of_every_depth_read_the_same(
    tmp_path: Path, expected: np.ndarray, bits: int, suffix: str
) -> None:
    levels = np.asarray(four()).astype(float) / 255 * (2**bits - 1)
    picture = Image.fromarray(levels.astype(np.uint16))
    assert difference(opened(picture, tmp_path, f"scan.{suffix}"), expected) < 1


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100)


def test_a_photo_in_heic_is_named_with_two_ways_to_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    files._heic_is_readable.cache_clear()
    (tmp_path / "IMG_1.HEIC").write_bytes(HEIC)
    with pytest.raises(PictureError, match=r"IMG_1\.HEIC is an HEIC image") as caught:
        open_digits(tmp_path / "IMG_1.HEIC")
    assert "Save it as JPEG" in caught.value.remedy
    assert "pip install pillow-heif" in caught.value.remedy
    assert "HEIC" not in files.formats()
    files._heic_is_readable.cache_clear()


def test_with_its_library_heic_is_one_of_the_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[bool] = []
    library = SimpleNamespace(register_heif_opener=lambda **_: registered.append(True))
    monkeypatch.setitem(sys.modules, "pillow_heif", library)
    files._heic_is_readable.cache_clear()
    assert files.formats()[-1] == "HEIC"
    assert {"heic", "heif", "png"} <= set(files.suffixes())
    assert registered == [True]
    files._heic_is_readable.cache_clear()


@pytest.mark.parametrize("name", list(files.SUFFIXES))
def test_every_format_that_is_listed_can_be_opened(
    tmp_path: Path, expected: np.ndarray, name: str
) -> None:
    for suffix in files.SUFFIXES[name]:
        picture = four().convert("1" if suffix == "pbm" else "L")
        how: dict[str, Any] = {"sizes": [(200, 200)]} if suffix == "ico" else {}
        assert difference(opened(picture, tmp_path, f"four.{suffix}", **how), expected) < 3


def test_another_format_is_answered_with_those_that_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(PictureError) as caught:
        open_digits(tmp_path / "a.pdf")
    assert all(name in caught.value.remedy for name in files.formats())
