"""The nine secrets whose way through the package is watched, and where the ones among them that are not secret may be.

They are long, look random, share no part with each other or with anything else, and hold what has to be escaped in
JSON, URLs, HTML and headers wherever the vendor allows it. The ninth, the bearer token, is the emulator's: there are as
many as there were requests for one.
"""

from __future__ import annotations

TELNYX_KEY = "KEY0193C7E5A1B84F2D9hT4x-Qw_8zRmVbN6yLpK3s"
ACCOUNT_KEY = "DID-9f1c6b7e-2d84-4c03-b5a6-71e0d83fa24c"
ACCOUNT_SECRET = "aS+q7Ue/Zk4==Wn8%Rt&Yx1^Gd6*Hc0!Jv3"
PASSWORD = "pW\"9\\fK/2 ü<Lz&7%Qm+é=Xc5;Tb8'Ry4"
CALLBACK_PASSWORD = "cB.eyQ6~nH3|wS0`jD9{oF2}tG7[uA5]iM8"
USER = "uR+kV4@pN7.lB2:xE9,sC6/hO3"
CALLBACK_USER = "vT-dJ8@gI5.yM1:aZ4,fQ7/wL0 ñ"
# In the URL as it has to be written there.
QUERY_TOKEN = "qT7mX2%2BvB9%2FkL4%3DzN6wR1cH8jF3dS5"
CALLBACK_QUERY_TOKEN = "oY5gP0%2BiU8%2FaE3%3DtK7sJ2bD6nG4mW1"
URL = f"https://hooks.example.com/in?v=2&token={QUERY_TOKEN}"
CALLBACK_URL = f"https://hooks.example.com/receipts?key={CALLBACK_QUERY_TOKEN}#end"

CANARIES = {
    "Telnyx key": TELNYX_KEY,
    "AccountKey": ACCOUNT_KEY,
    "AccountSecret": ACCOUNT_SECRET,
    "password": PASSWORD,
    "callback password": CALLBACK_PASSWORD,
    "user name": USER,
    "callback user name": CALLBACK_USER,
    "query token": QUERY_TOKEN,
    "callback query token": CALLBACK_QUERY_TOKEN,
}
TOKEN = "bearer token"

# Where a canary may be that a program declares as plain text. User names and URLs are inputs like others: whoever
# declares them as text has told them to the engine, which keeps and shows inputs. Declared as secrets they are nowhere.
# The password tokens are secrets however they are declared. The AccountKey is no secret of the configuration by itself:
# set without --secret it is in the stack's file, and in the inputs that the engine keeps for the provider.
PLAIN = {"user name", "callback user name", "query token", "callback query token"}
ALLOWED = {
    "properties": PLAIN,  # `preview --diff`, `up --diff`
    "events": PLAIN,
    "state": PLAIN,
    "objects": PLAIN,  # the local engine's own resources
}
# Nothing is allowed in: output (rows, messages, errors), logs at DEBUG, errors over gRPC, `__provider`, the emulator's
# request log, the limiter's store, notes of attempts, objects and exceptions of the provider.
