"""Draws one character of a face as a 28x28 grey image, white on black, plain or varied."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageFont

SIDE = 28
BOX = 26
EM = 128
MOST_STRETCH = 2.0


@dataclass(frozen=True)
class Variation:
    """How a training image departs from the plain glyph; the default departs in nothing."""

    rotation: float = 0.0
    slant: float = 0.0
    weight: int = 0
    scale: float = 1.0
    shift: tuple[float, float] = (0.5, 0.5)

    @staticmethod
    def drawn(generator: random.Random) -> "Variation":
        """A slight variation: up to 8 degrees, 0.18 of slant, a step of weight, 14 % smaller."""
        return Variation(
            rotation=generator.uniform(-8, 8),
            slant=generator.uniform(-0.06, 0.18),
            weight=generator.choice((-1, 0, 0, 1)),
            scale=generator.uniform(0.86, 1.0),
            shift=(generator.random(), generator.random()),
        )


def load(path: Path) -> ImageFont.FreeTypeFont | None:
    """The face at the size it is drawn at before it is reduced; None when it cannot be read."""
    try:
        return ImageFont.truetype(str(path), EM, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return None


def large(font: ImageFont.FreeTypeFont, character: str) -> Image.Image | None:
    """The character at EM pixels, cropped to its ink; None when it is blank or far too big."""
    try:
        left, top, right, bottom = font.getbbox(character)
        width, height = math.ceil(right - left), math.ceil(bottom - top)
        if not (0 < width <= 6 * EM and 0 < height <= 6 * EM):
            return None
        mask, _ = font.getmask2(character, mode="L")
    except (OSError, ValueError, MemoryError):
        return None
    image = Image.frombytes("L", mask.size, bytes(mask))
    ink = image.point(lambda value: 255 if value > 40 else 0).getbbox()
    if ink is None or max(ink[2] - ink[0], ink[3] - ink[1]) < EM // 8:
        return None
    return image.crop(ink)


def varied(image: Image.Image, variation: Variation) -> Image.Image:
    """The large glyph slanted, rotated and made bolder or lighter, cropped to its ink again."""
    border = max(image.size) // 3 + 8
    canvas = Image.new("L", (image.width + 2 * border, image.height + 2 * border))
    canvas.paste(image, (border, border))
    if variation.slant:
        middle = canvas.height / 2
        matrix = (1, variation.slant, -variation.slant * middle, 0, 1, 0)
        canvas = canvas.transform(
            canvas.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )
    if variation.rotation:
        canvas = canvas.rotate(variation.rotation, Image.Resampling.BILINEAR)
    if variation.weight > 0:
        canvas = canvas.filter(ImageFilter.MaxFilter(5))
    if variation.weight < 0:
        lighter = canvas.filter(ImageFilter.MinFilter(3))
        # Hairlines would vanish: keep the glyph as it is unless most of its ink is left.
        if np.asarray(lighter).sum() > 0.7 * np.asarray(canvas).sum():
            canvas = lighter
    ink = canvas.point(lambda value: 255 if value > 40 else 0).getbbox()
    return canvas.crop(ink) if ink else image


def fitted(image: Image.Image, scale: float, shift: tuple[float, float]) -> np.ndarray:
    """Reduces a large glyph into the frame. The longer side fills it; the shorter one is stretched
    towards it, at most MOST_STRETCH times, so that an I stays a bar."""
    box = BOX * scale
    longer = max(image.size)
    factor = box / longer
    sides = [min(box, side * factor * MOST_STRETCH) for side in image.size]
    width, height = (max(2, round(side)) for side in sides)
    small = np.asarray(image.resize((width, height), Image.Resampling.HAMMING))
    frame = np.zeros((SIDE, SIDE), np.uint8)
    room_x, room_y = SIDE - width, SIDE - height
    x = min(room_x, int(shift[0] * (room_x + 1))) if scale < 1 else room_x // 2
    y = min(room_y, int(shift[1] * (room_y + 1))) if scale < 1 else room_y // 2
    frame[y : y + height, x : x + width] = small
    return frame


def glyph(
    font: ImageFont.FreeTypeFont, character: str, variation: Variation = Variation()
) -> np.ndarray | None:
    """The 28x28 image of a character, or None when the face draws nothing usable for it."""
    image = large(font, character)
    if image is None:
        return None
    if variation != Variation():
        image = varied(image, variation)
    return fitted(image, variation.scale, variation.shift)
