"""Words that say where a line may break, by language.

The guides' rules (Netflix's Timed Text Style Guide and the BBC's Subtitle Guidelines, "line
breaks"): break after punctuation and before conjunctions and prepositions; never between article
and noun, first and last name, title and name, number and unit, negation and verb. The lists were
written for this project; those of the Indian languages are short and checked by no native editor.

`forward` words stay with the next one (articles, prepositions, pronouns), `back` words with the one
before (postpositions, auxiliaries, particles). A line likes to begin with a `conjunction`.
`bound` words are never parted from the next one (articles, pronouns before their verb, negations),
`bound_back` words never from the one before;
`titles` never from the name after them, `honorifics` never from the name before; `units` never
from the number before them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BreakWords:
    forward: frozenset[str] = _NO_WORDS
    back: frozenset[str] = _NO_WORDS
    conjunctions: frozenset[str] = _NO_WORDS
    bound: frozenset[str] = _NO_WORDS
    bound_back: frozenset[str] = _NO_WORDS
    titles: frozenset[str] = _NO_WORDS
    honorifics: frozenset[str] = _NO_WORDS
    units: frozenset[str] = _NO_WORDS


_NONE = BreakWords()


@cache
def break_words(language: str) -> BreakWords:
    """The lists of the language with this id; empty ones where there are none."""
    table = _TABLES.get(language.partition("-")[0])
    if table is None:
        return _NONE
    return BreakWords(**{key: _words(text) for key, text in table.items()})


def folded(text: str) -> str:
    """A word as it stands in the lists: no case, one way to write its letters."""
    return unicodedata.normalize("NFC", text).casefold()


def _words(text: str) -> frozenset[str]:
    return frozenset(map(folded, text.split()))


# ruff: noqa: E501
_TABLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "forward": """a an the of to in on at by for from with into about than my your his her its
            our their this that these those i you he she it we they who is are was were am be been
            have has had do does did will would can could shall should may might must very no""",
        "conjunctions": """and or but because so if when while although though that which who where
            since until unless before after""",
        "bound": """a an the my your his our their its i he she we they not never don't doesn't didn't won't wouldn't can't cannot couldn't isn't
            aren't wasn't weren't haven't hasn't hadn't shouldn't mustn't""",
        "titles": """mr mrs ms miss dr prof sir lady lord captain colonel major general inspector
            detective officer sergeant king queen prince princess president saint st uncle aunt
            shri smt pandit baba""",
        "units": """percent per-cent km kilometres kilometers metres meters miles feet inches kg
            kilos kilograms grams litres liters rupees dollars euros pounds crore crores lakh lakhs
            million billion thousand hundred o'clock am pm hours hour minutes minute seconds days
            weeks months years degrees""",
    },
    "hi": {
        "back": """ने को से का की के में पर तक ही भी तो है हैं था थी थे थीं हूँ हूं हो होगा होगी होंगे
            वाला वाली वाले गया गई गए गयी गये रहा रही रहे चुका चुकी चुके सकता सकती सकते लिए साथ बाद
            पहले ऊपर नीचे अंदर बाहर द्वारा चाहिए दिया दी दिए लिया ली लिए जाता जाती जाते""",
        "conjunctions": "और या लेकिन मगर पर परंतु किंतु क्योंकि इसलिए कि जब तब अगर तो जो जैसे ताकि वरना",
        "bound": "नहीं न ना मत नही",
        "titles": """श्री श्रीमती सुश्री डॉ डॉक्टर मिस्टर मिसेज़ मिस प्रोफ़ेसर प्रोफेसर कैप्टन कर्नल मेजर
            जनरल इंस्पेक्टर पंडित बाबा राजा रानी सर लाला मास्टर स्वामी""",
        "honorifics": "जी साहब साहिब बाबू भाई भैया दीदी सिंह कुमार खान चाचा अंकल आंटी सर मैडम",
        "units": """प्रतिशत फ़ीसदी फीसदी किलो किलोमीटर मीटर मील फुट ग्राम लीटर रुपये रुपए रूपये रुपया पैसे
            डॉलर करोड़ लाख हज़ार हजार सौ अरब बजे बजकर घंटे घंटा मिनट सेकंड दिन हफ़्ते हफ्ते महीने साल वर्ष
            डिग्री बार""",
    },
    "ur": {
        "back": """نے کو سے کا کی کے میں پر تک ہی بھی تو ہے ہیں تھا تھی تھے تھیں ہوں ہو ہوگا ہوگی والا
            والی والے گیا گئی گئے رہا رہی رہے چکا چکی چکے سکتا سکتی سکتے لیے ساتھ بعد چاہیے""",
        "conjunctions": "اور یا لیکن مگر کیونکہ اس‌لیے کہ جب اگر جو جیسے تاکہ ورنہ",
        "bound": "نہیں نہ مت",
        "titles": "جناب محترم محترمہ ڈاکٹر مسٹر مسز مس پروفیسر کیپٹن کرنل میجر جنرل انسپکٹر مولانا",
        "honorifics": "صاحب جی خان بھائی بیگم میاں چچا سر میڈم",
        "units": """فیصد کلو کلومیٹر میٹر میل فٹ گرام لیٹر روپے روپیہ ڈالر کروڑ لاکھ ہزار سو ارب بجے گھنٹے
            گھنٹہ منٹ سیکنڈ دن ہفتے مہینے سال بار""",
    },
    "pa": {
        "back": "ਨੇ ਨੂੰ ਤੋਂ ਦਾ ਦੀ ਦੇ ਵਿੱਚ ਵਿਚ ਤੇ ਤੱਕ ਹੀ ਵੀ ਤਾਂ ਹੈ ਹਨ ਸੀ ਸਨ ਹਾਂ ਗਿਆ ਗਈ ਗਏ ਰਿਹਾ ਰਹੀ ਰਹੇ ਲਈ ਨਾਲ",
        "conjunctions": "ਅਤੇ ਜਾਂ ਪਰ ਕਿਉਂਕਿ ਇਸਲਈ ਕਿ ਜਦੋਂ ਜੇ ਜੋ",
        "bound": "ਨਹੀਂ ਨਾ ਨਹੀ",
        "titles": "ਸ੍ਰੀ ਸ਼੍ਰੀ ਸਰਦਾਰ ਡਾ ਡਾਕਟਰ ਮਿਸਟਰ ਕੈਪਟਨ ਇੰਸਪੈਕਟਰ",
        "honorifics": "ਜੀ ਸਾਹਿਬ ਸਾਹਬ ਸਿੰਘ ਕੌਰ ਭਾਈ",
        "units": "ਫ਼ੀਸਦੀ ਫੀਸਦੀ ਕਿਲੋ ਕਿਲੋਮੀਟਰ ਮੀਟਰ ਰੁਪਏ ਕਰੋੜ ਲੱਖ ਹਜ਼ਾਰ ਸੌ ਵਜੇ ਘੰਟੇ ਮਿੰਟ ਦਿਨ ਸਾਲ",
    },
    "bn": {
        "back": "থেকে জন্য সাথে সঙ্গে দিয়ে মধ্যে উপর নিচে পরে আগে কাছে পর্যন্ত ও ই তো আছে ছিল ছিলেন হবে হয়েছে যায়",
        "conjunctions": "এবং আর কিন্তু অথবা বা কারণ তাই যে যখন যদি যেন তবে",
        "bound_back": "না নেই নয় নি",
        "titles": "শ্রী শ্রীমতী ডঃ ডা ডাক্তার মিস্টার মিসেস জনাব প্রফেসর ক্যাপ্টেন ইন্সপেক্টর",
        "honorifics": "বাবু মশাই সাহেব দা দি দাদা দিদি ভাই খান",
        "units": "শতাংশ কিলো কিলোমিটার মিটার টাকা কোটি লাখ লক্ষ হাজার শো টায় ঘণ্টা মিনিট সেকেন্ড দিন মাস বছর",
    },
    "as": {
        "back": "পৰা কাৰণে লগত মাজত ওপৰত পিছত আগত লৈকে আছে আছিল হ'ব হৈছে",
        "conjunctions": "আৰু কিন্তু বা কাৰণ যে যেতিয়া যদি",
        "bound_back": "নাই নহয় নাছিল",
        "titles": "শ্ৰী শ্ৰীমতী ডঃ ডাক্তৰ মিষ্টাৰ",
        "units": "শতাংশ কিলোমিটাৰ মিটাৰ টকা কোটি লাখ হাজাৰ ঘণ্টা মিনিট দিন মাহ বছৰ",
    },
    "mr": {
        "back": "ने ला चा ची चे मध्ये वर पर्यंत साठी बरोबर नंतर आधी पासून च ही तर आहे आहेत होता होती होते असेल",
        "conjunctions": "आणि किंवा पण परंतु कारण म्हणून की जेव्हा जर जो",
        "bound_back": "नाही नाहीत नको नव्हता नव्हती नव्हते",
        "titles": "श्री श्रीमती डॉ डॉक्टर मिस्टर प्रोफेसर कॅप्टन इन्स्पेक्टर",
        "honorifics": "साहेब राव जी भाऊ ताई काका",
        "units": "टक्के किलो किलोमीटर मीटर रुपये कोटी लाख हजार शे वाजता तास मिनिटे सेकंद दिवस महिने वर्षे वर्ष",
    },
    "ne": {
        "back": "ले लाई बाट को का की मा सम्म नै पनि त छ छन् थियो थिए हो हुन् हुन्छ गर्यो सँग लागि पछि",
        "conjunctions": "र वा तर किनभने त्यसैले कि जब यदि जुन",
        "bound_back": "छैन छैनन् होइन थिएन",
        "titles": "श्री श्रीमती डा डाक्टर मिस्टर",
        "honorifics": "जी दाइ दिदी साहेब बाबु",
        "units": "प्रतिशत किलो किलोमिटर मिटर रुपैयाँ करोड लाख हजार सय बजे घण्टा मिनेट दिन महिना वर्ष",
    },
    "gu": {
        "back": "ને થી નો ની નું ના માં પર સુધી જ પણ તો છે છો હતો હતી હતા હતું માટે સાથે પછી પહેલાં ગયો ગઈ ગયા",
        "conjunctions": "અને કે પણ પરંતુ કારણ એટલે જ્યારે જો જે",
        "bound": "ન ના",
        "bound_back": "નથી નહીં નહિ",
        "titles": "શ્રી શ્રીમતી ડૉ ડોક્ટર મિસ્ટર",
        "honorifics": "ભાઈ બેન બહેન જી સાહેબ કાકા",
        "units": "ટકા કિલો કિલોમીટર મીટર રૂપિયા કરોડ લાખ હજાર સો વાગ્યે કલાક મિનિટ દિવસ મહિના વર્ષ",
    },
    "or": {
        "back": "ରେ ରୁ କୁ ର ପାଇଁ ସହିତ ମଧ୍ୟରେ ଉପରେ ପରେ ପୂର୍ବରୁ ପର୍ଯ୍ୟନ୍ତ ଅଛି ଥିଲା ଅଟେ ହେବ",
        "conjunctions": "ଏବଂ ଓ କିନ୍ତୁ କିମ୍ବା କାରଣ ଯେ ଯେତେବେଳେ ଯଦି",
        "bound_back": "ନାହିଁ ନୁହେଁ ନାହାନ୍ତି",
        "titles": "ଶ୍ରୀ ଶ୍ରୀମତୀ ଡଃ ଡାକ୍ତର",
        "units": "ପ୍ରତିଶତ କିଲୋମିଟର ମିଟର ଟଙ୍କା କୋଟି ଲକ୍ଷ ହଜାର ଘଣ୍ଟା ମିନିଟ ଦିନ ମାସ ବର୍ଷ",
    },
    "ta": {
        "back": "இருந்து உடன் மேல் கீழ் பின் முன் வரை மூலம் பற்றி போல் தான் கூட என்று என இருக்கிறது இருந்தது வேண்டும் முடியும்",
        "conjunctions": "மற்றும் ஆனால் அல்லது ஏனெனில் ஏனென்றால் எனவே அதனால்",
        "bound_back": "இல்லை அல்ல மாட்டேன் மாட்டான் மாட்டாள் மாட்டார் முடியாது வேண்டாம் கூடாது",
        "titles": "திரு திருமதி செல்வி டாக்டர் மிஸ்டர் பேராசிரியர் கேப்டன் இன்ஸ்பெக்டர்",
        "honorifics": "ஐயா சார் அண்ணா அக்கா அவர்கள்",
        "units": "சதவீதம் கிலோ கிலோமீட்டர் மீட்டர் ரூபாய் கோடி லட்சம் ஆயிரம் நூறு மணி மணிக்கு நிமிடம் நிமிடங்கள் நாள் நாட்கள் மாதம் வருடம் ஆண்டு",
    },
    "te": {
        "back": "నుండి నుంచి తో కోసం లో పై కింద తర్వాత ముందు వరకు గురించి కూడా అని ఉంది ఉన్నాడు ఉన్నారు కావాలి",
        "conjunctions": "మరియు కానీ లేదా ఎందుకంటే కాబట్టి అందుకే అయితే",
        "bound_back": "లేదు కాదు వద్దు లేడు లేరు లేను",
        "titles": "శ్రీ శ్రీమతి డాక్టర్ మిస్టర్ ప్రొఫెసర్ కెప్టెన్ ఇన్‌స్పెక్టర్",
        "honorifics": "గారు సార్ అన్న అక్క రావు",
        "units": "శాతం కిలో కిలోమీటర్లు మీటర్లు రూపాయలు కోట్లు కోటి లక్షలు లక్ష వేలు వేల గంటలు గంటలకు నిమిషాలు రోజులు నెలలు సంవత్సరాలు",
    },
    "kn": {
        "back": "ಇಂದ ಜೊತೆ ಮೇಲೆ ಕೆಳಗೆ ನಂತರ ಮೊದಲು ತನಕ ವರೆಗೆ ಬಗ್ಗೆ ಕೂಡ ಎಂದು ಇದೆ ಇತ್ತು ಇದ್ದ ಬೇಕು",
        "conjunctions": "ಮತ್ತು ಆದರೆ ಅಥವಾ ಏಕೆಂದರೆ ಆದ್ದರಿಂದ ಹಾಗಾಗಿ",
        "bound_back": "ಇಲ್ಲ ಅಲ್ಲ ಬೇಡ ಆಗಲ್ಲ ಗೊತ್ತಿಲ್ಲ",
        "titles": "ಶ್ರೀ ಶ್ರೀಮತಿ ಡಾ ಡಾಕ್ಟರ್ ಮಿಸ್ಟರ್",
        "honorifics": "ಅವರು ಅವರೇ ಸಾರ್ ಸರ್ ಅಣ್ಣ ಅಕ್ಕ ರಾವ್",
        "units": "ಪ್ರತಿಶತ ಶೇಕಡಾ ಕಿಲೋ ಕಿಲೋಮೀಟರ್ ಮೀಟರ್ ರೂಪಾಯಿ ಕೋಟಿ ಲಕ್ಷ ಸಾವಿರ ನೂರು ಗಂಟೆ ಗಂಟೆಗೆ ನಿಮಿಷ ದಿನ ತಿಂಗಳು ವರ್ಷ",
    },
    "ml": {
        "back": "നിന്ന് കൂടെ മേൽ താഴെ ശേഷം മുമ്പ് വരെ കുറിച്ച് പോലെ തന്നെ കൂടി എന്ന് എന്നു ഉണ്ട് ഉണ്ടായിരുന്നു ആണ് ആയിരുന്നു വേണം",
        "conjunctions": "എന്നാൽ പക്ഷേ പക്ഷെ അല്ലെങ്കിൽ കാരണം അതുകൊണ്ട്",
        "bound_back": "ഇല്ല അല്ല വേണ്ട പാടില്ല",
        "titles": "ശ്രീ ശ്രീമതി ഡോ ഡോക്ടർ മിസ്റ്റർ പ്രൊഫസർ ക്യാപ്റ്റൻ",
        "honorifics": "സാർ ചേട്ടൻ ചേച്ചി മാഷ് അവർകൾ",
        "units": "ശതമാനം കിലോ കിലോമീറ്റർ മീറ്റർ രൂപ കോടി ലക്ഷം ആയിരം നൂറ് മണി മണിക്ക് മണിക്കൂർ മിനിറ്റ് ദിവസം മാസം വർഷം",
    },
}
