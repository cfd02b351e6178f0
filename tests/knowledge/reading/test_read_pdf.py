"""PDF → blocks that know their page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.document import Document
from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Block, Extract, Limits, to_document
from knowledge.reading.read_pdf import read_pdf
from knowledge.reading.sandbox import Sandbox

Save = Callable[..., Path]
Draw = Callable[[Canvas], None]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Functions that draw a page each → the path of the PDF."""

    def write(*pages: Draw, **options: object) -> Path:
        path = tmp_path / "a.pdf"
        canvas = Canvas(str(path), pagesize=A4, **options)
        for draw in pages:
            draw(canvas)
            canvas.showPage()
        canvas.save()
        return path

    return write


def lines(canvas: Canvas, words: list[str], left: float = 60, top: float = 760, size: float = 10) -> None:
    canvas.setFont("Helvetica", size)
    for n, line in enumerate(words):
        canvas.drawString(left, top - 1.2 * size * n, line)


LEFT = [f"the left column has its line {n} which flows on" for n in range(9)] + ["and its end is here."]
RIGHT = [f"the right column has its line {n} which flows" for n in range(9)] + ["and ends as well."]


def spanning(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 790, "A heading that spans both columns")


def by_column(canvas: Canvas) -> None:
    spanning(canvas)
    lines(canvas, LEFT)
    lines(canvas, RIGHT, left=310)


def by_line(canvas: Canvas) -> None:
    spanning(canvas)
    for n, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        lines(canvas, [left], top=760 - 12 * n)
        lines(canvas, [right], left=310, top=760 - 12 * n)


@pytest.mark.parametrize("draw", [by_column, by_line])
def test_columns_are_read_one_after_the_other_in_whatever_order_they_were_drawn(save: Save, draw: Draw) -> None:
    assert read_pdf(save(draw)).blocks == (
        Block("A heading that spans both columns", 1, 1, 1),
        Block(" ".join(LEFT), 0, 1, 1),
        Block(" ".join(RIGHT), 0, 1, 1),
    )


def page(number: int, *body: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        lines(canvas, [f"Case No. 12/2021 {number}"], top=815, size=8)
        lines(canvas, list(body))
        lines(canvas, [f"Page {number} of 3"], left=280, top=30, size=8)

    return draw


def test_pages_are_kept_running_heads_and_numbers_left_out_and_a_paragraph_over_the_edge_joined(save: Save) -> None:
    path = save(
        page(1, "The court finds that the applicant would", "be exposed to serious harm."),
        page(2, "The second page begins a new sentence that", "goes on over the edge of the page, where the"),
        page(3, "applicant is heard. No refoulement."),
    )
    assert read_pdf(path).blocks == (
        Block("The court finds that the applicant would be exposed to serious harm.", 0, 1, 1),
        Block(
            "The second page begins a new sentence that goes on over the edge of the page, where the applicant is heard. "
            "No refoulement.",
            0,
            2,
            3,
        ),
    )


def test_a_word_that_was_broken_is_made_whole_and_a_compound_stays(save: Save) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["The ministry takes a deci-", "sion on the principle of non-", "refoulement as it stands."])

    assert [b.text for b in read_pdf(save(draw)).blocks] == [
        "The ministry takes a decision on the principle of non-refoulement as it stands."
    ]


def test_bold_and_larger_lines_are_headings(save: Save) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 20)
        canvas.drawString(60, 790, "Decision on asylum")
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(60, 760, "Who decides (Art. 12)")
        lines(canvas, ["The territorial body of the ministry decides on it,", "and nobody else does."], top=740)

    path = save(draw)
    assert [(b.level, b.text) for b in read_pdf(path).blocks] == [
        (1, "Decision on asylum"),
        (2, "Who decides (Art. 12)"),
        (0, "The territorial body of the ministry decides on it, and nobody else does."),
    ]


def test_cyrillic_survives(save: Save) -> None:
    font = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if font is None:
        pytest.skip("no font with Cyrillic letters")
    pdfmetrics.registerFont(TTFont("DejaVu", str(font)))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("DejaVu", 10)
        canvas.drawString(60, 700, "Временное убежище предоставляет территориальный орган.")

    assert read_pdf(save(draw)).blocks == (Block("Временное убежище предоставляет территориальный орган.", 0, 1, 1),)


SENTENCE = [
    "The harbour authority finds that the applicant has shown good reason for",
    "fear, and that the practices and methods which the authority considers",
    "necessary for safety in the port were not applied to her case.",
]


