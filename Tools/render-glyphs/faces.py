"""Fetches Debian font packages and lists the font faces in them, with family and licence."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

import licences

# Harmless oddities of old fonts would drown what this program says.
logging.getLogger("fontTools").setLevel(logging.ERROR)

SUFFIXES = (".ttf", ".otf")
CHARACTERS = "ABCDEFGHIJabcdefghij0123456789"

# Words of a family name that say which member of the family a face is.
STYLE_WORDS = set(
    """thin hairline extralight ultralight light lite book regular roman normal medium demi
    demibold semibold bold extrabold ultrabold black heavy ultra fat italic oblique slanted
    upright cond condensed semicondensed extracondensed compressed narrow wide extended expanded
    semiexpanded outline outlines hollow solid shadow filled inline rounded alt alternate sc caps
    smallcaps small std pro display text caption ot otf ttf brk ut nf lf tf web webfont hinted
    unhinted italics it obl bd lt md rg reg xtra extra a b ii iii iv""".split()
)


@dataclass(frozen=True)
class Face:
    """One font file."""

    package: str
    path: Path
    family: str
    licence: str

    @property
    def key(self) -> str:
        """A name that is the same on every machine."""
        return f"{self.package}/{self.path.name}"


def read_package_names(path: Path) -> list[str]:
    """The package names of a list: one a line, '#' starts a comment."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return sorted({line for line in lines if line})


def fetch(packages: list[str], cache: Path) -> dict[str, str]:
    """Downloads and unpacks what the cache lacks. Returns package -> version of what it holds."""
    archives, unpacked = cache / "debs", cache / "unpacked"
    archives.mkdir(parents=True, exist_ok=True)
    unpacked.mkdir(parents=True, exist_ok=True)
    held = {path.name.split("_")[0] for path in archives.glob("*.deb")}
    missing = [name for name in packages if name not in held]
    if missing:
        print(f"downloading {len(missing)} packages", file=sys.stderr)
        subprocess.run(["apt-get", "download", *missing], cwd=archives, check=True)
    versions = {}
    for archive in sorted(archives.glob("*.deb")):
        name, version = archive.name.split("_")[:2]
        if name not in packages:
            continue
        versions[name] = version.replace("%3a", ":")
        if not (unpacked / name).exists():
            subprocess.run(["dpkg", "-x", str(archive), str(unpacked / name)], check=True)
    return versions


def family_name(font: TTFont) -> str:
    """The typographic family where the font has one, else the plain family name."""
    names = font["name"]
    return (names.getDebugName(16) or names.getDebugName(1) or "").strip()


def normalised_family(family: str) -> str:
    """The family name without the words and figures that only tell its members apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", family)
    words = re.findall(r"[^\W\d_]+", re.sub(r"\(.*?\)", " ", spaced).lower())
    kept = [word for word in words if word not in STYLE_WORDS]
    return " ".join(kept or words) or family.lower()


def readable_face(path: Path) -> str | None:
    """The family name when the file holds all the characters needed, else None."""
    try:
        with TTFont(path, lazy=True) as font:
            if not {"name", "cmap", "head"} <= set(font.keys()):
                return None
            cmap = font["cmap"].getBestCmap() or {}
            glyphs = [cmap.get(ord(character)) for character in CHARACTERS]
            if None in glyphs or ".notdef" in glyphs:
                return None
            return family_name(font) or None
    except (TTLibError, OSError, AssertionError, KeyError, ValueError, AttributeError) as error:
        print(f"skipped {path.name}: {error}", file=sys.stderr)
        return None


def find(packages: list[str], cache: Path) -> list[Face]:
    """Every usable face of the packages under a permitted licence, in a fixed order."""
    found = []
    for package in packages:
        root = cache / "unpacked" / package
        statement = root / "usr/share/doc" / package / "copyright"
        if not statement.is_file():
            print(f"skipped {package}: no copyright file", file=sys.stderr)
            continue
        text = statement.read_text(encoding="utf-8", errors="replace")
        for path in sorted(root.rglob("*")):
            if path.suffix.lower() not in SUFFIXES or path.is_symlink() or not path.is_file():
                continue
            licence = licences.licence_of(path, text)
            family = readable_face(path) if licence else None
            if licence and family:
                found.append(Face(package, path, normalised_family(family), licence))
    return found
