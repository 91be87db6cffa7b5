"""Hearing suspicious stretches again: the better reading is kept, and what was done is told."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.blocks import Block, Piece, pack
from chalchitra.speech.healing import Way, alone, heal, shortened, ways_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript import Region

from .test_blocks import Silence
from .test_judging import DEVA, reading, region

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
            reading(said.get(one.regions[0].start, ""), start=one.regions[0].start)
            for one in blocks
        ]

    hear.told = told
    return hear


GOOD = "all is well"


def test_what_is_not_suspicious_is_not_heard_again():
    hear = saying()
    readings, healed = heal([block(region(0, 1.3))], [reading(GOOD)], hear, [PLAIN])
    assert readings[0].text == GOOD
    assert (healed, hear.told) == ([], [])


def test_a_region_that_came_out_empty_is_heard_by_itself():
    both = block(region(0, 1.3), region(5, 6.3))
    hear = saying({0: GOOD, 5: "and so are we"})
    readings, (healed,) = heal([both], [reading(GOOD)], hear, [PLAIN, OTHER])
    assert readings[0].text == f"{GOOD} and so are we"
    assert hear.told == [("by itself", [(0,), (5,)])], "a good reading needs no other way"
    assert (healed.start, healed.end) == (0, 6.3)
    assert healed.why == ("speech without words",)
    assert (healed.before, healed.after) == (GOOD, f"{GOOD} and so are we")
    assert (healed.how, healed.left) == ("by itself", ())


def test_ways_are_tried_until_one_is_good_and_only_where_it_is_not():
    blocks = [block(region(0, 1.3)), block(region(5, 6.3)), block(region(9, 10.3))]
    loop = "no " * 9
    first = [reading(loop), reading(loop, 5), reading(GOOD, 9)]
    hear = saying({0: GOOD, 5: loop}, {5: "fine"})
    readings, healed = heal(blocks, first, hear, [PLAIN, OTHER])
    assert [one.text for one in readings] == [GOOD, "fine", GOOD]
    assert [name for name, _ in hear.told] == ["by itself", "otherwise"]
    assert hear.told[1][1] == [(5,)]
    assert [one.how for one in healed] == ["by itself", "otherwise"]


def test_a_worse_reading_never_takes_the_place_of_a_better_one():
    first = reading("a guess", log=-1.3)
    readings, (healed,) = heal(
        [block(region(0, 1.3))], [first], saying({}, {0: "no " * 9}), [PLAIN, OTHER]
    )
    assert readings[0].text == "a guess"
    assert healed.left == ("unsure",), "what is still doubtful is told"
    assert healed.before == healed.after


def test_a_loop_that_no_way_heals_is_cut_to_what_there_is_time_for():
    endless = reading("नहीं " * 200, each=0.01)
    readings, (healed,) = heal(
        [block(region(0, 2))], [endless], lambda blocks, way: [endless], [PLAIN], DEVA
    )
    assert 1 <= len(readings[0].words) <= 20
    assert "loops cut" in healed.how


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
