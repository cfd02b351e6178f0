"""Plain text of any encoding → blocks."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from charset_normalizer import from_bytes

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, Block, Extract, Limits, clean


def read_text(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Extract:
    """Read plain text; blank lines part paragraphs, and short lines that stand out as headings become headings.

    Raises:
        KnowledgeError: the file is no text.
    """
    blocks = list(_blocks(decode(path.read_bytes(), path, encoding)))
    first = blocks[0] if blocks else Block("")
    titled = len(blocks) > 1 and len(first.text) <= _LINE and not first.text.endswith(_STOPS)
    if titled and not first.level:
        blocks[0] = Block(first.text, 1)
    # the title stands above every numbered heading
    below = [Block(b.text, 2) if b.level else b for b in blocks[1:]] if titled else blocks[1:]
    return Extract((*blocks[:1], *below), title=first.text if titled else "")


def decode(raw: bytes, path: Path, encoding: str = "") -> str:
    """Return the text of a file: by byte order mark, the encoding that its source stated, UTF-8, else by its letters.

    Raises:
        KnowledgeError: it is no text in any encoding that is known.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace").removeprefix("\ufeff")
    refuse_other_format(raw, path)
    if encoding:
        with suppress(UnicodeDecodeError, LookupError):
            return raw.decode(encoding)
    if raw.count(0):
        # UTF-16 without a mark: every second byte of Latin, Cyrillic or Arabic text is 0, 4 or 6
        for name, high in (("utf-16-le", raw[1::2]), ("utf-16-be", raw[::2])):
            if len(raw) % 2 == 0 and sum(high.count(byte) for byte in (0, 4, 6)) > 0.9 * len(high):
                return raw.decode(name, "replace")
        raise KnowledgeError(path, 1, "holds no text: it has zero bytes; is it named wrongly?")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    # Western text has single accented letters between ASCII ones; whole words above ASCII are Cyrillic or Arabic
    if not re.search(rb"[\x80-\xff]{3}", raw):
        return raw.decode("cp1252", "replace")
    found = from_bytes(raw[:_SAMPLE], cp_isolation=_ENCODINGS, threshold=0.6).best()
    if found is None:
        raise KnowledgeError(path, 1, "is text in no known encoding; save it as UTF-8")
    return raw.decode(found.encoding, "replace")


def refuse_other_format(raw: bytes, path: Path) -> None:
    """Raise KnowledgeError where a file's first bytes show that it is not the text its name promises."""
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            raise KnowledgeError(path, 1, f"is named {path.suffix} but holds {name}; give it its true suffix")


_LINE = 120
_STOPS = (".", ",", ";", ":", "…", "。", "؛", "،")
_SAMPLE = 100_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The encodings that Russian and Arabic texts were saved in; a longer list only adds wrong guesses.
_ENCODINGS = ["cp1251", "koi8_r", "cp866", "iso8859_5", "cp1256", "iso8859_6"]
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive (DOCX, EPUB …)"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_BULLET = re.compile(r"\s*(?:[•‣▪◦*·–—-]|\(?\d{1,3}[.)]|\(?[a-zа-я][.)])\s")
_NUMBERED = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3})*\.?|[IVXLC]{1,6}\.|§+\s*\d+|(?:article|art\.|chapter|section|part|annex|статья|ст\.|глава|раздел|часть|المادة|مادة|الفصل)\s+[\dIVXLC٠-٩]+)[\s.:)]",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*([=\-_*~#])\1{2,}\s*$")


def _blocks(text: str) -> Iterator[Block]:
    paragraphs = list(_paragraphs(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")))
    candidates = [_is_heading(p) for p in paragraphs]
    for n, paragraph in enumerate(paragraphs):
        # neighbours that look alike are a list, and the last line heads nothing
        alone = not any(candidates[max(n - 1, 1) : n]) and not any(candidates[n + 1 : n + 2])
        yield Block(paragraph, 1 if candidates[n] and alone and n + 1 < len(paragraphs) else 0)


def _paragraphs(text: str) -> Iterator[str]:
    group: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip() and not _RULE.match(line):
            group.append(line.expandtabs())
            continue
        lines = [clean(piece).lstrip("•‣▪◦ ") for piece in group]
        yield from filter(None, [clean(" ".join(lines))] if _is_wrapped(group) else lines)
        group = []


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether a group of lines is one paragraph, broken by an editor at some width."""
    if len(lines) < 2 or any(_BULLET.match(line) for line in lines[1:]):
        return False
    widest = max(len(line) for line in lines)
    return widest <= _LINE and all(len(line) >= 0.7 * widest for line in lines[:-1])


def _is_heading(line: str) -> bool:
    if not 3 <= len(line) <= _LINE or line.endswith(_STOPS) or not any(c.isalpha() for c in line):
        return False
    letters = [c for c in line if c.isalpha()]
    shouted = len(letters) >= 4 and all(c.isupper() for c in letters)
    return shouted or bool(_NUMBERED.match(line))
