"""The comparison runs at a tiny size: what it counts is true, and its page and plot hold all that was measured."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import curves, page, plot
from benchmarks.metered import Metered
from pulumi_messaging_emulator.server import Server
from tests.support.emulator.control import control

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
OURS, PLAIN = "this project", "plain provider"
REQUEST = b"GET /v2/phone_numbers/messaging HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEYemulator\r\n\r\n"


def compared(*arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What each contender took for each work, one round each; no Pulumi CLI is on the command's PATH."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "comparison", "--rounds", "1", "--json", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [figure for figure in json.loads(done.stdout)["comparison"] if "contender" in figure]
    return {
        (row["work"], row["contender"]): {name: values[0] for name, values in row["values"].items()} for row in rows
    }


def chosen(*parts: str) -> list[str]:
    """The options that select these."""
    return [option for part in parts for option in ("--only", part)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The metered emulator."""
    emulator = Metered(tmp_path / "emulator.db")
    emulator.open()
    with Server(emulator, "127.0.0.1", 0) as running:
        yield running


def asked(server: Server, request: bytes = REQUEST) -> bytes:
    """The first bytes of the answer to one request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(request)
        return connection.recv(300)


def test_a_life_is_measured_and_written_down(tmp_path: Path) -> None:
    """Counts are those of the design: ours writes what changed and asks nothing without a change, the plain one not."""
    written = tmp_path / "comparison.md"
    rows = compared("--objects", "5", *chosen("life", OURS, PLAIN), "--write", str(written))
    assert len(rows) == 10
    assert {row["runs"] for row in rows.values()} == {1}
    for contender, wrong in {OURS: 0, PLAIN: 3}.items():
        changed, unchanged = (rows[name, contender] for name in ("change one field of 3", "no change"))
        assert (changed["writes"], changed["wrong writes"], unchanged["requests"]) == (3, wrong, 0)
        assert (
            rows["create", contender]["writes"] == rows["drift of 5: refresh, and put right", contender]["writes"] == 5
        )
        assert rows["create", contender]["bytes sent"] > 5 * 100
        assert rows["create", contender]["bytes of state"] > 1000
    text = written.read_text()
    for work, contender in rows:
        section = text.partition(f"### {work[0].upper()}{work[1:]}\n")[2].partition("###")[0]
        assert f"| {contender} |" in section
    assert "python -m benchmarks comparison --rounds 1 --json --objects 5" in text


def test_a_storm_is_met(tmp_path: Path) -> None:
    """In a storm ours waits and needs one run, and a provider without retries fails and has to be started again."""
    rows = compared("--objects", "10", *chosen("storm 429-reset-epoch", OURS, PLAIN))
    ours, plain = (row for _, row in sorted(rows.items(), key=lambda item: item[0][1] != OURS))
    assert (ours["runs"], ours["wrong writes"]) == (1, 0)
    assert plain["runs"] > 1
    assert min(ours["429"], plain["429"]) > 0


def test_a_selection_of_nothing_is_refused() -> None:
    """A misspelled selection says what there is."""
    command = [sys.executable, "-m", "benchmarks", "comparison", "--only", "nobody"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nobody" in done.stderr


def test_the_meter_counts_every_byte(server: Server) -> None:
    """What the meter says is what a socket sent, of vendors' requests only."""
    for _ in range(3):
        assert asked(server).startswith(b"HTTP/1.1 200")
    assert control(server, "GET", "meter")["bytes"] == 3 * len(REQUEST)
    control(server, "DELETE", "meter")
    assert control(server, "GET", "meter")["bytes"] == 0


def test_a_storm_begins_and_ends(server: Server) -> None:
    """After its first requests everything is refused, with a header that says how long, until it is over."""
    control(server, "POST", "meter", {"kind": "429-retry-after", "after": 1, "seconds": 1.0})
    answers = [asked(server) for _ in range(3)]
    assert [answer.split()[1] for answer in answers] == [b"200", b"429", b"429"]
    assert b"Retry-After: 1\r\n" in answers[1]
    time.sleep(1.1)
    assert asked(server).startswith(b"HTTP/1.1 200")


def test_latency_is_waited_side_by_side(server: Server) -> None:
    """Eight requests that are made at once wait once, not eight times."""
    control(server, "PATCH", "settings", {"latencySeconds": 0.5})
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(asked, [server] * 8))
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert 0.5 <= time.monotonic() - started < 2.5


def test_the_curves_are_measured_and_drawn(tmp_path: Path) -> None:
    """Every step of every contender has its line in the plot and its row on the page."""
    steps = [
        curves.Point("", "", "", None, name, step, size, [size / 100 + index], [1.0])
        for index, name in enumerate((OURS, PLAIN))
        for step in curves.STEPS
        for size in (10, 1000)
    ]
    page.write(tmp_path / "page.md", {"curves": steps}, ["curves"])
    drawn = ET.parse(tmp_path / "page.svg")
    lines = [path.get("data-series") for path in drawn.iter(f"{SVG}path") if path.get("data-series")]
    assert sorted(lines) == sorted([OURS, PLAIN, plot.GUIDE] * len(curves.STEPS))
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {*curves.STEPS, OURS, PLAIN, "numbers", "seconds", "1,000"} <= set(words)
    assert f"| create: {PLAIN} | 1.1 s, 1 | 11.0 s, 1 |" in (tmp_path / "page.md").read_text()


def test_a_plot_puts_values_where_they_belong() -> None:
    """Tenfold is the same distance everywhere, upwards is more, and names are escaped."""
    drawn = ET.fromstring(plot.svg({"a<b": {"x & y": [(1, 10), (10, 100), (100, 1000)]}}, "n", "s"))
    (first, second, third) = [
        (float(circle.get("cx", "nan")), float(circle.get("cy", "nan"))) for circle in drawn.iter(f"{SVG}circle")
    ]
    assert math.isclose(second[0] - first[0], third[0] - second[0], abs_tol=0.2)
    assert math.isclose(second[1] - first[1], third[1] - second[1], abs_tol=0.2)
    assert third[1] < first[1]
    assert "x & y" in [text.text for text in drawn.iter(f"{SVG}text")]


def test_a_cost_that_grows_faster_than_the_estate_is_missed() -> None:
    """A fixed part and a price for each number are a straight line; a square is none."""

    def judged(seconds: dict[int, float]) -> list[tuple[str, bool | None]]:
        points = [curves.Point("", "", "", None, OURS, "create", size, [took], [1.0]) for size, took in seconds.items()]
        return [(figure.measured, figure.met) for figure in curves.line(points)]

    assert judged({10: 3.1, 100: 4.0, 1000: 13.0}) == [("3.0 s + 10.00 ms a number; farthest size 0% off", True)]
    assert judged({size: 1 + size**2 / 50_000 for size in (10, 100, 1000)})[0][1] is False
    assert judged({10: 3.1, 100: 4.0}) == []
