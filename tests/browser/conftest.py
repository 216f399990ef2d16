"""The browser of the tests that look at pages as a reader does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser.chromium import Chromium, installed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A headless Chromium, where there is one."""
    command = installed()
    if command is None:
        pytest.skip("no Chromium (`chromium`) on PATH: the pages were not opened in a browser")
    with Chromium(command, tmp_path_factory.mktemp("browser")) as browser:
        yield browser
