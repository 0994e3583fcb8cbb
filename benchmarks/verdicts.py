"""How ours compares in a row of the library: with the fastest peer, its bars, the machine's limits.

LIMITS are timed (the copy) or computed (FMA), and stand among a result's seconds as if they were
contenders.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import harness
import reports
from harness import OURS, Result
from peers import PEERS
from rows import DEEP_MEAN, Bar

COPY, FMA = "copy", "FMA"


def fastest_peer(result: Result, among: tuple[str, ...] = ()) -> str | None:
    """Return the fastest of these peers (empty: of all); None if none was timed."""
    names = [
        name
        for name in result.seconds
        if name in (among or PEERS) and name in PEERS and not PEERS[name].is_special
    ]
    return min(names, key=result.median, default=None)


def peer_ratio(result: Result, among: tuple[str, ...] = ()) -> harness.Spread | None:
    """Return how many times as long as ours the fastest peer took."""
    return result.ratio(fastest_peer(result, among))


def copy_ratio(result: Result) -> harness.Spread | None:
    """Return how many times as long as the copy ours took."""
    return result.ratio(OURS, to=COPY)


def is_bar_met(result: Result, bar: Bar) -> bool | None:
    """Whether ours is as fast as the bar asks; None if none of its peers was timed."""
    if OURS in result.wrong:
        return False
    ratio = peer_ratio(result, bar.peers)
    return ratio and ratio.median >= bar.least


def is_copy_met(result: Result) -> bool | None:
    """Whether ours is as near to the copy as the row asks; None if it asks nothing."""
    ratio = copy_ratio(result)
    return ratio and result.row.copies and ratio.median <= result.row.copies


def slower_limit(result: Result) -> str | None:
    """Return the slower of the two limits; None if neither is known."""
    return max(
        (name for name in (COPY, FMA) if name in result.seconds), key=result.median, default=None
    )


def format_bars(result: Result) -> str:
    """Name the bars of a row."""
    bars = [str(bar) for bar in result.row.bars]
    if result.row.copies:
        bars.append(f"copy x {result.row.copies:g}")
    return "; ".join(bars) or "-"


def format_verdicts(result: Result) -> str:
    """Say of each bar of a row whether it was met, and the ratio if not."""
    verdicts = []
    for bar in result.row.bars:
        is_met, ratio = is_bar_met(result, bar), peer_ratio(result, bar.peers)
        why = f"{ratio.median:.2f}" if ratio else ""
        verdicts.append("no such peer" if is_met is None else reports.format_verdict(is_met, why))
    if result.row.copies:
        ratio = copy_ratio(result)
        verdicts.append(
            reports.format_verdict(is_copy_met(result), f"{ratio.median:.2f}" if ratio else "")
        )
    return "; ".join(verdicts) or "-"


def summarize(results: list[Result], has_bars: bool) -> Iterator[str]:
    """Say below the table what must not be overlooked: losses, bars, what is wrong."""
    yield from reports.describe_losses({str(one.row): peer_ratio(one) for one in results}, "A peer")
    ratios = [peer_ratio(result) for result in results if result.row.group == "deep"]
    deep = [ratio.median for ratio in ratios if ratio]
    if deep:
        mean = statistics.geometric_mean(deep)
        bar = (
            f", bar {DEEP_MEAN:g}: {reports.format_verdict(mean >= DEEP_MEAN)}" if has_bars else ""
        )
        yield f"Geometric mean of peer / ours over {len(deep)} deep layers: {mean:.2f}{bar}."
    if has_bars:
        peers = [is_bar_met(result, bar) for result in results for bar in result.row.bars]
        copies = [is_copy_met(result) for result in results]
        peers, copies = (
            [met for met in verdicts if met is not None] for verdicts in (peers, copies)
        )
        yield (
            f"Bars met: {sum(peers)} of {len(peers)} against peers, {sum(copies)} of "
            f"{len(copies)} near the copy."
        )
    yield from reports.describe_wrong(results)
