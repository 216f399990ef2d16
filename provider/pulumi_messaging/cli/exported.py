"""The resources of a stack's state, as `pulumi stack export` and the local engine write it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import JsonValue

from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.files import Model, read_text, validated

TOKEN: Final = "pulumi-python:dynamic/messaging:"  # noqa: S105 - the beginning of our types
EXPORT: Final = "give the output of `pulumi stack export`"


class Resource(Model):
    """A resource, or one side of a preview's step."""

    urn: str
    type: str
    id: str = ""
    inputs: dict[str, JsonValue] | None = None
    outputs: dict[str, JsonValue] | None = None
    delete: bool = False
    retainOnDelete: bool = False  # noqa: N815 - Pulumi's own name


class _Deployment(Model):
    resources: list[Resource] | None = None


class _Export(Model):
    deployment: _Deployment | None  # None: no run has touched the stack yet


def read_export(path: Path) -> list[Resource]:
    """The resources of a state, without those that wait for their deletion.

    Raises:
        EngineError: It cannot be read, or is not the state of a stack.
    """
    return resources_of(read_text(path), str(path))


def resources_of(export: str, place: str) -> list[Resource]:
    """As ``read_export``, from a text that stands at a place."""
    deployment = validated(_Export, export, place, advice=EXPORT).deployment
    return [each for each in (deployment and deployment.resources) or () if not each.delete]


def malformed(path: Path, urn: str) -> EngineError:
    """The error for a resource with values that this package does not write."""
    return EngineError(f"{path}: inputs or outputs of {urn} are malformed; give the file as it was printed")
