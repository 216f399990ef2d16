"""The project (`Pulumi.yaml`), the settings of a stack (`Pulumi.<stack>.yaml`), and the configuration they make."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import JsonValue, StringConstraints, model_validator

from pulumi_messaging.settings import PROJECT_FILES
from pulumi_messaging_engine.errors import EngineError, UnsupportedError
from pulumi_messaging_engine.files import Model, exists, read_yaml, validated
from pulumi_messaging_engine.secrets import Crypter, Salt, decrypt_config

NAME: Final = r"^[A-Za-z0-9_.-]{1,100}$"  # of projects and stacks, as the Pulumi CLI demands
_TYPES: Final[dict[str | None, type]] = {
    "string": str, "integer": int, "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


class _RuntimeOptions(Model):
    virtualenv: str | None = None
    toolchain: Literal["pip", "poetry", "uv"] | None = None
    typechecker: str | None = None


class _Runtime(Model):
    name: str
    options: _RuntimeOptions | None = None


class _ProjectOptions(Model):
    refresh: Literal["always"] | None = None


class _ProjectFile(Model):
    name: Annotated[str, StringConstraints(pattern=NAME)]
    runtime: _Runtime
    main: Any = None
    plugins: Any = None
    packages: Any = None
    requiredPulumiVersion: Any = None  # noqa: N815  Pulumi's own name
    backend: Any = None
    options: _ProjectOptions | None = None
    stackConfigDir: str | None = None  # noqa: N815  Pulumi's own name
    config: dict[str, JsonValue] | None = None

    @model_validator(mode="before")
    @classmethod
    def _long_forms(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Write `runtime: python` and `config: folder` (older than stackConfigDir) in their long forms."""
        runtime, config = content.get("runtime"), content.get("config")
        if isinstance(runtime, str):
            content = {**content, "runtime": {"name": runtime}}
        if isinstance(config, str):
            content = {**content, "stackConfigDir": content.get("stackConfigDir") or config, "config": None}
        return content


class Type(Model):
    """The type of a configuration value, or of the items of an array."""

    type: Literal["string", "integer", "boolean", "array", "object"] | None = None
    items: Type | None = None

    def fits(self, value: Any) -> bool:
        """Whether a value has the type; `True` is no integer."""
        if not isinstance(value, _TYPES.get(self.type, object)) or (self.type == "integer" and isinstance(value, bool)):
            return False
        return not isinstance(value, list) or self.items is None or all(self.items.fits(item) for item in value)


class Declaration(Type):
    """A configuration value as the project declares it."""

    default: Any = None
    value: Any = None
    description: str | None = None
    secret: bool = False


class _StackFile(Model):
    encryptionsalt: Salt | None = None
    secretsprovider: Any = None
    encryptedkey: Any = None
    environment: Any = None
    config: dict[str, JsonValue] | None = None


@dataclass(frozen=True)
class Project:
    """A Pulumi project with a Python program: the content of its `Pulumi.yaml`."""

    name: str
    folder: Path
    virtualenv: str | None = None
    settings_folder: Path | None = None
    config: tuple[tuple[str, Declaration], ...] = ()
    refresh: bool = False  # before each preview, update and destroy
    suffix: str = ".yaml"  # of its file, and of the stacks' files

    @classmethod
    def load(cls, folder: Path | str, *, in_test: bool = False) -> Self:
        """Read `Pulumi.yaml` in `folder`.

        `in_test`: for the fixture, whose runs have a state and an environment of their own: the file's backend, version
        of the CLI, toolchain and type checker are not used. Otherwise these need the Pulumi CLI.

        Raises:
            EngineError: The file is missing or malformed, or needs the Pulumi CLI.
        """
        root = Path(folder).resolve()
        path = next((root / name for name in PROJECT_FILES if exists(root / name)), None)
        if path is None:
            raise EngineError(f"no Pulumi.yaml in {root}: run this in the folder of a Pulumi project")
        content = read_yaml(path)
        if not content.get("name"):
            raise EngineError(f"{path.name} names no project (`name:`)")
        file = validated(_ProjectFile, content, path.name)
        if file.runtime.name != "python":
            raise UnsupportedError("a runtime other than python in Pulumi.yaml")
        options = file.runtime.options or _RuntimeOptions()
        _refuse_unsupported(file, options, in_test=in_test)
        declared = (file.config or {}).items()
        return cls(
            name=file.name,
            folder=root,
            suffix=path.suffix,
            virtualenv=options.virtualenv,
            settings_folder=root / (file.stackConfigDir or ""),
            config=tuple((key, _declaration(value, f"{path.name}: config.{key}")) for key, value in declared),
            refresh=file.options is not None and file.options.refresh == "always",
        )

    @property
    def python(self) -> str:
        """The interpreter of `options.virtualenv`, or the running one where that environment does not exist."""
        if self.virtualenv:
            return shutil.which(str(self.folder / self.virtualenv / "bin" / "python")) or sys.executable
        return sys.executable

    def stack_file(self, stack: str) -> Path:
        """Path of `Pulumi.<stack>.yaml`, which need not exist; of a `Pulumi.yml` that of `Pulumi.<stack>.yml`."""
        return (self.settings_folder or self.folder) / f"Pulumi.{stack}{self.suffix}"

    def stack_settings(self, stack: str) -> StackSettings:
        """Read `Pulumi.<stack>.yaml`; without the file the settings are empty.

        Raises:
            EngineError: The file is malformed, or needs the Pulumi CLI.
        """
        path = self.stack_file(stack)
        file = validated(_StackFile, read_yaml(path) if exists(path) else {}, path.name)
        for key in ("secretsprovider", "encryptedkey", "environment"):
            if getattr(file, key) and getattr(file, key) != "passphrase":
                raise UnsupportedError(f"`{key}` in {path.name}")
        return StackSettings(self.name, self.config, path.name, file.encryptionsalt, file.config or {})


