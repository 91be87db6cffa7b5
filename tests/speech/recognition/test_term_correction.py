"""Names in a reading: what sounds like one, and putting one in its place and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.candidates import Learned, Term, candidates, written
from chalchitra.speech.recognition.hotwords import GlossaryUse, use_glossary
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.term_correction import corrected
from chalchitra.text.phonetics import phonetic_key
from chalchitra.text.symbols import letters
from chalchitra.transcript.model import Segment, Word

from .test_quality import region
from .test_redecoding import block


def reading(text: str, start: float = 0.0, sure: str = "") -> Hypothesis:
    """Words of 0.4 s each; those that stand in `sure` are certain, the others are not."""
    words = [
        Word(
            text=one,
            start=start + 0.4 * n,
            end=start + 0.4 * (n + 1),
            probability=0.95 if one in sure.split() else 0.4,
        )
        for n, one in enumerate(text.split())
    ]
    return Hypothesis(
        [Segment(id=0, start=start, end=start + 0.4 * len(words), text=text, words=words)]
    )


def terms(*texts: str) -> list[Term]:
    return [Term.of(text) for text in texts]


def put(before: str, after: str, *texts: str, sure: str = "") -> str:
    made, _ = corrected(
        reading(before, sure=sure), reading(after), terms(*texts), Learned(), spaced=True
    )
    return made.text


@pytest.mark.parametrize(
    ("decoded", "name"),
    [
        ("Priya Mvada", "Priyamvada"),
        ("Gavartan.", "Govardhan"),
        ("Radbanandan", "Raghunandan"),
        ("Siromanier", "Thiruvanniyur"),
        ("can't come and he", "Kanakavalli"),
        ("Adam Seremen", "Anantharaman"),
        ("Quack and Bush", "Quackenbush"),
        ("Suha Chana", "Sulochana"),
        ("मुकर जी", "मुखर्जी"),
    ],
)
def test_what_base_made_of_names_is_a_candidate_where_it_is_unsure(decoded, name):
    found = candidates(reading(f"so {decoded} went", sure="so went").words, terms(name))
    assert [one.term.text for one in found] == [name]
    assert found[0].start >= 0.0
    assert found[0].end <= 0.4 * (len(decoded.split()) + 2)


def test_sure_words_are_suspected_only_when_they_sound_the_same():
    said = "the captain of the ship was asleep"
    assert candidates(reading(said, sure=said).words, terms("Kaptanna", "Asila")) == []
    again = "Priya Mvada went"
    assert candidates(reading(again, sure=again).words, terms("Priyamvada"))


@pytest.mark.parametrize(("name", "same"), [("Raj", "Rudge"), ("Jai", "Jaye"), ("Meena", "Mina")])
def test_short_names_are_suspected_only_of_their_own_sound(name, same):
    text = "so my least said the rest was me and you"
    assert candidates(reading(text).words, terms(name)) == []
    same_key = phonetic_key(same) == phonetic_key(name)
    assert bool(candidates(reading(f"so {same} went").words, terms(name))) == same_key


def test_what_is_written_right_is_not_suspected():
    assert candidates(reading("Mr. Dashwood's house").words, terms("Dashwood")) == []
    assert candidates(reading("मुखर्जीने कहा").words, terms("मुखर्जी")) == []


def test_a_name_takes_the_place_of_what_sounds_like_it():
    before = "His wife can't come and he teaches music there."
    after = "His wife Kanakavalli teaches the music here."
    assert put(before, after, "Kanakavalli") == "His wife Kanakavalli teaches music there."


def test_nothing_else_of_the_second_reading_is_taken():
    before = "Then Priya Mvada came home and made tea."
    after = "And Priyamvada came foam and made T-forka."
    assert put(before, after, "Priyamvada") == "Then Priyamvada came home and made tea."


def test_a_name_that_nothing_sounded_like_is_not_put():
    before, after = "This is Diane in New Jersey.", "This is Raghunandan in New Jersey."
    assert put(before, after, "Raghunandan") == before
    assert put(before, f"{before} Raghunandan.", "Raghunandan") == before


def test_a_list_that_was_read_off_the_prompt_is_not_put():
    before = "and made tea for Gavartan and went home in the rain"
    listed = "and made Govardhan, Priyamvada, Sulochana and went home in the rain"
    assert put(before, listed, "Govardhan", "Priyamvada", "Sulochana") == before
    loop = "and made tea for Govardhan Govardhan Govardhan Govardhan Govardhan and went home"
    assert put(before, loop, "Govardhan") == before


def test_a_reading_of_something_else_gives_no_names():
    before = "he was sitting near the river with Suha Chana"
    assert put(before, "Thank you for watching, Sulochana", "Sulochana") == before


def test_punctuation_possessives_and_case_endings_stay():
    assert put("“Gavartan,” she said", "Govardhan she said", "Govardhan") == (
        "“Govardhan,” she said"
    )
    assert put("at Gavartan house", "at Govardhan's house", "Govardhan") == "at Govardhan's house"
    assert put("मुकर दीने कहा", "मुखर्जीने कहा", "मुखर्जी") == "मुखर्जीने कहा"


def test_the_same_mistake_is_put_right_where_it_is_sure_too():
    before = "was Adam Seremen. Nobody knew where Adam Seremen had learned to sail"
    after = "was Anantharaman. Nobody knew where Anantharaman had learned to sail"
    made, done = corrected(
        reading(before, sure="was Nobody knew where had learned to sail"),
        reading(after),
        terms("Anantharaman"),
        Learned(),
        spaced=True,
    )
    assert made.text == after
    assert [one.before for one in done] == ["Adam Seremen.", "Adam Seremen"]


def test_a_full_name_finds_its_parts_and_a_phrase_does_not():
    assert [part.text for part in Term.of("Zebulon Quackenbush").parts] == [
        "Zebulon",
        "Quackenbush",
    ]
    assert Term.of("श्यामल काका").parts == Term.of("Raghunandan").parts == []


def test_words_that_a_name_is_torn_into_still_are_the_name():
    name = Term.of("Priyamvada")
    words = [letters(word) for word in "so Priya Mvada's tea and Priyamvadas".split()]
    assert list(written(name, words)) == [(1, 3, "s"), (5, 6, "s")]
    assert list(written(name, ["priyamvadakutti"])) == []


TEXT = st.lists(st.sampled_from("tea for the Gavartan Suha Chana he went Adam".split()), max_size=9)
AGAIN = st.lists(
    st.sampled_from("tea for the Govardhan Sulochana he went Anantharaman's".split()), max_size=9
)


@given(TEXT, AGAIN)
def test_whatever_is_decoded_again_only_names_are_put_and_times_stay(before, after):
    glossary = terms("Govardhan", "Sulochana", "Anantharaman")
    old = reading(" ".join(before))
    made, done = corrected(old, reading(" ".join(after)), glossary, Learned(), spaced=True)
    left = [word.text for word in old.words]
    for one in done:
        assert one.term in one.after
    kept = [word.text for word in made.words if word.text in left]
    names = [word.text for word in made.words if word.text not in left]
    assert len(names) == len(done)
    rest = iter(left)
    assert all(word in rest for word in kept), "in order, and none that was not there"
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(made.words))
    assert all(word.start < word.end for word in made.words)
    if old.words:
        assert (made.words[0].start, made.words[-1].end) == (old.words[0].start, old.words[-1].end)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_key_is_of_its_letters_alone(one, other):
    assert phonetic_key(one) == phonetic_key(f"  {one}! ".upper().lower()) or not one.isascii()
    assert len(phonetic_key(one + other)) <= len(phonetic_key(one)) + len(phonetic_key(other)) + 1


class Told:
    """Decodes what it is told to, block by block."""

    def __init__(self, *said: str) -> None:
        self.said = said
        self.told: list[tuple[str, int]] = []

    def __call__(self, blocks, hotwords):
        self.told.append((hotwords, len(blocks)))
        return [reading(self.said[int(b.regions[0].start // 10)], b.regions[0].start)
                for b in blocks]  # fmt: skip


def use(first, again, *texts, room=223) -> tuple[list[str], GlossaryUse, Told]:
    blocks = [block(region(10 * n, 10 * n + 9)) for n in range(len(first))]
    decode = Told(*again)
    sure = "so it was then he and she went home to the old house"
    made, use = use_glossary(
        blocks,
        [reading(text, 10.0 * n, sure) for n, text in enumerate(first)],
        terms(*texts),
        decode,
        lambda text: len(text.split()),
        room=room,
    )
    return [one.text for one in made], use, decode


def test_only_blocks_with_something_like_a_term_are_decoded_again_and_with_that_term():
    made, used, decode = use(
        ["so Gavartan went home", "then he and she went"],
        ["so Govardhan went home", "then Sulochana went"],
        "Govardhan", "Sulochana",
    )  # fmt: skip
    assert made == ["so Govardhan went home", "then he and she went"]
    assert decode.told == [("Govardhan", 1)]
    assert [(one.start, one.terms) for one in used.offered] == [(0.0, ("Govardhan",))]
    assert used.said == {"Govardhan": 1}
    assert used.no_room == []


def test_what_a_name_was_taken_for_is_found_where_the_recogniser_is_sure_of_it():
    said = "so it was Adam Seremen"
    made, _, decode = use(
        [said, "the old house Adam Seremen", "then he went home"],
        ["so it was Anantharaman", "the old house Anantharaman", ""],
        "Anantharaman",
    )
    assert made[:2] == ["so it was Anantharaman", "the old house Anantharaman"]
    assert sum(count for _, count in decode.told) == 2


def test_what_had_no_room_anywhere_is_told():
    made, used, decode = use(
        ["so Gavartan went home"], ["so Govardhan went home"], "Govardhan", "Govindan", room=2
    )
    assert made == ["so Govardhan went home"]
    assert decode.told == [("Govardhan", 1)]
    assert used.no_room == ["Govindan"]


def test_a_glossary_of_which_nothing_is_said_costs_no_decoding():
    made, used, decode = use(["then he and she went home"], [""], "Raghunandan", "Thiruvanniyur")
    assert made == ["then he and she went home"]
    assert decode.told == []
    assert (used.offered, used.named, used.said) == ([], [], {})
