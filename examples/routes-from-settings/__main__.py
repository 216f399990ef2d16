"""One route for each entry under messaging:routes in Pulumi.<stack>.yaml."""

import pulumi
from pulumi_messaging import MessageRoute
from pulumi_messaging.stackfile import declare

routes = declare(MessageRoute, "messaging:routes")

pulumi.export("routes", {name: route.id for name, route in routes.items()})
