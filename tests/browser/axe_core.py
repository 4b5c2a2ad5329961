"""Look for barriers in a page with axe-core.

python -m tests.browser.axe_core      fetches it, for a set-up that wants no network later
"""

import sys
from pathlib import Path

from tests.support import npm_packages

FOLDER = Path(__file__).parent
PACKAGE_JSON = FOLDER / "package.json"
MODULES = FOLDER / "node_modules"
# Both of what a page must have, and of what experts ask for beyond it. Contrast is AA.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_GRAVE = ("serious", "critical")

_RUN = """
async (tags) => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
  });
  return found.violations.map((one) => ({
    impact: one.impact,
    rule: one.id,
    help: one.help,
    nodes: one.nodes.map((node) => node.html.slice(0, 200) + " :: " + node.failureSummary),
  }));
}
"""


def script(modules=MODULES, npm=None):
    """Return the path of axe-core, fetching it if it is not there in the wanted version."""
    return npm_packages.fetched(PACKAGE_JSON, "axe-core", modules, npm) / "axe.min.js"


async def violations(page):
    """Return what axe-core finds on a page, grave or not."""
    # Not as a script element: the page's policy forbids those, and must go on doing so.
    await page.evaluate(script().read_text(encoding="utf-8"))
    return await page.evaluate(_RUN, _TAGS)


async def barriers(page):
    """Return serious and critical findings, one readable text each."""
    return [
        f"{one['impact']} {one['rule']}: {one['help']}\n      " + "\n      ".join(one["nodes"][:4])
        for one in await violations(page)
        if one["impact"] in _GRAVE
    ]


if __name__ == "__main__":
    sys.stderr.write(f"axe-core: {script()}\n")
