"""A messaging profile, and a group of numbers on it: both are made, changed and taken down in the right order."""

import pulumi
from pulumi_messaging import MessagingProfile, NumberMessagingGroup

config = pulumi.Config()

profile = MessagingProfile(
    "support",
    whitelisted_destinations=["US", "CA"],
    webhook_url=config.require("webhookUrl"),
    daily_spend_limit=50,
    daily_spend_limit_enabled=True,
)

numbers = NumberMessagingGroup(
    "support",
    phone_numbers=config.require_object("phoneNumbers"),
    messaging_profile_id=profile.id,
    tags=["support"],
)

pulumi.export("profile", profile.id)
