"""Pictures are made small and laid over each other without changing what is plain to see."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.small_png import share_that_differs, smaller


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_picture_of_many_colours_keeps_the_flat_ones_exactly() -> None:
    page = Image.new("RGB", (200, 40), (252, 253, 255))
    for across in range(64):
        for down in range(16):
            page.putpixel((across, down), (across * 4, down * 16, 128))
    small = Image.open(BytesIO(smaller(png(page))))
    assert small.mode == "P"
    assert small.convert("RGB").getpixel((150, 30)) == (252, 253, 255)
    assert len(small.convert("RGB").getcolors() or ()) <= 256


@pytest.mark.parametrize(("times", "size"), [(1, (40, 20)), (2, (20, 10))])
def test_what_differs_is_counted_at_the_size_that_is_kept(tmp_path: Path, times: int, size: tuple[int, int]) -> None:
    taken = Image.new("RGB", (40, 20), "white")
    (tmp_path / "kept.png").write_bytes(smaller(png(taken), times))
    taken.paste("black", (0, 0, 20, 20))
    taken.save(tmp_path / "taken.png")
    assert Image.open(BytesIO((tmp_path / "kept.png").read_bytes())).size == size
    assert share_that_differs(tmp_path / "kept.png", tmp_path / "taken.png", tmp_path / "shown.png", times) == 0.5
    assert Image.open(tmp_path / "shown.png").getpixel((1, 1)) == (220, 0, 40)


def test_what_only_one_picture_covers_differs(tmp_path: Path) -> None:
    for name, height in (("kept", 10), ("taken", 20)):
        Image.new("RGB", (10, height), "white").save(tmp_path / f"{name}.png")
    assert share_that_differs(tmp_path / "kept.png", tmp_path / "taken.png") == 0.5