@pytest.mark.parametrize(("angle", "size"), [(90, 6), (270, 6), (45, 40), (30, 40), (180, 12), (-45, 30)])
@pytest.mark.parametrize("first", [True, False])
def test_nothing_of_a_stamp_or_watermark_at_another_angle_stands_in_a_sentence(
    save: Save, angle: int, size: int, first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def mark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", size)
        canvas.translate(100, 735)
        canvas.rotate(angle)
        canvas.drawString(0, 0, "CERTIFIED COPY")
        canvas.restoreState()

    def draw(canvas: Canvas) -> None:
        for step in (mark, lambda c: lines(c, SENTENCE)) if first else (lambda c: lines(c, SENTENCE), mark):
            step(canvas)

    assert read_pdf(save(draw)).blocks == (Block(" ".join(SENTENCE), 0, 1, 1),)
    assert "page 1: 13 letters at another angle were left out" in caplog.text


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_whose_whole_text_is_turned_is_read_as_an_upright_one(save: Save, angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(angle)
        lines(canvas, SENTENCE, left=-250, top=100)

    assert [b.text for b in read_pdf(save(draw)).blocks] == [" ".join(SENTENCE)]


SPOKEN = ["PROCEEDINGS", "The matter came on for oral", "argument before the court.", "JUSTICE QUILL: We hear the", "two lighthouse keepers."]  # fmt: skip


def counted(size: float, pitch: float, step: int, gap: float, right: bool = False) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Courier", size)
        for n, line in enumerate(SPOKEN * 4, 1):
            canvas.drawString(100, 780 - pitch * n, line)
            if n % step == 0:
                canvas.drawRightString(500 if right else 100 - gap, 780 - pitch * n, str(n))

    return draw


@pytest.mark.parametrize(
    "draw", [counted(11, 22, 1, 20), counted(9, 11, 1, 30), counted(11, 22, 5, 20), counted(10, 14, 1, 0, right=True)]
)
def test_line_numbers_in_a_margin_are_the_locator_and_no_words(save: Save, draw: Draw) -> None:
    blocks = read_pdf(save(draw)).blocks
    assert [(b.text, b.lines) for b in blocks[:3]] == [
        ("PROCEEDINGS", (1, 1)),
        ("The matter came on for oral argument before the court.", (2, 3)),
        ("JUSTICE QUILL: We hear the two lighthouse keepers.", (4, 5)),
    ]
    document = to_document(Extract(blocks), {"kind": "case law"}, "a", Path("a.pdf"), {})
    assert [s.locator for s in document.sections[:3]] == ["p. 1, line 1", "p. 1, lines 2–3", "p. 1, lines 4–5"]


def test_the_numbers_of_a_tables_rows_are_no_line_numbers(save: Save) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["The permits are these."], top=790)
        lines(canvas, ["Nothing else is granted."], top=600)
        for n in range(1, 8):
            for left, word in ((60, str(n)), (120, "Harbour permit"), (300, "ninety days")):
                lines(canvas, [word], left=left, top=760 - 14 * n)

    words = " ".join(b.text for b in read_pdf(save(draw)).blocks).split()
    assert [n for n in "1234567" if n not in words] == []


def test_what_the_file_states_of_itself_is_read_without_the_writers_rubbish(save: Save) -> None:
    extract = read_pdf(
        save(lambda c: (c.setTitle("Microsoft Word - x.doc"), c.setAuthor("The Court"), lines(c, ["Words."])))
    )
    assert (extract.title, extract.publisher, len(extract.date)) == ("", "The Court", 10)


def test_a_scan_says_that_it_needs_ocr(save: Save) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_pdf(save(lambda c: c.rect(10, 10, 200, 200, fill=1)))
    assert caught.value.problem == "no text layer: run OCR first"


def test_an_encrypted_file_says_so(save: Save) -> None:
    path = save(lambda c: lines(c, ["Words."]), encrypt=StandardEncryption("secret"))
    with pytest.raises(KnowledgeError) as caught:
        read_pdf(path)
    assert caught.value.problem == "is encrypted; save it without a password"


def test_too_many_pages_are_refused(save: Save) -> None:
    with pytest.raises(KnowledgeError, match="has 3 pages; at most 2"):
        read_pdf(save(*[page(n, "Words.") for n in (1, 2, 3)]), limits=Limits(pages=2))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [(b"words", "is named .pdf but holds no PDF"), (b"%PDF-1.7\ngarbage", "is a broken PDF")],
)
def test_a_file_that_is_no_pdf_says_so(tmp_path: Path, raw: bytes, problem: str) -> None:
    (tmp_path / "a.pdf").write_bytes(raw)
    with pytest.raises(KnowledgeError, match=problem):
        read_pdf(tmp_path / "a.pdf")


@pytest.fixture(scope="module")
def sandbox() -> object:
    with Sandbox() as worker:
        yield worker


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), length=st.integers(0, 12), byte=st.binary(max_size=12))
def test_a_damaged_file_is_read_or_refused_and_the_next_one_is_read(
    tmp_path: Path, sandbox: Sandbox, at: float, length: int, byte: bytes
) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=0)
    lines(canvas, ["The court finds harm."])
    canvas.save()
    raw = buffer.getvalue()
    n = int(at * len(raw))
    path = tmp_path / "a.pdf"
    path.write_bytes(raw[:n] + byte + raw[n + length :])
    try:
        found = sandbox.read(path, "a", {"kind": "case law"}, {})
    except KnowledgeError as error:
        assert error.problem
    else:
        assert isinstance(found, Document)
