"""Pictures of pages as files: made small, read again, and laid over each other."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

MOST_COLOURS = 256
FAINT = 24
"""How far a channel may differ before a pixel counts as another: smoothed edges of letters always differ a little."""


def smaller(picture: bytes, times: int = 1) -> bytes:
    """Give the picture, a PNG, with at most 256 colours, the commonest of them exact, packed as tightly as can be, and
    so many times smaller in width and height."""
    image = Image.open(BytesIO(picture)).convert("RGB").reduce(times)
    palette = Image.new("P", (1, 1))
    palette.putpalette(_commonest(image))
    packed = BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _commonest(image: Image.Image) -> list[int]:
    """Give the colours to keep as one list of channels: of those that look alike the commonest speaks for all."""
    buckets: dict[tuple[int, ...], tuple[int, tuple[int, ...]]] = {}
    for count, colour in sorted(image.getcolors(image.width * image.height) or [], reverse=True):
        alike = tuple(channel >> 2 for channel in colour)
        number, speaker = buckets.get(alike, (0, colour))
        buckets[alike] = (number + count, speaker)
    ranked = sorted(buckets.values(), reverse=True)[:MOST_COLOURS]
    return [channel for _, colour in ranked for channel in colour]


def share_that_differs(kept: Path, taken: Path, shown: Path | None = None, times: int = 1) -> float:
    """Give the share of pixels, 0 to 1, in which two pictures differ; what only one of them covers differs. `times` is
    how many times smaller the kept one is. `shown` is where to leave a picture of it: the kept one faded, the pixels
    that differ in red."""
    pictures = [Image.open(kept).convert("RGB"), Image.open(taken).convert("RGB").reduce(times)]
    size = (max(each.width for each in pictures), max(each.height for each in pictures))
    first, second = (_laid_on(each, size, ground) for each, ground in zip(pictures, ("white", "black"), strict=True))
    bands = ImageChops.difference(first, second).split()
    furthest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    mask = furthest.point(lambda value: 255 if value > FAINT else 0)
    if shown is not None:
        faded = Image.blend(first, Image.new("RGB", size, "white"), 0.7)
        faded.paste((220, 0, 40), mask=mask)
        faded.save(shown, "PNG")
    return mask.histogram()[255] / (size[0] * size[1])


def _laid_on(picture: Image.Image, size: tuple[int, int], ground: str) -> Image.Image:
    sheet = Image.new("RGB", size, ground)
    sheet.paste(picture)
    return sheet


def colours(path: Path) -> int:
    """Count the colours of a picture: an empty page has one, or hardly more."""
    image = Image.open(path).convert("RGB")
    return len(image.getcolors(image.width * image.height) or [])


def brightness(path: Path) -> float:
    """Give how bright a picture is on the whole, 0 to 255."""
    histogram = Image.open(path).convert("L").histogram()
    return sum(value * count for value, count in enumerate(histogram)) / sum(histogram)
