"""What the tests share: an encoder of word overlap at the Encoder protocol, small documents, and a real index over them.

Tests ask for these as fixtures and import nothing from here: with ``--import-mode=importlib`` this file is no module.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# Chainlit writes into this folder when it is imported.
os.environ["CHAINLIT_APP_ROOT"] = tempfile.mkdtemp(prefix="asylum-tests-")
atexit.register(shutil.rmtree, os.environ["CHAINLIT_APP_ROOT"], ignore_errors=True)
# Small matrices: on a busy machine a second thread costs more than it brings.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from index.build import build_index  # noqa: E402
from index.encoding.encoder import Progress, Vectors  # noqa: E402
from index.lexical import stems  # noqa: E402
from index.search import Searcher  # noqa: E402
from index.store import open_generation  # noqa: E402
from knowledge.document import Document  # noqa: E402
from knowledge.reading.read_markdown import parse_markdown  # noqa: E402

SMALL_SERVER = Path(__file__).parent / "browser" / "small_server.py"
HEADER = {
    "title": "Temporary asylum in Russia",
    "kind": "statute",
    "publisher": "Russian Federation",
    "jurisdiction": "Russia",
    "date": "1993-02-19",
    "url": "https://example.org/law",
    "language": "en",
}
OFFTOPIC = ("How do I bake bread?", "Who won the match?")
# id → header fields, questions by anchor, body
TEXTS: dict[str, tuple[dict[str, str], dict[str, list[str]], str]] = {
    "law/temporary": (
        {},
        {
            "how-long-temporary-asylum-lasts": [
                "For how many months can I stay?",
                "How long does temporary asylum last?",
            ],
            "who-decides-on-temporary-asylum": ["Which office do I go to?"],
        },
        "## How long temporary asylum lasts (Art. 12(3))\n\n"
        "Temporary asylum in Russia lasts up to one year. Temporary asylum may be extended year by year.[^law]\n\n"
        "## Who decides on temporary asylum (Art. 12(1))\n\n"
        "The territorial body of the Interior Ministry decides on temporary asylum under Law 4528-1.[^law]\n\n"
        "[^law]: Law 4528-1, Art. 12. https://example.org/law\n",
    ),
    "law/political": (
        {"title": "Political asylum in Russia", "kind": "constitution"},
        {"who-grants-political-asylum": ["Who signs the paper?"]},
        "## Who grants political asylum (Art. 63)\n\n"
        "The President of Russia grants political asylum by decree.[^c] Article 63 of the Constitution allows it.[^c]\n\n"
        "[^c]: Constitution, Art. 63. https://example.org/constitution\n",
    ),
    "law/convention": (
        {
            "title": "The 1951 Convention",
            "kind": "treaty",
            "publisher": "United Nations",
            "jurisdiction": "International",
            "date": "1951-07-28",
        },
        {},
        "## Non-refoulement (Art. 33)\n\n"
        "No state shall return a refugee to a country where life or freedom is threatened.[^r]\n\n"
        "[^r]: 1951 Convention, Art. 33. https://example.org/1951\n",
    ),
    "cases/assad": (
        {"title": "The case of Assad", "kind": "news", "date": "2024-12"},
        {},
        '{kind="commentary" voice="an unnamed contact, quoted by the author"}\n'
        "## Why Assad received humanitarian asylum\n\n"
        "Humanitarian asylum for Assad avoids a decree, the contact says.[^a]\n\n"
        "[^a]: The article, section 2. https://example.org/article\n",
    ),
    "law/vremennoe": (
        {"title": "Временное убежище", "language": "ru"},
        {},
        "## Кто решает (ст. 12)\n\n"
        "Временное убежище предоставляет территориальный орган. Временный статус длится один год.[^z]\n\n"
        "[^z]: Закон № 4528-1, ст. 12. https://example.org/ru\n",
    ),
    "terms/asylum": (
        {"title": "Words", "kind": "glossary"},
        {},
        "## Asylum\n\nAsylum means protection that a state gives to a foreigner.[^t]\n\n"
        "| Form | Russian |\n|---|---|\n| territorial | территориальное убежище |\n\n"
        "[^t]: Glossary, p. 3.\n",
    ),
}


@dataclass
class WordEncoder:
    """Word overlap as cosine: (n, dimensions) unit rows, a column for the crc32 of each stem; a word is a word piece.

    ``encoded`` lists every text it was given. Two ``salt``s give different vectors for one text under one fingerprint.
    """

    name: str = "words"
    fingerprint: str = "words"
    window: int = 256
    dimensions: int = 256
    salt: str = ""
    breaks: bool = False
    encoded: list[str] = field(default_factory=list)

    def count(self, text: str) -> int:
        return len(text.split())

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if self.breaks:
            raise MemoryError("the encoder broke")
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        rows[:, 0] = 0.01  # a text without words is a unit row too
        for row, text in zip(rows, texts, strict=True):
            for stem, _, _ in stems(text):
                row[zlib.crc32((self.salt + stem).encode()) % self.dimensions] += 1
            if progress:
                progress(1)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    encode_questions = encode_passages


@pytest.fixture(scope="session")
def word_encoder() -> type[WordEncoder]:
    """The class, for tests that need a particular one."""
    return WordEncoder


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


def _markup(body: str, **fields: str | None) -> str:
    header = {name: value for name, value in {**HEADER, **fields}.items() if value is not None}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in header.items()) + "---\n" + body


@pytest.fixture(scope="session")
def markup() -> Callable[..., str]:
    """Body → Markdown with a valid header of 9 lines; keywords change its fields, ``None`` leaves one out."""
    return _markup


@pytest.fixture(scope="session")
def parse() -> Callable[..., Document]:
    """Body → Document with the id ``law``."""
    return lambda body, **fields: parse_markdown(_markup(body, **fields), "law")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of documents that ``write_document`` writes into."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


@pytest.fixture
def write_document(root: Path, markup: Callable[..., str]) -> Callable[..., Path]:
    """Id, body, questions by anchor, header fields → the path of a document below ``root``."""

    def write(id: str, body: str, asked: Mapping[str, Sequence[str]] | None = None, **fields: str | None) -> Path:
        path = root / f"{id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markup(body, **fields), encoding="utf-8")
        if asked:  # JSON is YAML
            path.with_name(path.stem + ".asked.yaml").write_text(json.dumps(asked, ensure_ascii=False), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """Six small documents on asylum, in order of id: a case, two statutes, a treaty, a text in Russian, a glossary."""
    return [
        parse_markdown(_markup(body, **fields), id, asked=asked) for id, (fields, asked, body) in sorted(TEXTS.items())
    ]


@pytest.fixture(scope="session")
def _first_index(tmp_path_factory: pytest.TempPathFactory, documents: list[Document]) -> Path:
    folder = tmp_path_factory.mktemp("index") / "built"
    build_index(documents, WordEncoder(), OFFTOPIC, folder)
    return folder


@pytest.fixture
def built(tmp_path: Path, _first_index: Path) -> Path:
    """A real index over ``documents``, the test's own: the folder that holds its generations."""
    return Path(shutil.copytree(_first_index, tmp_path / "built"))


