"""Hearing suspicious stretches again: the better reading is kept, and what was done is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.blocks import Block, Piece, pack
from chalchitra.speech.recognition.quality import Reading, Written
from chalchitra.speech.recognition.redecoding import Way, alone, heal, joined, shortened, ways_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region

from .test_blocks import Silence
from .test_quality import DEVA, reading, region

PLAIN = Way("by itself", {})
OTHER = Way("otherwise", {"prompt": ""})


def block(*regions: Region) -> Block:
    (made,) = pack(SpeechRegions(regions=list(regions), pad=0.2), Silence(0, 100))
    return made


def saying(*texts: dict[float, str]):
    """A recogniser that says, in each way in turn, what the text for a region's start is."""
    told: list[tuple[str, list[tuple[float, ...]]]] = []

    def hear(blocks, way):
        told.append((way.name, [tuple(r.start for r in one.regions) for one in blocks]))
        said = texts[len(told) - 1]
        return [
            reading(
                text := said.get(one.regions[0].start, ""),
                start=one.regions[0].start,
                each=0.02 if text == LOOP else 0.4,
            )
            for one in blocks
        ]

    hear.told = told
    return hear


GOOD = "all is well"
LOOP = "no " * 9


def uncut(block: Block) -> list[Block]:
    return [block]


def of(*parts: Reading) -> Reading:
    """Readings of one block's regions as the block's."""
    return joined(list(parts), "")


def test_what_is_not_suspicious_is_not_heard_again():
    hear = saying()
    readings, healed = heal([block(region(0, 1.3))], [reading(GOOD)], hear, [PLAIN], uncut)
    assert readings[0].text == GOOD
    assert (healed, hear.told) == ([], [])


def test_only_the_region_that_came_out_empty_is_heard_again():
    both = block(region(0, 1.3), region(5, 6.3))
    hear = saying({5: "and so are we"})
    readings, (healed,) = heal([both], [reading(GOOD)], hear, [PLAIN, OTHER], uncut)
    assert readings[0].text == f"{GOOD} and so are we"
    assert hear.told == [("by itself", [(5,)])], "a good reading needs no other way"
    assert (healed.start, healed.end) == (5, 6.3)
    assert healed.why == ("speech without words",)
    assert (healed.before, healed.after) == ("", "and so are we")
    assert (healed.how, healed.left) == ("by itself", ())


def test_words_before_and_after_a_region_that_is_heard_again_keep_their_order():
    three = block(region(0, 1.3), region(3, 4.3), region(6, 7.3))
    first = of(reading(GOOD), reading(GOOD, 6))
    readings, _ = heal([three], [first], saying({3: "we are"}), [PLAIN], uncut)
    assert readings[0].text == f"{GOOD} we are {GOOD}"
    assert [one.start for one in readings[0].segments] == [0, 3, 6]


def test_a_segment_that_a_bad_region_cuts_in_two_keeps_its_other_words():
    three = block(region(0, 1.3), region(3, 3.5), region(6, 7.3))
    parts = [reading(GOOD), reading(LOOP, 3, each=0.05), reading(GOOD, 6)]
    said = [word for part in parts for word in part.words]
    whole = (
        parts[0]
        .segments[0]
        .model_copy(
            update={
                "words": said,
                "text": " ".join(word.text for word in said),
                "end": said[-1].end,
            }
        )
    )
    readings, (healed,) = heal([three], [Reading([whole])], saying({3: "ok"}), [PLAIN], uncut)
    assert [one.text for one in readings[0].segments] == [GOOD, "ok", GOOD]
    assert healed.before == LOOP.strip()


def test_a_loop_over_a_pause_is_heard_again_in_each_of_its_regions():
    two = block(region(0, 0.2), region(1, 1.2))
    first = of(reading("no no no", each=0.06), reading("no no no", 1, each=0.06))
    hear = saying({0: "no no", 1: "no"})
    readings, healed = heal([two], [first], hear, [PLAIN], uncut)
    assert readings[0].text == "no no no"
    assert [one.why for one in healed] == [("a loop over a pause",)] * 2


