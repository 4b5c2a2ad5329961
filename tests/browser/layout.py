"""Find what is wrong with how a page is laid out: cut, overlapping, too small, out of reach."""

from pathlib import Path

_SCRIPT = Path(__file__).with_suffix(".js")
# More than any page has; a page that catches the focus would otherwise be walked for ever.
_STEPS_MAX = 400


async def faults(page):
    """Return what is wrong with a page's layout at its size, one line each."""
    await page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    return await page.evaluate("pouchLayout.faults()")


async def keyboard_faults(page):
    """Return what cannot be reached by Tab, or does not show that it is, one line each."""
    await page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    left = await page.evaluate("pouchLayout.begin()")
    steps = min(2 * left + 5, _STEPS_MAX)
    found = []
    while left and steps:
        await page.keyboard.press("Tab")
        fault, left = await page.evaluate("pouchLayout.step()")
        found += [fault] if fault else []
        steps -= 1
    return found + await page.evaluate("pouchLayout.unreached()")
