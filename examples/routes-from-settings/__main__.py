"""One route for each entry under messages:routes in Pulumi.<stack>.yaml."""

import pulumi
from pulumi_messaging import MessageRoute
from pulumi_messaging.stackfile import declare

routes = declare(MessageRoute, "messages:routes")

pulumi.export("routes", {name: route.id for name, route in routes.items()})
