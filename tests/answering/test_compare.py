from __future__ import annotations

from bot.answering.answer import Cell, Table
from bot.answering.citations import Citations
from bot.answering.compare import compare, to_markdown
from index.search import Searcher
from knowledge.statuses import Slot, Status

TEMPORARY = Status(
    "t", "Temporary asylum (Russia)", "Russia", (), (), "",
    {
        "decides": Slot("body of the Interior Ministry", "law/temporary#who-decides-on-temporary-asylum"),
        "duration": Slot("up to one year", "law/temporary#how-long-temporary-asylum-lasts"),
    },
)  # fmt: skip
POLITICAL = Status(
    "p", "Political asylum (Russia)", "Russia", (), (), "",
    {"decides": Slot("the President, by decree", "law/political#who-grants-political-asylum")},
)  # fmt: skip


def test_each_cell_cites_the_sentence_it_rests_on_and_an_empty_slot_says_so(searcher: Searcher) -> None:
    citations = Citations(searcher.generation)

    table = compare([TEMPORARY, POLITICAL], (), citations)

    assert table == Table(
        ("Temporary asylum (Russia)", "Political asylum (Russia)"),
        (
            ("decides", (Cell("body of the Interior Ministry", 1), Cell("the President, by decree", 2))),
            ("duration", (Cell("up to one year", 3), Cell("", 0))),
        ),
    )
    assert [c.quote for c in citations()] == [
        "The territorial body of the Interior Ministry decides on temporary asylum under Law 4528-1.",
        "The President of Russia grants political asylum by decree.",
        "Temporary asylum in Russia lasts up to one year.",
    ]
    assert to_markdown(table).split("\n")[-1] == (
        "| **How long it lasts** | up to one year [3] | not stated in the sources |"
    )


def test_one_slot_gives_one_row(searcher: Searcher) -> None:
    table = compare([TEMPORARY, POLITICAL], ("duration",), Citations(searcher.generation))

    assert table is not None
    assert [name for name, _ in table.rows] == ["duration"]


def test_a_place_that_is_gone_leaves_its_cell_empty(searcher: Searcher) -> None:
    lost = Status("l", "Lost", "Russia", (), (), "", {"duration": Slot("one year", "law/temporary#gone")})

    table = compare([lost, TEMPORARY], ("duration",), Citations(searcher.generation))

    assert table is not None
    assert table.rows == (("duration", (Cell("", 0), Cell("up to one year", 1))),)


def test_where_no_cell_can_be_cited_there_is_no_table(searcher: Searcher) -> None:
    lost = Status("l", "Lost", "Russia", (), (), "", {"duration": Slot("one year", "law/temporary#gone")})

    assert compare([lost, lost], ("duration",), Citations(searcher.generation)) is None
