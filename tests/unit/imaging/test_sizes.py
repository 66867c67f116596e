"""What guests are shown of a file that an owner sent: its pixels, and nothing else of it."""

import io

import pytest
from PIL import Image, ImageCms

from holdfast.imaging.headers import NotShown, header_of
from holdfast.imaging.sizes import SizedPicture, sized
from holdfast.model.limits import MAX_PICTURE_BYTES
from tests.kit.pictures import (
    MAKER,
    PAYLOAD,
    animation,
    drawing,
    file_of,
    huge_png,
    jpeg,
    photograph,
)

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def lying() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def near(colour: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(found - sought) < 12 for found, sought in zip(colour, wanted, strict=True))


@pytest.mark.parametrize(
    ("width", "widths"),
    [(4000, [1600, 800, 400]), (1600, [1600, 800, 400]), (1000, [1000, 800, 400]), (500, [500, 400]), (300, [300])],
)
def test_a_picture_is_shown_in_three_widths_and_never_wider_than_it_came(width: int, widths: list[int]) -> None:
    made = sized(jpeg(width, width // 2), JPEG)

    assert [one.width for one in made] == widths
    assert [one.height for one in made] == [round(one / 2) for one in widths]
    for one in made:
        assert {kind: opened(data).format for kind, data in one.files.items()} == {"avif": "AVIF", "jpg": "JPEG"}
        assert {opened(data).size for data in one.files.values()} == {(one.width, one.height)}


CONTENT_TYPES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
KEPT = [
    *(("JPEG", mode) for mode in ("RGB", "L", "1", "CMYK")),
    *(("PNG", mode) for mode in ("RGB", "L", "1", "P", "RGBA", "LA", "I;16")),
    *(("WEBP", mode) for mode in ("RGB", "L", "RGBA")),
]


@pytest.mark.parametrize(("kind", "mode"), KEPT)
def test_every_way_to_keep_colours_is_taken(kind: str, mode: str) -> None:
    [largest, *_] = sized(file_of(drawing(450, 300, mode), kind), CONTENT_TYPES[kind])

    square, sea = opened(largest.files["jpg"]).getpixel((20, 20)), opened(largest.files["jpg"]).getpixel((300, 280))
    if mode in {"RGB", "RGBA", "P", "CMYK"}:
        assert near(square, (220, 20, 20))
        assert near(sea, (20, 80, 120))
    else:
        assert isinstance(square, tuple)
        assert isinstance(sea, tuple)
        assert len(set(square)) == len(set(sea)) == 1
        assert 60 <= square[0] <= 90 or mode == "1"


UPRIGHT = {  # by EXIF 2.32, 4.6.4.A: where the first row and column of the file belong
    1: "upper left",
    2: "upper right",
    3: "lower right",
    4: "lower left",
    5: "upper left",
    6: "upper right",
    7: "lower right",
    8: "lower left",
}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_picture_is_turned_upright_as_its_camera_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    [largest, *_] = sized(jpeg(900, 600, exif=exif.tobytes()), JPEG)

    shown = opened(largest.files["jpg"])
    right, bottom = shown.width - 20, shown.height - 20
    corners = {"upper left": (20, 20), "upper right": (right, 20), "lower right": (right, bottom)}
    corners["lower left"] = (20, bottom)
    red = [name for name, place in corners.items() if near(shown.getpixel(place), (220, 20, 20))]
    assert red == [UPRIGHT[orientation]]
    assert shown.size == ((900, 600) if orientation < 5 else (600, 900))


def test_nothing_but_the_pixels_is_left() -> None:
    source = photograph()
    assert MAKER.encode() in source
    assert b"GPS" in source or Image.open(io.BytesIO(source)).getexif().get_ifd(0x8825)

    for one in sized(source, JPEG):
        for data in one.files.values():
            shown = opened(data)
            assert dict(shown.getexif()) == {}
            assert not {"exif", "icc_profile", "comment", "xmp"} & shown.info.keys()
            for trace in (MAKER.encode(), b"Exif", b"ICC_PROFILE", b"xmpmeta", b"taken at home", b"adobe"):
                assert trace not in data


def test_colours_are_those_of_the_pictures_own_profile() -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for wrong, right in ((b"rXYZ", b"?XYZ"), (b"gXYZ", b"rXYZ"), (b"?XYZ", b"gXYZ")):  # red and green exchanged
        profile[profile.index(wrong) : profile.index(wrong) + 4] = right

    [largest, *_] = sized(jpeg(450, 300, icc_profile=bytes(profile)), JPEG)

    assert near(opened(largest.files["jpg"]).getpixel((20, 20)), (20, 220, 20))


def test_a_profile_that_does_not_fit_the_picture_is_left_out() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    [largest, *_] = sized(jpeg(icc_profile=lab), JPEG)

    assert near(opened(largest.files["jpg"]).getpixel((30, 30)), (220, 20, 20))


def test_what_is_transparent_becomes_white() -> None:
    [largest, *_] = sized(file_of(Image.new("RGBA", (500, 300), (255, 0, 0, 0)), "PNG"), PNG)

    assert near(opened(largest.files["jpg"]).getpixel((9, 9)), (255, 255, 255))


@pytest.mark.parametrize(
    ("data", "declared", "reason"),
    [
        pytest.param(animation("GIF"), JPEG, "not a JPEG, PNG or WebP", id="a GIF called .jpg"),
        pytest.param(b"GIF89a=1;" + PAYLOAD, JPEG, "not a JPEG, PNG or WebP", id="a GIF that is a script"),
        pytest.param(b"%PDF-1.7 " + jpeg(), JPEG, "not a JPEG, PNG or WebP", id="a PDF with a picture in it"),
        pytest.param(file_of(drawing(), "PNG"), JPEG, "image/png, and image/jpeg was declared", id="another type"),
        pytest.param(huge_png(), PNG, "200 megapixels; at most 40", id="200 megapixels"),
        pytest.param(animation("WEBP"), WEBP, "stand still", id="an animated WebP"),
        pytest.param(animation("PNG"), PNG, "stand still", id="an animated PNG"),
        pytest.param(jpeg()[: len(jpeg()) // 2], JPEG, "damaged", id="a JPEG cut in two"),
        pytest.param(file_of(drawing(), "PNG")[:-200], PNG, "damaged", id="a PNG cut short"),
        pytest.param(file_of(drawing(), "WEBP")[:-200], WEBP, "damaged", id="a WebP cut short"),
        pytest.param(b"\xff\xd8\xff", JPEG, "ends before", id="three bytes of a JPEG"),
        pytest.param(b"\xff\xd8\xff\xe0\x00", JPEG, "ends before", id="five bytes of a JPEG"),
        pytest.param(b"\xff\xd8\xff\xd9", JPEG, "damaged", id="an empty JPEG"),
        pytest.param(file_of(drawing(), "PNG")[:20], PNG, "ends before", id="twenty bytes of a PNG"),
        pytest.param(file_of(drawing(), "WEBP")[:20], WEBP, "ends before", id="twenty bytes of a WebP"),
        pytest.param(jpeg(100, 401), JPEG, "4 times as high", id="a column"),
        pytest.param(jpeg(401, 100, exif=lying()), JPEG, "4 times as high", id="a column on its side"),
        pytest.param(b"", JPEG, "0 bytes", id="nothing"),
        pytest.param(jpeg() + bytes(MAX_PICTURE_BYTES), JPEG, "10485760 are taken", id="too many bytes"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 5000, JPEG, "ends before", id="fill bytes without end"),
        pytest.param(b"\xff\xd8\xff\xc0\x00\x11\x08\x04\xb0\x07\x08\x03" + bytes(99), JPEG, "damaged", id="zeros"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(data: bytes, declared: str, reason: str) -> None:
    with pytest.raises(NotShown, match=reason):
        sized(data, declared)


def test_a_file_hidden_behind_a_picture_is_left_behind() -> None:
    """Telephones put films behind their pictures, so that alone is no reason to refuse one."""
    with_zip = jpeg() + b"PK\x03\x04" + PAYLOAD
    with_words = jpeg(comment=PAYLOAD)

    for data in (with_zip, with_words):
        assert PAYLOAD in data
        for one in sized(data, JPEG):
            assert not any(PAYLOAD in shown or b"PK\x03\x04" in shown for shown in one.files.values())


def test_ten_megabytes_are_taken_to_the_last_byte() -> None:
    picture = jpeg(500, 300)

    assert len(sized(picture + bytes(MAX_PICTURE_BYTES - len(picture)), JPEG)) == 2


def test_the_size_is_read_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", None)

    with pytest.raises(NotShown, match="megapixels"):
        sized(huge_png(), PNG)


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("exif", [b"", b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"])
def test_each_form_of_webp_says_its_size(lossless: bool, exif: bytes) -> None:
    data = file_of(drawing(701, 303), "WEBP", lossless=lossless, exif=exif)

    assert header_of(data)[:3] == (WEBP, 701, 303)


def test_a_thin_picture_keeps_a_row() -> None:
    made = sized(file_of(Image.new("RGB", (9000, 1)), "PNG"), PNG)

    assert [(one.width, one.height) for one in made] == [(1600, 1), (800, 1), (400, 1)]
    assert isinstance(made[0], SizedPicture)
