"""Text in Latin letters where the language has its own: English in a Hindi film, or Hinglish.

A model whose source is Hindi in Devanagari cannot read `kya kar rahe ho`, and makes something up.
"""

from __future__ import annotations

import re

from chalchitra.text.scripts import script_of

UNREADABLE = "it is written in Latin letters, in which the model cannot read this language"
_FEW = 2
"""So many words may be a name, OK, WhatsApp: they are sent as they are."""
_ENGLISH = frozenset(
    """a about after all am an and any are as at be been before but by can come could did does
    doing done don't down for from get give go going good got had has have he'll he's hello her here
    him his how i i'd i'll i'm i've if is it it's its just know let let's like look love make man
    more my need never no not now of off okay on one only or our out over please really right said
    say see she should sir some something sorry such take tell thank thanks that that's them then
    there these they they're thing think this those time too two up very wait want was we we'll
    we're were what what's when where which who why will with would yes you you'll you're your
    home back day night life people boy girl money police phone problem happy world""".split()
)
_INDIAN = frozenset(
    """aap aapka aapke aapko abhi accha achha agar apna apne aur baat bahut bhai bhi chahiye chal
    chalo de dekho dost ek gaya gayi ghar haan hai hain hi ho hoga hoon hu hua hum humein jao jaldi
    ka kab kaha kahan kaise kar karna karo karta ke ki kis kisi ko koi kuch kya kyon kyu kyun lekin
    liye maa main mat matlab mein mera mere meri mujhe na nahi nahin nai ne pe par phir raha rahe
    rahi saab sab sabse se theek tera tere teri tha thi thoda toh tu tujhe tum tumhara tumhe uska
    usko waha wahan woh yaar yahan yeh ye zara
    enna illa illai inga naan nee neenga vaa po podu sollu sari da amma appa
    nenu nuvvu meeru ledu kaadu emi enti raa randi cheppu
    njan nee avan illa entha enthu evide
    naanu neenu illa yaake beku
    ami tumi apni na ki keno kothay bhalo ache
    mi tu kay nahi ahe aahe""".split()
)
"""Words of several Indian languages as people type them, none of them an English one."""
_WORD = re.compile(r"[a-zà-ɏ]+(?:['’][a-z]+)?")


def is_all_latin(text: str) -> bool:
    """Whether a text has letters, and only Latin ones."""
    scripts = {script_of(character) for character in text} - {None}
    return scripts == {"Latn"}


def is_english(text: str) -> bool:
    """Whether a text in Latin letters is English rather than an Indian language, by its words."""
    words = [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
    english = sum(word in _ENGLISH for word in words)
    indian = sum(word in _INDIAN and word not in _ENGLISH for word in words)
    return english > indian or (len(words) <= _FEW and not indian)


def may_be_sent(text: str) -> bool:
    """Whether a text in Latin letters is so short that it may be a name: it is sent as it is."""
    words = _WORD.findall(text.casefold())
    return len(words) <= _FEW and not any(word in _INDIAN for word in words)
