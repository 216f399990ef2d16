"""The fixed accounts of the emulator, and the base URLs of an emulator inside a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ACCOUNT_KEY: Final = "DID-emulator"
ACCOUNT_SECRET: Final = "emulator-secret"  # noqa: S105 - fixed and public
ACCOUNT_IDS: Final = ("AID-emulator", "AID-emulator-2")
TELNYX_KEY: Final = "KEYemulator"
ORGANIZATION_ID: Final = "b0d2f6a4-5c3e-4a3b-9d27-1f0e6c8a9b11"

# An embedded emulator has no address: the host of these URLs is never resolved.
EMBEDDED_TELEGENT_URL: Final = "http://emulator.localhost/v1.0"
EMBEDDED_TELNYX_URL: Final = "http://emulator.localhost/v2"


@dataclass(frozen=True)
class Credentials:
    """The credentials that an emulator accepts: Telegent's AccountKey and AccountSecret, and Telnyx's API key."""

    account_key: str = field(default=ACCOUNT_KEY, repr=False)
    account_secret: str = field(default=ACCOUNT_SECRET, repr=False)
    telnyx_key: str = field(default=TELNYX_KEY, repr=False)


FIXED: Final = Credentials()
