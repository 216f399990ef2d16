"""The settings file of an environment: resources declared in ``Pulumi.<stack>.yaml``, under one key for each class.

    routes = declare(MessageRoute, "messaging:routes")

An entry of the file is a resource: its name, and the arguments of the class in camelCase. The models are made from the
rows of the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import GenericAlias
from typing import Any, Final, TypeVar

import pulumi
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model
from pydantic import Field as ModelField
from pydantic.alias_generators import to_camel

from pulumi_messaging.core.declared import python_type
from pulumi_messaging.core.fields import Field, Table
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.resource import ManagedResource

R = TypeVar("R", bound=ManagedResource)

_NAMES: Final = ("messaging:routes", "messaging:numbers", "messaging:groups")
KEYS: Final[Mapping[str, Table]] = dict(zip(_NAMES, TABLES, strict=True))

# A password in the file must not show up in the text of a validation error, wherever in the object the error is.
_HIDE_INPUT = ConfigDict(hide_input_in_errors=True)
_MODEL = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True, **_HIDE_INPUT)


def declare(cls: type[R], key: str) -> dict[str, R]:
    """Declare the resources of one class that the stack's settings file holds.

    Args:
        cls: The resource class, such as ``MessageRoute``.
        key: The configuration key, such as ``"messaging:routes"``; an absent key is empty.

    Returns:
        Name of the resource → resource.

    Raises:
        pulumi.RunError: The settings cannot be accepted: one line each with file, path and reason, without the value.
    """
    return {name: cls(name, **settings.model_dump()) for name, settings in read(cls.table, key).items()}


def read(table: Table, key: str) -> dict[str, BaseModel]:
    """The settings of each resource under a key; errors as for ``declare``."""
    namespace, name = key.split(":")
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    try:
        value = pulumi.Config(namespace).get_object(name)
        return settings(table).validate_python({} if value is None else value)
    except pulumi.ConfigTypeError:  # its text repeats the value
        lines = [f"{file}: {key}: is not an object"]
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        lines = [f"{file}: {'.'.join([key, *map(str, problem['loc'])])}: {problem['msg']}" for problem in problems]
    raise pulumi.RunError("\n".join(lines))


@cache
def settings(table: Table) -> TypeAdapter[dict[str, BaseModel]]:
    """The validator of the resources of one class."""
    resources: Any = GenericAlias(dict, (str, _model(table.resource, table.fields)))
    return TypeAdapter(resources, config=_HIDE_INPUT)


def _model(name: str, rows: tuple[Field, ...]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for row in rows:
        accepted = _model(to_camel(f"_{row.name}"), row.keys) if row.keys else python_type(row)
        default = ... if row.required else row.default
        declared = ModelField(default, description=row.doc, repr=not row.sensitive)
        fields[row.name] = (accepted if row.required else accepted | None, declared)
    return create_model(name, __config__=_MODEL, **fields)
