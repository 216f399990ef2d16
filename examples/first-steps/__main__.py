"""A route, and a number on a messaging profile."""

import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging

config = pulumi.Config()

orders = MessageRoute(
    "orders",
    message_url="https://hooks.example.com/orders",
    message_url_method="POST",
    message_authentication_type="Bearer",
    message_password_token=config.require_secret("ordersToken"),
)

support_line = NumberMessaging(
    "support-line",
    phone_number="+15550100001",
    messaging_profile_id="7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22",
)

pulumi.export("orders_route", orders.id)
