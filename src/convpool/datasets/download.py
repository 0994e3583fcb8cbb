"""Downloads: tried again where that may help, and refused where they are cut short."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import IO

from convpool.system.optional_packages import needed

Progress = Callable[[int, int], None]  # (bytes done, bytes in all; 0 if unknown)


class _TemporaryError(ConnectionError):
    """A failure that the next attempt may not have."""


class _ProgressBar:
    """A progress bar as pooch wants it, which calls a function of ours."""

    total = done = 0

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, count: int) -> None:
        self.done = min(self.done + count, self.total or self.done + count)
        self.progress(self.done, self.total)

    def reset(self) -> None:
        """Do nothing: pooch resets the bar at the end, to fill it at once."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


def fetch(url: str, file: IO[bytes], progress: Progress, attempts: int, pause: float) -> None:
    """Write the content of a URL to a file.

    Parameters
    ----------
    url, file
        From where to where.
    progress
        Called with (bytes done, bytes in all; 0 if unknown).
    attempts, pause
        How often a temporary failure is tried again, and seconds before the second attempt.

    Raises
    ------
    ConnectionError : refused, cut short, 404 or the like: the text has the URL and the reason
    """
    for attempt in range(1, attempts + 1):
        try:
            return _request(url, file, progress)
        except _TemporaryError as error:
            if attempt == attempts:
                raise ConnectionError(f"{error} ({attempts} attempts)") from error
        time.sleep(pause * 2 ** (attempt - 1))
    raise ValueError(f"attempts is {attempts}; expected at least 1")


def _request(url: str, file: IO[bytes], progress: Progress) -> None:
    """Try once to write the content of a URL to a file."""
    errors, bar = needed("requests").exceptions, _ProgressBar(progress)
    # the length that a server states counts encoded bytes: ask for plain ones, to compare it
    plain = {"Accept-Encoding": "identity"}
    downloader = needed("pooch").HTTPDownloader(
        progressbar=bar, chunk_size=2**16, timeout=(10, 30), headers=plain
    )
    try:
        file.seek(0)
        file.truncate()
        downloader(url, file, None)
    except errors.HTTPError as error:
        status, reason = error.response.status_code, error.response.reason
        kind = _TemporaryError if status >= 500 else ConnectionError
        raise kind(f"{url}: the server answered {status} {reason}") from error
    except (errors.ConnectionError, errors.Timeout, errors.ChunkedEncodingError) as error:
        raise _TemporaryError(f"{url}: {_broken(file, bar, error)}") from error
    except errors.RequestException as error:
        raise ConnectionError(f"{url}: {error}") from error
    if file.tell() < bar.total:
        raise _TemporaryError(f"{url}: cut short, {file.tell()} of {bar.total} bytes came")


def _broken(file: IO[bytes], bar: _ProgressBar, error: BaseException) -> str:
    """Say how far a download came, and why: the innermost error, as outer ones repeat the URL."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    if not bar.total:
        return f"no connection ({getattr(error, 'strerror', None) or error})"
    # urllib3 knows how much of the last chunk came, which is not in the file
    received = getattr(error, "partial", file.tell())
    return f"cut short, {received} of {bar.total} bytes came"
