"""Downloads: tried again where that may help, and refused where they are cut short."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import IO

from convpool.system.optional_packages import needed

Progress = Callable[[int, int], None]  # (bytes done, bytes in all; 0 if unknown)

ATTEMPTS = 3  # how often a download is tried
PAUSE_SECONDS = 1.0  # before the second attempt; twice that before the third
CONNECTION_SECONDS, READING_SECONDS = 10, 30  # to wait for a connection, and for further bytes


class _TemporaryError(ConnectionError):
    """A failure that may not come again: the download is tried once more."""


class _ProgressBar:
    """A progress bar with the methods that pooch calls; it passes the progress on to a function.

    `total`, in bytes, is set by pooch; 0 if it is unknown. `done` counts the bytes so far.
    """

    total = done = 0

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, count: int) -> None:
        """Add the bytes that came since the last call."""
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
    url
        Where the content comes from.
    file
        Open for bytes; what is in it is replaced.
    progress
        Called with (bytes done, bytes in all; 0 if unknown).
    attempts
        How often a download is tried before a temporary failure is raised; at least 1.
    pause
        Seconds before the second attempt; the pause doubles each time.

    Raises
    ------
    ConnectionError : refused, cut short, 404 or the like: the text has the URL and the reason
    ValueError : `attempts` is below 1
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
    """Try once to write the content of a URL to a file; raises ConnectionError of any kind."""
    errors, bar = needed("requests").exceptions, _ProgressBar(progress)
    # the length that a server states is that of the bytes as encoded: without encoding, it can be
    # compared with what came
    headers, timeout = {"Accept-Encoding": "identity"}, (CONNECTION_SECONDS, READING_SECONDS)
    downloader = needed("pooch").HTTPDownloader(
        progressbar=bar, chunk_size=2**16, timeout=timeout, headers=headers
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
        raise _TemporaryError(f"{url}: {_failure_text(file, bar, error)}") from error
    except errors.RequestException as error:
        raise ConnectionError(f"{url}: {error}") from error
    if file.tell() < bar.total:
        raise _TemporaryError(f"{url}: cut short, {file.tell()} of {bar.total} bytes came")


def _failure_text(file: IO[bytes], bar: _ProgressBar, error: BaseException) -> str:
    """Return why a download failed: "no connection (reason)" or "cut short, 5 of 10 bytes came".

    The latter once the server has stated a length.
    """
    # the innermost error: outer ones repeat the URL
    while inner := error.__cause__ or error.__context__:
        error = inner
    if not bar.total:
        return f"no connection ({getattr(error, 'strerror', None) or error})"
    # urllib3 knows how much of the last chunk came, which is not in the file
    received = getattr(error, "partial", file.tell())
    return f"cut short, {received} of {bar.total} bytes came"
