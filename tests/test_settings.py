from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from index.encoding.models import DEFAULT_MODEL
from index.store import BUILT
from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError
from knowledge.reading.read_blocks import Limits


def test_without_variables_the_checkout_is_used() -> None:
    settings = Settings.from_environment({})
    assert (settings.documents, settings.index, settings.model, settings.threads) == (
        DOCUMENTS.resolve(),
        BUILT.resolve(),
        DEFAULT_MODEL,
        1,
    )


def test_each_variable_sets_its_own(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "ASYLUM_DOCUMENTS": str(tmp_path / "documents"),
            "ASYLUM_INDEX": str(tmp_path / "built"),
            "ASYLUM_MODEL": "some/model",
            "ASYLUM_THREADS": "4",
        }
    )
    assert (settings.documents, settings.index, settings.model, settings.threads) == (
        (tmp_path / "documents").resolve(),
        (tmp_path / "built").resolve(),
        "some/model",
        4,
    )


def test_a_relative_folder_and_the_home_folder_are_meant_as_in_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = Settings.from_environment({"ASYLUM_DOCUMENTS": "mine", "ASYLUM_INDEX": "~/built"})
    assert settings.documents == (tmp_path / "mine").resolve()
    assert settings.index == (tmp_path / "home" / "built").resolve()


@pytest.mark.parametrize("threads", ["1", "64"])
def test_as_many_threads_as_there_may_be(threads: str) -> None:
    assert Settings.from_environment({"ASYLUM_THREADS": threads}).threads == int(threads)


@pytest.mark.parametrize("threads", ["0", "65", "-1", "1.5", "many", " ", "1 2", "999"])
def test_a_number_of_threads_that_cannot_be_used_is_refused_with_the_range(threads: str) -> None:
    with pytest.raises(SettingsError, match=r"ASYLUM_THREADS is .*; give a number from 1 to 64"):
        Settings.from_environment({"ASYLUM_THREADS": threads})


@pytest.mark.parametrize("threads", ["²", "9" * 5000])
def test_digits_that_are_no_number_are_refused_too(threads: str) -> None:
    with pytest.raises(SettingsError):
        Settings.from_environment({"ASYLUM_THREADS": threads})


@pytest.mark.parametrize("name", ["ASYLUM_DOCUMENTS", "ASYLUM_INDEX", "ASYLUM_MODEL"])
def test_an_empty_variable_counts_as_none(name: str) -> None:
    assert Settings.from_environment({name: ""}) == Settings.from_environment({})


def test_an_empty_number_of_threads_counts_as_none() -> None:
    assert Settings.from_environment({"ASYLUM_THREADS": ""}) == Settings.from_environment({})


@pytest.mark.parametrize(("value", "on"), [("on", True), ("off", False), ("", False)])
def test_uploads_are_off_unless_they_are_switched_on(value: str, on: bool) -> None:
    assert Settings.from_environment({"ASYLUM_UPLOADS": value}).uploads is on
    assert Settings.from_environment({}).uploads is False


@pytest.mark.parametrize("value", ["yes", "1", "ON", " on"])
def test_another_word_for_uploads_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"ASYLUM_UPLOADS is .*; give on or off"):
        Settings.from_environment({"ASYLUM_UPLOADS": value})


def test_what_reading_one_file_may_cost_can_be_set_and_has_defaults() -> None:
    settings = Settings.from_environment(
        {"ASYLUM_MOST_BYTES": "1000", "ASYLUM_MOST_PAGES": "5", "ASYLUM_MOST_SECONDS": "120"}
    )
    assert settings.limits == Limits(size=1000, pages=5, seconds=120)
    assert Settings.from_environment({"ASYLUM_MOST_MEMORY": ""}).limits == Limits()


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "10MB", "1e9", "9" * 16, "²"])
def test_a_limit_that_is_no_number_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(
        SettingsError, match=r"ASYLUM_MOST_PASSAGES is .*; give a whole number from 1, by default 20000"
    ):
        Settings.from_environment({"ASYLUM_MOST_PASSAGES": value})


def test_a_precision_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="ASYLUM_PRECISION is 'int4'; give auto, float32, bfloat16, int8"):
        Settings.from_environment({"ASYLUM_PRECISION": "int4"})
