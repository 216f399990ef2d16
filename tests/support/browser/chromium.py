"""A headless Chromium, driven over its own protocol through a pair of pipes: no driver, no port."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

COMMANDS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30  # seconds for one answer
# Page.captureScreenshot and the like need a window of their own size; nothing is asked of the network.
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-default-apps", "--metrics-recording-only", "--proxy-bypass-list=<-loopback>"),
)


def installed() -> str | None:
    """The browser's command, if there is one on PATH."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


# The browser reads commands at file descriptor 3, and answers at 4.
_PLUMBER = """
import fcntl, os, sys
down, up = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(down, 3)
os.dup2(up, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Chromium:
    """A browser with one page.

    Attributes:
        events: What the browser said by itself since the page was opened, by method.
    """

    def __init__(self, command: str, profile: Path) -> None:
        down, self._in = os.pipe()
        self._out, up = os.pipe()
        arguments = [command, *OPTIONS, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PLUMBER, str(down), str(up), *arguments],
            pass_fds=(down, up),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down)
        os.close(up)
        self._rest, self._id, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility", "DOM"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._in)
        os.close(self._out)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def call(self, method: str, **params: Any) -> Any:
        """One command, and its result."""
        self._id += 1
        message = {"id": self._id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._in, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") != self._id:
                self.events.append(answer)
            elif "error" in answer:
                raise AssertionError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], max(0, end - time.monotonic()))
            part = os.read(self._out, 1 << 20) if ready else b""
            assert part, "the browser does not answer"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def open(self, url: str, width: int = 1280, height: int = 900, *, dark: bool = False, script: bool = True) -> None:
        """Open a page in a window of a size, with a colour scheme, and wait until it is loaded."""
        self.resize(width, height)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self._go("about:blank")  # requests of the page before, which nobody answers any more, end here
        self._go(url)

    def _go(self, url: str) -> None:
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def resize(self, width: int, height: int) -> None:
        """Change the size of the window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def value(self, expression: str, *, fails: bool = False) -> Any:
        """The value of an expression of JavaScript, of a promise what it resolves to."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert fails or "exceptionDetails" not in result, result.get("exceptionDetails")
        return result["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true in the page."""
        self.value(
            f"new Promise((done) => {{ const look = setInterval(() => {{ if ({condition}) "
            f"{{ clearInterval(look); done(); }} }}, 20); }})"
        )

    def click_and_answer(self, element: str, *, accept: bool) -> None:
        """Click an element that asks a question, and answer it."""
        self.value(f"setTimeout(() => {element}.click())")
        while not any(event["method"] == "Page.javascriptDialogOpening" for event in self.events):
            self.events.append(self._next())
        self.events = [event for event in self.events if event["method"] != "Page.javascriptDialogOpening"]
        self.call("Page.handleJavaScriptDialog", accept=accept)

    def press(self, *keys: str) -> None:
        """Press keys, by their names (``Tab``, ``Enter``) or as characters."""
        for key in keys:
            text = {"Enter": "\r", "Space": " "}.get(key, key if len(key) == 1 else "")
            name = " " if key == "Space" else key
            codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32, "ArrowDown": 40}
            more = {"key": name, "windowsVirtualKeyCode": codes.get(key, 0)}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **more)
            self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def screenshot(self, path: Path) -> None:
        """Write what the window shows."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def requested(self) -> list[str]:
        """The URLs that were asked for since the page was opened, without those that its policy forbade."""
        failed = [event["params"] for event in self.events if event["method"] == "Network.loadingFailed"]
        forbidden = {each["requestId"] for each in failed if each.get("blockedReason") == "csp"}
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent if each["requestId"] not in forbidden]

    def complaints(self) -> list[str]:
        """What the page's console says: errors of its script, and what its policy refused."""
        thrown = [event for event in self.events if event["method"] == "Runtime.exceptionThrown"]
        logged = [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]
        return [json.dumps(event["params"]) for event in thrown] + logged
