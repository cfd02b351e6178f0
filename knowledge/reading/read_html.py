"""HTML → blocks: trafilatura finds the main text, without navigation, adverts and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, LONGEST_HEADING, Block, Extract, Limits, clean, table_sentences
from knowledge.reading.read_text import decode


def read_html(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Extract:
    """Read a web page's main text, headings, lists and tables.

    Raises:
        KnowledgeError: the file is no HTML, or has no text.
    """
    # half a second to import, paid by the worker that reads a web page and by nobody else
    from trafilatura import bare_extraction

    raw = path.read_bytes()
    markup = _CONTROL.sub(" ", _LOW_REFERENCE.sub(_meant, decode(raw, path, encoding or _stated_encoding(raw))))
    tree = _parse(markup, path)
    found = bare_extraction(
        _parse(markup, path), include_comments=False, favor_recall=True, with_metadata=True, deduplicate=False
    )
    body = getattr(found, "body", None)
    blocks = list(blocks_of(body)) if body is not None else []
    if sum(len(b.text) for b in blocks) < _LITTLE:  # a page too short to tell its main text by density
        blocks = list(blocks_of(_without_navigation(tree)))
    language = (tree.get("lang") or "").partition("-")[0].lower()
    return Extract(
        tuple(blocks),
        title=str(getattr(found, "title", "") or "") or clean(tree.findtext(".//title") or ""),
        date=str(getattr(found, "date", "") or ""),
        publisher=str(getattr(found, "sitename", "") or getattr(found, "author", "") or ""),
        language=language if re.fullmatch(r"[a-z]{2,3}", language) else "",
        url=str(getattr(found, "url", "") or ""),
    )


def blocks_of(root: etree._Element) -> Iterator[Block]:
    """Return the blocks below an element, of HTML or of trafilatura's own tags, in order."""
    words: list[str] = []
    for piece in _walk(root):
        if isinstance(piece, str):
            words.append(piece)
            continue
        yield from _told(words, 0)
        words = []
        if piece.tag == "table":
            yield from (Block(sentence) for sentence in table_sentences(_rows(piece)))
        elif level := _level(piece):
            yield from _told([_text(piece)], level)
    yield from _told(words, 0)


_LITTLE = 250  # characters
# lxml reads control characters and does not write them; 128 to 159 are what old editors wrote for dashes and quotes
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LOW_REFERENCE = re.compile(r"&#(?:0*(\d{1,3})|[xX]0*([0-9A-Fa-f]{1,2}))(?![0-9A-Fa-f]);?")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROWS = ("tr", "row")
_CELLS = ("td", "th", "cell")
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i", "ins", "kbd", "label", "mark", "q", "ref", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"]
)  # fmt: skip
_SKIPPED = frozenset(
    ["script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "form", "button", "select", "input", "textarea", "graphic", "img", "video", "audio", "canvas", "rp", "rt"]
)  # fmt: skip
_NAVIGATION = ("nav", "header", "footer", "aside", "menu", "dialog")
_BORDER = etree.Element("border")


def _parse(markup: str, path: Path) -> etree._Element:
    try:
        # bytes: lxml refuses text that states an encoding of its own
        tree = html.document_fromstring(
            markup.encode("utf-8", "replace"),
            parser=html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True),
        )
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise KnowledgeError(path, 1, f"holds no HTML that can be read ({_first_line(error)})") from error
    if not isinstance(tree, etree._Element):
        raise KnowledgeError(path, 1, "holds no HTML")
    return tree


def _meant(reference: re.Match[str]) -> str:
    code = int(reference.group(1)) if reference.group(1) else int(reference.group(2), 16)
    if 128 <= code < 160:
        return bytes([code]).decode("cp1252", "replace")
    return " " if code < 32 else reference.group()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _stated_encoding(raw: bytes) -> str:
    found = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", raw[:4096], re.IGNORECASE)
    return found.group(1).decode() if found else ""


def _without_navigation(tree: etree._Element) -> etree._Element:
    body = tree.find(".//body")
    kept = tree if body is None else body
    for tag in _NAVIGATION:
        for element in kept.findall(f".//{tag}"):
            parent = element.getparent()
            if parent is not None:
                element.drop_tree() if isinstance(element, html.HtmlElement) else parent.remove(element)
    return kept


def _walk(root: etree._Element) -> Iterator[str | etree._Element]:
    """Yield text, a table or heading whole, and a border wherever a block begins or ends; deep trees need no recursion."""
    steps = etree.iterwalk(root, events=("start", "end"))
    for event, element in steps:
        tag = _tag(element)
        border: str | etree._Element = " " if tag in ("br", "lb") else "" if tag in _INLINE else _BORDER
        if event == "end":
            yield border
            yield "" if element is root else element.tail or ""
        elif _is_data(element) or _level(element):
            yield element
            steps.skip_subtree()
        elif tag in _SKIPPED or not tag:
            steps.skip_subtree()
        else:
            yield border
            yield element.text or ""


def _tag(element: etree._Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _is_data(element: etree._Element) -> bool:
    # a table that holds tables or headings only lays out a page
    return _tag(element) == "table" and next(element.iterdescendants("table", *_HEADINGS), None) is None


def _told(words: list[str], level: int) -> Iterator[Block]:
    text = clean("".join(words))
    if text:
        yield Block(text, level if len(text) <= LONGEST_HEADING else 0)


def _level(element: etree._Element) -> int:
    tag = _tag(element)
    name = (element.get("rend") or "") if tag == "head" else tag  # trafilatura: <head rend="h2">; HTML's head has none
    return int(name[1]) if name in _HEADINGS else 0


def _rows(table: etree._Element) -> list[list[str]]:
    rows = [[_text(cell) for cell in row if cell.tag in _CELLS] for row in table.iter(*_ROWS)]
    return [row for row in rows if any(row)]


def _text(root: etree._Element) -> str:
    words: list[str] = []
    steps = etree.iterwalk(root, events=("start", "end"))
    for event, element in steps:
        tag = _tag(element)
        words.append("" if tag in _INLINE else " ")
        if event == "end":
            words.append("" if element is root else element.tail or "")
        elif (tag in _SKIPPED and element is not root) or not tag:
            steps.skip_subtree()
        else:
            words.append(element.text or "")
    return clean("".join(words))
