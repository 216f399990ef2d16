"""The program: the package ``stacks`` declares its resources."""

import stacks  # noqa: F401
