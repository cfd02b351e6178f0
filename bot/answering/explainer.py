"""Explainer.ask: the one use case behind chat, command line and batch."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from bot import wording
from bot.answering.answer import Answer, Explanation, Note, Table
from bot.answering.citations import Citations
from bot.answering.compare import compare, to_markdown
from bot.answering.compose import NOT_COVERED, NOT_UNDERSTOOD, STEERING, UNMENTIONED, Composer
from bot.answering.disputes import asked_whether, assumed_wrongly, card, touched
from bot.answering.quote import Sentence, choose
from bot.answering.rerank import DEPTH, rerank
from bot.answering.silence import Signals, SilenceModel
from bot.answering.suggest import suggest
from bot.settings import Settings
from bot.understanding.asked_term import Terms
from bot.understanding.classifier import trained
from bot.understanding.form import is_on_chances
from bot.understanding.question import Reader
from bot.understanding.recognise import HOME, Dictionary, dictionary
from bot.understanding.spelling import Speller
from bot.understanding.understood import Understood
from index.encoding.choose import open_encoder
from index.encoding.encoder import Encoder
from index.lexical import words
from index.search import Hit, Query, Searcher
from index.store import Generation, current, open_generation
from knowledge.definitions import Definition, read_definitions
from knowledge.disagreements import read_disagreements
from knowledge.statuses import Status

HITS = 10
LONGEST = 2000  # characters of a question that are read; the encoder's window is far shorter
COLUMNS = 6  # statuses side by side; more would be unreadable
SUMMARY = 2  # sentences above a table or a list of conditions, and of an answer that may miss the point
NEAR = 0.2  # of the confidence that an answer needs: below it, not even the nearest passages are near
OWN_CASE = 0.4  # of the confidence that other questions need
REFUGEE = "international-refugee"  # the status of the 1951 Convention, to which nearly every state is bound
_REFUGEE_STATUS = "refugee status"
UNDERSTOOD_LEAST = 0.34  # of the words of a question in another language


class Explainer:
    """Answers questions from one generation of the index; safe to call from one thread at a time."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Open the published index.

        Raises:
            IndexMissingError: there is none that this encoder can use.
        """
        if current(settings.index) is None:
            open_generation(settings.index)  # which says so, before a model is loaded or even exported for nothing
        self._settings = settings
        self._encoder = encoder or open_encoder(
            settings.model,
            settings.threads,
            settings.encoder,
            settings.index / "cache",
            soon=True,
            precision=settings.precision,
        )
        self._silence = SilenceModel.load()
        self._dictionary: Dictionary = dictionary()
        self._disagreements = read_disagreements()
        self._terms = Terms(read_definitions())
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
        return self._look_again(self.read(understood), understood, k)[:k]

    def read(self, understood: Understood) -> Query:
        """Return a question as the two legs of the search read it."""
        return self.searcher.read(understood.search or understood.text, understood.terms, understood.own)

    def _look_again(self, query: Query, understood: Understood, k: int = DEPTH) -> list[Hit]:
        hits = self.searcher.search(query, max(k, DEPTH))
        hits = [*rerank(self.searcher, query, hits[:DEPTH], understood, self._dictionary), *hits[DEPTH:]]
        defined = self._definition(understood, query)
        # a stable sort: the section that defines the term asked for comes first, the others keep their order
        return sorted(hits, key=lambda hit: hit.passage.place != defined.place) if defined else hits

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
        query = self.read(understood)
        encoded = time.perf_counter()
        hits = self._look_again(query, understood)[:HITS]
        found = time.perf_counter()
        signals = self._signals.measure(query, hits)
        confidence = self._silence.confidence(signals)
        statuses = [self._dictionary.statuses[id] for id in understood.statuses][:COLUMNS]
        citations = Citations(self.generation)
        sentences = choose(self.searcher, query, hits, understood.form, understood.most)
        definition = self._definition(understood, query)
        why = "" if definition else self._why_silent(understood, hits, confidence) or ("" if sentences else NOT_COVERED)
        table: Table | None = None
        notes: list[Note] = []
        if why:
            near = sentences if confidence >= self._silence.decline * NEAR else ()
            lines = Composer(self.generation, citations, understood.language).decline(why, near)
        else:
            if definition is not None:
                sentences = _lead(citations.first(definition.place), sentences)[: understood.most]
            hedged = definition is None and confidence < self._silence.answer
            lines, table = self._write(understood, statuses, sentences, hedged, citations)
            notes = (
                []
                if understood.most == 1
                else self._notes(f"{question} {understood.search}", understood.language, citations)
            )
        written = time.perf_counter()
        return Answer(
            question=question,
            standalone=understood.text,
            answered=not why,
            text="\n\n".join(line for line in lines if line),
            citations=citations(),
            table=table,
            notes=tuple(notes),
            suggestions=suggest(
                self.generation,
                statuses,
                () if why else hits,
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
                form=" ".join(part for part in (understood.form, *understood.slots) if part),
                hits=tuple((h.passage.place, h.dense, h.lexical, h.score) for h in hits),
                decision=why or "answered",
                confidence=confidence,
                signals=signals,
            ),
        )

    def _write(
        self,
        understood: Understood,
        statuses: Sequence[Status],
        sentences: Sequence[Sentence],
        hedged: bool,
        citations: Citations,
    ) -> tuple[list[str], Table | None]:
        """Return the lines of an answer, and its table."""
        composer = Composer(self.generation, citations, understood.language)
        compares, own_case = _compares(understood), understood.form == "own case"
        lines = []
        if (wrong := assumed_wrongly(understood.search, self._disagreements)) is not None:
            lines.append(composer.correction(wrong))
        if understood.assumed == HOME and compares:
            lines.append(composer.say("assumed" if "humanitarian" in understood.text.lower() else "assumed_order"))
        if understood.language != "en":
            lines.append(composer.say("terms_only"))
        if len(statuses) == 1 and understood.slot in statuses[0].slots:
            slot = statuses[0].slots[understood.slot]
            sentences = _lead(citations.find(slot.place, slot.value), sentences)
        if (doubted := asked_whether(understood.search, self._disagreements)) is not None:
            better = doubted.positions[doubted.stronger]
            sentences = _lead(citations.find(better.place, doubted.correction), sentences)
        said = {(c.document, c.start, c.end) for c in citations()}
        sentences = [s for s in sentences if (s.document, s.start, s.end) not in said] or sentences
        if hedged and not compares and not own_case:
            lines.append(composer.say("closest"))
        table: Table | None = None
        if own_case:
            # what to do, and a point such as renewal, come before what would have to be shown, or instead of it
            chances = is_on_chances(understood.search)
            first = not chances or understood.slot not in ("", "grounds")
            stated = chances or hedged
            shown = sentences[: SUMMARY if stated else understood.most]
            lines += composer.quote(shown) if first else []
            lines += composer.conditions(self._of_case(understood)) if stated else []
            lines += [] if first else composer.quote(shown)
            lines.append(composer.say("advice"))
        elif compares:
            summary = self._summary(statuses, understood.slot, sentences, citations)
            lines += composer.quote(summary[: understood.most], understood.listed)
            table = compare(statuses, understood.slots, citations) if understood.most > 1 else None
            lines += [to_markdown(table, understood.language)] if table is not None else []
        else:
            lines += composer.quote(sentences[: SUMMARY if hedged else understood.most], understood.listed)
            lines += [composer.overview(status) for status in statuses if understood.detailed]
        return lines, table

    def _definition(self, understood: Understood, query: Query) -> Definition | None:
        """Return the term whose meaning is asked, None where a question asks for something else."""
        text = understood.own or understood.search
        kept = self.generation.own if understood.own else self.generation.lexical
        asked = self._terms.asked(
            text, lambda stem: kept.idf(stem) if stem in kept.vocabulary else 0.0, understood.countries
        )
        if asked is None or _compares(understood):
            return None
        forms = trained("forms", self._encoder, self._settings.index / "cache")
        return asked if forms.best(text, query.vector)[0] == "definition" else None

    def _summary(
        self, statuses: Sequence[Status], slot: str, sentences: Sequence[Sentence], citations: Citations
    ) -> Sequence[Sentence]:
        """Return what stands above a comparison: the point asked for of each status, else the grounds of each.

        Sentences that speak of several of them say more than the grounds, and come first of what was found.
        """
        if points := _of_each(statuses, slot, citations):
            return points
        ids = {status.id for status in statuses}
        named = [
            len(ids & self._dictionary.statuses_in(citations.cut(0, s.document, s.start, s.end).quote))
            for s in sentences
        ]
        if max(named, default=0) < 2 and (grounds := _of_each(statuses, "grounds", citations)):
            return grounds
        order = sorted(range(len(sentences)), key=lambda n: named[n] < 2)
        return [sentences[n] for n in order[:SUMMARY]]

    def _notes(self, question: str, language: str, citations: Citations) -> list[Note]:
        cited = [citation.place for citation in citations()]
        cards = (card(d, citations, language) for d in touched(question, cited, self._disagreements))
        return [note for note in cards if note is not None]

    def _use(self, generation: Generation) -> None:
        self.searcher = Searcher(generation, self._encoder)
        self._signals = Signals(self.searcher)
        self._speller = Speller(generation.array("words"), lambda word: self._encoder.count(word) == 1)
        self._reader = Reader(self._dictionary, self._speller)

    def _why_silent(self, understood: Understood, hits: Sequence[Hit], confidence: float) -> str:
        if understood.form == "steering":
            return STEERING
        if max(understood.share, self._kept_share(understood.own)) < UNDERSTOOD_LEAST:
            return NOT_UNDERSTOOD
        missing = self._unmentioned(understood, hits)
        if nowhere := [name for name in missing if not self._is_known(name)]:
            return f"{UNMENTIONED}{', '.join(nowhere)}"
        if _compares(understood):
            return ""  # what statuses are is stated slot by slot, whichever passages are best
        if missing:
            return NOT_COVERED
        # a story of one's own holds many words that no document needs to hold
        least = self._silence.decline * (OWN_CASE if understood.form == "own case" else 1)
        return NOT_COVERED if confidence < least else ""

    def _kept_share(self, own: str) -> float:
        """Return the share of the words of a question in another language that some question kept in it has too."""
        asked = words(own)
        return sum(word in self.generation.own.vocabulary for word in asked) / len(asked) if asked else 0.0

    def _unmentioned(self, understood: Understood, hits: Sequence[Hit]) -> list[str]:
        """Return the people and countries of the question that speak against answering.

        These are names that no document holds, and, where the best passages hold none of the question's names, all of
        them. Where one is held, another may be a side remark: "I am from Syria, can I work in Russia?"
        """
        names = (*understood.people, *understood.countries)
        held = {name for hit in hits for _, name in self._dictionary.names_in(self._frame(hit))}
        missing = [name for name in names if name not in held]
        if len(missing) == len(names):
            return missing
        return [name for name in missing if not self._is_known(name)]

    def _is_known(self, name: str) -> bool:
        """Return whether any document has a word of a name."""
        return bool(set(words(name)) & self.generation.lexical.vocabulary.keys())

    def _frame(self, hit: Hit) -> str:
        """Return a passage with what stands around it: headings, who says it, who published it."""
        document = self.generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        voice = f"{section.voice} {document.publisher}" if document and section else ""
        return f"{hit.passage.embedded}\n{voice}"

    def _of_case(self, understood: Understood) -> list[Status]:
        """Return the statuses named and the others of their countries, of which the sources state what one must show.

        The refugee of the 1951 Convention joins them where no national refugee status is among them.
        """
        named = [self._dictionary.statuses[id] for id in understood.statuses]
        countries = dict.fromkeys((*understood.countries, *(status.jurisdiction for status in named)))
        ids = (*understood.statuses, *(id for country in countries for id in self._dictionary.of_country(country)))
        found = [self._dictionary.statuses[id] for id in dict.fromkeys(ids)]
        stated = [status for status in found if "grounds" in status.slots][: COLUMNS - 1]
        if not any(_REFUGEE_STATUS in status.aliases for status in stated):
            stated.append(self._dictionary.statuses[REFUGEE])
        return stated


def _compares(understood: Understood) -> bool:
    return understood.form == "compare" and len(understood.statuses) > 1


def _lead(found: tuple[str, int, int] | None, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Put the sentence on the very point first, where there is one."""
    if found is None:
        return list(sentences)
    return [Sentence(*found, 1.0, 0), *(s for s in sentences if (s.document, s.start, s.end) != found)]


def _of_each(statuses: Sequence[Status], slot: str, citations: Citations) -> list[Sentence]:
    """Return the sentence on the very point asked for from each status; [] where no single point is asked for."""
    stated = [s.slots[slot] for s in statuses if slot in s.slots]
    found = (citations.find(point.place, point.value) for point in stated)
    return [Sentence(*range, 1.0, 0) for range in dict.fromkeys(found) if range is not None]


def _clean(question: str) -> str:
    whole = question[:LONGEST].encode("utf-8", "replace").decode()  # half a surrogate pair is no character
    return re.sub(r"\s+", " ", whole).strip()