def test_ways_are_tried_until_one_is_good_and_only_where_it_is_not():
    blocks = [block(region(0, 1.3)), block(region(5, 6.3)), block(region(9, 10.3))]
    first = [reading(LOOP, each=0.02), reading(LOOP, 5, each=0.02), reading(GOOD, 9)]
    again = Way("once more", {})
    hear = saying({0: GOOD, 5: LOOP}, {5: "fine"})
    readings, healed = heal(blocks, first, hear, [again, OTHER], uncut)
    assert [one.text for one in readings] == [GOOD, "fine", GOOD]
    assert [name for name, _ in hear.told] == ["once more", "otherwise"]
    assert hear.told[1][1] == [(5,)]
    assert [one.how for one in healed] == ["once more", "otherwise"]


def test_a_worse_reading_never_takes_the_place_of_a_better_one():
    first = reading("a guess", log=-1.3)
    worse = reading("at random", log=-1.6)
    readings, (healed,) = heal(
        [block(region(0, 1.3))], [first], lambda blocks, way: [worse], [OTHER, OTHER], uncut
    )
    assert readings[0].text == "a guess"
    assert healed.left == ("unsure",), "what is still doubtful is told"
    assert healed.before == healed.after


def test_a_word_doubled_without_time_is_said_once_and_that_is_told():
    said = reading("all is is well", each=0.3)
    for index, probability in enumerate((0.9, 0.3, 0.5, 0.9)):
        said.segments[0].words[index].probability = probability
    readings, (healed,) = heal([block(region(0, 1.3))], [said], saying(), [PLAIN], uncut)
    assert readings[0].text == "all is well"
    assert (healed.before, healed.after) == ("all is is well", "all is well")


def test_a_fast_loop_in_other_letters_becomes_what_is_said():
    first = reading("raja ne " * 30, each=0.02, log=-0.9)
    hear = saying({0: "राजा ने मंत्री को बुलाया"})
    readings, (healed,) = heal([block(region(0, 2.2))], [first], hear, [PLAIN, OTHER], uncut, DEVA)
    assert {"another script", "a loop", "faster than anyone speaks"} <= set(healed.why)
    assert readings[0].text == "राजा ने मंत्री को बुलाया"
    assert healed.left == ()


def test_words_are_never_given_up_for_none():
    foreign = reading("raja ne kaha", log=-1.5)
    readings, (healed,) = heal(
        [block(region(0, 1.3))], [foreign], lambda blocks, way: [Reading([])], [OTHER], uncut, DEVA
    )
    assert readings[0].text == "raja ne kaha"
    assert "another script" in healed.left


def test_a_loop_that_no_way_heals_is_cut_to_what_there_is_time_for():
    endless = reading("नहीं " * 200, each=0.01)
    readings, (healed,) = heal(
        [block(region(0, 2))], [endless], lambda blocks, way: [endless], [OTHER], uncut, DEVA
    )
    assert 1 <= len(readings[0].words) <= 20
    assert "loops cut" in healed.how


def test_a_syllable_without_end_is_cut_too():
    endless = reading("vo log" + "av" * 60, each=0.2)
    readings, _ = heal(
        [block(region(0, 1))], [endless], lambda blocks, way: [endless], [OTHER], uncut
    )
    assert readings[0].text == "vo logavavav"


def test_an_invented_phrase_that_no_way_heals_is_left_out_and_told():
    thanks = reading("thanks for watching", each=2.0)
    written = Written(invented=("thanks for watching",))
    readings, (healed,) = heal(
        [block(region(0, 6))], [thanks], lambda blocks, way: [thanks], [OTHER], uncut, written
    )
    assert readings[0].words == []
    assert [word.text for word in readings[0].dropped] == ["thanks", "for", "watching"]
    assert healed.why == ("a common hallucination",)
    assert healed.after == ""
    assert "left out" in healed.how


def test_doubtful_text_where_whisper_hears_nobody_is_left_out_and_told():
    guess = reading("a guess", log=-1.3)
    guess.segments[0] = guess.segments[0].model_copy(update={"no_speech_prob": 0.9})
    readings, (healed,) = heal(
        [block(region(0, 1.3))], [guess], lambda blocks, way: [guess], [OTHER], uncut
    )
    assert readings[0].words == []
    assert [word.text for word in readings[0].dropped] == ["a", "guess"]
    assert healed.before == "a guess"


