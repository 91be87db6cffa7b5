"""Which font a script gets: out of the wheels, from the machine, or one that stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalchitra.media.fonts import find_font
from chalchitra.subtitles.formats.fonts import Font, fonts_for


@pytest.mark.parametrize(
    ("script", "language", "family", "filename"),
    [
        ("Deva", "hi", "Noto Sans Devanagari", "NotoSansDevanagari.ttf"),
        ("Taml", "ta", "Noto Sans Tamil", "NotoSansTamil.ttf"),
        ("Telu", "te", "Noto Sans Telugu", "NotoSansTelugu.ttf"),
        ("Arab", "sd", "Noto Sans Arabic", "NotoSansArabic.ttf"),
        ("Arab", "ur", "Noto Sans Arabic", "NotoSansArabic.ttf"),
        ("Beng", "bn", "Hind Siliguri", "HindSiliguri.ttf"),
        ("Latn", "en", "Noto Sans", "NotoSans.ttf"),
    ],
)
def test_the_wheels_have_a_font(script, language, family, filename, tmp_path):
    found = find_font(fonts_for(script, language), [tmp_path])
    assert found is not None
    assert (found.font.family, found.filename) == (family, filename)
    assert found.mimetype == "application/x-truetype-font"
    assert found.latin


def test_a_script_that_no_wheel_has_is_not_there(tmp_path):
    assert find_font(fonts_for("Olck", "sat"), [tmp_path, tmp_path / "none"]) is None


@pytest.fixture
def machine(tmp_path):
    """A folder of fonts into which a font of the wheels can be put under another name."""

    def put(name: str, change=lambda data: data) -> list[Path]:
        font = find_font(fonts_for("Deva", "hi"), [])
        (tmp_path / "truetype").mkdir(exist_ok=True)
        (tmp_path / "truetype" / name).write_bytes(change(font.path.read_bytes()))
        return [tmp_path]

    return put


@pytest.mark.parametrize(
    "name",
    ["NotoNastaliqUrdu-Regular.ttf", "NotoNastaliqUrdu[wght].ttf", "notonastaliqurdu.ttf"],
)
def test_nastaliq_of_the_machine_comes_first(machine, name):
    found = find_font(fonts_for("Arab", "ur"), machine(name))
    assert found is not None
    assert (found.font.family, found.path.name) == ("Noto Nastaliq Urdu", name)


@pytest.mark.parametrize("name", ["NotoNastaliqUrdu-Bold.ttf", "NotoNastaliqUrduUI-Regular.ttf"])
def test_other_cuts_of_a_family_are_not_taken(machine, name):
    found = find_font(fonts_for("Arab", "ur"), machine(name))
    assert found is not None
    assert found.font.family == "Noto Sans Arabic"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(
            "SIL Open Font License".encode("utf-16-be"), "Some Other License ..".encode("utf-16-be")
        ),
        lambda data: data[:200],
        lambda data: b"",
        lambda data: data.replace(b"OS/2", b"XX/2"),
    ],
    ids=["not OFL", "cut off", "empty", "no metrics"],
)
def test_a_font_that_may_not_be_passed_on_or_is_broken_is_not_taken(machine, change):
    wanted = [Font("Noto Sans Wanted", 1.0)]
    assert find_font(wanted, machine("NotoSansWanted-Regular.ttf"))
    assert find_font(wanted, machine("NotoSansWanted-Regular.ttf", change)) is None


def test_heights_are_the_files_own():
    """Both are named Noto Sans Devanagari: Debian's of 2020 has 1.30, the wheel's has 1.91."""
    found = find_font(fonts_for("Deva", "hi"), [])
    assert found.font.height == pytest.approx(1.906, abs=0.001)
