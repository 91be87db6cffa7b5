"""config/translators.toml: which translators take a pair, and what is refused and how."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra import paths
from chalchitra.environments import table as environments
from chalchitra.errors import UsageError
from chalchitra.languages import Language, all_languages, find
from chalchitra.models import catalogue
from chalchitra.routes import require_route, routes, translators
from chalchitra.settings import resolve

PAIRS = [
    ("hi", "en", None, ["indictrans2"], "indictrans2-indic-en-dist-200M"),
    ("en", "ta", None, ["indictrans2"], "indictrans2-en-indic-dist-200M"),
    ("hi", "ur", None, ["indictrans2"], "indictrans2-indic-indic-dist-320M"),
    ("ks-Arab", "ks-Deva", None, ["indictrans2"], "indictrans2-indic-indic-dist-320M"),
    ("hi", "fr", None, ["nllb"], "nllb-200-distilled-600M"),
    ("fr", "hi", None, ["nllb"], "nllb-200-distilled-600M"),
    ("fr", "en", None, ["nllb"], "nllb-200-distilled-600M"),
    ("hi", "ta", "nllb", ["nllb"], "nllb-200-distilled-600M"),
    ("brx", "fr", None, ["indictrans2", "nllb"], "nllb-200-distilled-600M"),
    ("fr", "brx", None, ["nllb", "indictrans2"], "indictrans2-en-indic-dist-200M"),
    ("fr", "hi", "whisper", ["whisper", "indictrans2"], "indictrans2-en-indic-dist-200M"),
    ("la", "ur", "whisper", ["whisper", "indictrans2"], "indictrans2-en-indic-dist-200M"),
    ("la", "fr", "whisper", ["whisper", "nllb"], "nllb-200-distilled-600M"),
    ("fr", "en", "whisper", ["whisper"], None),
    ("hi", "en", "whisper", ["whisper"], None),
]


@pytest.mark.parametrize(("source", "target", "named", "names", "last_model"), PAIRS)
def test_who_translates_what(source, target, named, names, last_model) -> None:
    route = require_route(find(source), find(target), named)
    assert route.translators == names
    assert route.legs[-1].models.get("distilled") == last_model
    assert route.target == find(target)
    assert (route.via.id if route.via else None) == ("en" if len(names) > 1 else None)


@given(
    st.sampled_from(all_languages()),
    st.sampled_from(all_languages()),
    st.sampled_from([None, "indictrans2", "nllb", "whisper"]),
)
def test_every_pair_has_a_whole_route_or_a_refusal_with_a_way_out(
    source: Language, target: Language, named: str | None
) -> None:
    possible = [
        route
        for route in routes(source, target)
        if named in route.translators or (named is None and "whisper" not in route.translators)
    ]
    # whisper is by name, so another that takes part beside it does not bring it in
    possible = [r for r in possible if named == "whisper" or "whisper" not in r.translators]
    if not possible:
        error = refused(source.id, target.id, named)
        assert error.cause or source == target
        assert error.fix
        return
    route = require_route(source, target, named)
    assert route.legs[0].source == source
    assert route.target == target
    for one, after in zip(route.legs, route.legs[1:], strict=False):
        assert one.target == after.source
    assert route in routes(source, target)
    if named is None:  # never for anyone who did not name it
        assert "whisper" not in route.translators
    else:
        assert named in route.translators


@given(st.sampled_from(all_languages()))
def test_what_indictrans2_can_do_directly_goes_nowhere_else(source: Language) -> None:
    for target in all_languages():
        if source != target and source.indictrans2 and target.indictrans2:
            assert require_route(source, target).translators == ["indictrans2"]


def refused(source: str, target: str, named: str | None = None) -> UsageError:
    with pytest.raises(UsageError) as refusal:
        require_route(find(source), find(target), named)
    return refusal.value


def test_a_language_into_itself_and_an_unknown_translator_are_refused() -> None:
    assert "same" in refused("hi", "hindi").what
    assert "indictrans2, nllb, whisper" in refused("hi", "en", "babelfish").fix


def test_whisper_is_offered_by_name_and_never_taken_unasked() -> None:
    error = refused("la", "ur")  # Latin has neither an IndicTrans2 nor an NLLB code
    assert "only when it is named" in error.what
    assert "`--translator whisper`" in error.fix


def test_a_language_that_nobody_knows_is_named() -> None:
    assert "Latin (la)" in refused("hi", "la").cause
    assert "Odia" in refused("or", "en", "whisper").cause
    assert "`--translator indictrans2`" in refused("or", "en", "whisper").fix


def test_the_tables_agree() -> None:
    """Translators, environments, settings and models name each other rightly."""
    names = list(translators())
    assert set(environments.load().choices("translation")) == set(names)
    for name in names:
        resolve([("translation.translator", name)], {})
    known = catalogue.load()
    for source in all_languages():
        for target in (find("en"), find("ta"), find("fr")):
            for route in routes(source, target):
                for leg in route.legs:
                    assert bool(leg.models) == (leg.translator != "whisper")
                    for size, model in leg.models.items():
                        assert known.knows(model, "seq2seq")
                        resolve([("translation.size", size)], {})


def test_a_broken_table_says_how_to_get_it_back(tmp_path, monkeypatch) -> None:
    (tmp_path / "config").mkdir()
    languages = paths.config_dir() / "languages.toml"
    (tmp_path / "config" / "languages.toml").write_bytes(languages.read_bytes())
    hindi, english = find("hi"), find("en")
    (tmp_path / "config" / "translators.toml").write_text(
        'translators = {}\nways = [{ first = "one", then = "other" }]\n'
    )
    monkeypatch.setenv("CHALCHITRA_ROOT", str(tmp_path))
    with pytest.raises(UsageError, match="cannot be used") as refusal:
        require_route(hindi, english)
    assert "git checkout" in refusal.value.fix
