"""A message route, one number with a resource of its own, and a group of numbers alike."""

import pulumi
from pulumi_messaging import MessageRoute, NumberRoute, NumberRouteGroup

config = pulumi.Config()

orders = MessageRoute("orders", message_url="https://hooks.example.com/orders", message_url_method="POST")

# Telegent documents no way to take a number off its route; "detach" tries it, so that the route can be deleted.
NumberRoute("hotline", number=config.require("hotline"), message_route_id=orders.id, on_destroy="detach")
NumberRouteGroup("stores", numbers=config.require_object("stores"), message_route_id=orders.id, on_destroy="detach")

pulumi.export("orders_route", orders.id)
