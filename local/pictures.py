"""Pictures of hotels that do not exist, drawn for the demo: a building, a room, a view, a pool.

Usage: python -m local.pictures <name> [folder]

The same name, kind and seed give the same picture. Each is drawn at once and a half its size, so that edges are smooth.
"""

import io
import sys
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1600, 1067  # pixels
DRAWN = (WIDTH * 3 // 2, HEIGHT * 3 // 2)
JPEG_QUALITY = 82
KINDS = ("building", "room", "view", "pool")

Colour = tuple[int, int, int]


class Light(NamedTuple):
    """A time of day: the sky from above to the horizon, what is lit, and whether windows are."""

    zenith: Colour
    horizon: Colour
    ground: Colour
    windows: Colour


LIGHTS = (
    Light((72, 132, 200), (205, 226, 240), (118, 142, 92), (86, 116, 140)),  # noon
    Light((98, 118, 178), (250, 206, 160), (126, 122, 90), (255, 214, 140)),  # evening
    Light((34, 44, 92), (214, 132, 110), (66, 72, 70), (255, 200, 110)),  # after sunset
    Light((128, 170, 210), (246, 236, 214), (150, 158, 116), (120, 140, 150)),  # morning
)
WALLS: tuple[Colour, ...] = ((238, 226, 204), (214, 178, 140), (196, 120, 92), (228, 232, 230), (168, 176, 170))
ROOFS: tuple[Colour, ...] = ((138, 72, 56), (92, 84, 84), (110, 124, 128), (72, 92, 84))
WOODS: tuple[Colour, ...] = ((150, 108, 74), (112, 78, 56), (186, 150, 112))
FABRICS: tuple[Colour, ...] = ((42, 88, 120), (150, 62, 58), (80, 108, 84), (196, 150, 72), (96, 76, 110))


def draw(name: str, kind: str, seed: int) -> bytes:
    """A JPEG of 1600 by 1067 pixels, below 300 KB; `kind` is one of KINDS."""
    chance = Random(f"{name}:{kind}:{seed}")  # noqa: S311 - the same each time is what is wanted
    scene = {"building": _building, "room": _room, "view": _view, "pool": _pool}[kind]
    picture = Image.new("RGB", DRAWN)
    scene(picture, chance, name)
    picture = _grained(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), chance)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _building(picture: Image.Image, chance: Random, name: str) -> None:
    light, wall, roof = chance.choice(LIGHTS), chance.choice(WALLS), chance.choice(ROOFS)
    width, height = picture.size
    ground = int(height * 0.8)
    _sky(picture, light, ground, chance)
    _hills(picture, light, ground, chance)
    pen = ImageDraw.Draw(picture)
    _fade(picture, (0, ground, width, height), light.ground, _mixed(light.ground, (0, 0, 0), 0.35))
    floors, columns = chance.randint(3, 6), chance.randint(6, 10)
    left, right = int(width * chance.uniform(0.12, 0.2)), int(width * chance.uniform(0.8, 0.9))
    floor = int(height * 0.1)
    top = ground - floors * floor
    _fade(picture, (left, top, right, ground), wall, _mixed(wall, light.zenith, 0.25))
    pen.polygon([(left - 30, top), (right + 30, top), (right - 60, top - 70), (left + 60, top - 70)], fill=roof)
    step = (right - left) / columns
    arched = chance.random() < 0.5
    for row in range(floors):
        for column in range(columns):
            x, y = left + step * (column + 0.28), top + floor * (row + 0.22)
            _window(pen, (x, y, x + step * 0.44, y + floor * 0.6), light, chance, arched=arched)
            pen.line((x - 8, y + floor * 0.66, x + step * 0.44 + 8, y + floor * 0.66), _mixed(wall, (0, 0, 0), 0.3), 5)
    _entrance(pen, ((left + right) // 2, ground), floor, light, chance)
    letters = ImageFont.load_default(size=54)
    length = pen.textlength(name, font=letters)
    pen.text(((left + right - length) / 2, top - 58), name, font=letters, fill=_mixed(roof, (255, 255, 255), 0.85))
    for x in (left * 0.4, left * 0.85, right + (width - right) * 0.45):
        _tree(pen, (x, ground + chance.randint(5, 60)), chance.uniform(0.7, 1.2), light)


def _room(picture: Image.Image, chance: Random, _name: str) -> None:
    light, wall, wood, fabric = (
        chance.choice(LIGHTS),
        chance.choice(WALLS),
        chance.choice(WOODS),
        chance.choice(FABRICS),
    )
    width, height = picture.size
    floor = int(height * 0.68)
    _fade(picture, (0, 0, width, floor), _mixed(wall, (255, 255, 255), 0.35), wall)
    _fade(picture, (0, floor, width, height), wood, _mixed(wood, (0, 0, 0), 0.35))
    pen = ImageDraw.Draw(picture)
    for board in range(0, width, 150):
        pen.line(((board - width / 2) * 0.8 + width / 2, floor, (board - width / 2) * 1.6 + width / 2, height), wood, 2)
    frame = (int(width * 0.06), int(height * 0.1), int(width * 0.34), int(height * 0.58))
    outside = Image.new("RGB", (frame[2] - frame[0], frame[3] - frame[1]))
    _sky(outside, light, int(outside.height * 0.75), chance)
    _hills(outside, light, int(outside.height * 0.75), chance)
    _fade(outside, (0, int(outside.height * 0.75), outside.width, outside.height), light.ground, (40, 60, 50))
    picture.paste(outside, frame[:2])
    pen.rectangle(frame, outline=_mixed(wood, (255, 255, 255), 0.6), width=14)
    pen.line(((frame[0] + frame[2]) // 2, frame[1], (frame[0] + frame[2]) // 2, frame[3]), (244, 240, 232), 8)
    for x in (frame[0] - 60, frame[2] - 30):
        _fade(picture, (max(0, x), frame[1] - 50, x + 90, floor + 20), _mixed(fabric, (255, 255, 255), 0.4), fabric)
    left, right, head = int(width * 0.44), int(width * 0.92), int(height * 0.4)
    pen.rounded_rectangle((left - 20, head, right + 20, floor + 60), 24, fill=_mixed(wood, (0, 0, 0), 0.2))
    pen.rounded_rectangle((left, floor - 120, right, height - 190), 40, fill=(246, 243, 236))
    _fade(picture, (left, floor + 60, right, height - 175), fabric, _mixed(fabric, (0, 0, 0), 0.3))
    for x in (left + 60, (left + right) // 2 + 30):
        pen.rounded_rectangle(
            (x, floor - 215, x + 390, floor - 45), 70, fill=(252, 250, 246), outline=(220, 214, 204), width=4
        )
        pen.rounded_rectangle(
            (x + 90, floor - 135, x + 310, floor - 20), 40, fill=_mixed(fabric, (255, 255, 255), 0.25)
        )
    for x in (left - 150, right + 40):
        pen.rectangle((x, floor - 60, x + 110, floor + 90), fill=_mixed(wood, (0, 0, 0), 0.3))
        pen.polygon(
            [(x + 20, floor - 170), (x + 90, floor - 170), (x + 115, floor - 95), (x - 5, floor - 95)],
            fill=(255, 236, 196),
        )
        pen.line((x + 55, floor - 95, x + 55, floor - 60), (90, 80, 70), 8)
    art = (int(width * 0.58), int(height * 0.1), int(width * 0.78), int(height * 0.32))
    _fade(picture, art, chance.choice(FABRICS), chance.choice(WALLS))
    pen.rectangle(art, outline=_mixed(wood, (0, 0, 0), 0.4), width=10)


def _view(picture: Image.Image, chance: Random, _name: str) -> None:
    light = chance.choice(LIGHTS)
    width, height = picture.size
    shore = int(height * chance.uniform(0.5, 0.58))
    _sky(picture, light, shore, chance)
    _hills(picture, light, shore, chance)
    _water(picture, (0, shore, width, height), light, chance)
    pen = ImageDraw.Draw(picture)
    for _ in range(chance.randint(1, 3)):
        x, y = chance.uniform(0.15, 0.85) * width, chance.uniform(shore + 60, height - 260)
        size = 30 + (y - shore) * 0.18
        pen.polygon(
            [(x - size, y), (x + size, y), (x + size * 0.7, y + size * 0.3), (x - size * 0.7, y + size * 0.3)],
            fill=(70, 52, 44),
        )
        pen.polygon([(x, y - 6), (x, y - size * 2), (x + size * 0.9, y - 6)], fill=(244, 240, 230))
    rail = _mixed(chance.choice(WOODS), (0, 0, 0), 0.4)
    for x in range(-40, width + 120, 120):
        pen.line((x, height - 190, x, height), rail, 16)
    pen.line((0, height - 190, width, height - 190), rail, 34)
    for x in (0, width):
        _tree(pen, (x, height), 2.2, light)


def _pool(picture: Image.Image, chance: Random, _name: str) -> None:
    light = chance.choice(LIGHTS)
    width, height = picture.size
    edge = int(height * 0.55)
    _sky(picture, light, edge, chance)
    _hills(picture, light, edge, chance)
    _fade(picture, (0, edge, width, height), (222, 208, 184), (188, 170, 146))
    pen = ImageDraw.Draw(picture)
    water = Image.new("RGB", picture.size)
    _water(water, (0, edge, width, height), Light((30, 130, 160), (120, 214, 220), light.ground, light.windows), chance)
    mask = Image.new("L", picture.size)
    corners = [
        (width * 0.2, edge + 60),
        (width * 0.8, edge + 60),
        (width * 0.98, height - 130),
        (width * 0.02, height - 130),
    ]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    picture.paste(water, (0, 0), mask)
    pen.line([*corners, corners[0]], (246, 242, 232), 18)
    for x in (0.06, 0.16, 0.86, 0.95):
        _tree(pen, (width * x, edge + chance.randint(10, 60)), chance.uniform(0.9, 1.4), light)
    fabric = chance.choice(FABRICS)
    for x in range(int(width * 0.25), int(width * 0.78), 260):
        pen.polygon(
            [(x, edge + 40), (x + 120, edge + 40), (x + 150, edge + 62), (x + 20, edge + 62)], fill=(250, 248, 242)
        )
        pen.line((x + 60, edge + 50, x + 60, edge - 130), (120, 100, 84), 7)
        pen.pieslice((x - 55, edge - 190, x + 175, edge - 60), 180, 360, fill=fabric)


def _sky(picture: Image.Image, light: Light, horizon: int, chance: Random) -> None:
    _fade(picture, (0, 0, picture.width, horizon), light.zenith, light.horizon)
    clouds = Image.new("L", picture.size)
    pen = ImageDraw.Draw(clouds)
    for _ in range(chance.randint(4, 9)):
        x, y = chance.uniform(0, picture.width), chance.uniform(0.05, 0.6) * horizon
        for _ in range(7):
            dx, dy = chance.gauss(0, picture.width * 0.05), chance.gauss(0, horizon * 0.02)
            across, down = picture.width * chance.uniform(0.02, 0.07), horizon * chance.uniform(0.01, 0.03)
            pen.ellipse((x + dx - across, y + dy - down, x + dx + across, y + dy + down), fill=chance.randint(60, 130))
    clouds = clouds.filter(ImageFilter.GaussianBlur(picture.width / 90))
    picture.paste(_mixed(light.horizon, (255, 255, 255), 0.6), (0, 0), clouds)


def _hills(picture: Image.Image, light: Light, horizon: int, chance: Random) -> None:
    """Three ranges, the nearer the darker."""
    pen = ImageDraw.Draw(picture)
    for nearness in (0.3, 0.55, 0.8):
        height = horizon * (1 - nearness) * 0.5 + horizon * 0.04
        points, x = [(0.0, float(horizon))], 0.0
        while x <= picture.width:
            points.append((x, horizon - height * chance.uniform(0.35, 1.0)))
            x += picture.width * chance.uniform(0.06, 0.16)
        points += [(picture.width, points[-1][1]), (picture.width, horizon)]
        pen.polygon(points, fill=_mixed(light.horizon, _mixed(light.ground, light.zenith, 0.4), nearness))


def _water(picture: Image.Image, box: tuple[int, int, int, int], light: Light, chance: Random) -> None:
    _fade(picture, box, light.horizon, _mixed(light.zenith, (10, 40, 60), 0.4))
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = box
    for _ in range(700):
        depth = chance.random() ** 1.6
        y, length = top + (bottom - top) * depth, (right - left) * (0.01 + 0.05 * depth) * chance.random()
        x = chance.uniform(left, right)
        tint = _mixed(light.horizon if chance.random() < 0.6 else light.zenith, (255, 255, 255), 0.2)
        pen.line((x, y, x + length, y), tint, 1 + int(3 * depth))


def _window(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], light: Light, chance: Random, *, arched: bool
) -> None:
    glass = _mixed(light.windows, (20, 30, 40), chance.choice((0.0, 0.1, 0.35, 0.55)))
    left, top, right, bottom = box
    if arched:
        pen.pieslice((left, top - (right - left) / 3, right, top + (right - left) * 2 / 3), 180, 360, fill=glass)
    pen.rectangle(box, fill=glass)
    pen.line(((left + right) / 2, top, (left + right) / 2, bottom), _mixed(glass, (255, 255, 255), 0.6), 5)


def _entrance(pen: ImageDraw.ImageDraw, at: tuple[int, int], floor: int, light: Light, chance: Random) -> None:
    x, ground = at
    pen.rectangle(
        (x - 120, ground - int(floor * 0.9), x + 120, ground), fill=_mixed(light.windows, (255, 244, 214), 0.4)
    )
    pen.rectangle(
        (x - 190, ground - int(floor * 1.05), x + 190, ground - int(floor * 0.9)), fill=chance.choice(FABRICS)
    )
    for step in range(4):
        pen.rectangle(
            (x - 170 - 26 * step, ground + 14 * step, x + 170 + 26 * step, ground + 14 * (step + 1)),
            fill=(206 - 12 * step,) * 3,
        )


def _tree(pen: ImageDraw.ImageDraw, at: tuple[float, float], size: float, light: Light) -> None:
    """A palm."""
    x, y = at
    top = y - 330 * size
    pen.line((x, y, x + 14 * size, top), (96, 76, 58), int(20 * size))
    leaf = _mixed((44, 92, 54), light.zenith, 0.25)
    for lean, rise in ((-170, 60), (-150, -40), (-70, -100), (40, -110), (140, -50), (180, 50), (90, 90), (-90, 100)):
        end = (x + 14 * size + lean * size, top + rise * size)
        middle = (x + 14 * size + lean * size * 0.55, top + (rise - 70) * size * 0.6)
        pen.polygon([(x + 14 * size, top), middle, end, (middle[0], middle[1] + 34 * size)], fill=leaf)


def _fade(picture: Image.Image, box: tuple[int, int, int, int], above: Colour, below: Colour) -> None:
    """Fills the box with one colour that becomes another from above to below."""
    left, top, right, bottom = box
    pen = ImageDraw.Draw(picture)
    for y in range(top, bottom):
        pen.line((left, y, right - 1, y), _mixed(above, below, (y - top) / max(1, bottom - top)))


def _grained(picture: Image.Image, chance: Random) -> Image.Image:
    """With a little noise, as of a camera, which also hides the steps of the fades."""
    grain = Image.frombytes("L", (200, 134), chance.randbytes(200 * 134)).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.03)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(mine + (theirs - mine) * share) for mine, theirs in zip(one, other, strict=True))
    return red, green, blue


def main() -> None:
    """Writes one picture of each kind into a folder, to be looked at."""
    name, folder = sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else ".")
    for kind in KINDS:
        (folder / f"{kind}.jpg").write_bytes(draw(name, kind, 1))


if __name__ == "__main__":
    main()
