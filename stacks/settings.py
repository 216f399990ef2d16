"""One environment, typed: what ``messaging:routes`` and ``messaging:numbers`` of Pulumi.<stack>.yaml may hold."""

from __future__ import annotations

from typing import Literal, TypeVar

import pulumi
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

T = TypeVar("T")

# A password in the file must not show up in the text of a validation error, wherever in the object the error is.
_HIDE_INPUT = ConfigDict(hide_input_in_errors=True)


class _Settings(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True, **_HIDE_INPUT)


class Route(_Settings):
    """A ``MessageRoute``: its arguments in camelCase. What each accepts is checked by the resource."""

    message_url: str = Field(repr=False)
    message_url_method: Literal["GET", "POST"]
    route_name: str | None = None
    message_route_enabled: bool | None = None
    message_authentication_type: Literal["None", "Basic", "Bearer", ""] | None = None
    message_username: str | None = Field(default=None, repr=False)
    message_password_token: str | None = Field(default=None, repr=False)
    callback_message_url: str | None = Field(default=None, repr=False)
    callback_message_url_method: Literal["GET", "POST", ""] | None = None
    callback_message_authentication_type: Literal["None", "Basic", "Bearer", ""] | None = None
    callback_message_username: str | None = Field(default=None, repr=False)
    callback_message_password_token: str | None = Field(default=None, repr=False)
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


ROUTES = TypeAdapter(dict[str, Route], config=_HIDE_INPUT)
NUMBERS = TypeAdapter(dict[str, Number], config=_HIDE_INPUT)


def routes() -> dict[str, Route]:
    """The routes of this environment by resource name."""
    return _read("routes", ROUTES)


def numbers() -> dict[str, Number]:
    """The numbers of this environment by resource name."""
    return _read("numbers", NUMBERS)


def _read(key: str, adapter: TypeAdapter[T]) -> T:
    """An object of the stack's configuration; every mistake is a line with its place in the file and the reason."""
    file, place = f"stacks/Pulumi.{pulumi.get_stack()}.yaml", f"{pulumi.get_project()}:{key}"
    try:
        return adapter.validate_python(pulumi.Config().get_object(key) or {})
    except pulumi.ConfigTypeError:  # its text repeats the value
        lines = [f"{file}: {place}: is not an object"]
    except ValidationError as error:
        lines = [
            f"{file}: {'.'.join([place, *map(str, problem['loc'])])}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
    raise pulumi.RunError("\n".join(lines))
