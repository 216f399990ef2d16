"""The component that teams use, so that every service is set up alike."""

from collections.abc import Sequence

import pulumi
from pulumi_messaging import MessageRoute, MessagingProfile, NumberMessagingGroup


class MessageService(pulumi.ComponentResource):
    """A service that receives messages of both vendors at one URL.

    Args:
        name: Name of the service; part of its webhook's path.
        hooks: Base URL of the webhooks, without a slash at its end.
        phone_numbers: Telnyx numbers of the service, in E.164.
        opts: Options of the component and its children.
    """

    def __init__(
        self, name: str, *, hooks: str, phone_numbers: Sequence[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messages:index:MessageService", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        url = f"{hooks}/{name}"
        self.route = MessageRoute(name, message_url=url, message_url_method="POST", opts=child)
        self.profile = MessagingProfile(name, whitelisted_destinations=["US"], webhook_url=url, opts=child)
        NumberMessagingGroup(name, phone_numbers=list(phone_numbers), messaging_profile_id=self.profile.id, opts=child)
        self.register_outputs({"route_id": self.route.id, "profile_id": self.profile.id})
