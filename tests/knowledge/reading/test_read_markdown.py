"""Markdown from elsewhere: whatever its front matter holds, it is read or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import KnowledgeError
from knowledge.reading.read_any import read_any

KIND = {"kind": "news"}
EXAMPLES = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_VALUES = st.sampled_from(
    ["A title", "2021-03", "[a, b]", "{a: b}", "&a [*a]", "!!python/object:os.system x", "|\n  long", "'", '"', "~", "news",
     "rumour", "", "\u202e", "- x", "1e400", "0o7", ".nan", "javascript:alert(1)", "https://example.org", "x" * 3000]
)  # fmt: skip
_FIELDS = st.tuples(st.sampled_from(["title", "kind", "date", "url", "language", "voice", "x", "<<", "*a"]), _VALUES)
_FRONT = st.lists(_FIELDS.map(": ".join), max_size=6).map(lambda lines: "---\n" + "\n".join(lines) + "\n---\n")
_BODY = st.lists(
    st.sampled_from(
        ["# A\n", "## B (Art. 2)\n", "Words stand here.\n", "\n", "| a | b |\n|---|---|\n| c | d |\n", "![x](javascript:y)", "[^a]",
         "[^a]: http://x\n", "> " * 60, "- " * 60, "<script>x</script>", "`" * 9, "---\n", "[" * 200, "*" * 200, "\x00", "😀", "&#0;"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@EXAMPLES
@given(front=_FRONT | st.just(""), body=_BODY | st.text(max_size=200))
def test_any_markdown_is_read_or_refused_and_adds_no_link_of_another_scheme(
    tmp_path: Path, front: str, body: str
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes((front + body).encode("utf-8", "surrogatepass"))
    try:
        document = read_any(path, "added/a", KIND, {})
    except KnowledgeError as error:
        assert "\n" not in error.problem
        return
    assert document.url == "" or document.url.startswith("http")
    assert all(0 <= s.start < s.end <= len(document.text) for s in document.sections)


@pytest.mark.parametrize("depth", [100, 5000])
def test_markdown_and_front_matter_that_nest_deeply_are_read_or_refused(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "a.md"
    for text in ("> " * depth + "x", "- " * depth + "x", "---\na: " + "[" * depth + "\n---\nx", "[" * depth + "x"):
        path.write_text(text, encoding="utf-8")
        try:
            read_any(path, "added/a", KIND, {})
        except (KnowledgeError, RecursionError):  # the worker tells the latter as a problem of the file
            continue
