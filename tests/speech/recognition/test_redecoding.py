"""Decoding suspicious stretches again: the better one is kept, and what was done is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalchitra.speech.recognition.blocks import Block, Piece, pack
from chalchitra.speech.recognition.hypothesis import Hypothesis
from chalchitra.speech.recognition.quality import LanguageRules
from chalchitra.speech.recognition.redecoding import alone, redecode
from chalchitra.speech.recognition.trimming import joined, shortened
from chalchitra.speech.recognition.variants import DecodingVariant, variants_of
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.model import Region

from .test_blocks import Silence
from .test_quality import DEVA, hypothesis, region

PLAIN = DecodingVariant("by itself")
OTHER = DecodingVariant("otherwise", prompt="")


def block(*regions: Region) -> Block:
    (made,) = pack(SpeechRegions(regions=list(regions), pad=0.2), Silence(0, 100))
    return made


def saying(*texts: dict[float, str]):
    """Says, in each variant in turn, what the text for a region's start is."""
    told: list[tuple[str, list[tuple[float, ...]]]] = []

    def decode(blocks, variant):
        told.append((variant.name, [tuple(r.start for r in one.regions) for one in blocks]))
        said = texts[len(told) - 1]
        return [
            hypothesis(
                text := said.get(one.regions[0].start, ""),
                start=one.regions[0].start,
                each=0.02 if text == LOOP else 0.4,
            )
            for one in blocks
        ]

    decode.told = told
    return decode


GOOD = "all is well"
LOOP = "no " * 9


def uncut(block: Block) -> list[Block]:
    return [block]


def of(*parts: Hypothesis) -> Hypothesis:
    """Readings of one block's regions as the block's."""
    return joined(list(parts), "")


def test_what_is_not_suspicious_is_not_decoded_again():
    decode = saying()
    hypotheses, redecoded = redecode(
        [block(region(0, 1.3))], [hypothesis(GOOD)], decode, [PLAIN], uncut
    )
    assert hypotheses[0].text == GOOD
    assert (redecoded, decode.told) == ([], [])


def test_only_the_region_that_came_out_empty_is_decoded_again():
    both = block(region(0, 1.3), region(5, 6.3))
    decode = saying({5: "and so are we"})
    hypotheses, (redecoded,) = redecode([both], [hypothesis(GOOD)], decode, [PLAIN, OTHER], uncut)
    assert hypotheses[0].text == f"{GOOD} and so are we"
    assert decode.told == [("by itself", [(5,)])], "a good hypothesis needs no other variant"
    assert (redecoded.start, redecoded.end) == (5, 6.3)
    assert redecoded.why == ("speech without words",)
    assert (redecoded.before, redecoded.after) == ("", "and so are we")
    assert (redecoded.how, redecoded.left) == ("by itself", ())


def test_words_before_and_after_a_region_that_is_decoded_again_keep_their_order():
    three = block(region(0, 1.3), region(3, 4.3), region(6, 7.3))
    first = of(hypothesis(GOOD), hypothesis(GOOD, 6))
    hypotheses, _ = redecode([three], [first], saying({3: "we are"}), [PLAIN], uncut)
    assert hypotheses[0].text == f"{GOOD} we are {GOOD}"
    assert [one.start for one in hypotheses[0].segments] == [0, 3, 6]


def test_a_segment_that_a_bad_region_cuts_in_two_keeps_its_other_words():
    three = block(region(0, 1.3), region(3, 3.5), region(6, 7.3))
    parts = [hypothesis(GOOD), hypothesis(LOOP, 3, each=0.05), hypothesis(GOOD, 6)]
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
    hypotheses, (redecoded,) = redecode(
        [three], [Hypothesis([whole])], saying({3: "ok"}), [PLAIN], uncut
    )
    assert [one.text for one in hypotheses[0].segments] == [GOOD, "ok", GOOD]
    assert redecoded.before == LOOP.strip()


def test_a_loop_over_a_pause_is_decoded_again_in_each_of_its_regions():
    two = block(region(0, 0.2), region(1, 1.2))
    first = of(hypothesis("no no no", each=0.06), hypothesis("no no no", 1, each=0.06))
    decode = saying({0: "no no", 1: "no"})
    hypotheses, redecoded = redecode([two], [first], decode, [PLAIN], uncut)
    assert hypotheses[0].text == "no no no"
    assert [one.why for one in redecoded] == [("a loop over a pause",)] * 2


def test_variants_are_tried_until_one_is_good_and_only_where_it_is_not():
    blocks = [block(region(0, 1.3)), block(region(5, 6.3)), block(region(9, 10.3))]
    first = [hypothesis(LOOP, each=0.02), hypothesis(LOOP, 5, each=0.02), hypothesis(GOOD, 9)]
    again = DecodingVariant("once more")
    decode = saying({0: GOOD, 5: LOOP}, {5: "fine"})
    hypotheses, redecoded = redecode(blocks, first, decode, [again, OTHER], uncut)
    assert [one.text for one in hypotheses] == [GOOD, "fine", GOOD]
    assert [name for name, _ in decode.told] == ["once more", "otherwise"]
    assert decode.told[1][1] == [(5,)]
    assert [one.how for one in redecoded] == ["once more", "otherwise"]


def test_a_worse_hypothesis_never_takes_the_place_of_a_better_one():
    first = hypothesis("a guess", log=-1.3)
    worse = hypothesis("at random", log=-1.6)
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 1.3))], [first], lambda blocks, variant: [worse], [OTHER, OTHER], uncut
    )
    assert hypotheses[0].text == "a guess"
    assert redecoded.left == ("unsure",), "what is still doubtful is told"
    assert redecoded.before == redecoded.after


