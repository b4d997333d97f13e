"""What a careful eye finds wrong with a page, in light and dark, on a phone and on a desk."""

from axe_playwright_python.base import AXE_SCRIPT

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
# Between and beyond them nothing else changes than what fits.
WIDTHS = {"tablet": {"width": 820, "height": 1180}, "wide desk": {"width": 1440, "height": 900}}
# No rule but these two looks at colours, so in the dark no other can find something new. They take
# axe most of its time, and colours do not follow the width: light on a phone, dark on a desk.
COLOURS = ["color-contrast", "link-in-text-block"]
# The one frame we have, a mail in a sandbox, runs no script: it is looked at by itself.
AXE = """async ([only, off]) => {
  const options = {resultTypes: ["violations"], iframes: false};
  options.rules = {"target-size": {enabled: true}};
  for (const rule of off) options.rules[rule] = {enabled: false};
  if (only) options.runOnly = only;
  const {violations} = await axe.run(document, options);
  return violations.flatMap(({id, nodes}) => nodes.map((node) =>
    `${id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join(" ")}`));
}"""
WIDER = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const tells = (node) => node.getBoundingClientRect().right > wide + 1;
  const last = [...document.body.querySelectorAll("*")].filter(tells).slice(-3);
  return [`scrolls sideways to ${document.documentElement.scrollWidth}: ` +
    last.map((node) => `${node.localName}.${node.className}`).join(", ")];
}"""
# A press of a key before it makes the browser show the focus that a script sets. What tells of it
# may be the control itself, its label, or the card around it.
UNSEEN = """() => {
  const told = (node) => {
    const seen = [];
    for (let one = node; one && one !== document.body; one = one.parentElement) {
      const {outlineStyle, outlineWidth, outlineColor, boxShadow} = getComputedStyle(one);
      seen.push(outlineStyle === "none" ? boxShadow : outlineWidth + outlineColor + boxShadow);
    }
    return seen.join();
  };
  const focusable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const shown = (node) => node.checkVisibility() && !node.disabled && node.tabIndex >= 0;
  document.activeElement?.blur();
  return [...document.querySelectorAll(focusable)].filter(shown).filter((node) => {
    const before = told(node);
    node.focus();
    const same = document.activeElement === node && told(node) === before;
    node.blur();
    return same;
  }).map((node) => `focus cannot be seen: ${node.outerHTML.slice(0, 120)}`);
}"""


def faults(page, off=()):
    """Every fault of the open page, each with where it was seen; [] for a page that is well.

    `off` are rules of axe that do not hold for what is looked at.
    """
    page.evaluate(AXE_SCRIPT)
    found = [*_at(page, "phone", "light", None, off)]
    found += [*_at(page, "desk", "light", None, [*off, *COLOURS])]
    found += [*_at(page, "desk", "dark", COLOURS, off)]
    found += [fault for size in WIDTHS for fault in _too_wide(page, size)]
    page.keyboard.press("Shift")
    return [*found, *page.evaluate(UNSEEN)]


def _at(page, size, scheme, rules, off):
    yield from _too_wide(page, size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = page.evaluate(AXE, [rules, list(off)])
    yield from (f"{size}, {scheme}: {fault}" for fault in found)


def _too_wide(page, size):
    page.set_viewport_size((SIZES | WIDTHS)[size])
    return [f"{size}: {fault}" for fault in page.evaluate(WIDER)]
