"""The program: everything it declares is in the package ``stacks``."""

import stacks  # noqa: F401
