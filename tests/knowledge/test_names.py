"""The dictionary: people, countries, terms and everyday words, as their files hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.names import Name, Term, read_names, read_terms


def test_people_and_countries_are_read_with_how_else_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text(
        '[[person]]\nname = "Bashar al-Assad"\nalso = ["Assad", "Асад"]\n\n'
        '[[person]]\nname = "Snowden"\nalso = []\n\n[[country]]\nname = "Russia"\nalso = ["Россия"]\n'
    )
    people = [Name("Bashar al-Assad", ("Assad", "Асад")), Name("Snowden", ())]
    assert read_names(path) == (people, [Name("Russia", ("Россия",))])


def test_terms_are_read_with_every_other_language_in_one_row(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text(
        '[[term]]\nen = ["asylum", "refuge"]\nar = ["لجوء"]\ntranslit = ["ubezhishche"]\nru = ["убежище"]\n'
        'place = "terms/asylum#asylum"\n\n[[term]]\nen = ["refugee"]\nplace = "terms/asylum#refugee"\n\n'
        '[words.ru]\n"почему" = "why"\n'
    )
    terms = [
        Term(("asylum", "refuge"), ("убежище", "ubezhishche", "لجوء"), "terms/asylum#asylum"),
        Term(("refugee",), (), "terms/asylum#refugee"),
    ]
    assert read_terms(path) == (terms, {"ru": {"почему": "why"}})


def test_empty_files_hold_nobody_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    assert read_names(tmp_path / "empty.toml") == ([], [])
    assert read_terms(tmp_path / "empty.toml") == ([], {})


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text("\n\nname\n")
    with pytest.raises(KnowledgeError, match=r"names\.toml:3: not TOML: "):
        read_names(tmp_path / "names.toml")


def test_a_name_without_its_other_forms_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text('[[person]]\nname = "Assad"\n')
    with pytest.raises(KnowledgeError):
        read_names(tmp_path / "names.toml")


def test_a_term_without_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('[[term]]\nen = ["asylum"]\n')
    with pytest.raises(KnowledgeError):
        read_terms(tmp_path / "terms.toml")
