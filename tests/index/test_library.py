"""``asylum add``, ``remove`` and ``list``: a folder of every format becomes documents that are cited by page or section."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bot.answering.answer import cite
from bot.commands.cli import main
from index.build import build_index, plan
from index.changes import Changes, changes
from index.library import Incoming, Library
from index.search import Searcher
from index.store import open_generation
from knowledge.errors import ExplainerError
from knowledge.golden import GoldenQuestion
from knowledge.reading.readers import read_corpus
from knowledge.reading.sandbox import Sandbox
from knowledge.reading.sidecar import read_sidecar

Run = Callable[..., Result]
PERSIMMON = [
    "The scholars of the left column write on the",
    "persimmon doctrine, which two courts took",
    "over in the year that followed its birth.",
]
ARTICLE = Path(__file__).parents[3] / "shared" / "article-original.txt"


@pytest.fixture
def run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Arguments → the result of the command, on ``root`` and an index beside it; builds nothing by itself."""
    monkeypatch.setenv("ASYLUM_DOCUMENTS", str(root))
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path / "built"))

    def invoke(*arguments: str | Path) -> Result:
        build = () if arguments[0] == "list" else ("--no-build",)
        return CliRunner().invoke(main, [*map(str, arguments), *build])

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of every format that can be read, and some that cannot."""
    inbox = tmp_path / "inbox"
    (inbox / "deep").mkdir(parents=True)
    (inbox / "memo.md").write_text("# Memo\n\nThe marigold memo allows humanitarian asylum.\n", encoding="utf-8")
    (inbox / "закон.txt").write_bytes(
        "Закон\nСт. 12 Кто решает\nВременное убежище предоставляет орган.\n".encode("cp1251")
    )
    (inbox / "deep" / "page.html").write_text(
        "<nav><a href='/'>Home page</a></nav><h1>A page</h1><h2>Grounds (Art. 5)</h2><p>The tangerine ground is war.</p>"
        "<table><tr><th>Form</th><th>Term</th></tr><tr><td>Walnut asylum</td><td>two years</td></tr></table>",
        encoding="utf-8",
    )
    canvas = Canvas(str(inbox / "decision.pdf"), pagesize=A4)
    for number, words in enumerate(("The first page speaks of nothing.", "The court finds the cucumber risk real."), 1):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 815, "Supreme Court, Case No. 12")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 700, words)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(280, 30, str(number))
        canvas.showPage()
    canvas.save()
    canvas = Canvas(str(inbox / "journal.pdf"), pagesize=A4)  # as a journal prints it: line by line over both columns
    canvas.setFont("Helvetica", 10)
    left = PERSIMMON
    right = ["In the right column stands the turnip view,", "which no court has followed in thirty years,", "as far as anybody who counted them knows."]  # fmt: skip
    for n, columns in enumerate(zip(left * 4, right * 4, strict=True)):
        for at, line in zip((60, 320), columns, strict=True):
            canvas.drawString(at, 760 - 12 * n, line)
    canvas.save()
    word = docx.Document()
    word.add_heading("Guidance", 1)
    word.add_paragraph("Officials follow the pineapple rule.")
    word.save(str(inbox / "guidance.docx"))
    with zipfile.ZipFile(inbox / "book.epub", "w") as book:
        book.writestr("META-INF/container.xml", '<c><rootfile full-path="b.opf"/></c>')
        book.writestr(
            "b.opf",
            '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
        )
        book.writestr(
            "a.xhtml", "<html><body><h1>اللجوء</h1><p>Asylum is a chestnut right. حق اللجوء.</p></body></html>"
        )
    (inbox / "scan.jpg").write_bytes(b"\xff\xd8\xff")
    (inbox / "broken.pdf").write_bytes(b"%PDF-1.4 no more")
    return inbox


def test_a_folder_of_every_format_is_added_with_one_command_and_cited_by_page_or_section(
    run: Run, folder: Path, root: Path, tmp_path: Path, encoder: Any
) -> None:
    result = run("add", folder, "--kind", "case law", "--jurisdiction", "Russia")
    assert result.exit_code == 1
    assert [line.split(":1: ")[1] for line in result.stderr.splitlines() if line.startswith("left out")] == [
        "is a broken PDF (Failed to load document (PDFium: Data format error).)",
        "files of type .jpg cannot be read; known: .docx, .epub, .htm, .html, .md, .pdf, .txt, .xhtml",
    ]
    assert result.stderr.splitlines()[-1] == "2 of 9 documents were left out"

    documents, problems = read_corpus(root)
    build_index(documents, encoder, built=tmp_path / "built")
    searcher = Searcher(open_generation(tmp_path / "built"), encoder)
    cited = {}
    for question in ("marigold", "убежище", "tangerine", "walnut", "cucumber", "persimmon", "pineapple", "chestnut"):
        passage = searcher.search(searcher.read(question), 1)[0].passage
        document = searcher.generation.document(passage.document)
        start, end = next(r for r in passage.sentences if question in document.text[slice(*r)].lower())
        citation = cite(1, document, start, end)
        cited[question] = (citation.document, citation.locator, citation.quote)
    assert problems == []
    assert cited == {
        "marigold": ("added/inbox/memo", "Memo", "The marigold memo allows humanitarian asylum."),
        "убежище": ("added/inbox/закон.txt", "Ст. 12 Кто решает", "Временное убежище предоставляет орган."),
        "tangerine": ("added/inbox/deep/page.html", "Art. 5", "The tangerine ground is war."),
        "walnut": ("added/inbox/deep/page.html", "Art. 5", "Form: Walnut asylum; Term: two years."),
        "cucumber": ("added/inbox/decision.pdf", "p. 2", "The court finds the cucumber risk real."),
        "persimmon": ("added/inbox/journal.pdf", "p. 1", " ".join(PERSIMMON)),
        "pineapple": ("added/inbox/guidance.docx", "Guidance", "Officials follow the pineapple rule."),
        "chestnut": ("added/inbox/book.epub", "اللجوء", "Asylum is a chestnut right."),
    }
    assert not any("Home page" in d.text or "Supreme Court" in d.text for d in documents)


@pytest.mark.parametrize("name", ["article.txt", "article.html"])
def test_the_articles_page_can_be_added_as_it_is_and_answers_from_it(
    run: Run, root: Path, tmp_path: Path, encoder: Any, name: str
) -> None:
    if not ARTICLE.exists():
        pytest.skip("the original article is not shared here")
    text = ARTICLE.read_text(encoding="utf-8")
    lines = [f"<p>{line}</p>" for line in text.split("\n")[1:]]
    page = f"<nav><a href='/'>Subscribe</a></nav><article><h1>{text.splitlines()[0]}</h1>{''.join(lines)}</article>"
    (tmp_path / name).write_text(page if name.endswith("html") else text, encoding="utf-8")
    assert run("add", tmp_path / name, "--kind", "commentary", "--voice", "an unnamed contact").exit_code == 0
    documents, _ = read_corpus(root)
    build_index(documents, encoder, built=tmp_path / "built")
    searcher = Searcher(open_generation(tmp_path / "built"), encoder)
    hit = searcher.search(searcher.read("Is there formal evidence that Assad requested asylum?"), 1)[0]
    assert documents[0].title == "Why Russia gave Assad humanitarian asylum and not political asylum"
    assert "There is no formal evidence that Bashar al-Assad ever requested asylum" in hit.passage.text


def test_the_sidecar_says_where_a_file_came_from(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "A file.TXT").write_text("Words stand here.", encoding="utf-8")
    result = run("add", tmp_path / "A file.TXT", "--kind", "news", "--title", "A title", "--date", "2021-03")
    assert result.stderr == "added added/A-file.txt: A title (news; 1 sections)\n"
    assert read_sidecar(root / "added" / "A-file.txt") == {
        "title": "A title",
        "kind": "news",
        "date": "2021-03",
        "source": str(tmp_path / "A file.TXT"),
        "retrieved": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "sha256": "72296b4755c8979ceb7ff36b5d4a6987186882ebc357e3f5c450f11538ac035c",
    }
    assert sorted(p.name for p in (root / "added").iterdir()) == ["A-file.txt", "A-file.txt.yaml"]


def test_a_file_is_added_once_and_another_of_its_name_only_in_its_place(run: Run, root: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("First words.", encoding="utf-8")
    first = run("add", file, "--kind", "news")
    again = run("add", file, "--kind", "news")
    file.write_text("Second words.", encoding="utf-8")
    other = run("add", file, "--kind", "news")
    replaced = run("add", file, "--kind", "news", "--replace")
    assert [r.exit_code for r in (first, again, other, replaced)] == [0, 1, 1, 0]
    assert again.stderr.startswith(f"left out: {file} is in the library already, as added/a.txt\n")
    assert other.stderr.startswith(f"left out: {file}: another document is called added/a.txt; rename the file, or use")
    assert [d.text for d in read_corpus(root)[0]] == ["Second words."]


def test_a_file_that_cannot_be_read_leaves_nothing_behind(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "a.exe").write_bytes(b"MZ")
    result = run("add", tmp_path / "a.txt", tmp_path / "a.exe", tmp_path / "none.pdf")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"left out: {tmp_path}/none.pdf: no such file or folder"
    assert result.stderr.splitlines()[1].startswith(f"left out: {tmp_path}/a.txt:1: no kind; write")
    assert list((root / "added").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--kind", "rumour"), "unknown kind 'rumour'; known: constitution, statute"),
        (("--kind", "news", "--date", "yesterday"), "date 'yesterday' is not YYYY, YYYY-MM or YYYY-MM-DD"),
        (("--kind", "news", "--title", "T"), "one title cannot name 2 documents"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, tmp_path: Path, options: tuple[str, ...], problem: str
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"Words {name}.", encoding="utf-8")
    result = run("add", tmp_path / "a.txt", tmp_path / "b.txt", *options)
    assert (result.exit_code, problem in result.stderr) == (2, True)


@pytest.fixture
def server() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=koi8-r")
            self.end_headers()
            self.wfile.write("<h1>Убежище</h1><p>Временное убежище длится год.</p>".encode("koi8-r"))

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/law"
        running.shutdown()
        thread.join()


def test_an_address_is_fetched_with_its_encoding_and_a_private_one_only_when_asked(
    run: Run, root: Path, server: str
) -> None:
    refused = run("add", server, "--kind", "statute")
    assert (refused.exit_code, "on a private network" in refused.stderr) == (1, True)
    assert run("add", server, "--kind", "statute", "--allow-private").exit_code == 0
    document = read_corpus(root)[0][0]
    assert (document.url, document.title, document.text) == (
        server,
        "Убежище",
        "Убежище\n\nВременное убежище длится год.",
    )


def test_a_removed_document_is_gone_with_its_sidecar_and_our_own_stay(
    run: Run, root: Path, tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    write_document("law/own", "## A\n\nText.\n")
    (tmp_path / "a.txt").write_text("Words.", encoding="utf-8")
    run("add", tmp_path / "a.txt", "--kind", "news")
    unknown, own, gone = run("remove", "added/b.txt"), run("remove", "law/own"), run("remove", "added/a.txt")
    assert unknown.stderr == "asylum: no document added/b.txt; see them with: asylum list\n"
    assert own.stderr.startswith("asylum: law/own is part of the knowledge base")
    assert (gone.exit_code, gone.stderr) == (0, "removed added/a.txt\n")
    assert sorted(p.name for p in root.rglob("*") if p.is_file()) == ["own.md"]


def test_the_list_tells_what_is_indexed_and_what_is_not_yet(
    run: Run, root: Path, tmp_path: Path, write_document: Callable[..., Path], encoder: Any
) -> None:
    write_document("law/own", "## A\n\nText.\n")
    write_document("law/gone", "## A\n\nText.\n", title="Gone")
    build_index(read_corpus(root)[0], encoder, built=tmp_path / "built")
    (root / "law" / "gone.md").unlink()
    (tmp_path / "a.txt").write_text("Words.", encoding="utf-8")
    run("add", tmp_path / "a.txt", "--kind", "news")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(r["id"], r["kind"], r["passages"], r["added"], r["state"]) for r in rows] == [
        ("added/a.txt", "news", None, today, "not in the index; run: asylum build"),
        ("law/own", "statute", 1, "", ""),
        ("law/gone", "statute", None, "", "the file is gone; run: asylum build"),
    ]
    assert run("list", "--added").stdout.split() == ["added/a.txt", "news", "-", today, *["not", "in", "the", "index;", "run:", "asylum", "build"]]  # fmt: skip


def test_a_plan_tells_passages_and_golden_places(
    root: Path, tmp_path: Path, write_document: Callable[..., Path], encoder: Any
) -> None:
    write_document("a", "## One\n\nFirst text.\n\n## Two\n\nSecond text.\n")
    write_document("b", "## One\n\nText.\n")
    build_index(read_corpus(root)[0], encoder, built=tmp_path / "built")
    write_document("a", "## One\n\nFirst text, changed.\n\n## Three\n\nThird text.\n")
    (root / "b.md").unlink()
    write_document("c", "## One\n\nText.\n")
    golden = [GoldenQuestion("g1", "plain", "?", places={"a#two": 2, "a#one": 1}), GoldenQuestion("g2", "plain", "?", places={"c#one": 2})]  # fmt: skip
    documents, _ = read_corpus(root)
    planned = plan(documents, encoder, (), tmp_path / "built")
    assert changes(planned, documents, encoder, golden, tmp_path / "built") == Changes(
        added={"a": 1, "c": 1},
        changed={"a": 1},
        removed={"a": 1, "b": 1},
        lost=(("g1", "a#two"),),
        gained=(("g2", "c#one"),),
    )


def test_a_plan_without_an_index_adds_every_passage(
    root: Path, tmp_path: Path, write_document: Callable[..., Path], encoder: Any
) -> None:
    write_document("a", "## One\n\nFirst text.\n\n## Two\n\nSecond text.\n")
    documents, _ = read_corpus(root)
    planned = plan(documents, encoder, (), tmp_path / "built")
    shutil.rmtree(tmp_path / "built", ignore_errors=True)
    assert changes(planned, documents, encoder, (), tmp_path / "built") == Changes({"a": 2}, {}, {}, (), ())


def test_files_with_odd_names_are_added_or_refused_in_a_line(run: Run, root: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    names = [
        "x" * 250 + ".txt",
        "ж" * 120 + ".txt",
        "字" * 80 + ".TXT",
        "a\nb\x1b[31m.txt",
        "con?.txt",
        "a." + "b" * 240 + ".txt",
    ]
    for n, name in enumerate([*names, b"\xff\xfe.txt"]):
        with open(os.fsencode(inbox) + b"/" + os.fsencode(name), "w") as file:  # noqa: PTH123  bytes are no path
            file.write(f"Words {n} stand here.")
    os.mkfifo(inbox / "pipe.txt")
    (inbox / "link.txt").symlink_to("/etc/hostname")
    result = run("add", inbox, "--kind", "news")
    assert (result.exit_code, result.stderr.count("\n"), "\x1b" in result.stderr) == (0, 7, False)
    documents, problems = read_corpus(root)
    assert (len(documents), problems) == (7, [])
    for path in (root / "added").rglob("*"):
        path.name.encode()
    assert len(run("list", "--added").stdout.splitlines()) == 7


def test_a_gigantic_file_is_refused_before_it_is_even_hashed(run: Run, root: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "large.txt", root / "added" / "large.txt"):
        place.parent.mkdir(exist_ok=True)
        with place.open("wb") as file:
            file.truncate(1 << 40)  # a terabyte of holes
    result = run("add", tmp_path / "large.txt", "--kind", "news", "--json")
    assert result.stderr.startswith(f"left out: {tmp_path}/large.txt:1: has 1099511627776 bytes; at most 104857600\n")


def test_a_file_that_goes_while_it_is_added_is_told_in_a_line(root: Path, tmp_path: Path) -> None:
    with Sandbox() as sandbox, pytest.raises(ExplainerError, match=r"gone\.txt:1: cannot be read: No such file"):
        Library(root).take_in(Incoming(tmp_path / "gone.txt", Path("gone.txt"), {}), {"kind": "news"}, sandbox)
