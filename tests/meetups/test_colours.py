"""Every hue an organizer may choose stays readable, by day and by night (WCAG 2.2, 1.4.3)."""

import math
import re

import pytest
from django.conf import settings

CSS = settings.BASE_DIR / "static" / "css"
HUES = range(361)
TEXT = 4.5

_PAIR = re.compile(
    r"--([a-z-]+): light-dark\(oklch\(([\d.]+) ([\d.]+) ([^()]+(?:\([^()]*\))?)\), "
    r"oklch\(([\d.]+) ([\d.]+) ([^()]+(?:\([^()]*\))?)\)\)"
)


def tokens():
    """Name → (by day, by night), each as lightness, chroma and hue; the series' hue is None."""
    found = {}
    for name, *values in _PAIR.findall((CSS / "base.css").read_text()):
        found[name] = tuple(
            (float(light), float(chroma), None if "var" in hue else float(hue))
            for light, chroma, hue in (values[:3], values[3:])
        )
    return found


def linear_rgb(lightness, chroma, hue):
    """OKLCH to linear sRGB, perhaps outside of it (Björn Ottosson, 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )


def luminances(colour, hue):
    """The luminance as browsers may show it: channels cut off, or chroma lowered until it fits."""
    lightness, chroma, own = colour
    hue = hue if own is None else own
    cut = [min(max(part, 0), 1) for part in linear_rgb(lightness, chroma, hue)]
    while any(not -1e-4 <= part <= 1.0001 for part in linear_rgb(lightness, chroma, hue)):
        chroma -= 0.002
    return [sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), rgb, strict=True))
            for rgb in (cut, linear_rgb(lightness, chroma, hue))]  # fmt: skip


def worst_contrast(front, back):
    ratios = []
    for hue in HUES:
        for one in luminances(front, hue):
            for other in luminances(back, hue):
                low, high = sorted((one, other))
                ratios.append((high + 0.05) / (low + 0.05))
    return min(ratios)


def test_the_colours_of_black_and_white_are_as_far_apart_as_they_can_be():
    assert worst_contrast((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("ink", "paper"), ("ink", "card"), ("ink", "tint"),
        ("soft", "paper"), ("soft", "card"), ("soft", "tint"),
        ("accent", "paper"), ("accent", "card"), ("accent", "tint"),
        ("on-accent", "accent"), ("on-accent", "accent-strong"),
        ("bad", "paper"), ("bad", "card"), ("bad", "bad-tint"),
    ],
)  # fmt: skip
def test_text_is_readable_in_every_hue(front, back, mode):
    colours = tokens()

    assert worst_contrast(colours[front][mode], colours[back][mode]) >= TEXT


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize("back", ["paper", "card"])
def test_the_edge_of_a_field_is_seen(back, mode):
    colours = tokens()

    assert worst_contrast(colours["edge-line"][mode], colours[back][mode]) >= 3


def test_each_hue_that_a_series_may_have_is_in_the_sheet():
    sheet = (CSS / "hues.css").read_text()

    assert re.findall(r'\[data-hue="(\d+)"\] \{ --hue: (\d+); \}', sheet) == [
        (str(hue), str(hue)) for hue in HUES
    ]
