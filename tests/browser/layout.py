"""What is looked for on every page: a sound layout at three widths and five zooms, and what axe finds."""

import json
from pathlib import Path

from playwright.sync_api import expect

from local.tools import ROOT
from tests.browser.visitor import Visitor

WIDTHS = (375, 768, 1024)
ZOOMS = (0.5, 0.75, 1, 2, 4)
NARROWEST = 256  # reflow is asked for down to 320 px, 1280 px at 400 %
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
BADLY_LAID = (Path(__file__).parent / "badly_laid.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def settled(visitor: Visitor) -> None:
    """Waits until the page has all that it shows."""
    expect(visitor.page.locator("h1").first).to_be_visible()
    expect(visitor.page.locator("[class*=bone]")).to_have_count(0)
    visitor.page.wait_for_load_state("networkidle")


def badly_laid(
    visitor: Visitor, widths: tuple[int, ...] = WIDTHS, zooms: tuple[float, ...] = ZOOMS
) -> dict[str, list[str]]:
    """The problems at each width and zoom that has any. A zoom is a viewport that is narrower by as much."""
    found = {}
    session = visitor.page.context.new_cdp_session(visitor.page)
    for width, zoom in ((width, zoom) for width in widths for zoom in zooms):
        shown = round(width / zoom)
        if shown < NARROWEST:
            continue
        metrics = {"width": shown, "height": round(900 / zoom), "deviceScaleFactor": zoom, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", metrics)
        if problems := visitor.page.evaluate(BADLY_LAID):
            found[f"{width} px at {zoom:.0%}"] = problems
    session.send("Emulation.clearDeviceMetricsOverride")
    return found


def violations(visitor: Visitor) -> list[str]:
    """What axe finds, as "rule: element"."""
    visitor.page.evaluate(AXE.read_text())
    result = visitor.page.evaluate(f"axe.run(document, {json.dumps({'runOnly': RULES})})")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in result["violations"] for node in rule["nodes"]]
