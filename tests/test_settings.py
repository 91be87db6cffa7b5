"""Settings: table, then variables, then --set; a wrong one is refused with what is possible."""

import pytest

from chalchitra.errors import UsageError
from chalchitra.settings import OPTIONS, load_table, parse_override, resolve, with_options

TABLE = """
[asr]
beam_size = 5
engine = "auto"
threshold = 0.5
loud = true
ladder = [0.0, 0.2]
kinds = ["a", "b"]

[limits.asr]
beam_size = [1, 20]
engine = ["auto", "mlx"]
kinds = ["a", "b", "c"]
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.toml").write_text(TABLE)
    return tmp_path


def test_variables_beat_the_table_and_flags_beat_variables(root):
    assert resolve([], {}, root)["asr"]["beam_size"] == 5
    environ = {"CHALCHITRA_ASR_BEAM_SIZE": "3", "CHALCHITRA_ASR_THRESHOLD": "0.25", "HOME": "/"}
    settings = resolve([], environ, root)
    assert (settings["asr"]["beam_size"], settings["asr"]["threshold"]) == (3, 0.25)
    assert resolve([("asr.beam_size", "7")], environ, root)["asr"]["beam_size"] == 7


@pytest.mark.parametrize("text", ["c,a", " c , a", '["c", "a"]'])
def test_a_list_of_words_needs_no_quotes(root, text):
    assert resolve([("asr.kinds", text)], {}, root)["asr"]["kinds"] == ["c", "a"]


@pytest.mark.parametrize("text", ["a,d", "[]", "", "[1]"])
def test_every_word_of_a_list_is_held_against_the_limits(root, text):
    with pytest.raises(UsageError) as caught:
        resolve([("asr.kinds", text)], {}, root)
    assert "one of a, b, c" in caught.value.fix


def test_values_take_the_type_of_the_default(root):
    given = [("asr.loud", "False"), ("asr.ladder", "[0.1]"), ("asr.engine", "mlx")]
    settings = resolve(given, {}, root)["asr"]
    assert (settings["loud"], settings["ladder"], settings["engine"]) == (False, [0.1], "mlx")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("asr.beam_sise", "5", "asr.beam_size"),
        ("nothing.at_all", "5", "section.key"),
        ("asr.beam_size", "many", "whole number"),
        ("asr.beam_size", "0", "between 1 and 20"),
        ("asr.threshold", "nan", "number"),
        ("asr.engine", "ear", "one of auto, mlx"),
        ("asr.loud", "yes", "true or false"),
        ("asr.ladder", "{}", "list"),
    ],
)
def test_a_wrong_setting_is_refused(root, name, value, said):
    with pytest.raises(UsageError) as caught:
        resolve([(name, value)], {}, root)
    assert said in str(caught.value)
    assert caught.value.fix


def test_an_unknown_variable_is_not_ignored(root):
    with pytest.raises(UsageError, match="CHALCHITRA_ASR_BEAMSIZE"):
        resolve([], {"CHALCHITRA_ASR_BEAMSIZE": "3"}, root)


def test_variables_that_are_no_settings_are_left_alone(root):
    assert resolve([], {"CHALCHITRA_ROOT": "/somewhere"}, root) == resolve([], {}, root)


@pytest.mark.parametrize("text", ["beam_size=5", "asr.beam_size", ""])
def test_an_override_has_a_section_a_key_and_a_value(text):
    with pytest.raises(UsageError, match=r"section\.key=value"):
        parse_override(text)


def test_a_broken_table_is_named(root):
    (root / "config" / "pipeline.toml").write_text("[asr\n")
    with pytest.raises(UsageError, match=r"pipeline\.toml"):
        load_table(root)


def test_a_table_edited_outside_its_limits_is_refused(root):
    path = root / "config" / "pipeline.toml"
    path.write_text(TABLE.replace("beam_size = 5", "beam_size = 99"))
    with pytest.raises(UsageError, match="between 1 and 20"):
        resolve([], {}, root)


def test_no_two_settings_share_a_variable_and_the_real_table_is_within_its_limits():
    settings, _ = load_table()
    names = [f"{section}_{key}".upper() for section, values in settings.items() for key in values]
    assert len(names) == len(set(names)) > 10
    assert resolve([], {}) == settings


def test_options_are_settings_and_count_more_than_set_which_is_told():
    options = [("--style", "bbc"), ("--formats", None), ("--device", "cpu")]
    found, told = with_options([("subtitle_gen.style", "sdh"), ("asr.device", "cpu")], options)
    assert dict(found)["subtitle_gen.style"] == "bbc"
    assert told == ["--style bbc is used; --set subtitle_gen.style=sdh is ignored."]


def test_every_option_that_is_a_setting_names_settings_that_there_are():
    defaults, _ = load_table()
    for names in OPTIONS.values():
        for name in names:
            section, _, key = name.partition(".")
            assert key in defaults[section]
    devices = {f"{section}.device" for section, values in defaults.items() if "device" in values}
    assert set(OPTIONS["--device"]) == devices


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[asr]\nmodle = "small"', "There is no setting asr.modle"),
        ('[asr]\nbeam_size = "many"', "not a whole number"),
        ("[asr]\nbeam_size = 1000", "beam_size is 1000, which is not between"),
        ("asr = 1", "asr is in no section"),
        ("[asr", "cannot be read"),
        ("[subtitle_gen]\nmax_lines = 0", "max_lines"),
    ],
)
def test_a_persons_own_settings_are_checked_as_any(tmp_path, monkeypatch, text, expected):
    own = tmp_path / "pipeline.toml"
    own.write_text(text)
    monkeypatch.delenv("CHALCHITRA_ROOT", raising=False)
    monkeypatch.setattr("chalchitra.settings.config_file", lambda name, root: own)
    with pytest.raises(UsageError) as caught:
        resolve([], {})
    assert expected in str(caught.value)
