"""Values of a vendor in messages of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.redaction import one_blank

if TYPE_CHECKING:
    from pulumi_messaging.core.fields import Value

_LONGEST: Final = 200


def shown(value: Value) -> str:
    """A value on one line without control characters, its beginning where it is long."""
    text = one_blank(str(value)[: 2 * _LONGEST])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
