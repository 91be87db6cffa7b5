"""Names that base gets wrong, spoken by espeak-ng: a glossary puts some right, a long one too.

How many differs from one processor to another; which words a name is taken from is told by dictated
readings in test_term_correction.py.
"""

from __future__ import annotations

import random

import pytest

from chalchitra.glossary import Glossary, GlossaryTerm
from chalchitra.transcript.model import Transcript

from ..conftest import word_errors, words_of

pytestmark = pytest.mark.smoke

SAID = (
    "Mister Raghunandan lives in Thiruvanniyur. His wife Kanakavalli teaches music there. "
    "We asked Zebulon Quackenbush about the letter. Quackenbush did not answer us."
)
NAMES = ("Raghunandan", "Thiruvanniyur", "Kanakavalli", "Zebulon Quackenbush")
RIGHT = {*"raghunandan thiruvanniyur kanakavalli zebulon quackenbush".split()}
SYLLABLES = (
    "ra ma vi sha la ni dha pu ru sho ta jay en dra go pal su ya lak bha chan kir an mee dev"
)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory, stages, espeak):
    """espeak-ng's English with its speech regions."""
    film = espeak(tmp_path_factory.mktemp("names") / "names.wav", SAID, "en-us", 140)
    _, audio = stages.run("demux", {"film": film}, clip=None, audio_stream={"index": 0})
    _, regions = stages.run("vad", audio)
    return {**audio, **regions}


@pytest.fixture
def recognised(stages, base_model, tmp_path):
    """What is recognised with a glossary of these terms (none: without one)."""

    def recognise(inputs, terms=(), **settings):
        if terms:
            glossary = Glossary(terms=[GlossaryTerm(text=term) for term in terms])
            path = tmp_path / "glossary.json"
            path.write_text(glossary.to_json())
            inputs = {**inputs, "glossary": path}
        result, outputs = stages.run("asr", inputs, model=base_model, **settings)
        assert result.status == "done"
        transcript = Transcript.read(outputs["transcript"])
        return result, " ".join(segment.text for segment in transcript.segments)

    return recognise


def decoys(number):
    """Names like those, which nobody says."""
    chance = random.Random(1)
    found: set[str] = set()
    while len(found) < number:
        found.add("".join(chance.choices(SYLLABLES.split(), k=chance.randint(2, 4))).capitalize())
    return sorted(found)


def right(text):
    return RIGHT & set(words_of(text))


def rest(text):
    """The words that are no names: they must be no worse for a glossary."""
    return [word for word in words_of(text) if word not in RIGHT]


def test_names_are_right_with_a_glossary_and_nothing_else_is_worse(recognised, spoken):
    _, without = recognised(spoken)
    result, text = recognised(spoken, NAMES)
    # Of five, 19 of 25 over five hearings that begin a few milliseconds apart, never less than 3.
    assert right(text) > right(without)
    assert word_errors(words_of(SAID), words_of(text)) < word_errors(
        words_of(SAID), words_of(without)
    )
    # A name may take a neighbour's place or leave a scrap, but no more than that.
    assert word_errors(rest(SAID), rest(text)) <= word_errors(rest(SAID), rest(without)) + 2
    assert result.metrics["glossary_put"] >= len(right(text) - right(without)) / 2


def test_of_a_long_glossary_the_terms_are_chosen_by_region(recognised, spoken):
    result, text = recognised(spoken, [*decoys(200), *NAMES])
    put = result.metrics["glossary_put"]
    assert len({one.casefold() for one in decoys(200)} & set(words_of(text))) <= put
    # Not the whole list was told: what something sounded like and did not fit is in the report.
    assert 0 < result.metrics["glossary_no_room"] < 200
    assert "did not fit" in result.degraded[0].what


def test_names_that_nobody_says_change_nothing(recognised, demo_regions):
    _, without = recognised(demo_regions)
    result, text = recognised(demo_regions, NAMES)
    assert text == without
    assert result.metrics["glossary_put"] == 0


def test_names_in_another_script_are_told_and_left_out(recognised, demo_regions):
    result, text = recognised(demo_regions, ["Dashwood", "रघुनंदन"])
    (told,) = result.degraded
    assert "cannot be written" in told.what
    assert "रघुनंदन" in told.why
    assert result.metrics["glossary_said"] == ("dashwood" in words_of(text))
