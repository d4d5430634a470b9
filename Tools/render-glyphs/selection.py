"""Chooses the glyphs: which sets are legible, which families belong together, which split each goes
to, and which images are near copies of others.

All comparisons are sums of products of whole numbers below 2^53, so they come out the same on
every machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from faces import Face

# Two images are near copies when the squared distance is below this share of the larger square.
NEAR = 0.02
# Two families are one when two of their sets have this many near copies among ten.
SHARED_GLYPHS = 5
# A set is legible when this many of its ten glyphs are nearest to the same letter elsewhere.
LEGIBLE_GLYPHS = 6
# Glyphs of one set closer than this are taken for the same glyph.
DISTINCT = 0.03
# Groups with more faces than this go to training, so that no design dominates the other splits.
LARGEST_HELD_OUT = 12
# Packages of several hundred display families: shared out apart from the rest, so that every
# split gets the same share of them.
COLLECTIONS = ("fonts-aenigma",)
BLOCK = 512


@dataclass
class GlyphSet:
    """The ten images (10, 784) of one face in one case: upper, lower or digit."""

    face: Face
    kind: str
    images: np.ndarray
    group: int = field(default=-1)

    @property
    def key(self) -> str:
        return f"{self.face.key}/{self.kind}"


def rank(seed: int, key: str) -> str:
    """A reproducible pseudo-random order: sort by this."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Relative squared distances between the rows: |a - b|^2 / max(|a|^2, |b|^2)."""
    a, b = first.astype(np.float64), second.astype(np.float64)
    a_squared, b_squared = (a * a).sum(1), (b * b).sum(1)
    squared = a_squared[:, None] + b_squared[None, :] - 2 * (a @ b.T)
    return squared / np.maximum(np.maximum(a_squared[:, None], b_squared[None, :]), 1)


def is_distinct(images: np.ndarray) -> bool:
    """Whether no glyph is blank and no two of the ten are the same."""
    if (images.max(axis=1) < 128).any():
        return False
    apart = distances(images, images) + np.eye(len(images))
    return bool((apart >= DISTINCT).all())


def group_families(sets: list[GlyphSet]) -> None:
    """Numbers the groups. Sets share one when they are of one family, when their families come in
    one package and begin with the same word, or when they have many near copies in common."""
    parent = list(range(len(sets)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_of_family: dict[str, int] = {}
    for index, glyphs in enumerate(sets):
        relatives = f"{glyphs.face.package}: {glyphs.face.family.split()[0]}"
        for name in (glyphs.face.family, relatives):
            parent[root(index)] = root(first_of_family.setdefault(name, index))
    for kind in sorted({glyphs.kind for glyphs in sets}):
        members = [index for index, glyphs in enumerate(sets) if glyphs.kind == kind]
        shared = np.zeros((len(members), len(members)), np.int8)
        for label in range(10):
            rows = np.stack([sets[index].images[label] for index in members])
            shared += distances(rows, rows) < NEAR
        for a, b in np.argwhere(np.triu(shared >= SHARED_GLYPHS, 1)):
            parent[root(members[b])] = root(members[a])
    numbers: dict[int, int] = {}
    for index, glyphs in enumerate(sets):
        glyphs.group = numbers.setdefault(root(index), len(numbers))


def legible(sets: list[GlyphSet]) -> list[GlyphSet]:
    """Keeps the sets most of whose glyphs are nearest to the same label in another group."""
    images = np.concatenate([glyphs.images for glyphs in sets])
    labels = np.tile(np.arange(10), len(sets))
    groups = np.repeat([glyphs.group for glyphs in sets], 10)
    right = np.zeros(len(images), bool)
    for start in range(0, len(images), BLOCK):
        rows = slice(start, start + BLOCK)
        apart = distances(images[rows], images)
        apart[groups[rows, None] == groups[None, :]] = np.inf
        right[rows] = labels[np.argmin(apart, axis=1)] == labels[rows]
    hits = right.reshape(-1, 10).sum(axis=1)
    return [glyphs for glyphs, hit in zip(sets, hits) if hit >= LEGIBLE_GLYPHS]


def split_groups(sets: list[GlyphSet], seed: int, held_out: float) -> dict[int, str]:
    """Gives each group to 'test', 'valid' or 'train'; held_out is the share of faces of the first
    two, each. The order of the groups is pseudo-random, by the first key in each."""
    faces_of: dict[int, set[str]] = {}
    for glyphs in sets:
        faces_of.setdefault(glyphs.group, set()).add(glyphs.face.key)
    strata: dict[bool, list[int]] = {False: [], True: []}
    for group in sorted(faces_of, key=lambda group: rank(seed, min(faces_of[group]))):
        strata[min(faces_of[group]).split("/")[0] in COLLECTIONS].append(group)
    split = {}
    for groups in strata.values():
        wanted = held_out * sum(len(faces_of[group]) for group in groups)
        taken = {"test": 0, "valid": 0}
        for group in groups:
            size = len(faces_of[group])
            open_splits = [name for name in taken if taken[name] < wanted]
            if not open_splits or size > LARGEST_HELD_OUT:
                split[group] = "train"
                continue
            # The emptier one next, so that test and validation sets get alike.
            split[group] = min(open_splits, key=lambda name: taken[name])
            taken[split[group]] += size
    return split


class Distinct:
    """Collects images and refuses near copies of what it already holds, of whatever label."""

    def __init__(self) -> None:
        self.held = np.zeros((0, 784), np.uint8)

    def admit(self, images: np.ndarray) -> np.ndarray:
        """Adds the images that are no near copies; returns which ones they were."""
        admitted = np.zeros(len(images), bool)
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            fresh = np.ones(len(block), bool)
            for held in range(0, len(self.held), 8 * BLOCK):
                rows = self.held[held : held + 8 * BLOCK]
                fresh &= (distances(block, rows) >= NEAR).all(axis=1)
            within = distances(block, block) < NEAR
            for index in range(len(block)):
                fresh[index] &= not (within[index, :index] & fresh[:index]).any()
            self.held = np.concatenate([self.held, block[fresh]])
            admitted[start : start + len(block)] = fresh
        return admitted
