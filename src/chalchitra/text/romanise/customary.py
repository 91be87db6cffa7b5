"""Words that everybody types otherwise than the rules spell them: short ones, names, loans.

This is data, and it is a module because what a stage imports counts in its fingerprint.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from chalchitra.text.romanise.letters import NUKTA, units
from chalchitra.text.romanise.northern import HINDI, spell

_HINDI = """
जननी janani वायु vayu वहाँ wahan वहां wahan धन्यवाद dhanyavad उपयोग upyog राष्ट्रपति rashtrapati डॉ dr
में mein यह yeh वह woh ये ye वो woh
माँ maa मां maa न na व va एवं evam कुछ kuch गुजरात gujarat
छह chhah मुंबई mumbai कई kai आई aai चावल chawal दिवाली diwali अजनबी ajnabi महल mahal
सिंह singh
पंजाब punjab पंजाबी punjabi इंतज़ार intezaar इंतजार intezaar उम्र umar फ़िक्र fikr फिक्र fikr ज़िक्र zikr
जिक्र zikr सब्र sabr क़ब्र qabr कब्र kabr शुक्र shukr हिज्र hijr बेवकूफ़ bewakoof बेवकूफ bewakoof
हुक्म hukm वफ़ा wafa वफा wafa बेवफ़ा bewafa बेवफा bewafa वफ़ादार wafadar वफादार wafadar
सफल safal सफलता safalta असफलता asafalta असफल asafal
असमय asamay वक़्त waqt वक्त waqt वजह wajah वतन watan वहीं wahin वरना warna
वग़ैरह wagairah वगैरह wagairah वकील wakeel वैसे waise वैसा waisa वैसी waisi वे ve
ग़लत galat ग़लती galti गवाह gawah यहीं yahin बहुत bahut हुई hui हुए hue
छः chhah ठीक theek नहीं nahin क्यूँ kyun क्यूं kyun दुआ dua दुआएँ duayein
फिल्म film फ़िल्म film फिल्में filmein फ़िल्में filmein फोन phone फ़ोन phone डॉक्टर doctor स्कूल school
पुलिस police ऑफिस office ऑफ़िस office स्टेशन station कॉलेज college हॉस्पिटल hospital होटल hotel
मोबाइल mobile कंप्यूटर computer टीवी TV बस bas पार्टी party सॉरी sorry थैंक्यू thankyou ओके OK
मैडम madam प्लीज़ please प्लीज please मिनट minute टाइम time नंबर number मैसेज message मिस्टर mister
फैमिली family गुड good डैडी daddy मम्मी mummy अंकल uncle आंटी aunty हैलो hello हेलो hello
"""
_NUKTA_LEFT_OUT = """
ज़बरदस्त ज़बरदस्ती ज़िंदगी ज़िन्दगी ज़िंदा ज़िन्दा हज़ार हज़ारों चीज़ चीज़ें चीज़ों आवाज़ आवाज़ें ज़रूर ज़रूरत ज़रूरी ज़मीन ज़माना
ज़माने रोज़ रोज़ाना मज़ा मज़े मज़ाक बाज़ार दरवाज़ा दरवाज़े इज़्ज़त नाराज़ अंदाज़ अंदाज़ा नज़र नज़रें अज़ीज़ काग़ज़
ज़ोर ज़ुल्म ज़ख़्म ज़हर ज़बान ज़ुबान ज़्यादा ज़रा ज़िद ज़िम्मेदारी ज़िम्मेदार गुज़र गुज़रा कमज़ोर आज़ाद आज़ादी
मज़बूत तेज़ मेज़ सब्ज़ी अंग्रेज़ अंग्रेज़ी मंज़िल मंज़ूर इजाज़त आज़माना राज़ी वज़ीर फ़ैसला फ़ायदा फ़िर्क फ़ुर्सत
सफ़र सफ़ेद दफ़ा दफ़्तर काफ़ी तकलीफ़ मुसाफ़िर गिरफ़्तार नफ़रत ख़ुफ़िया सिफ़ारिश तूफ़ान अफ़सोस लिफ़ाफ़ा
"""
"""Words that are mostly written without their nukta and said with it."""

_PAIRS = {
    "hi": _HINDI,
    "mr": "मुंबई mumbai आई aai व va",
    "ne": "होइन hoina छैन chhaina",
    "gu": "ગુજરાત gujarat ગુજરાતી gujarati મુંબઈ mumbai છે chhe",
    "pa": """ਸਤਿ sat ਪੰਜਾਬ punjab ਪੰਜਾਬੀ punjabi ਵਿੱਚ vich ਵਿਚ vich ਇਹ eh ਉਹ oh ਨੂੰ nu ਤੂੰ tu
        ਤੁਸੀਂ tusi ਅਸੀਂ asi ਨਹੀਂ nahi ਤੈਨੂੰ tainu ਮੈਨੂੰ mainu ਗੁਰੂ guru""",
    "bn": """বড় boro ছোট choto কত koto এত eto যত joto তত toto মত moto ছিল chilo গেল gelo হল holo
        এল elo বলল bollo করল korlo দিল dilo নিল nilo পেল pelo কেন keno যেন jeno কোন kon ভাল bhalo
        কাল kal হ্যাঁ hyan সে se লক্ষ্মী lokkhi ভগবান bhogoban যেমন jemon একশ eksho শত shoto নত noto""",
    "ta": "சென்னை chennai தமிழ் tamil தமிழ்நாடு tamilnadu சிவா siva",
}
"""By language."""
_OF_HINDI = frozenset("hi mai doi brx ks sd Deva".split())
"""Hindi's words serve these too, and Devanagari in a text of another language."""


def customary(word: str, language: str) -> str | None:
    """How a word is typed, or None where the rules have it; `language` is a subtag."""
    return _words("hi" if language in _OF_HINDI else language).get(
        unicodedata.normalize("NFC", word)
    )


@cache
def _words(language: str) -> dict[str, str]:
    parts = unicodedata.normalize("NFC", _PAIRS.get(language, "")).split()
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    if language == "hi":
        for word in unicodedata.normalize("NFC", _NUKTA_LEFT_OUT).split():
            found.setdefault(word.replace(NUKTA, ""), found.get(word) or spell(units(word), HINDI))
    return found
