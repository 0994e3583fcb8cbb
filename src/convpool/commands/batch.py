"""Changing many pictures with one command: files, progress, errors and the summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from convpool import photos
from convpool.commands.apply_and_pool_options import FileOptions
from convpool.commands.photo_input import read_photo
from convpool.commands.progress import with_progress
from convpool.out_of_core.tile_sizes import read_memory
from convpool.photos import frames, tiff_in_parts
from convpool.photos.write_picture_file import WRITERS
from convpool.system.printable_text import one_line, printable

# (photo, how many times as bright as otherwise values are shown that are scaled) -> the result, and
# how its values became pixels
Change = Callable[[photos.Photo, float], tuple[photos.Photo, photos.Rendering]]
# (file to read, file to write) -> how values became pixels
ChangeInParts = Callable[[Path, Path], photos.Rendering]


@dataclass(frozen=True)
class Batch:
    """The work of a command: pictures, and what is done to each.

    Attributes
    ----------
    files : the pictures, and where their results go
    change : makes the result of a picture in memory
    request : the same for pictures that are read and written in parts; None without --max-memory
    """

    files: FileOptions
    change: Change
    request: tiff_in_parts.Request | None

    def run(self) -> int:
        """Change every picture and print a summary; return the exit code: 0, or 2 if some failed.

        A picture that fails gets one line, and the others are changed.
        """
        if self.files.all_frames and self.files.max_memory is not None:
            raise click.UsageError("--all-frames and --max-memory exclude each other")
        sources = photos.find_pictures(self.files.picture_names, skip=self.files.output)
        endings = frames.FORMATS if self.files.all_frames else WRITERS
        targets = photos.destinations(sources, self.files.output, endings)
        in_parts = self._change_in_parts()
        pairs = list(zip(sources, targets, strict=True))
        renderings: list[photos.Rendering] = []  # one for each picture that did not fail
        # pictures in parts and frames have a bar of their own
        has_bar = in_parts is not None or self.files.all_frames
        for source, target in pairs if has_bar else with_progress(pairs, "Pictures"):
            try:
                renderings.append(self._change_picture(source.path, target, in_parts))
            except (ValueError, TypeError, OSError, ArithmeticError, MemoryError) as error:
                text = one_line(error) or "not enough memory"
                has_name = str(source.path) in text or str(target) in text
                note(f"convpool: {text}" if has_name else f"convpool: {source.path}: {text}")
        if renderings:
            click.echo(printable(summary(renderings, Path(self.files.output))))
        return 0 if len(renderings) == len(sources) else 2

    def _change_in_parts(self) -> ChangeInParts | None:
        """Return the function that changes a picture in parts; None without --max-memory.

        Raises ValueError if that is no amount of memory.
        """
        if self.files.max_memory is None or self.request is None:
            return None
        read_memory(self.files.max_memory)
        return partial(
            tiff_in_parts.stream,
            request=self.request,
            max_memory=self.files.max_memory,
            force=self.files.force,
        )

    def _change_picture(
        self, source: Path, target: Path, in_parts: ChangeInParts | None
    ) -> photos.Rendering:
        """Change one picture; return how its values became pixels, without the pixels.

        It is changed in parts by `in_parts`, or as a whole if that is None or cannot read it.
        """
        if in_parts and source.is_file():
            refusal = tiff_in_parts.refusal(source, target)
            if refusal is None:
                target.parent.mkdir(parents=True, exist_ok=True)
                return in_parts(source, target)
            note(f"{source}: in memory as a whole: {refusal}")
        photos.check_free(target, force=self.files.force, makes_folder=True)
        if self.files.all_frames:
            return self._change_frames(source, target)
        photo = read_photo(source)
        result, rendering = self.change(photo, 1.0)
        for text in photo.notes:
            note(f"{source}: {text}")
        target.parent.mkdir(parents=True, exist_ok=True)
        photos.write(result, target, quality=self.files.quality, force=self.files.force)
        return rendering.without_pixels()

    def _change_frames(self, source: Path, target: Path) -> photos.Rendering:
        """Change all frames of a picture, all by one scale; return how their values became pixels.

        A frame whose own scale is larger than the least one is changed once more, less bright.
        """
        film = frames.read_frames(source)
        frames.check_film(film, target)
        results = [self.change(frame, 1.0) for frame in with_progress(film.frames, "Frames")]
        # where values are scaled it is by those of their frame, and the film would flicker; 1 is
        # the scale of a plain frame
        scales = [rendering.scale for _, rendering in results]
        least = min((scale for scale in scales if scale != 1), default=1)
        for number, (frame, scale) in enumerate(zip(film.frames, scales, strict=True)):
            if scale not in (least, 1):
                results[number] = self.change(frame, least / scale)
        target.parent.mkdir(parents=True, exist_ok=True)
        changed = film._replace(frames=tuple(photo for photo, _ in results))
        frames.write_frames(changed, target, force=self.files.force)
        total = results[0][1].without_pixels()
        for _, rendering in results[1:]:
            total = total.with_counts_of(rendering)
        return total


def note(text: str) -> None:
    """Print a line on standard error, above a progress bar; click.echo would write into the bar."""
    print(printable(text), file=sys.stderr)


def summary(renderings: Sequence[photos.Rendering], output: Path) -> str:
    """Return how many pictures were written where, and how their values became pixels.

    -> "2 pictures written to out: 1.5 % of the values rounded, none saturated; scaled by 2 to 3";
    one rendering for each picture, at least one.
    """
    count = sum(rendering.count for rendering in renderings)
    rounded = sum(rendering.rounded for rendering in renderings)
    saturated = sum(rendering.saturated for rendering in renderings)
    pictures = "1 picture" if len(renderings) == 1 else f"{len(renderings)} pictures"
    head = f"{pictures} written to {output}: "
    scales = sorted({f"{rendering.scale:.3g}" for rendering in renderings}, key=float)
    is_scaled = scales != ["1"]
    if not (rounded or saturated or is_scaled):
        return f"{head}no value rounded or saturated"
    least_and_greatest = dict.fromkeys((scales[0], scales[-1]))
    scaled = f"; scaled by {' to '.join(least_and_greatest)}" if is_scaled else ""
    rounded_share, saturated_share = _share(rounded, count), _share(saturated, count)
    return f"{head}{rounded_share} of the values rounded, {saturated_share} saturated{scaled}"


def _share(part: int, whole: int) -> str:
    """Return a share in percent: "none", "under 0.1 %" or "1.5 %"."""
    percent = 100 * part / whole
    return "none" if part == 0 else "under 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