def test_a_word_doubled_without_time_is_said_once_and_that_is_told():
    said = hypothesis("all is is well", each=0.3)
    for index, probability in enumerate((0.9, 0.3, 0.5, 0.9)):
        said.segments[0].words[index].probability = probability
    hypotheses, (redecoded,) = redecode([block(region(0, 1.3))], [said], saying(), [PLAIN], uncut)
    assert hypotheses[0].text == "all is well"
    assert (redecoded.before, redecoded.after) == ("all is is well", "all is well")


def test_a_fast_loop_in_other_letters_becomes_what_is_said():
    first = hypothesis("raja ne " * 30, each=0.02, log=-0.9)
    decode = saying({0: "राजा ने मंत्री को बुलाया"})
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 2.2))], [first], decode, [PLAIN, OTHER], uncut, DEVA
    )
    assert {"another script", "a loop", "faster than anyone speaks"} <= set(redecoded.why)
    assert hypotheses[0].text == "राजा ने मंत्री को बुलाया"
    assert redecoded.left == ()


def test_words_are_never_given_up_for_none():
    foreign = hypothesis("raja ne kaha", log=-1.5)
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 1.3))],
        [foreign],
        lambda blocks, variant: [Hypothesis([])],
        [OTHER],
        uncut,
        DEVA,
    )
    assert hypotheses[0].text == "raja ne kaha"
    assert "another script" in redecoded.left


def test_a_loop_that_no_variant_removes_is_cut_to_what_there_is_time_for():
    endless = hypothesis("नहीं " * 200, each=0.01)
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 2))], [endless], lambda blocks, variant: [endless], [OTHER], uncut, DEVA
    )
    assert 1 <= len(hypotheses[0].words) <= 20
    assert "loops cut" in redecoded.how


def test_a_syllable_without_end_is_cut_too():
    endless = hypothesis("vo log" + "av" * 60, each=0.2)
    hypotheses, _ = redecode(
        [block(region(0, 1))], [endless], lambda blocks, variant: [endless], [OTHER], uncut
    )
    assert hypotheses[0].text == "vo logavavav"


def test_a_hallucination_that_no_variant_removes_is_left_out_and_told():
    thanks = hypothesis("thanks for watching", each=2.0)
    rules = LanguageRules(hallucinations=("thanks for watching",))
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 6))], [thanks], lambda blocks, variant: [thanks], [OTHER], uncut, rules
    )
    assert hypotheses[0].words == []
    assert [word.text for word in hypotheses[0].dropped] == ["thanks", "for", "watching"]
    assert redecoded.why == ("a common hallucination",)
    assert redecoded.after == ""
    assert "left out" in redecoded.how


def test_doubtful_text_where_whisper_finds_nobody_is_left_out_and_told():
    guess = hypothesis("a guess", log=-1.3)
    guess.segments[0] = guess.segments[0].model_copy(update={"no_speech_prob": 0.9})
    hypotheses, (redecoded,) = redecode(
        [block(region(0, 1.3))], [guess], lambda blocks, variant: [guess], [OTHER], uncut
    )
    assert hypotheses[0].words == []
    assert [word.text for word in hypotheses[0].dropped] == ["a", "guess"]
    assert redecoded.before == "a guess"


WORDS = "one two three four five six seven eight nine ten eleven twelve".split()


def with_a_cap(most: int):
    """A recogniser that writes one word of WORDS a second, `most` of them in a window."""

    def decode(blocks, variant):
        told = []
        for one in blocks:
            spoken = [
                (n, word)
                for n, word in enumerate(WORDS)
                if one.regions[0].start <= n + 0.5 < one.regions[-1].end
            ]
            segments = [hypothesis(word, n, each=0.9).segments[0] for n, word in spoken[:most]]
            told.append(Hypothesis(segments, capped=one.seconds if len(spoken) >= most else 0.0))
        return told

    return decode


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
def test_what_a_window_had_no_room_for_is_decoded_in_halves_until_it_fits(most):
    whole = block(region(0, 12))
    decode = with_a_cap(most)
    first = decode([whole], PLAIN)
    hypotheses, (redecoded,) = redecode([whole], first, decode, variants_of((0.0,))[:1], middle)
    assert [word.text for word in hypotheses[0].words] == WORDS
    assert "more words than fit into a window" in redecoded.why


def test_a_variant_that_helps_nothing_of_much_speech_is_the_last_one():
    """A model that does not know a language: each variant would take its time."""
    blocks = [block(region(10.0 * n, 10.0 * n + 8)) for n in range(9)]
    first = [hypothesis(LOOP, 10.0 * n, each=0.02) for n in range(9)]
    decode = saying({10 * n: LOOP for n in range(9)}, {})
    _, redecoded = redecode(blocks, first, decode, [OTHER, PLAIN], uncut)
    assert len(decode.told) == 1
    assert [one.how for one in redecoded] == ["loops cut"] * 9


def test_a_refrain_takes_its_time_and_stays():
    refrain = hypothesis("la la la la la la", each=0.5)
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
    variants = variants_of((0.0, 0.4))
    assert variants_of((0.0,), penalises=False) == [variants[0], variants[2]]
    assert [variant.temperatures for variant in variants] == [(0.0,), (0.0,), (0.0,), None]
    assert all(variant.temperatures for variant in variants_of((0.0,)))


def test_what_has_no_prompt_is_not_decoded_without_it():
    with_one, without = variants_of((0.0,)), variants_of((0.0,), prompted=False)
    assert [variant for variant in with_one if variant not in without] == [with_one[-1]]
    assert with_one[-1].prompt == ""


def test_one_region_alone_is_the_block_itself():
    one = block(region(3, 4))
    assert alone(one) == [one]
    assert isinstance(one.pieces[0], Piece)
