"""Similar files: names, comments and docstrings apart."""

import re

from convpool.check.grading.similar import shape, similar_pairs
from convpool.check.tasks import TASKS
from support.submissions import OURS, copy_ours

TEXT = (OURS / TASKS[3].file).read_text()


def test_names_and_comments_do_not_count():
    other = re.sub(r"\boutput\b", "zzz", TEXT.replace('"""', '"""Other: ', 1))
    other = other.replace("    m, h, w", "    # a comment\n    m, h, w")
    assert other != TEXT
    assert shape(other) == shape(TEXT)
    assert shape(TEXT.replace("//", "*")) != shape(TEXT)
    assert shape("x = 1\n") is None
    assert shape("def f(:") is None


def test_pairs_are_listed_with_their_tasks(tmp_path):
    ours = copy_ours(tmp_path / "ada")
    bob = copy_ours(tmp_path / "bob")
    (bob / TASKS[6].file).write_text("\n".join(f"a{i} = {i} ** 2 - a" for i in range(20)))
    cy = tmp_path / "cy"
    cy.mkdir()
    folders = {"ada": ours, "bob": bob, "cy": cy}
    assert similar_pairs(folders) == [("ada", "bob", (0, 1, 2, 3, 4, 5))]
