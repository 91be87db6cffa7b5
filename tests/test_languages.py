"""config/languages.toml holds what it must; chalchitra.languages answers and refuses as it says."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import MissingError, UsageError
from chalchitra.languages import (
    Language,
    all_languages,
    find,
    require_hearable,
)
from chalchitra.paths import venv_dir

# The Eighth Schedule of the Constitution of India, by English name, and the scripts supported here.
SCHEDULED = {
    "Assamese": {"as"},
    "Bengali": {"bn"},
    "Bodo": {"brx"},
    "Dogri": {"doi"},
    "Gujarati": {"gu"},
    "Hindi": {"hi"},
    "Kannada": {"kn"},
    "Kashmiri": {"ks-Arab", "ks-Deva"},
    "Konkani": {"kok"},
    "Maithili": {"mai"},
    "Malayalam": {"ml"},
    "Manipuri": {"mni-Beng", "mni-Mtei"},
    "Marathi": {"mr"},
    "Nepali": {"ne"},
    "Odia": {"or"},
    "Punjabi": {"pa"},
    "Sanskrit": {"sa"},
    "Santali": {"sat"},
    "Sindhi": {"sd-Arab", "sd-Deva"},
    "Tamil": {"ta"},
    "Telugu": {"te"},
    "Urdu": {"ur"},
}
HEARABLE_INDIAN = [
    "as", "bn", "gu", "hi", "kn", "ml", "mr", "ne", "pa", "sa", "sd-Arab", "ta", "te", "ur",
]  # fmt: skip

# What the Unicode names of a script's letters begin with.
LETTERS = {
    "Arab": ("ARABIC",),
    "Armn": ("ARMENIAN",),
    "Beng": ("BENGALI",),
    "Cyrl": ("CYRILLIC",),
    "Deva": ("DEVANAGARI",),
    "Ethi": ("ETHIOPIC",),
    "Geor": ("GEORGIAN",),
    "Grek": ("GREEK",),
    "Gujr": ("GUJARATI",),
    "Guru": ("GURMUKHI",),
    "Hans": ("CJK UNIFIED",),
    "Hant": ("CJK UNIFIED",),
    "Hebr": ("HEBREW",),
    "Jpan": ("CJK UNIFIED", "HIRAGANA", "KATAKANA"),
    "Khmr": ("KHMER",),
    "Knda": ("KANNADA",),
    "Kore": ("HANGUL",),
    "Laoo": ("LAO",),
    "Latn": ("LATIN",),
    "Mlym": ("MALAYALAM",),
    "Mtei": ("MEETEI MAYEK",),
    "Mymr": ("MYANMAR",),
    "Olck": ("OL CHIKI",),
    "Orya": ("ORIYA",),
    "Sinh": ("SINHALA",),
    "Taml": ("TAMIL",),
    "Telu": ("TELUGU",),
    "Thai": ("THAI",),
    "Tibt": ("TIBETAN",),
}

languages = pytest.mark.parametrize("language", all_languages(), ids=lambda each: each.id)


def ids(found: list[Language]) -> list[str]:
    return [each.id for each in found]


# --- the table


def test_the_scheduled_languages_come_first_then_english() -> None:
    order = ids(all_languages())
    expected = {id_ for scripts in SCHEDULED.values() for id_ in scripts}
    assert set(order[: len(expected)]) == expected
    assert order[len(expected)] == "en"


def test_every_part_of_the_table_is_sorted_by_name() -> None:
    names = [each.name for each in all_languages()]
    english = names.index("English")
    assert names[:english] == sorted(names[:english])
    assert names[english + 1 :] == sorted(names[english + 1 :])


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_scheduled_language_is_found_by_its_english_name(name: str) -> None:
    assert find(name).id in SCHEDULED[name]


def test_whisper_hears_fourteen_of_the_scheduled_languages() -> None:
    assert [e.id for e in all_languages() if e.is_indian and e.whisper] == HEARABLE_INDIAN


def test_indictrans2_covers_exactly_the_scheduled_languages_and_english() -> None:
    covered = {each.id for each in all_languages() if each.indictrans2}
    assert covered == {id_ for scripts in SCHEDULED.values() for id_ in scripts} | {"en"}


@pytest.mark.parametrize(
    "column", ["id", "name", "native", "bcp47", "whisper", "indictrans2", "nllb"]
)
def test_a_column_names_one_row_only(column: str) -> None:
    values = [getattr(each, column) for each in all_languages()]
    present = [value for value in values if value is not None]
    assert len(present) == len(set(present))


@languages
def test_the_native_name_is_written_in_the_rows_script(language: Language) -> None:
    native = language.native
    assert unicodedata.is_normalized("NFC", native)
    letters = [c for c in native if unicodedata.category(c) in ("Lu", "Ll", "Lo", "Mn", "Mc")]
    assert letters
    for letter in letters:
        assert unicodedata.name(letter).startswith(LETTERS[language.script]), (native, letter)


@languages
def test_the_direction_is_that_of_the_letters(language: Language) -> None:
    directions = {unicodedata.bidirectional(c) for c in language.native}
    assert language.direction == ("rtl" if directions & {"R", "AL"} else "ltr")


@languages
def test_codes_have_their_form(language: Language) -> None:
    for tag in (language.indictrans2, language.nllb):
        if tag is not None:
            code, script = tag.split("_")
            assert len(code) == 3
            assert code == code.lower()
            # NLLB's own oddities: Santali is in Ol Chiki whatever its tag says, Korean is "Hang".
            assert script == language.script or tag in ("sat_Beng", "kor_Hang")
    for code in filter(None, (language.container, language.container_mp4)):
        assert len(code) == 3
        assert code.isascii()
        assert code.islower()
    parts = language.bcp47.split("-")
    assert parts[0].islower()
    assert parts[1:] in ([], [language.script])


def test_only_bodo_has_no_container_code() -> None:
    assert [each.id for each in all_languages() if each.container is None] == ["brx"]


def test_matroska_and_mp4_want_different_codes_where_iso_639_2_has_two() -> None:
    # ISO 639-2 has 20 languages with two codes; Cantonese goes with Chinese.
    differ = [each for each in all_languages() if each.container != each.container_mp4]
    assert len(differ) == 21
    german = find("de")
    assert (german.container, german.container_mp4) == ("ger", "deu")
    assert (find("hi").container, find("hi").container_mp4) == ("hin", "hin")


@languages
def test_each_row_is_found_by_everything_that_names_it(language: Language) -> None:
    own = (language.id, language.name, language.native, language.bcp47, *language.aliases)
    for name in own:
        for spelling in (name, name.upper(), name.lower(), f" {name} ", name.replace("-", "_")):
            assert find(spelling) is language


@languages
def test_a_container_tag_finds_the_language(language: Language) -> None:
    for code in filter(None, (language.container, language.container_mp4)):
        found = find(code)
        assert found.container == language.container


@pytest.mark.parametrize(
    ("code", "id_"),
    [
        ("ory", "or"), ("ori", "or"), ("npi", "ne"), ("nep", "ne"), ("gom", "kok"),
        ("kas", "ks-Arab"), ("snd", "sd-Arab"), ("mni", "mni-Beng"), ("iw", "he"), ("jw", "jv"),
        ("fil", "tl"), ("nb", "no"), ("oriya", "or"), ("bangla", "bn"), ("farsi", "fa"),
        ("mandarin", "zh"), ("fre", "fr"), ("fra", "fr"),
    ],
)  # fmt: skip
def test_other_codes_and_names(code: str, id_: str) -> None:
    assert find(code).id == id_


@pytest.mark.parametrize(
    ("id_", "column", "value"),
    [
        ("jv", "whisper", "jw"),
        ("sd-Arab", "whisper", "sd"),
        ("sd-Deva", "whisper", None),
        ("or", "indictrans2", "ory_Orya"),
        ("ne", "indictrans2", "npi_Deva"),
        ("kok", "indictrans2", "gom_Deva"),
        ("sat", "indictrans2", "sat_Olck"),
        ("sat", "nllb", "sat_Beng"),
        ("mni-Mtei", "nllb", None),
        ("yue", "container", "chi"),
    ],
)
def test_the_traps(id_: str, column: str, value: str | None) -> None:
    assert getattr(find(id_), column) == value


# --- finding


@pytest.mark.parametrize(
    ("bare", "id_"), [("ks", "ks-Arab"), ("sd", "sd-Arab"), ("mni", "mni-Beng")]
)
def test_a_bare_code_means_the_customary_script(bare: str, id_: str) -> None:
    assert find(bare).id == id_


def test_a_row_survives_json() -> None:
    row = json.loads(json.dumps(find("hi").to_dict()))
    assert row["id"] == row["whisper"] == "hi"
    assert row["indictrans2"] == "hin_Deva"
    assert find("brx").to_dict()["container"] is None
    lists = {key: tuple(row[key]) for key in ("aliases", "invented", "undoubled")}
    assert Language(**{**row, **lists}) == find("hi")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("tamill", "Tamil (ta)"),
        ("hi-IN", "Hindi (hi)"),
        ("hi_Latn", "Hindi (hi)"),
        ("hin-IN", "Hindi (hi)"),
        ("mni-Latn", "Manipuri (Meitei script) (mni-Mtei)"),
        ("zh-Hant", "Chinese (zh)"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_near(text: str, near: str) -> None:
    with pytest.raises(UsageError) as refusal:
        find(text)
    assert text in refusal.value.what
    assert near in refusal.value.cause
    assert "chalchitra languages" in refusal.value.fix


def test_a_hinglish_tag_is_not_mistaken_for_latin() -> None:
    with pytest.raises(UsageError) as refusal:
        find("hi-Latn")
    assert "Latin" not in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["pa-Arab", "pa_arab", "PNB", "Shahmukhi", "pan_Arab", "Western Punjabi"]
)
def test_punjabi_in_arabic_script_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        find(text)
    assert text in refusal.value.what
    assert "Gurmukhi" in refusal.value.cause


@given(st.text(max_size=30))
def test_any_text_finds_a_language_or_is_refused(text: str) -> None:
    with suppress(UsageError):  # anything else that is raised fails
        assert find(text) in all_languages()


# --- hearing


@languages
def test_hearing_follows_the_whisper_column(language: Language) -> None:
    if language.whisper is not None:
        require_hearable(language)
        return
    with pytest.raises(UsageError) as refusal:
        require_hearable(language)
    assert str(language) in refusal.value.what
    assert refusal.value.fix


def test_who_cannot_be_heard_learns_which_indian_languages_can() -> None:
    with pytest.raises(UsageError) as refusal:
        require_hearable(find("mai"))
    assert " ".join(HEARABLE_INDIAN) in refusal.value.fix


def test_sindhi_in_devanagari_is_pointed_at_the_script_that_whisper_writes() -> None:
    with pytest.raises(UsageError) as refusal:
        require_hearable(find("sd-Deva"))
    assert "`-s sd-Arab`" in refusal.value.fix


# --- a table that someone edited

ROW = 'name = "X"\nnative = "X"\nscript = "Latn"\nbcp47 = "xx"\ndirection = "ltr"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[xx]\n" + ROW.replace('script = "Latn"\n', ""), "script"),
        ("[xx]\n" + ROW + 'whispr = "xx"\n', "whispr"),
        ("[xx]\n" + ROW + "whisper = 5\n", "whisper"),
        ("[xx]\n" + ROW + 'aliases = "xyz"\n', "aliases"),
        ("[xx]\n" + ROW + "[yy]\n" + ROW, "xx and yy"),
        ('xx = "Hindi"\n', "xx"),
        ("[xx\n", "broken"),
    ],
)
def test_a_broken_table_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    table = tmp_path / "languages.toml"
    table.write_text(text)
    with pytest.raises(UsageError, match=says) as refusal:
        all_languages(table)
    assert str(table) in refusal.value.what


def test_another_table_can_be_read(tmp_path: Path) -> None:
    table = tmp_path / "languages.toml"
    table.write_text("[xx]\n" + ROW)
    assert ids(all_languages(table)) == ["xx"]
    assert find("XX", table).name == "X"


def test_a_missing_table_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        all_languages(tmp_path / "config" / "none.toml")


# --- against the libraries whose codes these are


def ask(environment: str, code: str) -> Any:
    """What an environment's own python prints as JSON; fails clearly if it is not built."""
    python = venv_dir() / environment / "bin" / "python"
    assert python.exists(), f"{python} is not there: `./bootstrap.sh --env {environment}` builds it"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.smoke
