"""Style profiles: those of the table, one's own, and what is wrong with one."""

from __future__ import annotations

import tomllib

import pytest

from chalchitra import paths
from chalchitra.errors import UsageError
from chalchitra.languages import all_languages
from chalchitra.settings import resolve
from chalchitra.subtitles.cues.cue import CueSettings, reading_speed
from chalchitra.subtitles.cues.style import read_style

TABLE = (paths.config_dir() / "styles.toml").read_text(encoding="utf-8")
NAMES = list(tomllib.loads(TABLE))


@pytest.fixture
def root(tmp_path):
    """A checkout whose styles can be changed."""
    (tmp_path / "config").mkdir()
    for name in ("pipeline.toml", "styles.toml"):
        text = (paths.config_dir() / name).read_text(encoding="utf-8")
        (tmp_path / "config" / name).write_text(text, encoding="utf-8")
    return tmp_path


def add(root, text):
    with open(root / "config" / "styles.toml", "a", encoding="utf-8") as table:
        table.write(text)


def cues(settings):
    return settings["subtitle_gen"]


@pytest.mark.parametrize(
    ("name", "english", "hindi", "tamil", "french"),
    [
        ("netflix", 20, 22, 22, 17),
        ("netflix-children", 17, 18, 18, 13),
        ("sdh", 20, 25, 22, 17),
        ("bbc", 17, 22, 22, 17),
    ],
)
def test_reading_speeds_by_language(name, english, hindi, tamil, french):
    style = read_style(name)
    asked = [reading_speed(style, language) for language in ("en", "hi", "ta", "fr")]
    assert asked == [english, hindi, tamil, french]


def test_a_language_in_one_script_may_have_a_speed_of_its_own():
    style = read_style("netflix").model_copy(
        update={"reading_speeds": {"default": 17, "ks": 19, "ks-Arab": 18}}
    )
    asked = ("ks-Arab", "ks-Deva", "ur")
    assert [reading_speed(style, name) for name in asked] == [18, 19, 17]


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_can_be_prepared_with(name):
    chosen = cues(resolve([("subtitle_gen.style", name)], {}))
    assert chosen["style"] == name
    assert CueSettings.model_validate(chosen) == CueSettings.model_validate(
        read_style(name).model_dump()
    )
    known = {language.id.partition("-")[0] for language in all_languages()}
    assert set(chosen["reading_speeds"]) <= known | {"default"}


def test_netflix_is_the_default_and_what_is_set_beside_it_wins(root):
    assert cues(resolve([], {}, root))["max_chars_per_line"] == 42
    bbc = [("subtitle_gen.style", "bbc")]
    assert cues(resolve(bbc, {}, root))["max_chars_per_line"] == 37
    variable = {"CHALCHITRA_SUBTITLE_GEN_STYLE": "bbc"}
    assert cues(resolve([], variable, root))["words_per_minute"] == 180
    table = root / "config" / "pipeline.toml"
    table.write_text(
        table.read_text().replace('style = "netflix"', 'style = "bbc"\nmax_chars_per_line = 30')
    )
    assert cues(resolve([], {}, root))["max_chars_per_line"] == 30
    assert cues(resolve([], {}, root))["close_gap"] == 1.0
    variable = {"CHALCHITRA_SUBTITLE_GEN_MAX_CHARS_PER_LINE": "31"}
    assert cues(resolve([], variable, root))["max_chars_per_line"] == 31
    flag = [("subtitle_gen.max_chars_per_line", "32"), ("subtitle_gen.style", "sdh")]
    chosen = cues(resolve(flag, variable, root))
    assert (chosen["max_chars_per_line"], chosen["reading_speeds"]["hi"]) == (32, 25)
    speeds = [("subtitle_gen.reading_speeds", '{"default": 12, "hi": 14}')]
    assert cues(resolve(speeds, {}, root))["reading_speeds"] == {"default": 12, "hi": 14}


def test_ones_own_profile_in_the_table(root):
    add(root, '[mine]\nextends = "bbc"\nmax_lines = 3\n[mine.reading_speeds]\nur = 15\n')
    chosen = cues(resolve([("subtitle_gen.style", "mine")], {}, root))
    assert (chosen["max_lines"], chosen["max_chars_per_line"]) == (3, 37)
    assert (chosen["reading_speeds"]["ur"], chosen["reading_speeds"]["hi"]) == (15, 22)


def test_ones_own_profile_in_a_file(root, monkeypatch):
    (root / "mine.toml").write_text('extends = "netflix"\nmax_chars_per_line = 36\n')
    monkeypatch.chdir(root)
    chosen = cues(resolve([("subtitle_gen.style", "mine.toml")], {}))
    assert (chosen["max_chars_per_line"], chosen["max_lines"]) == (36, 2)
    assert chosen["style"] == str(root / "mine.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mine]\nextends = "netflix"\nmax_line = 3\n', "max_line"),
        ('[mine]\nextends = "netflix"\nmax_lines = "two"\n', "max_lines"),
        ('[mine]\nextends = "netflix"\nmin_duration = 9\n', "longer than max_duration"),
        ('[mine]\nextends = "netflix"\nmin_gap = 0.9\n', "longer than close_gap"),
        ('[mine]\nextends = "netflix"\n[mine.reading_speeds]\nhi = 0\n', "reading_speeds.hi"),
        ('[mine]\nextends = "netflix"\nmax_duration = nan\n', "max_duration"),
        ("[mine]\nmax_lines = 2\n", "max_chars_per_line"),
        ('[mine]\nextends = "netflex"\n', "netflix"),
        ('[mine]\nextends = "other"\n[other]\nextends = "mine"\n', "extends itself"),
        ('[mine]\nextends = "netflix"\nmax_lines = 9\n', "between 1 and 4"),
        ("[mine\n", "TOML"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused(root, text, said):
    add(root, text)
    with pytest.raises(UsageError) as caught:
        resolve([("subtitle_gen.style", "mine")], {}, root)
    assert said in str(caught.value)
    assert caught.value.cause
    assert caught.value.fix


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("style", "netflx", "netflix"),
        ("style", "gone.toml", "No such file"),
        ("style", "", "no style"),
        ("reading_speeds", '{"hi": "fast"}', "reading_speeds.hi"),
        ("reading_speeds", "[1]", "JSON object"),
    ],
)
def test_a_wrong_choice_is_refused(key, value, said):
    with pytest.raises(UsageError) as caught:
        resolve([(f"subtitle_gen.{key}", value)], {})
    assert said in str(caught.value)
    assert caught.value.fix


def test_who_names_no_style_is_told_where_they_are():
    with pytest.raises(UsageError) as caught:
        resolve([("subtitle_gen.style", "gone.toml")], {})
    assert "config/styles.toml" in caught.value.fix


def test_a_key_outside_a_profile_is_named(root):
    path = root / "config" / "styles.toml"
    path.write_text(f"max_lines = 3\n{TABLE}", encoding="utf-8")
    with pytest.raises(UsageError, match="outside a table"):
        read_style("netflix", root)
