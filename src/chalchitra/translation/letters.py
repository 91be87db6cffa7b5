"""Letters that IndicTransToolkit or IndicTrans2's tokeniser loses, and what brings them back.

Measured by sending every letter of every script through the toolkit and the model's own
SentencePiece and back (scripts/translation_golden.py). The tokeniser normalises to NFKC, which
takes Devanagari's precomposed nukta letters apart, and the toolkit goes through Devanagari for most
scripts: so Odia's YYA comes back as a letter that Odia does not have, and Punjabi's RRA in pieces.
"""

from __future__ import annotations

import re

_BEFORE = str.maketrans(
    {
        # In Devanagari, vowels for Kashmiri and a letter for Marwari that the vocabulary lacks.
        "ॳ": "अ",
        "ॴ": "आ",
        "ॵ": "औ",
        "ॶ": "उ",
        "ॷ": "ऊ",
        "ॸ": "ड",
        # Letters whose place in the block is another letter's in Devanagari: they would be sent as
        # क़, फ़ and so on. Today's spelling of the same sound.
        "ౘ": "చ",
        "ౙ": "జ",
        "ౚ": "ఱ",
        "ౝ": "న్",
        "ೝ": "ನ್",
        "ೞ": "ಳ",
        "ൟ": "ഈ",
        "ૹ": "ઝ",
        # Kashmiri in Arabic letters as the vocabulary spells it.
        "ؠ": "ٮ۪",
        "ێ": "یٚ",
    }
)
_OUTPUT = {"tam_Taml": str.maketrans({"श": "ஶ"})}
"""What the toolkit would write as another letter: already the right one, it is left alone."""
_AFTER: dict[str, tuple[tuple[str, str], ...]] = {
    "ory_Orya": (("ଯ\u0b3c", "ୟ"),),
    "pan_Guru": (("ਡ\u0a3c", "ੜ"),),
    "mal_Mlym": (("\u0d4c", "\u0d57"),),
    "snd_Arab": (("ی", "ي"), ("ہ", "ه"), ("ۃ", "ة")),
    "kas_Arab": (("ٮ۪", "ؠ"),),
    "mar_Deva": (("अ\u0945", "ॲ"),),
    "gom_Deva": (("अ\u0945", "ॲ"),),
}
"""By tag. Malayalam has its AU sign as it is written today; Sindhi its own YEH and HEH, which the
toolkit takes for Urdu's; Marathi's short A in one code point, as Unicode wants it."""
_APUN_IYEK = re.compile(r"(?:(?<!\s)\s+)?(\uabed)\s*")
"""Meetei Mayek's virama, which the toolkit takes for punctuation."""
_LUM_IYEK = re.compile(r"(?<!\s)\s+(\uabec)")


def known_letters(text: str) -> str:
    """A source with the letters that the model lacks in the nearest that it has."""
    return text.translate(_BEFORE)


def kept_letters(output: str, tag: str) -> str:
    """The model's output, in Devanagari as it is, before the toolkit writes it in its script."""
    return output.translate(_OUTPUT[tag]) if tag in _OUTPUT else output


def own_letters(text: str, tag: str) -> str:
    """The toolkit's output with the letters that its language has."""
    for wrong, right in _AFTER.get(tag, ()):
        text = text.replace(wrong, right)
    if tag == "mni_Mtei":
        text = _LUM_IYEK.sub(r"\1", _APUN_IYEK.sub(r"\1", text))
    return text
