"""The rows of the table of peers.py, and why we are behind where we are."""

from __future__ import annotations

from peers_table import Measure

_BUILD = (
    "The whole program also reads and cuts the documents, embeds every sentence and every known question, trains the "
    "adapter and exports the model; the index alone does what the peers do, and exports the model."
)
_ADD = (
    "The whole program looks at every document, copies what stays and writes a new generation, so that a crash leaves "
    "the old one answering; a peer adds to its only copy and writes over it."
)
_FOUND = (
    "The whole program also reads the question (language, spelling, names, terms) and looks again at the best passages."
)

VERSION = Measure("version", better="")
LEGS = Measure("retrieval", better="")
INSTALL = Measure(
    "install, MB",
    0,
    why=(
        "Ours holds the chat, the readers of PDF, Word and web pages, the quality tests and a second runtime for the "
        "model; the peers leave these to further packages."
    ),
)
COLD = Measure("cold start to first answer, s", 2)
COLD_WORK = Measure("cold start, processor s", 2)
BUILD = Measure("build, s", why=_BUILD)
BUILD_WORK = Measure("build, processor s", why=_BUILD)
ADD = Measure("add one document, s", 2, why=_ADD)
ADD_WORK = Measure("add one document, processor s", 2, why=_ADD)
ADD_COLD = Measure("add one document, whole process, s", 2, why=_ADD)
FOUND = Measure("query p50 / p95, ms", why=_FOUND)
FOUND_WORK = Measure("query p50 / p95, processor ms", why=_FOUND)
ANSWERED = Measure("whole cited answer p50 / p95, ms")
ANSWERED_WORK = Measure("whole cited answer p50 / p95, processor ms")
MEMORY = Measure("peak memory, answering, MB", 0)
MEMORY_BUILD = Measure(
    "peak memory, building, MB", 0, why="The export loads torch as the peers do, and OpenVINO beside it."
)
DISK = Measure(
    "size on disk, MB",
    why="Dense tools store no BM25; the whole program also stores the vectors of sentences and known questions.",
)
MODEL = Measure("exported model beside it, MB", better="")
PICKLED = Measure("stored index is pickled", better="")
QUALITY = Measure("nDCG@10", 4, "higher")
ENGLISH = Measure("nDCG@10, English questions", 4, "higher")
BARE = Measure("nDCG@10, question not interpreted", 4, "higher")

ROWS = (
    VERSION, LEGS, INSTALL, COLD, COLD_WORK, BUILD, BUILD_WORK, ADD, ADD_WORK, ADD_COLD, FOUND, FOUND_WORK, ANSWERED,
    ANSWERED_WORK, MEMORY, MEMORY_BUILD, DISK, MODEL, PICKLED, QUALITY, ENGLISH, BARE,
)  # fmt: skip
