"""The seed data of a fresh emulator, written again here so that tests do not take it from the code they judge."""

from __future__ import annotations

ACCOUNT_KEY, ACCOUNT_SECRET, API_KEY = "DID-emulator", "emulator-secret", "KEYemulator"

# Telnyx numbers, and their ids.
FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"+1555010000{last}" for last in (1, 2, 3, 4, 5))
FIRST_ID, SECOND_ID, THIRD_ID, FOURTH_ID = (f"129338426107573150{last}" for last in (1, 2, 3, 4))
TOLL_FREE_ID = "1293384261075731506"

# Telnyx messaging profiles: the second number is on the default one.
DEFAULT, ALERTS = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