@pytest.fixture
def searcher(built: Path, encoder: WordEncoder) -> Searcher:
    return Searcher(open_generation(built), encoder)


@contextmanager
def _tiny_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a file system can be mounted by root only")
    try:
        yield
    finally:
        os.sync()
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def tiny_disk() -> Callable[[Path, str], AbstractContextManager[None]]:
    """A new folder and a size such as "64k" → a file system of that size there."""
    return _tiny_disk


@contextmanager
def _small_chat(folder: Path, **settings: str) -> Iterator[str]:
    (folder / "documents").mkdir()
    environment = {
        **os.environ,
        "ASYLUM_UPLOADS": "on",
        "ASYLUM_DOCUMENTS": str(folder / "documents"),
        "ASYLUM_INDEX": str(folder / "built"),
        **settings,
    }
    subprocess.run([sys.executable, str(SMALL_SERVER), "build"], env=environment, check=True, timeout=120)
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, str(SMALL_SERVER), "0"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        line = server.stdout.readline() if server.stdout else ""
        assert line.startswith("Chat: "), (folder / "log").read_text()
        yield line.removeprefix("Chat: ").strip()
        server.terminate()
        assert server.wait(20) == 0


@pytest.fixture(scope="session")
def small_chat() -> Callable[..., AbstractContextManager[str]]:
    """An empty folder → the address of a chat over small documents there that takes uploads; keywords are settings."""
    return _small_chat
