"""Tests of the rules that decide what is drawn: `python3 -m unittest` in this folder."""

from __future__ import annotations

import gzip
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import drawing
import faces
import licences
import selection
import writing


def set_of(family: str, images: np.ndarray, package: str = "fonts-x") -> selection.GlyphSet:
    face = faces.Face(package, Path(f"{family}.ttf"), family, "OFL")
    return selection.GlyphSet(face, "upper", images)


def noise(seed: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 256, (10, 784)).astype(np.uint8)


class Licences(unittest.TestCase):
    def test_plain_gpl_and_share_alike_are_refused(self) -> None:
        for name in ("GPL-2+", "LGPL-2.1", "CC-BY-SA-3.0", "CC-BY-NC-4.0", "OFL-1.1 and GPL-2"):
            self.assertIsNone(licences.permitted_name(name, ""), name)

    def test_permitted(self) -> None:
        self.assertEqual(licences.permitted_name("GPL-2 or OFL-1.1", ""), "OFL")
        self.assertEqual(
            licences.permitted_name("GPL-3+ with Font Exception", ""), "GPL with font exception"
        )
        text = "If you create a document which uses this font, and embed this font"
        self.assertEqual(licences.permitted_name("GPL-2", text), "GPL with font exception")

    def test_the_paragraph_that_names_the_source_file_wins(self) -> None:
        text = (
            "Format: x\n\nFiles: *\nLicense: GPL-3+\n words\n\n"
            "Files: sources/Good.sfd\nLicense: OFL-1.1\n words\n\n"
            "Files: debian/*\nLicense: GPL-2+\n words\n"
        )
        self.assertEqual(licences.licence_of(Path("Good.otf"), text), "OFL")
        self.assertIsNone(licences.licence_of(Path("Other.otf"), text))


class Families(unittest.TestCase):
    def test_style_words_are_dropped(self) -> None:
        for name in ("Lato", "Lato Black", "Lato Hairline", "LatoSemibold", "Lato 2.0"):
            self.assertEqual(faces.normalised_family(name), "lato", name)
        self.assertEqual(faces.normalised_family("Bold"), "bold")


class Selection(unittest.TestCase):
    def test_near_copies_of_any_label_are_refused(self) -> None:
        images = noise(1)
        touched = images.copy()
        touched[:, 0] ^= 1
        collected = selection.Distinct()
        self.assertTrue(collected.admit(images).all())
        self.assertFalse(collected.admit(touched[::-1]).any())
        self.assertEqual(collected.admit(np.concatenate([noise(2), noise(2)])).sum(), 10)

    def test_copies_and_relatives_share_a_group(self) -> None:
        sets = [
            set_of("first", noise(1)),
            set_of("second", noise(1), "fonts-y"),
            set_of("third serif", noise(2)),
            set_of("third sans", noise(3)),
            set_of("fourth", noise(4)),
        ]
        selection.group_families(sets)
        self.assertEqual([glyphs.group for glyphs in sets], [0, 0, 1, 1, 2])

    def test_blank_or_repeated_glyphs_are_found(self) -> None:
        images = noise(5)
        self.assertTrue(selection.is_distinct(images))
        repeated, blank = images.copy(), images.copy()
        repeated[7] = repeated[2]
        blank[3] = 0
        self.assertFalse(selection.is_distinct(repeated))
        self.assertFalse(selection.is_distinct(blank))

    def test_each_group_goes_to_one_split_and_large_ones_to_training(self) -> None:
        sets = [set_of(f"small{index}", noise(0)) for index in range(40)]
        for index, glyphs in enumerate(sets):
            glyphs.group = index
        large = [set_of(f"large{index}", noise(0)) for index in range(20)]
        for glyphs in large:
            glyphs.group = 40
        split = selection.split_groups(sets + large, 1, 0.1)
        self.assertEqual(split[40], "train")
        self.assertEqual(sorted(split.values()).count("test"), 6)
        self.assertEqual(sorted(split.values()).count("valid"), 6)


class Drawing(unittest.TestCase):
    def test_the_longer_side_fills_the_box_and_a_bar_stays_a_bar(self) -> None:
        frame = drawing.fitted(Image.new("L", (10, 100), 255), 1.0, (0.5, 0.5))
        rows, columns = np.nonzero(frame)
        self.assertEqual((rows.min(), rows.max()), (1, 26))
        self.assertEqual(np.ptp(columns) + 1, 5)


class Writing(unittest.TestCase):
    def test_idx_bytes_and_repeatability(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            contents = []
            for name in ("a", "b"):
                path = Path(folder) / name
                writing.write_split(path, "test", noise(6)[:3], np.array([4, 0, 9], np.uint8))
                contents.append([file.read_bytes() for file in sorted(path.iterdir())])
            self.assertEqual(contents[0], contents[1])
            images, labels = (gzip.decompress(content) for content in contents[0])
            self.assertEqual(images[:16].hex(), "00000803000000030000001c0000001c")
            self.assertEqual(images[16:], noise(6)[:3].tobytes())
            self.assertEqual(labels.hex(), "0000080100000003040009")


if __name__ == "__main__":
    unittest.main()