WORDS = "one two three four five six seven eight nine ten eleven twelve".split()


def with_a_cap(most: int):
    """A recogniser that writes one word of WORDS a second, `most` of them in a window."""

    def hear(blocks, way):
        told = []
        for one in blocks:
            spoken = [
                (n, word)
                for n, word in enumerate(WORDS)
                if one.regions[0].start <= n + 0.5 < one.regions[-1].end
            ]
            segments = [reading(word, n, each=0.9).segments[0] for n, word in spoken[:most]]
            told.append(Reading(segments, capped=one.seconds if len(spoken) >= most else 0.0))
        return told

    return hear


def middle(block: Block) -> list[Block]:
    (one,) = block.regions
    at = (one.start + one.end) / 2
    if one.end - one.start < 2:
        return [block]
    return [
        Block((Piece(start, end, 0.0),), (Region(start=start, end=end),))
        for start, end in ((one.start, at), (at, one.end))
    ]


@pytest.mark.parametrize("most", [2, 3, 5, 9])
def test_what_a_window_had_no_room_for_is_heard_in_halves_until_it_fits(most):
    whole = block(region(0, 12))
    hear = with_a_cap(most)
    first = hear([whole], PLAIN)
    readings, (healed,) = heal([whole], first, hear, ways_of((0.0,))[:1], middle)
    assert [word.text for word in readings[0].words] == WORDS
    assert "more words than fit into a window" in healed.why


def test_a_way_that_helps_nothing_of_much_speech_is_the_last_one():
    """A model that does not know a language: each way would take as long as hearing it."""
    blocks = [block(region(10.0 * n, 10.0 * n + 8)) for n in range(9)]
    first = [reading(LOOP, 10.0 * n, each=0.02) for n in range(9)]
    hear = saying({10 * n: LOOP for n in range(9)}, {})
    _, healed = heal(blocks, first, hear, [OTHER, PLAIN], uncut)
    assert len(hear.told) == 1
    assert [one.how for one in healed] == ["loops cut"] * 9


def test_a_refrain_takes_its_time_and_stays():
    refrain = reading("la la la la la la", each=0.5)
    assert shortened(refrain) is refrain


@given(st.lists(st.floats(0.2, 8), min_size=1, max_size=12), st.floats(0.05, 3))
def test_regions_by_themselves_are_all_of_them_with_their_sound(lengths, gap):
    regions, at = [], 1.0
    for length in lengths:
        regions.append(Region(start=at, end=at + length))
        at += length + gap
    for one in pack(SpeechRegions(regions=regions, pad=0.4), Silence(0, at + 1)):
        parts = alone(one)
        assert [part.regions for part in parts] == [(each,) for each in one.regions]
        for part in parts:
            (piece,) = part.pieces if len(parts) > 1 else part.pieces[:1]
            assert piece.at == 0
            assert piece.start <= part.regions[0].start + 1e-6
            assert part.regions[0].end <= piece.end + 1e-6
        for a, b in pairwise(parts):
            assert a.pieces[-1].end <= b.pieces[0].start + 1e-6


def test_sampling_comes_last_and_only_where_it_is_wanted():
    ways = ways_of((0.0, 0.4))
    assert ways_of((0.0,), penalises=False) == [ways[0], ways[2]]
    assert [way.changes.get("temperatures") for way in ways] == [(0.0,), (0.0,), (0.0,), None]
    assert all("temperatures" in way.changes for way in ways_of((0.0,)))


def test_what_has_no_prompt_is_not_heard_without_it():
    with_one, without = ways_of((0.0,)), ways_of((0.0,), prompted=False)
    assert [way for way in with_one if way not in without] == [with_one[-1]]
    assert with_one[-1].changes["prompt"] == ""


def test_one_region_alone_is_the_block_itself():
    one = block(region(3, 4))
    assert alone(one) == [one]
    assert isinstance(one.pieces[0], Piece)
