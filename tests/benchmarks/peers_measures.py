"""The rows of the table of peers.py, and why we are behind where we are."""

from __future__ import annotations

from peers_table import Measure

INSTALL = Measure(
    "install, MB",
    0,
    why="Ours holds the chat, the readers of PDF, Word and web pages, the quality tests, and a second runtime for the model; the peers leave these to further packages.",
)
COLD = Measure("cold start to first answer, s", 2)
COLD_WORK = Measure("cold start, processor s", 2)
BUILD_WHY = "Ours also reads and cuts the documents, exports the model, embeds every sentence and every known question, and trains the adapter; see the second column for the passages alone."
BUILD = Measure("build, s", why=BUILD_WHY)
BUILD_WORK = Measure("build, processor s", why=BUILD_WHY)
ADD_WHY = "Ours checks every document again, trains the adapter and writes a whole new generation, so that a crash leaves the old one answering; a peer writes over its only copy."
ADD = Measure("add one document, s", 2, why=ADD_WHY)
ADD_WORK = Measure("add one document, processor s", 2, why=ADD_WHY)
ADD_COLD = Measure("add one document, whole process, s", 2)
FOUND_WHY = "Ours also reads the question: language, spelling, names, terms."
FOUND = Measure("query p50 / p95, ms", why=FOUND_WHY)
FOUND_WORK = Measure("query p50 / p95, processor ms", why=FOUND_WHY)
ANSWERED = Measure("whole cited answer p50 / p95, ms")
ANSWERED_WORK = Measure("whole cited answer p50 / p95, processor ms")
MEMORY = Measure("peak memory, answering, MB", 0)
MEMORY_BUILD = Measure("peak memory, building, MB", 0)
DISK = Measure(
    "size on disk, MB",
    why="Ours also stores the sentences' and the known questions' vectors; see the second column for the passages alone.",
)
MODEL = Measure("exported model beside it, MB", better="")
PICKLED = Measure("stored index is pickled", better="")
LEGS = Measure("retrieval", better="")
VERSION = Measure("version", better="")
QUALITY = Measure("nDCG@10", 4, "higher")
ENGLISH = Measure("nDCG@10, English questions", 4, "higher")
BARE = Measure("nDCG@10, question not interpreted", 4, "higher")
ROWS = (
    VERSION, LEGS, INSTALL, COLD, COLD_WORK, BUILD, BUILD_WORK, ADD, ADD_WORK, ADD_COLD, FOUND, FOUND_WORK, ANSWERED,
    ANSWERED_WORK, MEMORY, MEMORY_BUILD, DISK, MODEL, PICKLED, QUALITY, ENGLISH, BARE,
)  # fmt: skip
