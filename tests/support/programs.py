"""A program that can be imported, for `"tests.support.programs:one_route"`."""

from __future__ import annotations

import os

import pulumi

from pulumi_messaging import MessageRoute


def one_route() -> None:
    """One route with a secret, and what the program saw of its surroundings."""
    route = MessageRoute(
        "orders",
        message_url="https://hooks.example.com/orders",
        message_url_method="POST",
        message_authentication_type="Bearer",
        message_password_token=pulumi.Config().get("token") or "t0ken-of-nobody",
    )
    pulumi.export("route", route.id)
    pulumi.export("token", route.message_password_token)
    pulumi.export("process", os.getpid())
