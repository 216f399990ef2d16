"""docs/platforms.md names every module that needs what Windows does not have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "platforms.md").read_text()
PROVIDER = ROOT / "provider"
POSIX = re.compile(
    r"\b(os\.(fchmod|fchown|fork|get[ep]?[ug]id|killpg|O_CLOEXEC|O_DIRECTORY|O_NOFOLLOW|O_NONBLOCK|pread|pwrite|setsid)"
    r"|signal\.(SIGHUP|SIGKILL|SIGUSR[12]|alarm|pthread_\w+)|import (fcntl|grp|pwd|resource|termios))\b"
)


def needing(text: str) -> list[str]:
    """What a module uses of POSIX alone."""
    return sorted({found[0] for found in POSIX.finditer(text)})


def test_each_module_that_needs_posix_is_on_the_page() -> None:
    needed = {path.relative_to(PROVIDER).as_posix() for path in PROVIDER.rglob("*.py") if needing(path.read_text())}
    named = set(re.findall(r"`([\w/]+\.py)` \|", PAGE))

    assert {name.removeprefix("pulumi_messaging/") for name in needed} <= named


@pytest.mark.parametrize("text", ["os.fchmod(file, 1)", "import fcntl", "signal.SIGKILL"])
def test_what_windows_has_not_is_found(text: str) -> None:
    assert needing(text) != []
