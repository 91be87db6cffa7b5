"""The ways in which a stretch of speech is decoded again, and what each changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalchitra.speech.engines.base import DecodingOptions


@dataclass(frozen=True)
class DecodingVariant:
    """What differs from the options of the first pass; None: nothing.

    `guarded`: no other script is written, whatever the first pass did. `halved`: a region that was
    by itself is decoded in halves, since to decode it the same again is no use.
    """

    name: str
    temperatures: tuple[float, ...] | None = None
    repetition_penalty: float | None = None
    beam_size: int | None = None
    prompt: str | None = None
    hotwords: str | None = None
    guarded: bool = False
    halved: bool = False

    def applied_to(self, options: DecodingOptions) -> DecodingOptions:
        """The options with what differs."""
        changes = {
            "temperatures": self.temperatures,
            "repetition_penalty": self.repetition_penalty,
            "beam_size": self.beam_size,
            "prompt": self.prompt,
            "hotwords": self.hotwords,
        }
        known = {name: value for name, value in changes.items() if value is not None}
        return replace(options, **known)  # type: ignore[arg-type]


def variants_of(
    temperatures: tuple[float, ...], *, prompted: bool = True, penalises: bool = True
) -> list[DecodingVariant]:
    """Those that are tried, in order, while something speaks against every hypothesis so far.

    Sampling comes last: it takes longest, and needs the model in another shape on a CPU.
    """
    still = DecodingVariant(
        "each region by itself", temperatures=temperatures[:1], guarded=True, halved=True
    )
    whole = replace(still, halved=False)
    variants = [still]
    if penalises:
        name = "each region by itself, repeating less"
        variants.append(replace(whole, name=name, repetition_penalty=1.3))
    if prompted:
        name = "each region by itself, without a prompt"
        variants.append(replace(whole, name=name, prompt=""))
    if max(temperatures) > 0:
        name = "each region by itself, at several temperatures"
        variants.append(DecodingVariant(name, guarded=True))
    return variants
