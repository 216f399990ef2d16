"""The reference documentation that is made from the field tables."""

from __future__ import annotations

import pytest

from pulumi_messaging.core.fields import Clear, Echo, Field, Kind, Output, Table
from pulumi_messaging.core.reference import reference, replace_section
from tests.support.core.expected import ALL_TABLES

SAMPLE = Table(
    resource="Sample",
    page="vendor.example: Sample",
    fields=(
        Field("sample_url", "Url", Kind.URL, "Where to.", required=True, replaces=True),
        Field("number", "number", Kind.STRING, "Which.", replaces=True, same_as=("sampleId",)),
        Field("mode", "Mode", Kind.CHOICE, "This | that.", choices=("a", "b"), clear=Clear.NULL, echo=Echo.MAYBE),
        Field("profile", "profile", Kind.UUID, "Profile.", clear=Clear.EMPTY),
        Field("token", "Token", Kind.STRING, "Token.", clear=Clear.NULL, secret=True, echo=Echo.NEVER),
        Field("labels", "labels", Kind.STRINGS, "Labels."),
        Field("on_destroy", None, Kind.CHOICE, "What destroy does.", choices=("x", "y"), default="x"),
    ),
    outputs=(Output("sample_id", "Id", "The id."),),
)
RENDERED = """\
| argument | accepted | nature | what it is |
| --- | --- | --- | --- |
| `sample_url` | URL (http or https) | **required**; a change replaces the resource | Where to. |
| `number` | string | naming another object replaces the resource | Which. |
| `mode` | `"a"`, `"b"` | `""` clears it (sends `null`); compared only when returned | This \\| that. |
| `profile` | UUID | `""` clears it (sends `""`) | Profile. |
| `token` | string | `""` clears it (sends `null`); secret; not compared with what is returned | Token. |
| `labels` | set of strings | optional | Labels. |
| `on_destroy` | `"x"`, `"y"` | default `"x"`; never sent | What destroy does. |

| output | what it is |
| --- | --- |
| `sample_id` | The id. |

Vendor page: vendor.example: Sample"""
TEXT = "# Title\n<!-- reference: Sample -->\nold\n<!-- end reference: Sample -->\nrest\n"


def test_a_reference_is_made_from_the_rows() -> None:
    """Every row is a line with its name, what it accepts, its nature and its one line of text; then the outputs."""
    assert reference(SAMPLE) == RENDERED


@pytest.mark.parametrize("table", ALL_TABLES.values(), ids=list(ALL_TABLES))
def test_every_argument_and_output_is_in_the_reference(table: Table) -> None:
    """No argument and no output of a resource is missing, and no text of a row breaks its line."""
    text = reference(table)

    for name in (*(row.name for row in table.fields), *(output.name for output in table.outputs)):
        assert f"\n| `{name}` | " in text
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(lines) == len(table.fields) + len(table.outputs)


def test_the_reference_says_what_is_compared() -> None:
    """The fields that the vendor may not return, and those that are never compared, are named so."""
    lines = reference(ALL_TABLES["message_route"]).splitlines()
    natures = {line.split("`")[1]: line for line in lines if line.startswith("| `")}

    sometimes = {name for name, nature in natures.items() if "compared only when returned" in nature}
    never = {name for name, nature in natures.items() if "not compared with what is returned" in nature}
    flags = {"inbound_bypass", "outbound_bypass", "intelligent_route_enabled"}
    assert sometimes == flags | {"message_username", "callback_message_username"}
    assert never == {"message_password_token", "callback_message_password_token", "account_id"}


def test_a_section_is_replaced_between_its_markers() -> None:
    """Only what stands between the markers changes, and a second time nothing does."""
    once = replace_section(TEXT, "Sample", "new\n")

    assert once == "# Title\n<!-- reference: Sample -->\n\nnew\n\n<!-- end reference: Sample -->\nrest\n"
    assert replace_section(once, "Sample", "new") == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- reference: Sample -->",
        "<!-- end reference: Sample --><!-- reference: Sample -->",
        TEXT + TEXT,
        TEXT.replace("Sample", "Other"),
    ],
)
def test_markers_that_do_not_fit_are_an_error(text: str) -> None:
    """Missing, doubled or swapped markers are named, and nothing is written."""
    with pytest.raises(ValueError, match="<!-- reference: Sample -->"):
        replace_section(text, "Sample", "new")
