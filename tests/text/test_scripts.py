"""Scripts of texts, by their letters."""

from __future__ import annotations

import pytest

from chalchitra.text.scripts import script_of, script_share

TEXTS = {
    "Deva": "हिन्दी में ऱ क़ॲ",
    "Beng": "বাংলা অসমীয়া ৰৱ",
    "Guru": "ਪੰਜਾਬੀ ਅੱਜ",
    "Gujr": "ગુજરાતી",
    "Orya": "ଓଡ଼ିଆ",
    "Taml": "தமிழ்",
    "Telu": "తెలుగు",
    "Knda": "ಕನ್ನಡ",
    "Mlym": "മലയാളം ൻ",
    "Arab": "اردو ٲ ڄ ﷲ",
    "Olck": "ᱥᱟᱱᱛᱟᱲᱤ",
    "Mtei": "ꯃꯤꯇꯩꯂꯣꯟ",
    "Latn": "English café",
}


@pytest.mark.parametrize("script", TEXTS)
def test_every_letter_and_sign_has_its_script(script: str) -> None:
    assert script_share(TEXTS[script] + " 12 ।॥?!…", script) == 1.0


def test_dandas_digits_and_spaces_are_no_letters() -> None:
    assert script_share("।॥ ५:३० …", "Deva") is None
    assert script_share("বাংলা।", "Deva") == 0.0


def test_mixed_text() -> None:
    assert script_share("ab कख", "Latn") == 0.5
    assert script_of("я") == "Zyyy"
