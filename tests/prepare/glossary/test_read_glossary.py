"""Glossaries as people write them: lists, tables, mistakes with their line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.errors import UsageError
from chalchitra.glossary import Glossary, GlossaryTerm, merged
from chalchitra.prepare.glossary.find import beside
from chalchitra.prepare.glossary.read import read_sheet

IDS = {"en": "en", "english": "en", "hi": "hi", "hindi": "hi", "ta": "ta", "tamil": "ta"}


@pytest.fixture
def sheet(tmp_path):
    """Read a glossary with this content."""

    def read(content, name="glossary.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sheet(path, lambda cell: IDS.get(cell.casefold()))

    return read


def texts(sheet, source="en"):
    return [term.text for term in sheet.terms(source)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_has_a_term_a_line(sheet, mark, end):
    lines = ["# The family", "Raghunandan", "", "  Delhi,   India ", "रश्मि"]
    assert texts(sheet(mark + end.join(lines).encode())) == [
        "Raghunandan",
        "Delhi, India",
        "रश्मि",
    ]


def test_spellings_are_composed(sheet):
    assert texts(sheet("Zoe\u0308")) == ["Zo\u00eb"]


def test_a_language_may_be_the_first_term_of_a_list(sheet):
    assert texts(sheet("Tamil\nKaveri")) == ["Tamil", "Kaveri"]
    assert texts(sheet("term\nKaveri")) == ["Kaveri"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("g.tsv", "Term\tTamil\tnote\nSurya\tசூர்யா\tthe hero\nRavi\n"),
        ("g.txt", "Term\tTamil\tnote\nSurya\tசூர்யா\tthe hero\nRavi\n"),
        ("g.csv", "Term,Tamil,note\nSurya,சூர்யா,the hero\nRavi\n"),
        ("g.csv", "Term;Tamil;note\nSurya;சூர்யா;the hero\nRavi\n"),
        ("g.csv", '# made by hand\n"Term","Tamil","note"\n"Surya","சூர்யா","the hero"\nRavi,,\n'),
    ],
)
def test_a_table_says_what_a_term_is_elsewhere(sheet, name, content):
    assert sheet(content, name).terms("en") == [
        GlossaryTerm(text="Surya", renderings={"ta": "சூர்யா"}, note="the hero"),
        GlossaryTerm(text="Ravi"),
    ]


def test_the_column_of_the_spoken_language_has_the_terms(sheet):
    both = sheet("en,hi\nSurya,सूर्या\nDelhi,\n", "g.csv")
    assert both.terms("hi") == [GlossaryTerm(text="सूर्या", renderings={"en": "Surya"})]
    assert texts(both, "en") == ["Surya", "Delhi"]
    half = sheet("term,hi\nSurya,सूर्या\nDelhi,\n", "g.csv")
    assert texts(half, "hi") == ["सूर्या", "Delhi"], "what has no Hindi is not lost in silence"
    with pytest.raises(UsageError, match=r"no terms in the spoken language \(ta\)"):
        both.terms("ta")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("g.txt", b"Ravi\n\xff\n", "g.txt, line 2: this is not UTF-8"),
        ("g.txt", "Ravi\n# no\n\x00\n", "g.txt, line 3: it contains characters"),
        ("g.csv", "Ravi,ரவி\n", "g.csv, line 1: the column headings are missing"),
        ("g.txt", "Ravi\nSurya\tसूर्या\n", "g.txt, line 2: the column headings"),
        ("g.csv", "term,Klingon\nRavi,x\n", "g.csv, line 1: 'Klingon' is not a column heading"),
        ("g.csv", "term,hi,Hindi\nRavi,x,y\n", "g.csv, line 1: two columns are called hi"),
        ("g.csv", "term,hi\nDelhi, India,x\n", "g.csv, line 2: 3 columns, but 2 headings"),
        ("g.csv", 'term,hi\n"Ravi,x\n', "g.csv, line 2: this is not a valid CSV line"),
        ("g.txt", "Ravi\n---\n", "g.txt, line 2: '---' has no letters"),
        ("g.txt", "Ravi\n" + "a" * 101, "g.txt, line 2: 'aaa"),
    ],
)
def test_a_mistake_is_said_with_its_line(sheet, name, content, said):
    with pytest.raises(UsageError) as caught:
        sheet(content, name)
    assert said in caught.value.what
    assert caught.value.fix


def test_a_term_that_says_two_things_is_refused(sheet):
    twice = sheet("term,hi\nRavi,रवि\nravi,रवी\n", "g.csv")
    with pytest.raises(UsageError, match="line 3: ravi is already there"):
        twice.terms("en")
    assert texts(sheet("Ravi\nRavi\n")) == ["Ravi"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.txt cannot be read"):
        read_sheet(tmp_path / "none.txt", IDS.get)


def test_beside_a_film_with_the_longest_name_only_the_series_can_lie(tmp_path):
    (tmp_path / "glossary.txt").write_text("Raghunandan")
    assert beside(tmp_path / ("फ" * 83 + ".mp4")) == [tmp_path / "glossary.txt"]


def test_what_lies_beside_a_film_is_its_own_and_the_series(tmp_path):
    film = tmp_path / "ep.1.mkv"
    for name in ("glossary.txt", "ep.1.glossary.csv", "ep.1.glossary.tsv", "ep.2.glossary.txt"):
        (tmp_path / name).touch()
    (tmp_path / "glossary.csv").mkdir()
    found = [path.name for path in beside(film)]
    assert found == ["ep.1.glossary.tsv", "ep.1.glossary.csv", "glossary.txt"]


def test_the_first_to_name_a_term_says_what_it_is():
    own = [GlossaryTerm(text="Ravi", renderings={"hi": "रवि"})]
    series = [GlossaryTerm(text="RAVI", renderings={"hi": "रवी"}), GlossaryTerm(text="Surya")]
    assert merged([own, series]) == Glossary(terms=[own[0], series[1]])
    assert merged([[], []]) is None


def test_notes_and_renderings_are_nothing_to_recognition(tmp_path):
    plain = Glossary(terms=[GlossaryTerm(text="Ravi")])
    noted = Glossary(terms=[GlossaryTerm(text="Ravi", note="the hero")])
    assert plain.terms_sha256 == noted.terms_sha256
    assert plain.to_json() != noted.to_json()
    other = Glossary(terms=[GlossaryTerm(text="Ravi"), GlossaryTerm(text="Surya")])
    assert plain.terms_sha256 != other.terms_sha256
    (tmp_path / "glossary.json").write_text(noted.to_json())
    assert Glossary.read(tmp_path / "glossary.json") == noted


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Mn", "Mc")), min_size=1, max_size=20)


@given(
    st.lists(
        NAMES.map(lambda name: unicodedata.normalize("NFC", name)).filter(
            lambda name: any(map(str.isalpha, name))
        ),
        min_size=1,
        max_size=8,
        unique_by=str.casefold,
    )
)
def test_any_names_come_back_in_order(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("g") / "glossary.txt"
    path.write_text("\n".join(["term", *names]), encoding="utf-8")
    read = read_sheet(path, lambda cell: None).terms("en")
    assert [term.text for term in read] == names
