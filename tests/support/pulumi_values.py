"""Values that Pulumi gives a meaning to."""

from __future__ import annotations

# Stands for a value that is not known yet.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# Marks an object of the state as a secret.
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
# The salt of the empty passphrase: deriving a key for a new salt takes half a second, for this one once in a process.
SALT = "v1:kwvl9AHF5hQ=:v1:KWI/kI0VNsD4IQVn:0P7/A1DyTBd18Qd/eQ0zULq0eMv6iQ=="
# A text that is encrypted with the empty passphrase and that salt.
SECURE = "v1:dMH9lnVPrr1JM2Et:+DtvouK+jQXr3Baaq8LCeNWVd+8sgt8K1+B+fGLZMJuv0YRNeyo="
