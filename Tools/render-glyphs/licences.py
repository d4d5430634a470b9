"""Reads Debian copyright files and decides whether renderings of a font may be shared freely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

# Each entry: a licence that lets anybody pass on pictures of the glyphs, and how it is recognised
# in the short name that a copyright file gives it.
PERMITTED = [
    ("OFL", r"\bofl\b|\bofl-|^sil|open font licen[cs]e|sil-ofl"),
    ("Apache-2.0", r"apache"),
    ("Expat (MIT)", r"^mit\b|expat|^x11$"),
    ("BSD", r"^0?bsd"),
    ("CC0-1.0", r"^cc0"),
    ("public domain", r"public[- ]domain|^unlicense$"),
    ("Bitstream Vera", r"bitstream|dejavu-license"),
    ("LPPL", r"^lppl|^latex$"),
    ("GUST", r"gust"),
    ("CC-BY", r"^cc-by-[0-9.]+"),
    ("Ubuntu Font Licence", r"ubuntu-font"),
    ("M+ Fonts licence", r"^m\+"),
    ("WTFPL", r"^wtfpl"),
    ("all-permissive", r"all-permissive|simple-permissive|^permissive$"),
    ("ParaType Free Font Licence", r"paratype-free"),
    ("EPL-2.0", r"^epl-2"),
    ("EDL-1.0", r"^edl-1"),
    ("Aenigma permission", r"^madduck-special-license$"),
]
GENERAL_PUBLIC = r"gpl"
FONT_EXCEPTION_NAME = r"\+\s*fe\b|font[ _-]*exception|fontexception|font-exception"
FONT_EXCEPTION_TEXT = (
    r"create\s+a\s+document\s+which\s+uses\s+this\s+font|embed(ding)?\s+this\s+font"
)
# For copyright files that are plain prose: the first sentence found names the licence.
PROSE = [
    ("OFL", r"licensed\s+under\s+the\s+SIL\s+Open\s+Font\s+License"),
    ("GUST", r"released\s+under\s+the\s+GUST\s+Font\s+License"),
    ("GPL with font exception", FONT_EXCEPTION_TEXT),
    ("GPL with font exception", r"GNU General Public License,?\s+Version\s+3\s+with the font exc"),
    ("public domain", r"^License:\s*Public Domain"),
]
NOT_A_FONT = r"\.(html?|css|js|py|sh|png|svg|xml|tex|sty|afm|enc|map|pdf|txt)$|^debian/|^doc/"


@dataclass(frozen=True)
class Stanza:
    """One 'Files:' paragraph: which files, under which licence, with the licence's words."""

    patterns: tuple[str, ...]
    licence: str
    text: str


def paragraphs(text: str) -> list[dict[str, str]]:
    """Splits a machine-readable copyright file into paragraphs of field name -> value."""
    result = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r", "")):
        fields: dict[str, str] = {}
        name = None
        for line in block.split("\n"):
            match = re.match(r"^([A-Za-z][A-Za-z-]*):[ \t]*(.*)$", line)
            if match:
                name = match.group(1).lower()
                fields[name] = match.group(2)
            elif name is not None:
                fields[name] += "\n" + line.strip()
        result.append(fields)
    return result


def stanzas(text: str) -> list[Stanza]:
    """The paragraphs that speak of the fonts, each with its licence text looked up."""
    parsed = paragraphs(text)
    texts = {
        fields["license"].split("\n")[0].strip(): fields["license"]
        for fields in parsed
        if "license" in fields and "files" not in fields
    }
    found = []
    for fields in parsed:
        if "files" not in fields or "license" not in fields:
            continue
        patterns = tuple(re.split(r"[\s,]+", fields["files"].strip()))
        if all(re.search(NOT_A_FONT, pattern) for pattern in patterns):
            continue
        lines = fields["license"].strip().split("\n")
        name = lines[0].strip()
        found.append(Stanza(patterns, name, fields["license"] + "\n" + texts.get(name, "")))
    return found


def permitted_name(licence: str, text: str) -> str | None:
    """The plain name of a permitted licence, or None when the licence is not one of them.

    'A or B' asks for one permitted licence, 'A and B' for both. GPL and LGPL count only with the
    exception for fonts embedded in documents.
    """
    lowered = licence.lower().strip().rstrip(".")
    if " or " in lowered:
        names = [permitted_name(part, text) for part in re.split(r"\s+or\s+", lowered)]
        return next((name for name in names if name), None)
    if " and " in lowered:
        names = [permitted_name(part, text) for part in re.split(r"\s+and\s+", lowered)]
        return " and ".join(dict.fromkeys(names)) if all(names) else None
    if re.search(GENERAL_PUBLIC, lowered):
        has_exception = re.search(FONT_EXCEPTION_NAME, lowered) or re.search(
            FONT_EXCEPTION_TEXT, text, re.IGNORECASE
        )
        kind = "LGPL" if "lgpl" in lowered else "GPL"
        return f"{kind} with font exception" if has_exception else None
    if re.match(r"cc-by-(sa|nc|nd)", lowered):
        return None
    for name, pattern in PERMITTED:
        if re.search(pattern, lowered):
            return name
    return None


def names_face(pattern: str, face: Path) -> bool:
    """Whether a pattern of the copyright file means this font or the source it was built from."""
    last = pattern.rsplit("/", 1)[-1]
    if last in ("*", "") or re.search(NOT_A_FONT, pattern):
        return False
    stem, dot, suffix = last.rpartition(".")
    if dot and suffix.lower() in ("ttf", "otf", "sfd", "ttc", "*", "ufo", "glyphs"):
        return fnmatch(face.stem, stem)
    return fnmatch(face.name, last)


def licence_of(face: Path, copyright_text: str) -> str | None:
    """The permitted licence of one font file, or None.

    The last paragraph whose pattern names the file wins, as Debian's format says. Patterns are
    paths in the source package, often of the source the font was built from, so they are compared
    by their last part without its suffix; a paragraph for a whole folder cannot be matched that
    way, and then every paragraph must be permitted.
    """
    candidates = stanzas(copyright_text)
    if not candidates:
        flags = re.IGNORECASE | re.MULTILINE
        return next((n for n, words in PROSE if re.search(words, copyright_text, flags)), None)
    named = [
        stanza
        for stanza in candidates
        if any(names_face(pattern, face) for pattern in stanza.patterns)
    ]
    chosen = named[-1:] or candidates
    names = [permitted_name(stanza.licence, stanza.text) for stanza in chosen]
    return " and ".join(sorted(set(names))) if all(names) else None
