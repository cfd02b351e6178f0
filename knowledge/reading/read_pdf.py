"""PDF → blocks that know their page, with PDFium; columns are told apart, running heads and page numbers left out."""

from __future__ import annotations

import ctypes
import logging
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, Block, Extract, Limits, clean

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line of a page: their box in points, the page's lower left corner being (0, 0)."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    bold: bool = False
    number: int | None = None  # of the line, where the margin counts lines

    @property
    def height(self) -> float:
        """How tall its letters are, in points."""
        return self.top - self.bottom


def read_pdf(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Extract:
    """Read a PDF's text layer page by page.

    Raises:
        KnowledgeError: the file is encrypted, broken, has too many pages or no text layer.
    """
    import pypdfium2

    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise KnowledgeError(path, 1, "is named .pdf but holds no PDF; give it its true suffix")
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise KnowledgeError(path, 1, "is encrypted; save it without a password") from error
        raise KnowledgeError(path, 1, f"is a broken PDF ({error})") from error
    try:
        if len(pdf) > limits.pages:
            raise KnowledgeError(path, 1, f"has {len(pdf)} pages; at most {limits.pages}")
        pages = [_numbered(_page(pdf, number, path)) for number in range(len(pdf))]
        metadata = pdf.get_metadata_dict(skip_empty=True)
    finally:
        pdf.close()
    letters = "".join(line.text for page in pages for line in page)
    if not letters.strip():
        raise KnowledgeError(path, 1, "no text layer: run OCR first")
    if sum(_is_unmapped(c) for c in letters) > 0.3 * len(letters):
        raise KnowledgeError(path, 1, "its fonts do not say which letters they show: run OCR first")
    if empty := sum(not page for page in pages):
        _log.warning("%s: %d of %d pages have no text layer", path.name, empty, len(pages))
    body = _without_running_lines(pages)
    return Extract(
        tuple(_joined(_blocks([_ordered(page) for page in body]))),
        title=_title(metadata.get("Title", ""), path),
        date=_date(metadata.get("CreationDate", "")),
        publisher=re.sub(r"^(?:anonymous|unknown|user|admin)$", "", metadata.get("Author", ""), flags=re.IGNORECASE),
    )


_Letter = tuple[str, float, float, float, float, int]  # the character, its box from the left, its number on the page

_GAP = 0.9  # of a line's height: a wider blank parts columns
_GUTTER = 6.0  # points
_SPEAKER = re.compile(r"[A-Z][A-Z .'’-]+:|[QA][.:]?\s")  # who begins to speak in a transcript
_HYPHENS = ("\x02", "\ufffe", "\u00ad")  # what PDFium gives for a hyphen at the end of a line
_KEEPS_HYPHEN = ("non", "self", "ex", "co", "well", "post", "pre", "anti", "quasi", "semi", "cross", "по", "из", "во")
_STOPS = (".", "!", "?", ":", ";", "…", "؟", "۔")
_FORMS = re.compile(r"[\ufb00-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]")  # ligatures and Arabic presentation forms
_NUMBER = re.compile(
    r"\W*(?:page|p|pages|стр|страница|с|صفحة)?\W*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|из|von|sur|de)\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)
_JUNK_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint|excel)|\.(?:docx?|indd|dvi|tex|qxd|rtf|pages)\b|^document\d*$|^\W*$|^slide 1$",
    re.IGNORECASE,
)


