"""Spellings that mean the same are no difference: of URLs and of names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_messaging.core.diff import diff, differences, live, observe
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.spelling import folded_name, folded_url

bounded = settings(derandomize=True, database=None, deadline=None, max_examples=200)

SAME_URLS = [
    ("https://hooks.example.com/In", "HTTPS://Hooks.Example.COM/In"),
    ("https://hooks.example.com/in", "https://hooks.example.com:443/in"),
    ("http://127.0.0.1:80/in", "http://127.0.0.1/in"),
    ("https://hooks.example.com:8443/in", "https://hooks.example.com:08443/in"),
    ("https://hooks.example.com/", "https://hooks.example.com"),
    ("https://hooks.example.com/?a=1", "https://hooks.example.com?a=1"),
    ("https://hooks.example.com/", "https://hooks.example.com:"),
    ("https://hooks.example.com/~in/a-b_c.d", "https://hooks.example.com/%7Ein/%61%2db%5fc%2Ed"),
    ("https://hooks.example.com/a%2Fb?c=%3D#%C3%BC", "https://hooks.example.com/a%2fb?c=%3d#%c3%bc"),
    ("https://hooks.example.com/ü?é", "https://hooks.example.com/%C3%BC?%c3%a9"),
    ("https://hooks.example.com/{id}", "https://hooks.example.com/%7Bid%7D"),
    ("https://bücher.example/in", "https://xn--bcher-kva.example/in"),
    ("https://BÜCHER.example/in", "https://XN--BCHER-KVA.Example/in"),
    ("https://straße.example/in", "https://xn--strae-oqa.example/in"),
    ("https://ΟΔΟΣ.example/in", "https://οδοσ.example/in"),
    ("https://hooks。example.com/in", "https://hooks.example.com/in"),
    ("https://[2001:DB8::1]:443/in", "https://[2001:db8::1]/in"),
]
OTHER_URLS = [
    ("https://hooks.example.com/in", "https://hooks.example.com/In"),
    ("https://hooks.example.com/in", "https://hooks.example.com/in/"),
    ("https://hooks.example.com/in", "http://hooks.example.com/in"),
    ("https://hooks.example.com/in", "https://hooks.example.com:80/in"),
    ("https://hooks.example.com/in", "https://hooks.example.org/in"),
    ("https://hooks.example.com/a/b", "https://hooks.example.com/a%2Fb"),
    ("https://hooks.example.com/%41", "https://hooks.example.com/%2541"),
    ("https://hooks.example.com/in?a=1&b=2", "https://hooks.example.com/in?b=2&a=1"),
    ("https://hooks.example.com/in?a=B", "https://hooks.example.com/in?a=b"),
    ("https://hooks.example.com/in?", "https://hooks.example.com/in"),
    ("https://hooks.example.com/in#a", "https://hooks.example.com/in#A"),
    ("https://straße.example/in", "https://strasse.example/in"),
    ("https://a℀b.example/in", "https://aa/cb.example/in"),
    ("https://User@hooks.example.com/", "https://user@hooks.example.com/"),
    ("https://hooks.example.com/", ""),
]
SAME_NAMES = [
    ("Orders", "  Orders "),
    ("two words", "two  words"),
    ("two words", "two\u00a0\twords"),
    ("caf\u00e9", "cafe\u0301"),
]
OTHER_NAMES = [("Orders", "orders"), ("two words", "twowords"), ("\ufb01", "fi"), ("Orders", "")]


@pytest.mark.parametrize(("declared", "kept"), SAME_URLS)
def test_another_spelling_of_a_url_is_the_same_url(declared: str, kept: str) -> None:
    assert_same("messageUrl", declared, kept)


@pytest.mark.parametrize(("declared", "kept"), OTHER_URLS)
def test_another_url_is_a_difference(declared: str, kept: str) -> None:
    assert_other("messageUrl", declared, kept)


@pytest.mark.parametrize(("declared", "kept"), SAME_NAMES)
def test_another_spelling_of_a_name_is_the_same_name(declared: str, kept: str) -> None:
    assert_same("routeName", declared, kept)


@pytest.mark.parametrize(("declared", "kept"), OTHER_NAMES)
def test_another_name_is_a_difference(declared: str, kept: str) -> None:
    assert_other("routeName", declared, kept)


def assert_same(name: str, declared: str, kept: str) -> None:
    """Nothing is shown or sent, whichever is declared, and a refresh keeps the declared spelling."""
    assert MESSAGE_ROUTE.row(name).wire is not None
    for one, other in ((declared, kept), (kept, declared)):
        observed = observe(MESSAGE_ROUTE, {str(MESSAGE_ROUTE.row(name).wire): other})
        assert differences(MESSAGE_ROUTE, {name: one}, observed) == ()
        assert live(MESSAGE_ROUTE, {name: one}, observed) == {name: one}
        assert diff(MESSAGE_ROUTE, {name: one}, {name: other}) == ()


def assert_other(name: str, declared: str, kept: str) -> None:
    """The difference is shown, with the value that was found, and sent."""
    (shown,) = diff(MESSAGE_ROUTE, {name: kept}, {name: declared})
    (sent,) = differences(MESSAGE_ROUTE, {name: declared}, observe(MESSAGE_ROUTE, {str(shown.field.wire): kept}))
    assert (shown.old, shown.new, sent.new) == (kept, declared, declared)


TEXTS = st.text(max_size=12)
HOSTS = st.from_regex(r"[a-zäöüé0-9-]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True)
PATHS = st.text(st.characters(exclude_characters="?#%"), max_size=10).map(lambda text: f"/{text}")
NO_DELIMITER = re.compile("[a-zA-Z0-9._~-]|[^\x00-\x7f]")


@bounded
@given(st.builds("{}{}".format, st.sampled_from(["", "https://", "HTTP://a", "https://[::1", "http://x:"]), TEXTS))
def test_the_form_of_a_url_is_its_own_form(text: str) -> None:
    """Any text has a form, and the form has no other."""
    assert folded_url(folded_url(text)) == folded_url(text)


@bounded
@given(TEXTS)
def test_the_form_of_a_name_is_its_own_form(text: str) -> None:
    assert folded_name(folded_name(text)) == folded_name(f"  {text}\n") == folded_name(text)


@bounded
@given(HOSTS, PATHS, st.data())
def test_what_vendors_may_do_to_a_url_changes_nothing(host: str, path: str, data: st.DataObject) -> None:
    """Capitals, the default port, and percent-encoding, in either case, of all that is no delimiter."""

    def encoded(match: re.Match[str]) -> str:
        octets = "".join(f"%{octet:02x}" for octet in match[0].encode())
        return data.draw(st.sampled_from([match[0], octets, octets.upper()]))

    other = f"HTTPS://{host.upper()}:443{NO_DELIMITER.sub(encoded, path)}"

    assert folded_url(other) == folded_url(f"https://{host}{path}")


@bounded
@given(HOSTS, PATHS, PATHS)
def test_two_paths_of_one_form_are_the_same_octets(host: str, one: str, other: str) -> None:
    same = folded_url(f"https://{host}{one}") == folded_url(f"https://{host}{other}")

    assert same == (one == other)
