"""A route for each service of the settings."""

import pulumi
from pulumi_messaging import MessageRoute

for service in pulumi.Config().require_object("services"):
    MessageRoute(
        service, route_name=service, message_url=f"https://hooks.example.com/{service}", message_url_method="POST"
    )
