"""The project: `Pulumi.yaml`, and where its settings are."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import JsonValue, model_validator

from pulumi_messaging.settings import PROJECT_FILES
from pulumi_messaging_engine.errors import EngineError, UnsupportedError
from pulumi_messaging_engine.files import Model, read_yaml, validated
from pulumi_messaging_engine.stack_settings import Declaration, StackSettings


class _Options(Model):
    virtualenv: str | None = None


class _Runtime(Model):
    name: str
    options: _Options | None = None


class _ProjectFile(Model):
    name: str | None = None
    runtime: _Runtime
    main: Any = None
    plugins: Any = None
    packages: Any = None
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


@dataclass(frozen=True)
class Project:
    """A Pulumi project with a Python program: the content of its `Pulumi.yaml`."""

    name: str
    folder: Path
    virtualenv: str | None = None
    settings_folder: Path | None = None
    config: tuple[tuple[str, Declaration], ...] = ()

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read `Pulumi.yaml` in `folder`.

        Raises:
            EngineError: The file is missing or malformed, or needs the Pulumi CLI.
        """
        root = Path(folder).resolve()
        path = next((root / name for name in PROJECT_FILES if (root / name).exists()), None)
        if path is None:
            raise EngineError(f"no Pulumi.yaml in {root}: run this in the folder of a Pulumi project")
        content = read_yaml(path)
        if not content.get("name"):
            raise EngineError(f"{path.name} names no project (`name:`)")
        file = validated(_ProjectFile, content, path.name)
        if file.runtime.name != "python":
            raise UnsupportedError("a runtime other than python in Pulumi.yaml")
        for key in ("main", "plugins", "packages"):
            if getattr(file, key):
                raise UnsupportedError(f"`{key}` in Pulumi.yaml")
        declared = (file.config or {}).items()
        return cls(
            name=file.name or "",
            folder=root,
            virtualenv=file.runtime.options.virtualenv if file.runtime.options else None,
            settings_folder=root / (file.stackConfigDir or ""),
            config=tuple((key, Declaration.load(value, f"{path.name}: config.{key}")) for key, value in declared),
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
        """Path of `Pulumi.<stack>.yaml`, which need not exist."""
        return (self.settings_folder or self.folder) / f"Pulumi.{stack}.yaml"

    def stack_settings(self, stack: str) -> StackSettings:
        """Read `Pulumi.<stack>.yaml`; without the file the settings are empty.

        Raises:
            EngineError: The file is malformed, or needs the Pulumi CLI.
        """
        return StackSettings.load(self.stack_file(stack), self.name, self.config)
