"""A number of the default account, and one of the account "eu", whose keys begin with telnyx-eu: in the settings."""

from pulumi_messaging import NumberMessaging, get_messaging_profiles

for account, phone_number in ((None, "+15550100001"), ("eu", "+15550100002")):
    (profile,) = get_messaging_profiles(name="alerts", account=account)
    NumberMessaging(
        f"line-{account or 'us'}",
        phone_number=phone_number,
        messaging_profile_id=profile.id,
        account=account,
    )
