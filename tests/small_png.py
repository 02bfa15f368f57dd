"""Pictures of pages as files: made small, read again, and laid over each other."""

from __future__ import annotations

from collections import Counter
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
    # Each pixel as one number. Pillow's own way into a palette is quicker and rounds: white would not stay white.
    pixels = memoryview(image.convert("RGBX").tobytes()).cast("I")
    counted = Counter(pixels)
    kept = _commonest(counted)
    nearest = {colour: _nearest(colour, kept) for colour in counted}
    packed = Image.frombytes("P", image.size, bytes(map(nearest.__getitem__, pixels)))
    packed.putpalette([channel for colour in kept for channel in _channels(colour)])
    file = BytesIO()
    packed.save(file, "PNG", optimize=True)
    return file.getvalue()


def _commonest(counted: Counter[int]) -> list[int]:
    """Give the colours to keep: of those that look alike the commonest speaks for all."""
    speakers: dict[tuple[int, ...], int] = {}
    numbers: Counter[int] = Counter()
    for colour, number in counted.most_common():
        numbers[speakers.setdefault(tuple(channel >> 2 for channel in _channels(colour)), colour)] += number
    return [colour for colour, _ in numbers.most_common(MOST_COLOURS)]


def _nearest(colour: int, kept: list[int]) -> int:
    def far(index: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(_channels(colour), _channels(kept[index]), strict=True))

    return min(range(len(kept)), key=far)


def _channels(colour: int) -> tuple[int, int, int]:
    return colour & 255, colour >> 8 & 255, colour >> 16 & 255


def share_that_differs(kept: Path, taken: Path, shown: Path | None = None, times: int = 1) -> float:
    """Give the share of pixels, 0 to 1, in which two pictures differ; what only one of them covers differs. `times` is
    how many times smaller the kept one is. `shown` is where to leave a picture of it: the kept one faded, the pixels
    that differ in red."""
    pictures = [Image.open(kept).convert("RGB"), Image.open(taken).convert("RGB").reduce(times)]
    width, height = (max(each.width for each in pictures), max(each.height for each in pictures))
    first, second = (_laid_on(each, width, height) for each in pictures)
    bands = ImageChops.difference(first, second).split()
    furthest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    mask = furthest.point(lambda value: 255 if value > FAINT else 0)
    for each in pictures:  # what lies beside or below one of them
        mask.paste(255, (each.width, 0, width, height))
        mask.paste(255, (0, each.height, width, height))
    if shown is not None:
        faded = Image.blend(first, Image.new("RGB", first.size, "white"), 0.7)
        faded.paste((220, 0, 40), mask=mask)
        faded.save(shown, "PNG")
    return mask.histogram()[255] / (width * height)


def _laid_on(picture: Image.Image, width: int, height: int) -> Image.Image:
    sheet = Image.new("RGB", (width, height), "white")
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
