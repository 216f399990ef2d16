"""The settings of a stack: `Pulumi.<stack>.yaml`, and the configuration it makes with the project's defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import JsonValue

from pulumi_messaging_engine.errors import EngineError, UnsupportedError
from pulumi_messaging_engine.files import Model, read_yaml, validated
from pulumi_messaging_engine.passphrase import Crypter, Salt
from pulumi_messaging_engine.secrets import decrypt_config

_TYPES: Final[dict[str | None, type]] = {"integer": int, "boolean": bool, "array": list, "object": dict}


class Declaration(Model):
    """A configuration value as the project declares it."""

    type: Literal["string", "integer", "boolean", "array", "object"] | None = None
    default: Any = None
    value: Any = None
    description: str | None = None
    secret: bool = False
    items: Any = None

    @classmethod
    def load(cls, value: JsonValue, place: str) -> Self:
        """Read a declaration: an object with `type`, `default` and the like, or else the default itself."""
        if isinstance(value, dict) and value and value.keys() <= cls.model_fields.keys():
            return validated(cls, value, place)
        return cls(default=value)


class _StackFile(Model):
    encryptionsalt: Salt | None = None
    secretsprovider: Any = None
    encryptedkey: Any = None
    environment: Any = None
    config: dict[str, JsonValue] | None = None


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value: its text (JSON for objects), and whether it is secret."""

    text: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True)
class StackSettings:
    """The content of `Pulumi.<stack>.yaml`."""

    project: str
    declared: tuple[tuple[str, Declaration], ...]
    file: str
    salt: str | None
    values: Mapping[str, JsonValue]

    @classmethod
    def load(cls, path: Path, project: str, declared: tuple[tuple[str, Declaration], ...]) -> Self:
        """Read `Pulumi.<stack>.yaml` of a project; without the file the settings are empty.

        Raises:
            EngineError: The file is malformed, or needs the Pulumi CLI.
        """
        file = validated(_StackFile, read_yaml(path) if path.exists() else {}, path.name)
        for key in ("secretsprovider", "encryptedkey", "environment"):
            if getattr(file, key) and getattr(file, key) != "passphrase":
                raise UnsupportedError(f"`{key}` in {path.name}")
        return cls(project, declared, path.name, file.encryptionsalt, file.config or {})

    def resolve(self, crypter: Crypter, overrides: Mapping[str, Any] | None = None) -> dict[str, ConfigValue]:
        """Give every value under its full key: the stack's over the project's defaults, `overrides` over both.

        Raises:
            EngineError: A value is missing, is not of the declared type, or cannot be decrypted.
        """
        # Overrides come before decryption: a secret that is replaced needs no passphrase.
        values = {self._key(key): value for key, value in (*self.values.items(), *(overrides or {}).items())}
        resolved = {key: self._value(key, value, crypter) for key, value in values.items()}
        missing = [name for name, entry in self.declared if not self._apply_default(name, entry, resolved)]
        if missing:
            names = ", ".join(f"'{name}'" for name in sorted(missing))
            raise EngineError(f"{self.file} is missing configuration values that Pulumi.yaml requires: {names}")
        return dict(sorted(resolved.items()))

    def _key(self, key: str) -> str:
        return key if ":" in key else f"{self.project}:{key}"

    def _value(self, key: str, value: Any, crypter: Crypter) -> ConfigValue:
        if value is None:
            return ConfigValue("null")
        try:
            clear, secret = decrypt_config(value, crypter)
        except EngineError as error:
            raise EngineError(f"{self.file}: {key}: {error}") from None
        return ConfigValue(clear if isinstance(clear, str) else go_json(clear), secret)

    def _apply_default(self, name: str, declared: Declaration, resolved: dict[str, ConfigValue]) -> bool:
        """Take the default for a key without a value, and check a value's type; tell whether there is a value."""
        key = self._key(name)
        if key in resolved:
            self._check_type(name, declared, resolved[key])
            return True
        value = declared.value if declared.default is None else declared.default
        if value is None:
            return not key.startswith(f"{self.project}:")
        resolved[key] = ConfigValue(value if isinstance(value, str) else go_json(value))
        return True

    def _check_type(self, name: str, declared: Declaration, value: ConfigValue) -> None:
        if declared.secret and not value.secret:
            raise EngineError(f"{self.file}: {name} must be encrypted, because Pulumi.yaml declares it secret")
        if declared.type not in _TYPES:
            return
        try:
            parsed = json.loads(value.text)
        except ValueError:
            parsed = value.text
        if not isinstance(parsed, _TYPES[declared.type]) or (declared.type == "integer" and isinstance(parsed, bool)):
            raise EngineError(f"{self.file}: {name} must be of type {declared.type}, as Pulumi.yaml declares")


def go_json(value: Any) -> str:
    """Write JSON as Go does (sorted, no blanks, `<`, `>`, `&` escaped), so that recorded values equal the CLI's."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
