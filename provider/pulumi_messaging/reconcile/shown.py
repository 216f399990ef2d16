"""Values of a vendor in messages of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_messaging.text import cut, one_blank

if TYPE_CHECKING:
    from pulumi_messaging.core.fields import Value

_LONGEST: Final = 200


def shown(value: Value) -> str:
    """A value on one line without control characters, its beginning where it is long."""
    return cut(one_blank(str(value)[: 2 * _LONGEST]), _LONGEST)
