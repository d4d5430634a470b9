"""Writes IDX files, the licence table and the contact sheets."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from faces import Face


def write_gzip(path: Path, content: bytes) -> None:
    """Compresses with no time and no name in the header, so that equal data give equal files."""
    with path.open("wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as out:
            out.write(content)


def write_split(folder: Path, split: str, images: np.ndarray, labels: np.ndarray) -> None:
    """Writes images (n, 784) and labels (n) as two IDX files of unsigned bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">IIII", 0x0803, len(images), 28, 28)
    write_gzip(folder / f"{split}-images-idx3-ubyte.gz", header + images.tobytes())
    header = struct.pack(">II", 0x0801, len(labels))
    write_gzip(folder / f"{split}-labels-idx1-ubyte.gz", header + labels.tobytes())


def write_sheet(path: Path, images: np.ndarray, labels: np.ndarray, columns: int = 32) -> None:
    """A picture with one row of sample images per label."""
    rows = []
    for label in range(10):
        chosen = images[labels == label][:columns].reshape(-1, 28, 28)
        rows.append(np.hstack([np.pad(image, 1) for image in chosen]))
    # Sixteen greys keep the picture small.
    Image.fromarray(np.vstack(rows) // 17 * 17).quantize(16).save(path, optimize=True)


def write_licences(path: Path, used: dict[Face, str], versions: dict[str, str]) -> None:
    """The table of packages, families and licences of the faces used (face -> split)."""
    entries: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for face, split in used.items():
        entries.setdefault((face.package, face.licence), set()).add((face.family, split))
    lines = [
        "# Fonts the images were drawn from",
        "",
        "Written by `Tools/render-glyphs/render_glyphs.py` from the copyright file of each Debian",
        "package. Family names are normalised (lower case, no style words); the split of a family",
        "stands in brackets. The licence is that of the font; no font is distributed here.",
        "",
        "| Debian package | version | licence | families |",
        "|---|---|---|---|",
    ]
    for (package, licence), families in sorted(entries.items()):
        named = ", ".join(f"{family} ({split})" for family, split in sorted(families))
        lines.append(f"| {package} | {versions[package]} | {licence} | {named} |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
