"""The state in the address: Back and Undo, and what is remembered from visit to visit."""

from __future__ import annotations

from support.explorer_page import array, state, text


def settled(page, fragment):
    page.wait_for_url(f"**{fragment}")


def test_back_and_undo_take_changes_back(visit):
    page = visit("")
    assert page.locator("#undo").is_disabled()
    page.locator("[name=h]").fill("7")
    settled(page, "#h=7")
    page.locator("[name=padding]").select_option("same")
    settled(page, "padding=same")
    page.locator("#next").click()  # a position is no change
    settled(page, "j=1")
    page.go_back()
    page.wait_for_function("() => explorer.state().padding === 'valid'")
    assert state(page)["h"] == 7
    page.locator("#canvas-holder").focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("() => explorer.state().h === 5")
    assert page.locator("#undo").is_disabled()
    page.keyboard.press("Control+z")  # there is nothing before it
    page.wait_for_timeout(200)
    assert state(page)["h"] == 5
    assert page.url.startswith("file:")


def test_starting_over_can_be_undone(visit):
    page = visit("")
    page.evaluate("explorer.change({weights: [1, 2, 3, 4, 5, 6, 7, 8, 9]})")
    settled(page, "weights=1,2,3,4,5,6,7,8,9")
    page.locator("#reset").click()
    assert "Undo brings back" in text(page, "#note-words")
    page.locator("#undo").click()
    page.wait_for_function("() => explorer.state().kernel === 'own'")
    assert array(page, "kernels").ravel().tolist() == list(range(1, 10))


def test_ctrl_z_in_a_field_is_the_field_s(visit):
    page = visit("")
    page.locator("[name=padding]").select_option("same")
    settled(page, "padding=same")
    page.locator("#pasted").fill("7")
    page.locator("#pasted").press("Control+z")
    page.wait_for_timeout(200)
    assert state(page)["padding"] == "same"


def test_the_theme_is_remembered(show, address):
    page = show("")
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto("about:blank")
    page.goto(address)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_link_of_a_file_says_where_it_is_to_be_put(show):
    page = show("#h=4&op=pool")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#link").click()
    page.get_by_text("This page is a file").wait_for()
    field = page.locator("#paste-part summary").inner_text()
    assert f"“{field}”" in page.locator("#shared").inner_text()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "#op=pool&h=4"
    page.evaluate("explorer.change({op: 'convolve', h: 7})")
    page.locator("#paste-part summary").click()
    page.locator("#paste-part textarea").fill(copied)
    page.get_by_role("button", name="Use it", exact=True).click()
    assert page.evaluate("[explorer.state().op, explorer.state().h]") == ["pool", 4]
