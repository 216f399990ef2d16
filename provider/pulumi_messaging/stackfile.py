"""The settings file of an environment: resources declared in ``Pulumi.<stack>.yaml``, under one key for each class.

    routes = declare(MessageRoute, "messaging:routes")

An entry of the file is a resource: its name, and the arguments of the class in camelCase. The models are made from the
rows of the class. An argument that the file encrypts (``secure:``) is a secret, whatever field it is: Pulumi gives the
program clear text and says only that something below the key is secret, so the marks are read from the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Final, Literal, TypeVar

import pulumi
import yaml
from pulumi.runtime.config import is_config_secret
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model
from pydantic import Field as ModelField
from pydantic.alias_generators import to_camel

from pulumi_messaging.core.declared import python_type
from pulumi_messaging.core.fields import Clear, Field, Kind, Table
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.resource import ManagedResource
from pulumi_messaging.settings import PROJECT_FILES

R = TypeVar("R", bound=ManagedResource)

_NAMES: Final = (
    "messaging:routes",
    "messaging:numbers",
    "messaging:groups",
    "messaging:profiles",
    "messaging:numberRoutes",
    "messaging:numberRouteGroups",
)
KEYS: Final[Mapping[str, Table]] = dict(zip(_NAMES, TABLES, strict=True))

_NOTHING: Final = "nothing below is secret"
_ANY_TEXT: Final = "every text below is secret that is no choice"
_SECURE: Final = "secure"

# A password in the file must not show up in the text of a validation error, wherever in the object the error is.
_HIDE_INPUT = ConfigDict(hide_input_in_errors=True)
_MODEL = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True, **_HIDE_INPUT)


def declare(cls: type[R], key: str) -> dict[str, R]:
    """Declare the resources of one class that the stack's settings file holds.

    Arguments that the file encrypts become secrets. Where that cannot be seen in the file (the whole key is encrypted,
    or the configuration comes from elsewhere), every text is a secret that is neither one of
    an argument's choices nor the account's name.

    Args:
        cls: The resource class, such as ``MessageRoute``.
        key: The configuration key, such as ``"messaging:routes"``; an absent key is empty.

    Returns:
        Name of the resource → resource.

    Raises:
        pulumi.RunError: The settings cannot be accepted: one line each with file, path and reason, without the value.
    """
    resources = {name: settings.model_dump() for name, settings in read(cls.table, key).items()}
    marks = _marks(key)
    return {
        name: cls(name, **_sealed(cls.table.fields, given, _below(marks, name))) for name, given in resources.items()
    }


def _sealed(rows: tuple[Field, ...], given: Mapping[str, Any], marks: Any) -> dict[str, Any]:
    """The arguments, with secrets where the file has them; a list is a secret as a whole, as in Pulumi's state."""
    arguments: dict[str, Any] = {}
    for row in rows:
        value, mark = given[row.name], _below(marks, row.state)
        if row.keys and isinstance(value, Mapping):
            arguments[row.name] = _sealed(row.keys, value, mark)
        else:
            arguments[row.name] = pulumi.Output.secret(value) if _is_secret(row, value, mark) else value
    return arguments


def _is_secret(row: Field, value: Any, mark: Any) -> bool:
    if mark is _ANY_TEXT:
        return isinstance(value, str | list) and row.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.ACCOUNT)
    return _encrypted(mark) or (isinstance(mark, list) and any(map(_encrypted, mark)))


def _marks(key: str) -> Any:
    """What the settings file has below a key, or a mark for everything below it."""
    if not is_config_secret(key):
        return _NOTHING
    namespace, name = key.split(":")
    with suppress(Exception):  # whatever is wrong with the files, a secret is not to become clear text
        written = _settings_file()["config"][key]
        if not _encrypted(written) and _agree(written, pulumi.Config(namespace).get_object(name)):
            return written
    return _ANY_TEXT


def _settings_file() -> Any:
    root = Path(pulumi.get_root_directory())
    project = next(root / name for name in PROJECT_FILES if (root / name).is_file())
    settings = _texts(project)
    folder = settings.get("stackConfigDir") or settings.get("config")  # the older name; now an object of values
    return _texts(root / (folder if isinstance(folder, str) else "") / f"Pulumi.{pulumi.get_stack()}{project.suffix}")


def _texts(file: Path) -> Any:
    """A file's content with every scalar as its text, so that versions of YAML do not matter."""
    return yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - makes texts, lists, objects only


def _agree(written: Any, value: Any) -> bool:
    """Whether a configuration value is what the file has, decrypted."""
    if isinstance(value, Mapping):
        same = isinstance(written, Mapping) and written.keys() == value.keys()
        return same and all(_agree(written[name], item) for name, item in value.items())
    if isinstance(value, list):
        return isinstance(written, list) and len(written) == len(value) and all(map(_agree, written, value))
    if isinstance(value, str):
        return _encrypted(written) or written == value
    return isinstance(written, str)


def _encrypted(written: Any) -> bool:
    return isinstance(written, Mapping) and written.keys() == {_SECURE} and isinstance(written[_SECURE], str)


def _below(marks: Any, name: str) -> Any:
    return marks.get(name, _NOTHING) if isinstance(marks, Mapping) else marks


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
        accepted = python_type(row)
        if row.keys:
            accepted = _model(to_camel(f"_{row.name}"), row.keys) | (None if row.clear is Clear.NO else Literal[""])
        default = ... if row.required else row.default
        declared = ModelField(default, description=row.doc, repr=not row.sensitive)
        fields[row.name] = (accepted if row.required else accepted | None, declared)
    return create_model(name, __config__=_MODEL, **fields)
