"""Units through an engine: batched, checked, retried, in pieces, and none lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from chalchitra.translation.batches import BatchTooLarge
from chalchitra.translation.translate_units import Generated, Outcome, halved, translate_units
from chalchitra.translation.units import SentenceUnit


class FakeEngine:
    """Translates a word into its capitals by `say(text, careful)`; counts tokens as words."""

    def __init__(
        self,
        say: Callable[[str, bool], str | Generated] = lambda text, careful: text.upper(),
        *,
        max_tokens: int = 50,
        memory: int = 100,
    ) -> None:
        self.say, self.max_tokens, self.memory = say, max_tokens, memory
        self.calls: list[tuple[list[str], bool]] = []

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def generate(self, texts: Sequence[str], *, careful: bool = False) -> list[Generated]:
        if len(texts) > self.memory:
            raise BatchTooLarge
        assert all(length <= self.max_tokens for length in self.lengths(texts))
        self.calls.append((list(texts), careful))
        said = [self.say(text, careful) for text in texts]
        return [one if isinstance(one, Generated) else Generated(one) for one in said]


def run(engine: FakeEngine, *texts: str, batch_size: int = 4, target: str = "eng_Latn") -> Outcome:
    units = [
        SentenceUnit(id=n, start=n, end=n + 0.5, text=text, segment_ids=(n,))
        for n, text in enumerate(texts)
    ]
    return translate_units(units, engine, "eng_Latn", target, batch_size=batch_size)


def test_units_come_back_paired_with_their_sources() -> None:
    outcome = run(FakeEngine(), "one two three", "four", "five six")
    assert [(unit.id, unit.source, unit.text, unit.segment_ids) for unit in outcome.units] == [
        (0, "one two three", "ONE TWO THREE", [0]),
        (1, "four", "FOUR", [1]),
        (2, "five six", "FIVE SIX", [2]),
    ]
    assert {unit.status for unit in outcome.units} == {"translated"}
    assert outcome.retried == 0


@settings(deadline=None)  # of many long sentences
@given(
    st.lists(st.lists(st.sampled_from("ab cd ef gh 10:30 ♪ x,".split()), min_size=1).map(" ".join)),
    st.integers(1, 8),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_no_unit_is_lost_whatever_the_model_says(texts, batch_size, memory, random) -> None:  # type: ignore[no-untyped-def]
    bad = ["", "\\1", "la " * 60, "नहीं", "<ID9>", "x" * 900]

    def say(text: str, careful: bool) -> Generated:
        said = random.choice([text, text, *bad])
        return Generated(said, finished=random.random() > 0.1)

    outcome = run(FakeEngine(say, memory=memory), *texts, batch_size=batch_size)
    assert [unit.source for unit in outcome.units] == texts
    for unit in outcome.units:
        assert unit.text.strip()
        assert unit.status == "translated" or (unit.text == unit.source and unit.reason)
        assert "\\" not in unit.text


def test_a_failed_sentence_is_tried_again_alone_and_with_care() -> None:
    engine = FakeEngine(lambda text, careful: text.upper() if careful else "")
    outcome = run(engine, "one two", "three")
    assert [unit.text for unit in outcome.units] == ["ONE TWO", "THREE"]
    assert engine.calls == [(["one two", "three"], False), (["one two"], True), (["three"], True)]
    assert outcome.retried == 2


def test_then_without_placeholders() -> None:
    engine = FakeEngine(lambda text, careful: text.replace("<ID1>", "then").upper())
    [unit] = run(engine, "we came at 10:30 today").units
    assert unit.text == "WE CAME AT 10:30 TODAY"
    assert unit.reason is None


def test_a_lost_number_is_told() -> None:
    engine = FakeEngine(lambda text, careful: "WE CAME TODAY EARLY")
    [unit] = run(engine, "we came at 10:30 today").units
    assert (unit.status, unit.reason) == ("translated", "10:30 is missing")


def test_what_lost_its_placeholder_gives_way_to_what_had_none() -> None:
    """What is left of a mangled one (D1) may be anything; the numbers alone are told then."""

    def say(text: str, careful: bool) -> str:
        return "we came at D1 today" if "<ID1>" in text else "we came early today"

    [unit] = run(FakeEngine(say), "we came at 10:30 today").units
    assert (unit.text, unit.reason) == ("we came early today", "10:30 is missing")


def test_a_letter_without_a_sign_is_tried_again_and_told() -> None:
    def once(text: str, careful: bool) -> Generated:
        return Generated(text.upper(), unwritten=not careful)

    [unit] = run(FakeEngine(once), "one two").units
    assert (unit.text, unit.reason) == ("ONE TWO", None)
    always = FakeEngine(lambda text, careful: Generated(text.upper(), unwritten=True))
    [unit] = run(always, "one two").units
    assert "unknown character" in (unit.reason or "")


def test_what_the_model_cannot_read_is_told_and_not_tried_again() -> None:
    engine = FakeEngine(lambda text, careful: Generated(text.upper(), unread=("ॸ",)))
    outcome = run(engine, "one two")
    assert outcome.units[0].reason == "the model does not know “ॸ”"
    assert outcome.retried == 0


def test_a_sentence_is_tried_without_its_mark_before_it_is_cut() -> None:
    engine = FakeEngine(lambda text, careful: "" if "?" in text else text.upper())
    [unit] = run(engine, "how are you?").units
    assert (unit.text, unit.reason) == ("HOW ARE YOU?", None)


def hindi(engine: FakeEngine, target: str, *texts: str) -> list[tuple[str, str]]:
    units = [SentenceUnit(n, n, n + 0.5, text, (n,)) for n, text in enumerate(texts)]
    done = translate_units(units, engine, "hin_Deva", target, batch_size=4)
    return [(unit.text, unit.reason or "") for unit in done.units]


def test_latin_letters_are_not_sent_as_another_script() -> None:
    engine = FakeEngine(lambda text, careful: "It is here.")
    english, hinglish, name = hindi(
        engine, "eng_Latn", "I love you.", "kya kar rahe ho yaar?", "WhatsApp."
    )
    assert english == ("I love you.", "")
    assert hinglish[0] == "kya kar rahe ho yaar?"
    assert "Latin letters" in hinglish[1]
    assert name == ("WhatsApp.", "")
    assert engine.calls == []
    [(text, reason)] = hindi(engine, "tam_Taml", "I love you.")
    assert (text, "Latin letters" in reason) == ("I love you.", True)


def test_a_fragment_gains_no_full_stop_unless_nothing_has_any() -> None:
    engine = FakeEngine(lambda text, careful: f"{text.upper().rstrip('.')}.")
    assert [unit.text for unit in run(engine, "and then", "he came.").units] == [
        "AND THEN",
        "HE CAME.",
    ]
    texts = [f"and then he{'x' * n}" for n in range(30)]
    assert all(unit.text.endswith(".") for unit in run(engine, *texts).units)


def test_of_marks_of_two_scripts_side_by_side_one_is_shown() -> None:
    said = {"he came, she went": "वह आया।, वह गई", "he came.": "वह आया।.", "why?": "क्यों?।"}
    outcome = run(FakeEngine(lambda text, careful: said[text]), *said, target="hin_Deva")
    assert [unit.text for unit in outcome.units] == ["वह आया। वह गई", "वह आया।", "क्यों?"]


def test_of_marks_where_two_pieces_meet_one_is_shown() -> None:
    engine = FakeEngine(
        lambda text, careful: {"one two,": "एक दो।", "three four": ", तीन चार"}.get(text, "")
    )
    [unit] = run(engine, "one two, three four", target="hin_Deva").units
    assert unit.text == "एक दो, तीन चार"


def test_then_in_pieces() -> None:
    engine = FakeEngine(lambda text, careful: text.upper() if len(text.split()) < 3 else "")
    outcome = run(engine, "one two, three four")
    assert [unit.text for unit in outcome.units] == ["ONE TWO, THREE FOUR"]
    assert outcome.in_pieces == 1


def test_what_fails_keeps_its_source_and_says_why() -> None:
    outcome = run(FakeEngine(lambda text, careful: ""), "one two three four five", "♪")
    assert [(unit.text, unit.status) for unit in outcome.units] == [
        ("one two three four five", "untranslated"),
        ("♪", "translated"),
    ]
    assert outcome.units[0].reason == "the model gave no text"


def test_an_output_without_an_end_is_not_believed() -> None:
    [unit] = run(FakeEngine(lambda text, careful: Generated(text, finished=False)), "one").units
    assert (unit.status, unit.reason) == ("untranslated", "the translation does not end")


def test_a_sentence_longer_than_the_model_goes_through_in_pieces() -> None:
    engine = FakeEngine(max_tokens=3)
    outcome = run(engine, " ".join(f"word{n}" for n in range(40)), "short one")
    assert outcome.units[0].text == " ".join(f"WORD{n}" for n in range(40))
    assert outcome.units[1].text == "SHORT ONE"
    assert outcome.in_pieces == 1


def test_one_word_longer_than_the_model_is_untranslated() -> None:
    engine = FakeEngine(max_tokens=0)
    [unit] = run(engine, "word").units
    assert unit.status == "untranslated"
    assert "too long" in (unit.reason or "")
    assert engine.calls == []


def test_progress_counts_units() -> None:
    seen: list[tuple[int, int]] = []
    units = [SentenceUnit(n, n, n, f"word{n}" if n else "♪", (n,)) for n in range(9)]
    translate_units(
        units,
        FakeEngine(),
        "eng_Latn",
        "eng_Latn",
        batch_size=4,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(5, 9), (9, 9)]


def test_halves_are_cut_at_a_comma_near_the_middle() -> None:
    assert halved("a b c d, e f g") == ("a b c d,", "e f g")
    assert halved("a b c d") == ("a b", "c d")
    assert halved("a") is None
