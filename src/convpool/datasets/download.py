"""One file by URL: tried again where that may help, and never taken for whole when it was cut short."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import IO

from convpool.system.optional_packages import needed

Progress = Callable[[int, int], None]  # (bytes done, bytes in all; 0 if unknown)


class _PassingError(ConnectionError):
    """What may go well at the next attempt."""


class _Meter:
    """What pooch calls a progress bar."""

    total = done = 0

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, count: int) -> None:
        self.done = min(self.done + count, self.total or self.done + count)
        self.progress(self.done, self.total)

    def reset(self) -> None:
        """Pooch resets the bar at the end, to fill it at once; it stays."""

    def close(self) -> None:
        """Nothing to close."""


def fetch(url: str, part: IO[bytes], progress: Progress, attempts: int, pause: float) -> None:
    """Write what a URL gives to `part`.

    Raises
    ------
    ConnectionError : refused, cut short, 404 or the like: the text has the URL and what came
    """
    for attempt in range(1, attempts + 1):
        try:
            return _request(url, part, progress)
        except _PassingError as error:
            if attempt == attempts:
                raise ConnectionError(f"{error} ({attempts} attempts)") from error
        time.sleep(pause * 2 ** (attempt - 1))
    raise ValueError(f"attempts is {attempts}; expected at least 1")


def _request(url: str, part: IO[bytes], progress: Progress) -> None:
    errors, meter = needed("requests").exceptions, _Meter(progress)
    # the length that the server names counts encoded bytes: ask for plain ones, so that it can be
    # compared
    plain = {"Accept-Encoding": "identity"}
    downloader = needed("pooch").HTTPDownloader(
        progressbar=meter, chunk_size=2**16, timeout=(10, 30), headers=plain
    )
    try:
        part.seek(0)
        part.truncate()
        downloader(url, part, None)
    except errors.HTTPError as error:
        status, reason = error.response.status_code, error.response.reason
        kind = _PassingError if status >= 500 else ConnectionError
        raise kind(f"{url}: the server answered {status} {reason}") from error
    except (errors.ConnectionError, errors.Timeout, errors.ChunkedEncodingError) as error:
        raise _PassingError(f"{url}: {_broken(part, meter, error)}") from error
    except errors.RequestException as error:
        raise ConnectionError(f"{url}: {error}") from error
    if part.tell() < meter.total:
        raise _PassingError(f"{url}: cut short, {part.tell()} of {meter.total} bytes came")


def _broken(part: IO[bytes], meter: _Meter, error: BaseException) -> str:
    """Say what came; the reason is the innermost error's, because the outer ones repeat the URL."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    if not meter.total:
        return f"no connection ({getattr(error, 'strerror', None) or error})"
    # urllib3 knows how much of the last chunk came, which is not in the file
    came = getattr(error, "partial", part.tell())
    return f"cut short, {came} of {meter.total} bytes came"
