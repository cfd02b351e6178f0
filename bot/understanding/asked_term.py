"""Which legal term a question asks the meaning of, by the names that people have for it in three languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.understanding.recognise import HOME
from index.lexical import stems
from knowledge.definitions import Definition

LEAST = 0.5  # of the question's words, weighted by rarity, that the term's name has to be


class Terms:
    """Finds the defined term that a question names."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        names = [
            (tuple(stem for stem, _, _ in stems(alias)), definition)
            for definition in definitions.values()
            for aliases in definition.aliases.values()
            for alias in aliases
        ]
        self._by_name: dict[tuple[str, ...], list[tuple[int, Definition]]] = {}  # each with its place in the file
        for place, (name, definition) in enumerate(names):
            self._by_name.setdefault(name, []).append((place, definition))
        self._longest = max((len(name) for name, _ in names), default=0)

    def asked(self, text: str, weigh: Callable[[str], float], countries: Sequence[str] = ()) -> Definition | None:
        """Return the definition of the longest name in the question, None where it asks about more than a term.

        ``weigh`` says how rare a stem is: "what", "mean" and "law" say little of what is asked. One name may have a definition in several legal orders: the country named decides, else international law, else Russia.
        """
        said = [stem for stem, _, _ in stems(text)]
        runs = {tuple(said[at:end]) for at in range(len(said)) for end in range(at + 1, at + self._longest + 1)}
        held = sorted((place, name, d) for name in runs & self._by_name.keys() for place, d in self._by_name[name])
        found = [(name, d) for _, name, d in held]
        if countries:
            found = [(name, d) for name, d in found if d.jurisdiction in countries]
        if not found:
            return None
        order = (*countries, "International", HOME)
        name, definition = min(
            found,
            key=lambda f: (-len(f[0]), order.index(f[1].jurisdiction) if f[1].jurisdiction in order else len(order)),
        )
        of_countries = {stem for country in countries for stem, _, _ in stems(country)}
        content = set(said) - of_countries
        named = sum(map(weigh, content & set(name)))
        return definition if named >= LEAST * sum(map(weigh, content)) else None
