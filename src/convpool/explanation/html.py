"""A page, or a part of one, that steps through the windows: one script of its own, nothing from a network.

Without the script, as in a notebook that is not trusted, the first window stands there as a
picture.
"""

from __future__ import annotations

import uuid
from html import escape

from convpool.explanation import pictures, svg, text
from convpool.explanation.drawing import Mark
from convpool.explanation.frames import Frame
from convpool.explanation.model import Operation
from convpool.explanation.scene import Marks, Scene

NARROW = 320  # pixels that every screen has
STEPS = 400  # windows that can be stepped through; more are a picture of the first

STYLE = """
.cp-box{font:15px/1.45 system-ui,sans-serif;background:var(--cp-ground);color:var(--cp-ink);padding:12px;
border:1px solid var(--cp-line);border-radius:8px;max-width:72rem;box-sizing:border-box}
.cp-box h3{font-size:1.05em;margin:0 0 .3em;color:inherit}
.cp-box p{margin:.25em 0;overflow-wrap:anywhere;color:inherit}
.cp-boards{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center}
.cp-board{max-width:100%;overflow-x:auto}
.cp-board svg{display:block}
.cp-sum{min-height:3em;font-variant-numeric:tabular-nums}
.cp-notes{color:var(--cp-grey)!important;font-size:.9em}
.cp-steps{display:flex;gap:6px;align-items:center;flex-wrap:wrap;margin:.5em 0}
.cp-steps[hidden]{display:none}
.cp-steps button{font:inherit;min-width:2.75em;min-height:2.75em;border:1px solid var(--cp-grey);border-radius:6px;
background:var(--cp-zero);color:var(--cp-ink);cursor:pointer}
.cp-box :focus-visible{outline:3px solid var(--cp-ink);outline-offset:2px}
.cp-steps input{flex:1 1 8rem;min-width:6rem;min-height:2.75em;accent-color:var(--cp-n4)}
.cp-box [data-frame]{cursor:pointer}
"""

SCRIPT = """
(()=>{const box=document.getElementById("ID");if(!box)return;
const all=s=>[...box.querySelectorAll(s)],one=s=>box.querySelector(s),range=one("input"),play=one(".cp-play");
const last=+range.max;let timer=null;
const show=k=>{k=Math.max(0,Math.min(last,k));range.value=k;
all("[data-kept]").forEach(g=>g.setAttribute("display",+g.dataset.kept<=k?"inline":"none"));
all("[data-at]").forEach(g=>+g.dataset.at===k?(g.removeAttribute("display"),g.hidden=false):(g.setAttribute("display","none"),g.hidden=true));
range.setAttribute("aria-valuetext",(one('p[data-at="'+k+'"]')||range).textContent)};
const stop=()=>{clearInterval(timer);timer=null;play.textContent="Play"};
one(".cp-steps").hidden=false;
range.oninput=()=>{stop();show(+range.value)};
one(".cp-back").onclick=()=>{stop();show(+range.value-1)};
one(".cp-next").onclick=()=>{stop();show(+range.value+1)};
play.onclick=()=>{if(timer)return stop();if(+range.value>=last)show(0);play.textContent="Pause";
timer=setInterval(()=>{if(!box.isConnected||+range.value>=last)return stop();show(+range.value+1)},MS)};
box.addEventListener("click",e=>{const c=e.target.closest("[data-frame]");if(c){stop();show(+c.dataset.frame)}});
show(FIRST)})();
"""


def shown(operation: Operation) -> str:
    """Return what a notebook shows."""
    try:
        return box(operation, f"convpool-{uuid.uuid4().hex}")
    except ValueError:  # too large to draw
        return f"<pre>{escape(text.summary(operation))}</pre>"


def page(operation: Operation, first: int = 0, seconds: float = 0.8) -> str:
    """Return a page of its own."""
    title = escape(operation.title)
    body = box(operation, "convpool", first % max(1, len(operation)), seconds)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<style>body{margin:0;padding:12px}@media(prefers-color-scheme:dark){body{background:#0b0e12}}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def box(operation: Operation, name: str, first: int = 0, seconds: float = 0.8) -> str:
    """Return the part of a page; `name` is its id, which no other part of that page may have."""
    scene = Scene(operation)
    still = scene.still()
    frames = operation.frames[:STEPS]
    first = min(first, STEPS - 1)
    layers = [(scene.kept(frame.number), scene.passing(frame)) for frame in frames]
    boards = "".join(_board(scene, board, still, layers, first) for board in scene.boards)
    more = (
        f"<p>The first {len(frames):,} of {len(operation):,} windows.</p>"
        if len(frames) < len(operation)
        else ""
    )
    notes = "<br>".join(map(escape, pictures.notes(operation)))
    script = (
        SCRIPT.replace("ID", name)
        .replace("MS", f"{1000 * seconds:.0f}")
        .replace("FIRST", str(first))
    )
    return (
        f'<div class="cp-box convpool" id="{name}"><style>{svg.style()}{STYLE}</style>'
        f"<h3>{escape(operation.title)}</h3>{more}{_controls(len(frames), first)}"
        f'<div class="cp-boards">{boards}</div><div class="cp-sum" aria-live="polite">'
        f"{''.join(_sum(operation, frame, frame.number == first) for frame in frames)}</div>"
        f'<p class="cp-notes">{notes}</p><script>{script}</script></div>'
    )


def _controls(count: int, first: int) -> str:
    return (
        '<div class="cp-steps" hidden>'
        '<button type="button" class="cp-back" aria-label="Previous window">&larr;</button>'
        '<button type="button" class="cp-play">Play</button>'
        '<button type="button" class="cp-next" aria-label="Next window">&rarr;</button>'
        f'<input type="range" min="0" max="{count - 1}" value="{first}" aria-label="Window"></div>'
    )


def _sum(operation: Operation, frame: Frame, visible: bool) -> str:
    lines = "<br>".join(map(escape, operation.arithmetic(frame)))
    hidden = "" if visible else " hidden"
    return f'<p data-at="{frame.number}"{hidden}><b>{escape(operation.heading(frame))}</b><br>{lines}</p>'


def _board(
    scene: Scene, name: str, still: Marks, layers: list[tuple[Marks, Marks]], first: int
) -> str:
    board = scene.boards[name]
    kept = [_group("kept", k, keep.get(name, []), k <= first) for k, (keep, _) in enumerate(layers)]
    passing = [_group("at", k, own.get(name, []), k == first) for k, (_, own) in enumerate(layers)]
    drawn = svg.element(*board.size, [svg.elements(still[name]), *kept, *passing], board.title)
    # what is wider than a phone scrolls, also by keyboard
    keyed = f' tabindex="0" role="group" aria-label="{name}"' if board.size[0] > NARROW else ""
    return f'<div class="cp-board"{keyed}>{drawn}</div>'


def _group(kind: str, k: int, marks: list[Mark], visible: bool) -> str:
    if not marks:
        return ""
    return f'<g data-{kind}="{k}"{"" if visible else " display=" + chr(34) + "none" + chr(34)}>{svg.elements(marks)}</g>'
