"""One environment, typed: what ``messaging:routes`` and ``messaging:numbers`` of Pulumi.<stack>.yaml may hold."""

from __future__ import annotations

from typing import Literal, TypeVar

import pulumi
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class _Settings(BaseModel):
    # A password in the file must not show up in the text of a validation error.
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, strict=True, hide_input_in_errors=True
    )


class Route(_Settings):
    """A ``MessageRoute``: its arguments in camelCase. What each accepts is checked by the resource."""

    message_url: str
    message_url_method: Literal["GET", "POST"]
    route_name: str | None = None
    message_route_enabled: bool | None = None
    message_authentication_type: Literal["None", "Basic", "Bearer", ""] | None = None
    message_username: str | None = None
    message_password_token: str | None = None
    callback_message_url: str | None = None
    callback_message_url_method: Literal["GET", "POST", ""] | None = None
    callback_message_authentication_type: Literal["None", "Basic", "Bearer", ""] | None = None
    callback_message_username: str | None = None
    callback_message_password_token: str | None = None
    inbound_bypass: bool | None = None
    outbound_bypass: bool | None = None
    intelligent_route_enabled: bool | None = None
    account_id: str | None = None
    adopt: str | None = None
    on_destroy: Literal["delete", "disable", "retain"] = "delete"


class Number(_Settings):
    """A ``NumberMessaging``: its arguments in camelCase."""

    phone_number: str
    messaging_profile_id: str | None = None
    messaging_product: str | None = None
    tags: list[str] | None = None
    on_destroy: Literal["restore", "unassign", "retain"] = "restore"


def routes() -> dict[str, Route]:
    """The routes of this environment by resource name."""
    return _read("routes", TypeAdapter(dict[str, Route]))


def numbers() -> dict[str, Number]:
    """The numbers of this environment by resource name."""
    return _read("numbers", TypeAdapter(dict[str, Number]))


def _read(key: str, adapter: TypeAdapter[T]) -> T:
    """An object of the stack's configuration; every mistake is a line with its place in the file and the reason."""
    try:
        return adapter.validate_python(pulumi.Config().get_object(key) or {})
    except ValidationError as error:
        file = f"stacks/Pulumi.{pulumi.get_stack()}.yaml"
        place = f"{pulumi.get_project()}:{key}"
        lines = [
            f"{file}: {'.'.join([place, *map(str, problem['loc'])])}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
    raise pulumi.RunError("\n".join(lines))
