"""Explainer.ask: the one use case behind chat, command line and batch."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from bot import wording
from bot.answer import Answer, Explanation, Note, Table
from bot.citations import Citations
from bot.compare import compare, to_markdown
from bot.disputes import assumed_wrongly, card, touched
from bot.question import Reader, Understood
from bot.quote import Sentence, choose
from bot.recognise import Dictionary, dictionary
from bot.rerank import DEPTH, rerank
from bot.settings import Settings
from bot.silence import Signals, SilenceModel
from bot.spelling import Speller
from bot.suggest import suggest
from index.encoder import Encoder, open_encoder
from index.lexical import words
from index.search import Hit, Query, Searcher
from index.store import Generation, current, open_generation
from knowledge.disagreements import read_disagreements
from knowledge.statuses import Slot, Status

HITS = 10
LONGEST = 2000  # characters of a question that are read; the encoder's window is far shorter
COLUMNS = 6  # statuses side by side; more would be unreadable
UNDERSTOOD_LEAST = 0.34  # of the words of a question in another language


class Explainer:
    """Answers questions from one generation of the index; safe to call from one thread at a time."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Open the published index.

        Raises:
            IndexMissingError: there is none that this encoder can use.
        """
        self._settings = settings
        self._encoder = encoder or open_encoder(
            settings.model, settings.threads, settings.encoder, settings.index / "cache", soon=True
        )
        self._silence = SilenceModel.load()
        self._dictionary: Dictionary = dictionary()
        self._disagreements = read_disagreements()
        self._use(open_generation(settings.index))

    @property
    def generation(self) -> Generation:
        """The generation that answers now."""
        return self.searcher.generation

    def refresh(self) -> bool:
        """Move to a newly published generation, if there is one; return whether there was."""
        if current(self._settings.index) in (self.generation.name, None):
            return False
        self._use(open_generation(self._settings.index))
        return True

    def understand(self, question: str, history: Sequence[str] = ()) -> Understood:
        """Return how a question is understood after the earlier ones."""
        return self._reader.understand(_clean(question), [_clean(earlier) for earlier in history])

    def retrieve(self, understood: Understood, k: int) -> list[Hit]:
        """Return the best ``k`` hits for a question, in the order in which answers use them."""
        return self._look_again(self.searcher.read(understood.search, understood.terms), understood, k)[:k]

    def _look_again(self, query: Query, understood: Understood, k: int = DEPTH) -> list[Hit]:
        hits = self.searcher.search(query, max(k, DEPTH))
        return [*rerank(self.searcher, query, hits[:DEPTH], understood, self._dictionary), *hits[DEPTH:]]

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question; ``history`` holds the earlier questions of the conversation, oldest first."""
        started = time.perf_counter()
        question = _clean(question)
        understood = self.understand(question, history)
        if not any(c.isalnum() for c in question):
            text = wording.say("empty", understood.language)
            return Answer(
                question, question, False, text, generation=self.generation.name, language=understood.language
            )
        query = self.searcher.read(understood.search or question, understood.terms)
        encoded = time.perf_counter()
        hits = self._look_again(query, understood)[:HITS]
        found = time.perf_counter()
        signals = self._signals.measure(query, hits)
        confidence = self._silence.confidence(signals)
        statuses = [self._dictionary.statuses[id] for id in understood.statuses][:COLUMNS]
        compares = understood.form == "compare" and len(statuses) > 1
        why = self._why_silent(understood, hits, confidence, compares)
        citations = Citations(self.generation)
        sentences = choose(self.searcher, query, hits, understood.form, understood.most)
        if len(statuses) == 1 and understood.slot in statuses[0].slots:
            sentences = self._lead(statuses[0].slots[understood.slot], sentences, citations)[: understood.most]
        table: Table | None = None
        notes: list[Note] = []
        lines: list[str] = []
        answered = not why and bool(sentences)
        if answered:
            hedged = confidence < self._silence.answer and not compares
            lines += self._opening(understood, citations)
            said = {(c.document, c.start, c.end) for c in citations()}
            sentences = [s for s in sentences if (s.document, s.start, s.end) not in said] or sentences
            if hedged:
                lines.append(wording.say("closest", understood.language))
            most = 2 if hedged or compares else understood.most
            lines += self._quote(sentences[:most], citations)
            if compares:
                table = compare(statuses, understood.slot, citations)
                if table is not None:
                    lines.append(to_markdown(table, understood.language))
            if understood.form == "own case":
                lines += self._conditions(statuses or self._of_countries(understood), understood.language, citations)
                lines.append(wording.say("advice", understood.language))
            cited = [citation.place for citation in citations()]
            for disagreement in touched(f"{question} {understood.search}", cited, self._disagreements):
                if (note := card(disagreement, citations, understood.language)) is not None:
                    notes.append(note)
        else:
            lines += self._decline(why, sentences, understood, citations)
        written = time.perf_counter()
        return Answer(
            question=question,
            standalone=understood.text,
            answered=answered,
            text="\n\n".join(line for line in lines if line),
            citations=citations(),
            table=table,
            notes=tuple(notes),
            suggestions=suggest(
                self.generation,
                statuses,
                hits if answered else (),
                (question, understood.text, *history),
                self._speller.knows,
                understood.language,
            ),
            generation=self.generation.name,
            language=understood.language,
            milliseconds={
                "encode": (encoded - started) * 1000,
                "search": (found - encoded) * 1000,
                "write": (written - found) * 1000,
            },
            explanation=Explanation(
                statuses=understood.statuses,
                form=" ".join(part for part in (understood.form, understood.slot) if part),
                hits=tuple((h.passage.place, h.dense, h.lexical, h.score) for h in hits),
                decision=why or "answered",
                confidence=confidence,
                signals=signals,
            ),
        )

    def _use(self, generation: Generation) -> None:
        self.searcher = Searcher(generation, self._encoder)
        self._signals = Signals(self.searcher)
        self._speller = Speller(generation.array("words"), lambda word: self._encoder.count(word) == 1)
        self._reader = Reader(self._dictionary, self._speller)

    def _why_silent(self, understood: Understood, hits: Sequence[Hit], confidence: float, compares: bool) -> str:
        if understood.form == "steering":
            return "it tells the program what to do"
        if understood.share < UNDERSTOOD_LEAST:
            return "not understood"
        if missing := self._unmentioned(understood, hits):
            return f"no passage found mentions {', '.join(missing)}"
        if confidence < self._silence.decline and not compares:
            return "the documents do not seem to cover it"
        return ""

    def _unmentioned(self, understood: Understood, hits: Sequence[Hit]) -> list[str]:
        """Return the people and countries of the question that speak against answering.

        These are names that no document holds, and, where the best passages hold none of the question's names, all of
        them. Where one is held, another may be a side remark: "I am from Syria, can I work in Russia?"
        """
        names = (*understood.people, *understood.countries)
        held = {m.name for hit in hits for m in self._dictionary.mentions(self._frame(hit))}
        missing = [name for name in names if name not in held]
        if len(missing) == len(names):
            return missing
        vocabulary = self.generation.lexical.vocabulary
        return [name for name in missing if not set(words(name)) & vocabulary.keys()]

    def _frame(self, hit: Hit) -> str:
        """Return a passage with what stands around it: headings, who says it, who published it."""
        document = self.generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        voice = f"{section.voice} {document.publisher}" if document and section else ""
        return f"{hit.passage.embedded}\n{voice}"

    def _opening(self, understood: Understood, citations: Citations) -> list[str]:
        lines = []
        wrong = assumed_wrongly(understood.search, self._disagreements)
        if wrong is not None:
            position = wrong.positions[wrong.stronger]
            cited = citations.supporting(position.place, wrong.correction)
            if cited is not None:
                label = wording.speaker(cited)
                lines.append(
                    f"{wording.say('premise', understood.language)} **{label}:** {cited.quote} [{cited.number}]"
                )
        if understood.assumed == "Russia" and understood.form == "compare":
            lines.append(wording.say("assumed", understood.language))
        if understood.language != "en":
            lines.append(wording.say("terms_only", understood.language))
        return lines

    def _of_countries(self, understood: Understood) -> list[Status]:
        """Return the statuses of the countries named, for a question about one's own case that names no status."""
        ids = [id for country in understood.countries for id in self._dictionary.of_country(country)]
        return [self._dictionary.statuses[id] for id in ids][:COLUMNS]

    def _conditions(self, statuses: Sequence[Status], language: str, citations: Citations) -> list[str]:
        """Return what would have to be shown for each status, and who is kept out of it, as cited lists; no verdict."""
        lines = []
        for name, heading in (("grounds", "own_case"), ("excluded", "cannot")):
            items = []
            for status in statuses:
                slot = status.slots.get(name)
                cited = citations.supporting(slot.place, slot.value) if slot else None
                if slot and cited:
                    items.append(f"* **{status.name}:** {slot.value} [{cited.number}]")
            if items:
                lines.append("\n".join((wording.say(heading, language), "", *items)))
        return lines

    def _lead(self, slot: Slot, sentences: Sequence[Sentence], citations: Citations) -> list[Sentence]:
        """Put the sentence on the very point of the very status first."""
        found = citations.find(slot.place, slot.value)
        if found is None:
            return list(sentences)
        return [Sentence(*found, 1.0, 0), *(s for s in sentences if (s.document, s.start, s.end) != found)]

    def _quote(self, sentences: Sequence[Sentence], citations: Citations) -> list[str]:
        groups: dict[str, list[Sentence]] = {}
        for sentence in sentences:
            groups.setdefault(self._label(sentence), []).append(sentence)
        lines = []
        for label, group in groups.items():
            cited = [citations.range(s.document, s.start, s.end) for s in group]
            lines.append(f"**{label}:** " + " ".join(f"{c.quote} [{c.number}]" for c in cited))
        return lines

    def _label(self, sentence: Sentence) -> str:
        # a citation of its own, since the numbers of the answer's follow the groups
        return wording.speaker(Citations(self.generation).range(sentence.document, sentence.start, sentence.end))

    def _decline(
        self, why: str, sentences: Sequence[Sentence], understood: Understood, citations: Citations
    ) -> list[str]:
        language = understood.language
        if why == "not understood":
            return [wording.say("not_understood", language), wording.say("covered", language)]
        if understood.form == "steering":
            return [wording.say("steering", language), wording.say("covered", language)]
        lines = [wording.say("not_found", language)]
        if why.startswith("no passage found mentions "):
            lines[0] += " " + wording.say("missing", language).format(
                names=why.removeprefix("no passage found mentions ")
            )
        lines.append(wording.say("covered", language))
        if sentences:
            lines += [wording.say("nearest", language), *self._quote(sentences[:2], citations)]
        return lines


def _clean(question: str) -> str:
    whole = question[:LONGEST].encode("utf-8", "replace").decode()  # half a surrogate pair is no character
    return re.sub(r"\s+", " ", whole).strip()
