"""The message routes and numbers of this project."""

import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging

orders = MessageRoute("orders", message_url="https://hooks.example.com/orders", message_url_method="POST")

support_line = NumberMessaging(
    "support-line",
    phone_number="+15550100001",
    messaging_profile_id="7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22",
)

pulumi.export("orders_route", orders.id)
