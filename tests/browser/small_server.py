"""The chat over two short documents and an encoder of word overlap: python small_server.py PORT, index by ASYLUM_INDEX.

``python small_server.py build`` builds that index again, with what was added to ASYLUM_DOCUMENTS, as uploads do.
"""

from __future__ import annotations

import json
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.commands.progress import stages
from bot.settings import Settings
from index.build import build_index
from knowledge.document import Document
from knowledge.reading.read_markdown import parse_markdown
from knowledge.reading.readers import read_corpus

HEADER = """---
title: {title}
kind: statute
publisher: Russian Federation
jurisdiction: Russia
date: 1993-02-19
url: https://example.org/{id}
language: en
---
"""
TEXTS = {
    "temporary": (
        "Temporary asylum in Russia",
        "## How long temporary asylum lasts (Art. 12(3))\n"
        "Temporary asylum in Russia lasts up to one year and may be extended year by year.[^a] "
        "Temporary asylum note:this keeps its colon, its \\*stars\\* and its mark [1].[^a]\n\n"
        "## Who decides on temporary asylum (Art. 12(1))\n"
        "The territorial body of the Interior Ministry decides on temporary asylum in Russia.[^a]\n\n"
        "[^a]: Law 4528-1, Art. 12. https://example.org/law\n",
    ),
    "political": (
        "Political asylum in Russia",
        "## Who grants political asylum (Art. 63)\n"
        "The President of Russia grants political asylum by decree.[^a]\n\n"
        "[^a]: Constitution, Art. 63. https://example.org/constitution\n",
    ),
}


class WordEncoder:
    """Word overlap as cosine."""

    name = "words"
    fingerprint = "few words"
    window = 256

    def count(self, text: str) -> int:
        return len(text.split())

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 128), np.float32)
        if any("explode" in text for text in texts):
            raise RuntimeError(texts[0])  # a library's error may well hold what was asked
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.01
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % 128] += 1
            row /= np.linalg.norm(row)
        if progress:
            progress(len(texts))
        return rows

    encode_questions = encode_passages


def documents(ids: Sequence[str] = tuple(TEXTS)) -> list[Document]:
    return [parse_markdown(HEADER.format(title=TEXTS[id][0], id=id) + TEXTS[id][1], id) for id in ids]


def build(folder: Path, ids: Sequence[str] = tuple(TEXTS)) -> None:
    build_index(documents(ids), WordEncoder(), built=folder)


def build_again() -> None:
    """Print what ``asylum build --json`` prints."""
    settings = Settings.from_environment()
    added, problems = read_corpus(settings.documents, settings.limits)
    if any("rather not" in document.text for document in added):
        raise SystemExit("asylum: this document is not wanted")
    with stages(as_json=True) as stage:
        summary = build_index([*documents(), *added], WordEncoder(), built=settings.index, stage=stage)
    print(json.dumps({"generation": summary.generation}))
    raise SystemExit(1 if problems else 0)


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build_again()
    from bot.chat.serve import serve

    serve("127.0.0.1", int(sys.argv[1]), WordEncoder(), (sys.executable, __file__, "build"))
