"""`pulumi-messaging adopt`: literals, names of resources, and URLs without their credentials."""

from __future__ import annotations

import pytest

from pulumi_messaging.cli.adopt_program import literal
from pulumi_messaging.estate.names import slug, unique
from pulumi_messaging.estate.objects import without_user


@pytest.mark.parametrize(
    ("text", "written"),
    [("a", '"a"'), ('a"b', "'a\"b'"), ("it's", '"it\'s"'), ("\\", '"\\\\"'), ("\u200bé\n", '"\\u200bé\\n"')],
)
def test_a_literal_is_what_a_formatter_leaves(text: str, written: str) -> None:
    """Double quotes unless single ones need fewer escapes; what is unseen is an escape."""
    assert literal(text) == written


def test_names_of_resources() -> None:
    """Readable; of several objects with one name each gets a part of its id."""
    assert [slug(text) for text in ("Büro (EU)", "Große Straße", "  ", "日本", "a__b", "x" * 99)] == [
        "buro-eu",
        "grosse-strasse",
        "",
        "",
        "a-b",
        "x" * 60,
    ]
    wanted = {"1": ("a", "a-one"), "2": ("a", "a-two"), "3": ("a-two", "a-two-three"), "4": ("b", "b-four")}
    names = unique(wanted, taken=("b",))
    assert {key: names[key] for key in "14"} == {"1": "a-one", "4": "b-four"}
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example.com/@me?b=@", "https://a.example.com/@me?b=@"),
        ("https://u:p@a.example.com/", "https://[secret]@a.example.com/"),
        ("https://u:p/w@a.example.com/", "[secret]"),
        ("u:p@a.example.com", "[secret]"),
        ("", None),
    ],
)
def test_credentials_of_a_url_are_hidden(url: str, shown: str | None) -> None:
    """The whole URL where they cannot be told from the rest."""
    assert without_user(url) == shown
