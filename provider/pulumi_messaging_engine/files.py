"""Reading the project's files: every malformed one is an error of one line with the file and the field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_messaging.text import cut
from pulumi_messaging_engine.errors import EngineError, UnsupportedError

M = TypeVar("M", bound="Model")
_WORDS: Final = {"model_type": "Input should be an object"}  # pydantic's own text names the class


class Model(BaseModel):
    """An object of a file; values are not converted, and unknown keys are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise EngineError(f"{path.name or path} cannot be read: {reason}") from None


def exists(path: Path) -> bool:
    """Whether there is a file or a folder; a name that no file can have is an error."""
    try:
        return path.exists()
    except OSError as error:
        raise EngineError(f"{cut(path.name, 100)} cannot be read: {error.strerror}") from None


def read_yaml(path: Path) -> dict[str, Any]:
    """Read keys and values from a YAML file; an empty file has none."""
    text = read_text(path)
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  a SafeLoader with fewer implicit types
    except Exception as error:  # noqa: BLE001  PyYAML raises any kind for a scalar that its tag does not fit
        raise EngineError(f"{path.name} cannot be read: {_reason(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise EngineError(f"{path.name} does not hold keys and values (`name: value`)")
    return content


def validated(model: type[M], content: Any, file: str, *, advice: str = "", context: object = None) -> M:
    """Validate the values of a file, or its JSON text; an error names the first wrong field, and no value."""
    validate = model.model_validate_json if isinstance(content, str) else model.model_validate
    try:
        return validate(content, context=context)
    except UnsupportedError as error:
        raise UnsupportedError(f"{file}: {error.feature}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part != "[key]")
    reason = first["ctx"]["error"] if first["type"] == "value_error" else _WORDS.get(first["type"], first["msg"])
    problem = f"{file}: {place}: {reason}" if place else f"{file}: {reason}"
    raise EngineError(f"{problem}; {advice}" if advice else problem)


def _reason(error: Exception) -> str:
    """Describe a YAML error by its place; PyYAML's own text quotes the line, which may hold a secret."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "it is not YAML that Pulumi reads"
    words = " ".join(filter(None, (error.context, error.problem)))
    return f"{words} (line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1})"


class _Loader(yaml.SafeLoader):
    """YAML as Pulumi's parser reads it: `yes`, `on`, dates and `1:30` are text, `+15550100001` is a number.

    Keys are text as written, and none may occur twice.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  as in the base class

    def construct_document(self, node: yaml.Node) -> Any:
        return self.construct_object(node, deep=True)  # at once, which finds anchors that contain themselves

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        value.encode()  # a half of a surrogate pair, written as an escape, is a ValueError
        return value

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        str(value)  # more digits than Python writes are a ValueError
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is not text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value!r}", key.start_mark)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {self.construct_scalar(key): self.construct_object(value, deep=True) for key, value in node.value}


_IMPLICIT: Final = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]*[0-7])|0x[0-9a-fA-F_]*[0-9a-fA-F]", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
)
for _tag, _pattern, _first in _IMPLICIT:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first.replace("\0", ""))
    )
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.yaml_implicit_resolvers.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile("^$")))