def _is_unmapped(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Co", "Cn")


def _page(pdf: Any, number: int, path: Path) -> list[Line]:  # noqa: ANN401  pypdfium2 has no types
    """Return the lines of a page, as PDFium strings letters together; a wide blank ends a line."""
    from pypdfium2 import PdfiumError, raw

    try:
        page = pdf[number]
        textpage = page.get_textpage()
    except PdfiumError as error:
        raise KnowledgeError(path, 1, f"is a broken PDF (page {number + 1} cannot be read)") from error
    lines: list[Line] = []
    letters: list[_Letter] = []
    box = raw.FS_RECTF()
    count = raw.FPDFText_CountChars(textpage)
    angles = [_angle(raw.FPDFText_GetCharAngle(textpage, at)) for at in range(count)]
    turns = Counter(
        a
        for at, a in enumerate(angles)
        if raw.FPDFText_GetUnicode(textpage, at) > 32 and not raw.FPDFText_IsGenerated(textpage, at)
    )
    turn = turns.most_common(1)[0][0] if turns else 0
    if left_out := sum(turns.values()) - turns[turn]:
        _log.warning("%s: page %d: %d letters at another angle were left out", path.name, number + 1, left_out)
    for at in range(count):
        code = raw.FPDFText_GetUnicode(textpage, at)
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character in "\r\n":
            lines += _line(letters, raw, textpage)
            letters = []
            continue
        if character.isspace() or not raw.FPDFText_GetLooseCharBox(textpage, at, ctypes.byref(box)):
            letters.append((" " if character.isspace() else character, 0, 0, 0, 0, at))
            continue
        if angles[at] != turn:
            continue  # a stamp or watermark, whose letters would stand inside the lines that it crosses
        if turn:
            _upright(box, turn)
        before = next((c for c in reversed(letters) if c[4]), None)
        if before and _parts(before, box):
            lines += _line(letters, raw, textpage)
            letters = []
        letters.append((character, box.left, box.bottom, box.right, box.top, at))
    lines += _line(letters, raw, textpage)
    textpage.close()
    page.close()
    return lines


_SLANT = 15  # degrees: what lies closer runs the same way, a scan that was not laid straight
_LEAST_NUMBERED = 4  # lines


def _angle(radians: float) -> int:
    """Return an angle in steps of 15 degrees, 0 to 345; 0 where PDFium knows none (-1)."""
    return 0 if radians < 0 else round(math.degrees(radians) / _SLANT) * _SLANT % 360


def _upright(box: Any, turn: int) -> None:  # noqa: ANN401  a ctypes structure
    """Turn a box about the page's corner, so that text which runs at ``turn`` degrees runs to the right."""
    # PDFium counts angles clockwise
    sine, cosine = math.sin(math.radians(-turn)), math.cos(math.radians(-turn))
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    wide, high = box.right - box.left, box.top - box.bottom
    if turn % 180 == 90:
        wide, high = high, wide
    x, y = x * cosine + y * sine, y * cosine - x * sine
    box.left, box.right, box.bottom, box.top = x - wide / 2, x + wide / 2, y - high / 2, y + high / 2


def _numbered(lines: list[Line]) -> list[Line]:
    """Take the numbers of lines out of a page's margin and keep each with its line; other pages stay as they are.

    Numbers count lines where they stand in one column outside all text, rise by 1 or 5 at an even pitch, and
    the page has one piece of text beside each: the first column of a table has more.
    """
    counted = [line for line in lines if re.fullmatch(r"\d{1,4}", line.text)]
    columns = [
        [x for x in counted if abs(getattr(x, edge) - getattr(seed, edge)) <= 3]
        for edge in ("left", "right")
        for seed in counted
    ]
    longest = max(columns, key=len) if columns else []
    column = sorted(longest, key=lambda x: -x.bottom)
    text = [line for line in lines if line not in column]
    if len(column) < _LEAST_NUMBERED or not text or not _is_even(column):
        return lines
    outer = all(x.left >= column[0].right for x in text if _beside(x, column))
    outer = outer or all(x.right <= column[0].left for x in text if _beside(x, column))
    pieces = [sum(_on_level(x, n) for x in text) for n in column]
    between = [x for x in text if column[-1].bottom <= x.bottom <= column[0].top]
    step = int(column[1].text) - int(column[0].text)
    if outer and sum(n > 1 for n in pieces) <= len(pieces) / 5 and len(between) <= 1.2 * step * len(column):
        return [_with_number(x, column, step) for x in text]
    return lines


def _is_even(column: Sequence[Line]) -> bool:
    steps = {int(b.text) - int(a.text) for a, b in pairwise(column)}
    pitches = [a.bottom - b.bottom for a, b in pairwise(column)]
    usual = median(pitches)
    return steps in ({1}, {5}) and usual > 0 and sum(abs(p - usual) > 0.2 * usual for p in pitches) <= len(pitches) / 10


def _on_level(line: Line, number: Line) -> bool:
    return min(line.top, number.top) - max(line.bottom, number.bottom) > 0.4 * min(line.height, number.height)


def _beside(line: Line, column: Sequence[Line]) -> bool:
    return any(_on_level(line, number) for number in column)


def _with_number(line: Line, column: Sequence[Line], step: int) -> Line:
    if step == 1:
        found = next((int(n.text) for n in column if _on_level(line, n)), None)
    else:  # the margin names every fifth line; the lines between are counted from it
        pitch = (column[0].bottom - column[1].bottom) / step
        found = int(column[0].text) + round((column[0].bottom - line.bottom) / pitch)
        found = found if int(column[0].text) - step < found < int(column[-1].text) + step and found > 0 else None
    return replace(line, number=found)


def _parts(before: _Letter, box: Any) -> bool:  # noqa: ANN401  a ctypes structure
    height = max(box.top - box.bottom, before[4] - before[2], 1)
    apart = max(box.left - before[3], before[1] - box.right)  # to the right, or to the left in Arabic
    return bool(apart > _GAP * height or box.bottom > before[4] or box.top < before[2])


def _is_bold(raw: Any, textpage: Any, at: int) -> bool:  # noqa: ANN401  pypdfium2 has no types
    if raw.FPDFText_GetFontWeight(textpage, at) >= 600:
        return True
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(80)
    raw.FPDFText_GetFontInfo(textpage, at, name, 80, ctypes.byref(flags))
    return b"Bold" in name.value or b"Black" in name.value or bool(flags.value & 1 << 18)


def _line(letters: Sequence[_Letter], raw: Any, textpage: Any) -> Iterator[Line]:  # noqa: ANN401  pypdfium2 has no types
    seen = [c for c in letters if c[4]]
    text = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form.group()), "".join(c[0] for c in letters))
    hyphen = text.rstrip().endswith(_HYPHENS)
    text = clean(text.rstrip().rstrip("".join(_HYPHENS))) + ("\u00ad" if hyphen else "")
    if seen and text:
        yield Line(
            text,
            min(c[1] for c in seen),
            median(c[2] for c in seen),
            max(c[3] for c in seen),
            median(c[4] for c in seen),
            all(_is_bold(raw, textpage, c[5]) for c in seen[:: max(len(seen) // 3, 1)]),
        )


def _without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Drop lines that stand at the top or bottom of several pages, digits apart, and page numbers."""
    edges = [_edges(page) for page in pages]
    seen = Counter(key for edge in edges for key in {_shape(line) for line in edge})
    least = max(2, len(pages) * 0.3)
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        running = {
            line for line in edge if seen[_shape(line)] >= least or (_NUMBER.match(line.text) and _is_apart(line, page))
        }
        kept.append([line for line in page if line not in running])
    return kept


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the lines on the two highest and two lowest levels of a page."""
    levels = sorted({round(line.bottom / 3) for line in page})
    outer = {*levels[:2], *levels[-2:]}
    return [line for line in page if round(line.bottom / 3) in outer]


def _shape(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "0", line.text.casefold()), round(line.bottom / 12)


def _is_apart(line: Line, page: Sequence[Line]) -> bool:
    """Return whether a line is the highest or lowest of its page."""
    return all(line.bottom >= o.bottom - 3 for o in page) or all(line.bottom <= o.bottom + 3 for o in page)


def _ordered(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of each column in reading order; what spans columns parts them into stretches."""
    gutter = _gutter(lines)
    if gutter is None:
        return [_rows(lines)] if lines else []
    columns: list[list[Line]] = []
    stretch: list[Line] = []
    for line in [*sorted(lines, key=lambda x: -x.top), None]:
        if line is not None and (line.right <= gutter or line.left >= gutter):
            stretch.append(line)
            continue
        left = [x for x in stretch if x.right <= gutter]
        right = [x for x in stretch if x.left >= gutter]
        sides = (right, left) if _is_rtl(stretch) else (left, right)
        columns += [column for side in sides for column in _ordered(side)]
        stretch = []
        if line is not None:
            columns.append([line])
    return columns


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return where a blank strip runs down the page between two columns, or None."""
    if len(lines) < 6:
        return None
    start, end = min(x.left for x in lines), max(x.right for x in lines)
    best: tuple[int, float] | None = None
    edges = sorted({x.left for x in lines})
    for edge in edges:
        at = edge - 0.5
        if not start + 0.2 * (end - start) < at < start + 0.8 * (end - start):
            continue
        left = [x for x in lines if x.right <= at]
        right = [x for x in lines if x.left >= at]
        crossing = len(lines) - len(left) - len(right)
        if min(len(left), len(right)) < 3 or crossing > 0.25 * len(lines):
            continue
        if at + 0.5 - sorted(x.right for x in left)[int(0.95 * (len(left) - 1))] < _GUTTER:
            continue
        beside = min(max(x.top for x in left), max(x.top for x in right)) - max(
            min(x.bottom for x in left), min(x.bottom for x in right)
        )
        # lines of a table are short; columns of prose fill their width
        filled = median(x.right - x.left for x in left) > 0.5 * (at - min(x.left for x in left))
        if beside > 3 * median(x.height for x in lines) and filled and (best is None or crossing < best[0]):
            best = (crossing, at)
    return best[1] if best else None


def _is_rtl(lines: Sequence[Line]) -> bool:
    letters = [unicodedata.bidirectional(c) for line in lines for c in line.text if c.isalpha()]
    return sum(b in ("R", "AL") for b in letters) > len(letters) / 2


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Return lines from top to bottom, pieces on one level joined."""
    rtl = _is_rtl(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda x: (-x.top, x.left)):
        level = rows[-1][0] if rows else None
        if level and min(level.top, line.top) - max(level.bottom, line.bottom) > 0.5 * min(level.height, line.height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_level(sorted(row, key=lambda x: -x.right if rtl else x.left)) for row in rows]


def _level(row: Sequence[Line]) -> Line:
    return Line(
        " ".join(x.text for x in row),
        min(x.left for x in row),
        min(x.bottom for x in row),
        max(x.right for x in row),
        max(x.top for x in row),
        all(x.bold for x in row),
        next((x.number for x in row if x.number is not None), None),
    )


def _blocks(pages: Sequence[Sequence[Sequence[Line]]]) -> Iterator[Block]:
    lines = [line for page in pages for column in page for line in column]
    sizes = Counter[float]()
    for line in lines:
        sizes[_size(line)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0
    larger = sorted((size for size in sizes if size > 1.12 * body), reverse=True)
    for number, page in enumerate(pages, 1):
        for column in page:
            for paragraph in _paragraphs(column):
                text = _words(paragraph)
                counted = [line.number for line in paragraph if line.number is not None]
                span = (counted[0], counted[-1]) if counted else None
                yield Block(text, _heading_level(paragraph, text, body, larger), number, number, span)


def _size(line: Line) -> float:
    return round(line.height * 2) / 2


def _paragraphs(column: Sequence[Line]) -> Iterator[list[Line]]:
    if not column:
        return
    pitches = [a.bottom - b.bottom for a, b in pairwise(column) if a.bottom > b.bottom]
    pitch = median(pitches) if pitches else 0
    left, right = median(x.left for x in column), max(x.right for x in column)
    rtl = _is_rtl(column)
    group = [column[0]]
    for before, line in pairwise(column):
        short = (before.left > left + 0.12 * (right - left)) if rtl else before.right < right - 0.12 * (right - left)
        indented = not rtl and line.left > left + 0.8 * line.height and before.left <= left + 0.5 * line.height
        ends = before.text.endswith(_STOPS)
        if (
            before.bottom - line.bottom > 1.35 * max(pitch, 1.1 * line.height)
            or abs(_size(before) - _size(line)) > 0.1 * before.height
            or (before.bold != line.bold and (short or ends or before.bold))
            or ((short or indented) and ends)
            or (line.number is not None and (_SPEAKER.match(line.text) or (before.text.isupper() and short)))
        ):
            yield group
            group = []
        group.append(line)
    yield group


def _words(lines: Sequence[Line]) -> str:
    text = ""
    for line in lines:
        text = _join(text, line.text)
    return text.rstrip("\u00ad")


def _join(before: str, after: str) -> str:
    """Join two lines; a word that a hyphen broke becomes whole."""
    if not before:
        return after
    if before.endswith("\u00ad") or (re.search(r"[^\W\d_]-$", before) and after[:1].islower()):
        stem = before[:-1]
        last = re.split(r"[\s-]", stem)[-1].lower()
        return f"{stem}-{after}" if last in _KEEPS_HYPHEN or not after[:1].islower() else stem + after
    return f"{before} {after}"


def _heading_level(lines: Sequence[Line], text: str, body: float, larger: Sequence[float]) -> int:
    size = max(_size(line) for line in lines)
    if len(text) > 150 or len(lines) > 3 or not any(c.isalpha() for c in text):
        return 0
    if size in larger:
        return min(larger.index(size) + 1, 5)
    bold = all(line.bold for line in lines) and not text.endswith((".", ",", ";"))
    return min(len(larger) + 1, 6) if bold and size >= 0.95 * body else 0


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join a paragraph that goes on in the next column or on the next page."""
    held: Block | None = None
    for block in blocks:
        if held and not held.level and not block.level and _goes_on(held.text, block.text):
            span = (held.lines[0], block.lines[1]) if held.lines and block.lines else None
            held = replace(held, text=_join(held.text, block.text), last_page=block.page, lines=span)
            continue
        if held:
            yield held
        held = block
    if held:
        yield held


def _goes_on(before: str, after: str) -> bool:
    ends = before.rstrip("»”\"')").endswith(_STOPS)
    return not ends and (after[:1].islower() or (before[-1:] in "-,\u00ad" and after[:1].isalnum()))


def _title(stated: str, path: Path) -> str:
    title = clean(stated)
    return "" if _JUNK_TITLE.search(title) or title.casefold() == path.stem.casefold() else title


def _date(stated: str) -> str:
    found = re.match(r"(?:D:)?(\d{4})(\d{2})(\d{2})", stated)
    return "-".join(found.groups()) if found and "01" <= found.group(2) <= "12" else ""
