"""The checks of pages find what is planted, and nothing on a page that has none of it."""

import pytest

from tests.browser import axe_core, layout

FINE = """
<header><h1>Ward</h1></header>
<main><p>Two infants. <a href="#x">More</a> about them.</p>
<button class="b">Acknowledge</button>
<label class="l">Weight <input class="i"></label>
<fieldset><legend>Unit</legend><label class="l"><input type="radio" name="u" checked> C</label>
<label class="l"><input type="radio" name="u"> F</label></fieldset></main>
"""
STYLE = """
* { box-sizing: border-box } body { margin: 0; font: 16px sans-serif }
.b, .i, .l { min-height: 48px; min-width: 48px; display: block }
:focus-visible { outline: 3px solid #05c }
"""
PLANTED = {
    "px wide": ('<div class="w">wide</div>', ".w { width: 2000px }"),
    "beyond the window": (
        '<div class="w">wide</div>',
        ".w { width: 2000px } body {overflow:clip}",
    ),
    "cut at its side": (
        '<p class="c">a long line that has no room</p>',
        ".c { width: 60px; overflow: hidden; white-space: nowrap }",
    ),
    "cut below": (
        '<p class="c">a long line that has no room at all</p>',
        ".c { width: 60px; height: 20px; overflow: hidden }",
    ),
    "by 20 px": ("<button>Small</button>", "button:not(.b) { width: 90px; height: 20px }"),
    "overlaps": (
        '<button class="b o">One</button><button class="b o p">Two</button>',
        ".o { position: absolute; top: 400px; left: 0 } .p { left: 20px }",
    ),
    "is covered by": (
        '<button class="b">Low</button><div class="cover">all</div>',
        ".cover { position: fixed; inset: 0; background: #fff }",
    ),
}
PLANTED_FOR_KEYS = {
    "shows no focus": ('<button class="b q">Plain</button>', ".q { outline: none !important }"),
    "not reached by Tab": (
        """<div tabindex="0" id="t">Trap</div><button class="b">Never</button>
        <script>t.onkeydown = (e) => e.preventDefault()</script>""",
        "",
    ),
}


async def shown(screens, body, style):
    screen = await screens.blank("tablet")
    await screen.page.set_content(
        f'<!doctype html><html lang="en"><title>Page</title><style>{STYLE}{style}</style>'
        f"<body>{body}"
    )
    return screen.page


async def test_layout_fine_page_has_no_fault(screens):
    page = await shown(screens, FINE, "")
    assert await layout.faults(page) == []
    assert await layout.keyboard_faults(page) == []
    assert await axe_core.barriers(page) == []


async def test_layout_scrolled_out_of_sight_is_over_nothing(screens):
    inside = 6 * '<button class="b">In</button>'
    body = f'<main><h1>Box</h1><div class="s">{inside}</div><button class="b">Out</button></main>'
    page = await shown(screens, body, ".s { height: 110px; overflow: auto }")
    assert await layout.faults(page) == []
    await page.add_style_tag(content=".s + button { margin-top: -30px }")
    assert any("overlaps" in line for line in await layout.faults(page))


@pytest.mark.parametrize("words", PLANTED)
async def test_layout_planted_fault_is_found(screens, words):
    body, style = PLANTED[words]
    found = await layout.faults(await shown(screens, FINE + body, style))
    assert any(words in line for line in found), found


@pytest.mark.parametrize("words", PLANTED_FOR_KEYS)
async def test_keyboard_planted_fault_is_found(screens, words):
    body, style = PLANTED_FOR_KEYS[words]
    found = await layout.keyboard_faults(await shown(screens, FINE + body, style))
    assert any(words in line for line in found), found


async def test_axe_faint_text_is_found(screens):
    page = await shown(screens, FINE + '<p class="f">faint</p>', ".f { color: #aaa }")
    (found,) = await axe_core.barriers(page)
    assert "color-contrast" in found


@pytest.mark.parametrize(
    "plant",
    [
        "console.error('planted')",
        "setTimeout(() => { throw new Error('planted') })",
        "fetch('http://127.0.0.1:9/planted').catch(() => 0)",
    ],
)
async def test_screen_planted_error_is_noted(screens, plant):
    screen = await screens.blank("tablet")
    await screen.page.evaluate(plant)
    await screen.page.evaluate("new Promise((done) => setTimeout(done))")
    assert any("planted" in line for line in screen.unexpected())
    screen.allow("planted")
    assert screen.unexpected() == []
