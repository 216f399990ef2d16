"""What the engine reads beside the program: `Pulumi.yaml`, `Pulumi.<stack>.yaml` and the configuration they give."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import yaml

from pulumi_messaging.testing.errors import EngineError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_messaging.testing.secrets import Crypter

_TYPED: Final = frozenset({"type", "default", "value", "description", "secret", "items"})
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class _Loader(yaml.SafeLoader):
    """YAML as Pulumi's parser reads it: `yes`, `on`, dates and `1:30` are text; `+15550100001` is a number."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9_]+|0o?[0-7]+|0x[0-9a-fA-F_]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first.replace("\0", ""))
    )
_Loader.yaml_implicit_resolvers.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile("^$")))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a SafeLoader with fewer implicit types
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise EngineError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise EngineError(f"{path.name} does not hold keys and values (`name: value`)")
    return content


def go_json(value: Any) -> str:
    """JSON as Go writes it (sorted, no blanks, `<`, `>`, `&` escaped): recorded values agree with the CLI's."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value: its text (JSON for objects), and whether it is secret."""

    text: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True)
class Project:
    """A Pulumi project with a Python program: the content of its `Pulumi.yaml`."""

    name: str
    folder: Path
    virtualenv: str | None = None
    settings_folder: Path | None = None
    config: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Reads `Pulumi.yaml` in `folder`.

        Raises:
            EngineError: there is none, or it asks for something only the Pulumi CLI does.
        """
        root = Path(folder).resolve()
        path = next((root / name for name in ("Pulumi.yaml", "Pulumi.yml") if (root / name).is_file()), None)
        if path is None:
            raise EngineError(f"no Pulumi.yaml in {root}: run this in the folder of a Pulumi project")
        content = _read_yaml(path)
        runtime = content.get("runtime")
        options = runtime.get("options", {}) if isinstance(runtime, dict) else {}
        if (runtime.get("name") if isinstance(runtime, dict) else runtime) != "python":
            raise UnsupportedError("a runtime other than python in Pulumi.yaml")
        for key in ("main", "plugins", "packages"):
            if content.get(key):
                raise UnsupportedError(f"`{key}` in Pulumi.yaml")
        settings = content.get("stackConfigDir") or content.get("config")
        name = content.get("name")
        if not isinstance(name, str) or not name:
            raise EngineError(f"{path.name} names no project (`name:`)")
        return cls(
            name=name,
            folder=root,
            virtualenv=(options or {}).get("virtualenv"),
            settings_folder=root / settings if isinstance(settings, str) else root,
            config=tuple((content.get("config") or {}).items()) if not isinstance(content.get("config"), str) else (),
        )

    @property
    def python(self) -> str:
        """The interpreter of `options.virtualenv`, or the running one where that environment does not exist."""
        if self.virtualenv:
            candidate = self.folder / self.virtualenv / "bin" / "python"
            if candidate.is_file():
                return str(candidate)
        return sys.executable

    def stack_file(self, stack: str) -> Path:
        """`Pulumi.<stack>.yaml`, which need not exist."""
        return (self.settings_folder or self.folder) / f"Pulumi.{stack}.yaml"

    def stack_settings(self, stack: str) -> StackSettings:
        """The content of `Pulumi.<stack>.yaml`; empty where there is none."""
        path = self.stack_file(stack)
        content = _read_yaml(path) if path.is_file() else {}
        for key in ("secretsprovider", "encryptedkey", "environment"):
            if content.get(key) and content[key] != "passphrase":
                raise UnsupportedError(f"`{key}` in {path.name}")
        return StackSettings(self, path.name, content.get("encryptionsalt"), content.get("config") or {})


@dataclass(frozen=True)
class StackSettings:
    """The content of `Pulumi.<stack>.yaml`."""

    project: Project
    file: str
    salt: str | None
    values: Mapping[str, Any]

    def resolve(self, crypter: Crypter, overrides: Mapping[str, Any] | None = None) -> dict[str, ConfigValue]:
        """Every value under its full key: the stack's over the project's defaults, `overrides` over both."""
        # Laid over first, decrypted then: a secret that is replaced needs no passphrase.
        values = {self._key(key): value for key, value in (*self.values.items(), *(overrides or {}).items())}
        resolved = {key: self._value(key, value, crypter) for key, value in values.items()}
        missing = [name for name, entry in self.project.config if not self._apply_default(name, entry, resolved)]
        if missing:
            names = ", ".join(f"'{name}'" for name in sorted(missing))
            raise EngineError(f"{self.file} is missing configuration values that Pulumi.yaml requires: {names}")
        return dict(sorted(resolved.items()))

    def _key(self, key: str) -> str:
        return key if ":" in key else f"{self.project.name}:{key}"

    def _value(self, key: str, value: Any, crypter: Crypter) -> ConfigValue:
        if value is None:
            return ConfigValue("null")
        try:
            clear, secret = _decrypt(value, crypter)
        except EngineError as error:
            raise EngineError(f"{self.file}: {key}: {error}") from None
        return ConfigValue(clear if isinstance(clear, str) else go_json(clear), secret)

    def _apply_default(self, name: str, entry: Any, resolved: dict[str, ConfigValue]) -> bool:
        """Whether the key has a value, taken from Pulumi.yaml if need be; checks the type declared there."""
        key = self._key(name)
        typed = isinstance(entry, dict) and entry.keys() <= _TYPED and bool(entry)
        if key in resolved:
            if typed:
                self._check_type(name, entry, resolved[key])
            return True
        value = entry.get("default", entry.get("value")) if typed else entry
        if value is None:
            return not key.startswith(f"{self.project.name}:")
        text = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else go_json(value)
        resolved[key] = ConfigValue(text)
        return True

    def _check_type(self, name: str, entry: Mapping[str, Any], value: ConfigValue) -> None:
        declared = entry.get("type")
        if entry.get("secret") and not value.secret:
            raise EngineError(f"{self.file}: {name} must be encrypted, because Pulumi.yaml declares it secret")
        if declared not in _TYPES or declared == "string":
            return
        try:
            parsed = json.loads(value.text)
        except ValueError:
            parsed = value.text
        if not isinstance(parsed, _TYPES[declared]) or (declared == "integer" and isinstance(parsed, bool)):
            raise EngineError(f"{self.file}: {name} must be of type {declared}, as Pulumi.yaml declares")


def _decrypt(value: Any, crypter: Crypter) -> tuple[Any, bool]:
    """The value with every `{secure: ...}` replaced by its clear text, and whether there was any."""
    if isinstance(value, dict):
        if value.keys() == {"secure"} and isinstance(value["secure"], str):
            return crypter.decrypt(value["secure"]), True
        items = {str(key): _decrypt(item, crypter) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(secret for _, secret in items.values())
    if isinstance(value, list):
        parts = [_decrypt(item, crypter) for item in value]
        return [item for item, _ in parts], any(secret for _, secret in parts)
    # Go writes 1e3 as 1000.
    return int(value) if isinstance(value, float) and value.is_integer() else value, False