def _refuse_unsupported(file: _ProjectFile, options: _RuntimeOptions, *, in_test: bool) -> None:
    """Refuse what only the Pulumi CLI does. The other keys that it knows have no effect on a run."""
    asked = {key: getattr(file, key) for key in ("main", "plugins", "packages")}
    if not in_test:
        asked |= {key: getattr(file, key) for key in ("backend", "requiredPulumiVersion")}
        asked["runtime.options.typechecker"] = options.typechecker
        asked["runtime.options.toolchain"] = options.toolchain not in {None, "pip"}
    for key, value in asked.items():
        if value:
            raise UnsupportedError(f"`{key}` in Pulumi.yaml")


def _declaration(value: JsonValue, place: str) -> Declaration:
    """Read a declaration: an object with `type`, `default` and the like, or else the default itself."""
    if isinstance(value, dict) and value and value.keys() <= Declaration.model_fields.keys():
        return validated(Declaration, value, place)
    return Declaration(default=value)


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value: its text (JSON for objects), and the secrets in it."""

    text: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def secret(self) -> bool:
        """Whether the value has a secret in it."""
        return bool(self.secrets)


@dataclass(frozen=True)
class StackSettings:
    """The content of `Pulumi.<stack>.yaml`, and the configuration values that the project declares."""

    project: str
    declared: tuple[tuple[str, Declaration], ...]
    file: str
    salt: str | None
    values: Mapping[str, JsonValue]

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
        try:
            clear, secrets = decrypt_config(value, crypter)
        except EngineError as error:
            raise EngineError(f"{self.file}: {key}: {error}") from None
        return ConfigValue(_text(clear), secrets)

    def _apply_default(self, name: str, declared: Declaration, resolved: dict[str, ConfigValue]) -> bool:
        """Take the default for a key without a value, and check a value's type; False if there is no value."""
        key = self._key(name)
        if key in resolved:
            self._check_type(name, declared, resolved[key])
            return True
        value = declared.value if declared.default is None else declared.default
        if value is None:
            return not key.startswith(f"{self.project}:")
        if not declared.fits(value):
            raise EngineError(f"Pulumi.yaml: config.{name}: the default must be of type {declared.type}")
        resolved[key] = ConfigValue(_text(value))
        return True

    def _check_type(self, name: str, declared: Declaration, value: ConfigValue) -> None:
        if declared.secret and not value.secret:
            raise EngineError(f"{self.file}: {name} must be encrypted, because Pulumi.yaml declares it secret")
        if declared.type == "string":  # every value is a text
            return
        try:
            parsed = json.loads(value.text)
        except ValueError:
            parsed = value.text
        if not declared.fits(parsed):
            raise EngineError(f"{self.file}: {name} must be of type {declared.type}, as Pulumi.yaml declares")


def _text(value: Any) -> str:
    """Write a value as Go does (sorted, no blanks, `<`, `>`, `&` escaped), so that recorded values equal the CLI's."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
