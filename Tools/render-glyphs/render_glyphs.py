#!/usr/bin/env python3
"""Renders the letters A to J and the digits 0 to 9 of free fonts into IDX files.

The fonts come from Debian packages (packages.txt). Families are split into training, validation
and test sets, so that no design is in two of them; running twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import random
import sys
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import drawing
import faces
import selection
import writing

KINDS = {"upper": "ABCDEFGHIJ", "lower": "abcdefghij", "digit": "0123456789"}
SPLITS = ("test", "valid", "train")


def arguments() -> argparse.Namespace:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--packages", type=Path, default=here / "packages.txt",
        help="list of Debian packages, one a line (default: packages.txt beside this program)",
    )
    parser.add_argument(
        "--cache", type=Path, default=Path("/tmp/render-glyphs"),
        help="folder for downloaded and unpacked packages, about 1 GB (default: %(default)s)",
    )
    parser.add_argument(
        "--output", type=Path, default=here.parents[1] / "Data",
        help="folder that gets letters/, digits/, LICENSES.md and the sheets (default: Data/)",
    )
    parser.add_argument("--seed", type=int, default=20, help="seed of the split (%(default)s)")
    parser.add_argument(
        "--held-out", type=float, default=0.14, metavar="SHARE",
        help="share of the faces for the test set, and as many for validation (%(default)s)",
    )
    parser.add_argument(
        "--letters", type=int, default=1200, metavar="COUNT",
        help="training images of each letter; variations fill up what faces lack (%(default)s)",
    )
    parser.add_argument(
        "--digits", type=int, default=800, metavar="COUNT",
        help="training images of each digit (%(default)s)",
    )
    parser.add_argument(
        "--held-out-images", type=int, default=150, metavar="COUNT",
        help="most images of each class in the validation and in the test set (%(default)s)",
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="processes that draw (%(default)s)"
    )
    return parser.parse_args()


def draw_face(face: faces.Face) -> list[selection.GlyphSet]:
    """The usable sets of a face: those with ten glyphs, none blank, no two the same."""
    font = drawing.load(face.path)
    if font is None:
        return []
    drawn = []
    for kind, characters in KINDS.items():
        images = [drawing.glyph(font, character) for character in characters]
        if all(image is not None for image in images):
            rows = np.stack([image.reshape(-1) for image in images])
            if selection.is_distinct(rows):
                drawn.append(selection.GlyphSet(face, kind, rows))
    return drawn


def draw_variation(request: tuple[faces.Face, str, int, int]) -> np.ndarray | None:
    """The image of (face, kind, label, number of the variation)."""
    face, kind, label, number = request
    font = drawing.load(face.path)
    generator = random.Random(f"{face.key}/{kind}/{label}/{number}")
    variation = drawing.Variation.drawn(generator)
    image = drawing.glyph(font, KINDS[kind][label], variation)
    return None if image is None else image.reshape(-1)


class Task:
    """Builds the three splits of the letters or of the digits."""

    def __init__(self, sets: list[selection.GlyphSet], split: dict[int, str], seed: int) -> None:
        self.distinct = selection.Distinct()
        self.seed = seed
        self.entries: dict[str, list[tuple[faces.Face, str, int]]] = {}
        self.images: dict[str, np.ndarray] = {}
        # Test first: a near copy is then dropped from training, never from what is measured.
        for name in SPLITS:
            chosen = [glyphs for glyphs in sets if split[glyphs.group] == name]
            entries = [(g.face, g.kind, label) for g in chosen for label in range(10)]
            images = np.concatenate([glyphs.images for glyphs in chosen])
            order = sorted(range(len(entries)), key=lambda i: self.rank(entries[i]))
            entries, images = [entries[i] for i in order], images[order]
            fresh = self.distinct.admit(images)
            self.entries[name] = [entry for entry, kept in zip(entries, fresh) if kept]
            self.images[name] = images[fresh]

    def rank(self, entry: tuple[faces.Face, str, int]) -> str:
        face, kind, label = entry
        return selection.rank(self.seed, f"{face.key}/{kind}/{label}")

    def labels(self, name: str) -> np.ndarray:
        return np.array([label for _, _, label in self.entries[name]], np.uint8)

    def balance(self, name: str, most: int) -> None:
        """Keeps as many images of each label: those of the rarest, at most the number given."""
        counts = np.bincount(self.labels(name), minlength=10)
        wanted = min(int(counts.min()), most) if name != "train" else most
        seen = np.zeros(10, int)
        kept = []
        for index, (_, _, label) in enumerate(self.entries[name]):
            if seen[label] < wanted:
                kept.append(index)
                seen[label] += 1
        self.entries[name] = [self.entries[name][index] for index in kept]
        self.images[name] = self.images[name][kept]

    def fill_with_variations(self, pool: Pool, wanted: int) -> int:
        """Adds variations of the training glyphs until each label has as many as wanted."""
        plain = list(self.entries["train"])
        added = 0
        for number in range(20):
            missing = wanted - np.bincount(self.labels("train"), minlength=10)
            if (missing <= 0).all():
                break
            requests = []
            for label in range(10):
                sources = [entry for entry in plain if entry[2] == label]
                sources.sort(key=lambda e: selection.rank(self.seed + number + 1, e[0].key))
                count = max(0, int(missing[label]) * 5 // 4 + 1) if missing[label] > 0 else 0
                requests += [(*source, number) for source in sources[:count]]
            drawn = pool.map(draw_variation, requests, chunksize=32)
            pairs = [(r[:3], image) for r, image in zip(requests, drawn) if image is not None]
            images = np.stack([image for _, image in pairs])
            fresh = self.distinct.admit(images)
            for (entry, _), image, kept in zip(pairs, images, fresh):
                if kept and missing[entry[2]] > 0:
                    missing[entry[2]] -= 1
                    added += 1
                    self.entries["train"].append(entry)
                    self.images["train"] = np.concatenate([self.images["train"], image[None]])
        return added

    def write(self, folder: Path) -> None:
        for name in SPLITS:
            labels = self.labels(name)
            order = np.random.RandomState(self.seed).permutation(len(labels))
            writing.write_split(folder, name, self.images[name][order], labels[order])
        order = np.random.RandomState(self.seed).permutation(len(self.labels("train")))
        sheet = folder.with_suffix(".png")
        writing.write_sheet(sheet, self.images["train"][order], self.labels("train")[order])


def main() -> None:
    options = arguments()
    packages = faces.read_package_names(options.packages)
    versions = faces.fetch(packages, options.cache)
    found = faces.find(packages, options.cache)
    print(f"{len(found)} faces in {len({face.family for face in found})} families")
    used: dict[faces.Face, str] = {}
    with Pool(options.processes) as pool:
        drawn = pool.map(draw_face, found, chunksize=16)
        sets = [glyphs for face_sets in drawn for glyphs in face_sets]
        selection.group_families(sets)
        letters = selection.legible([g for g in sets if g.kind != "digit"])
        digits = selection.legible([g for g in sets if g.kind == "digit"])
        print(f"legible sets: {len(letters)} of letters, {len(digits)} of digits, of {len(sets)}")
        split = selection.split_groups(letters + digits, options.seed, options.held_out)
        print("groups:", {name: list(split.values()).count(name) for name in SPLITS})
        for title, chosen, wanted in (
            ("letters", letters, options.letters), ("digits", digits, options.digits)
        ):
            task = Task(chosen, split, options.seed)
            for name in ("test", "valid"):
                task.balance(name, options.held_out_images)
            task.balance("train", wanted)
            added = task.fill_with_variations(pool, wanted)
            task.write(options.output / title)
            for name in SPLITS:
                counts = np.bincount(task.labels(name), minlength=10)
                print(f"{title} {name}: {counts.sum()} images, by class {counts.tolist()}")
                used.update({face: name for face, _, _ in task.entries[name]})
            print(f"{title}: {added} of the training images are variations")
    writing.write_licences(options.output / "LICENSES.md", used, versions)
    size = sum(path.stat().st_size for path in options.output.rglob("*") if path.is_file())
    print(f"{options.output}: {size / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
