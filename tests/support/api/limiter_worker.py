"""A process that makes requests as fast as the limiter lets it, from several threads.

Arguments: folder, account, limit, window, margin, threads, seconds, longest latency. Prints one line a request: the
moment at which it arrived at the vendor, somewhere between its leaving and its answer.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import Limiter


def main(folder: str, account: str, *numbers: float) -> None:
    limit, window, margin, threads, seconds, slow = numbers
    end = time.monotonic() + seconds
    limiter = Limiter(int(limit), account, Path(folder), _say, Clock(), window=window, margin=margin)
    lock = threading.Lock()
    far = time.monotonic() + 3600

    def work() -> None:
        while time.monotonic() < end:
            turn = limiter.ask(far)
            while wait := limiter.leave(turn, far):
                time.sleep(wait)
            latency, share = random.uniform(0, slow), random.random()
            if latency:
                time.sleep(latency * share)
            arrived = time.monotonic()
            if latency:
                time.sleep(latency * (1 - share))
            limiter.done(turn)
            with lock:
                sys.stdout.write(f"{arrived}\n")
                sys.stdout.flush()

    workers = [threading.Thread(target=work) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:]))
