"""The base of the program's resource classes: names, secrets, checks of constants."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
import pulumi.dynamic

from pulumi_messaging.core.check import check
from pulumi_messaging.core.fields import UNKNOWN, Table, Value, camel
from pulumi_messaging.core.tables import TABLES


class ManagedResource(pulumi.dynamic.Resource):
    """Base of the program's resource classes: names, secrets, checks of constants."""

    _table: ClassVar[Table]

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        inherited = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name or "Resource", **kwargs)
        if not module and inherited:
            # Pulumi would give a plain subclass another type token: its objects would be deleted and made anew.
            cls._resource_type_name = inherited

    def __init__(
        self,
        provider: pulumi.dynamic.ResourceProvider,
        resource_name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        hidden: Mapping[str, Any] | None = None,
    ) -> None:
        given = {name: value for name, value in arguments.items() if value is not None}
        _refuse(self._table, resource_name, given, opts)
        for field in self._table.fields:
            if field.secret and field.name in given:
                given[field.name] = pulumi.Output.secret(given[field.name])
        # A property becomes an attribute only when it is named here; None is not sent. Each costs the SDK several
        # futures, so an argument that is not given is named only where the vendor's value comes back all the same.
        names = [output.name for output in self._table.outputs]
        names += [field.name for field in self._table.fields if self._table.former]
        super().__init__(provider, resource_name, {**dict.fromkeys(names), **given, **(hidden or {})}, opts)

    def __getattr__(self, name: str) -> Any:
        """An argument that was not given: what is not managed has no value here."""
        if not name.startswith("_") and any(field.name == name for field in self._table.fields):
            return pulumi.Output.from_input(None)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def translate_input_property(self, prop: str) -> str:
        """The name in state of a Python name."""
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python name of a name in state."""
        return _SNAKE.get(prop, prop)


_SNAKE = {
    camel(name): name
    for table in TABLES
    for name in (*(field.name for field in table.fields), *(output.name for output in table.outputs))
}


def _refuse(table: Table, resource_name: str, given: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
    problems = check(table, {camel(name): _constant(value) for name, value in given.items()}, spell=str)
    lines = [f'{table.resource} "{resource_name}": {problem.property} {problem.reason}' for problem in problems]
    if opts is not None and opts.import_ is not None:
        lines.append(
            f'{table.resource} "{resource_name}": import_ cannot work with a dynamic provider; '
            f"a number is taken over by declaring it, a message route with adopt="
        )
    if lines:
        raise pulumi.RunError("\n".join(lines))


def _constant(value: Any) -> Value:
    """A value that is not there yet is unknown, also inside a list."""
    if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
        return UNKNOWN
    if isinstance(value, list | tuple):
        return tuple(_constant(item) for item in value)
    return value