def test_the_whisper_codes_are_faster_whispers() -> None:
    codes = ask(
        "whisperx",
        "import json; from faster_whisper.tokenizer import _LANGUAGE_CODES as codes;"
        "print(json.dumps(codes))",
    )
    assert sorted(codes) == sorted(each.whisper for each in all_languages() if each.whisper)


@pytest.mark.smoke
def test_each_name_that_whisper_gives_a_language_finds_it() -> None:
    names = ask(
        "whisperx",
        "import json; from whisperx.utils import TO_LANGUAGE_CODE as names;"
        "print(json.dumps(names))",
    )
    assert {name: find(name).whisper for name in names} == names


# Read from the packages' sources: importing them takes ten seconds.
READ_TOOLKIT = """
import importlib.util, json, pathlib, re
folder = pathlib.Path(importlib.util.find_spec("IndicTransToolkit").origin).parent
table = re.search(r"_flores_codes = \\{(.*?)\\}", (folder / "processor.pyx").read_text(), re.S)[1]
print(json.dumps(re.findall(r'"(\\w+)":', table)))
"""
READ_NLLB = """
import ast, importlib.util, json, pathlib
folder = pathlib.Path(importlib.util.find_spec("transformers").origin).parent
tree = ast.parse((folder / "models" / "nllb" / "tokenization_nllb.py").read_text())
[codes] = [ast.literal_eval(n.value) for n in tree.body
           if isinstance(n, ast.Assign) and n.targets[0].id == "FAIRSEQ_LANGUAGE_CODES"]
print(json.dumps(codes))
"""


@pytest.mark.smoke
def test_the_indictrans2_tags_are_the_toolkits() -> None:
    """The toolkit takes an unknown tag for Hindi without a word, so none may be misspelt."""
    toolkit = set(ask("indictrans2", READ_TOOLKIT))
    # It also normalises languages that the IndicTrans2 models do not translate.
    beyond = {
        "awa_Deva", "bho_Deva", "gon_Deva", "hne_Deva",
        "kha_Latn", "lus_Latn", "mag_Deva", "unr_Deva",
    }  # fmt: skip
    assert {e.indictrans2 for e in all_languages() if e.indictrans2} == toolkit - beyond


@pytest.mark.smoke
def test_the_nllb_tags_are_nllbs() -> None:
    known = set(ask("indictrans2", READ_NLLB))
    ours = {each.nllb for each in all_languages() if each.nllb}
    assert ours <= known
    # Nothing that NLLB knows under the very tag that IndicTrans2 uses is left without one.
    both = {each.indictrans2 for each in all_languages() if each.indictrans2} & known
    assert both <= ours
