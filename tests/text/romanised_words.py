"""Words as people type them in Latin letters, for test_romanise.py: word, spelling, word ...

Hindi and its like have more than one spelling in use (mai, main; ladka, larka); where they do, it
is the one of the package's convention.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    assert 2 * len(pairs) == len(words)
    return pairs


HINDI = _pairs("""
    सुनने sunne उससे usse किससे kisse बनना banna कमल kamal नमक namak राम raam लड़का ladka
    लड़की ladki लड़के ladke समझना samajhna समझा samjha नमस्ते namaste दोस्त dost ज़िंदगी zindagi
    प्यार pyaar शादी shadi मोहब्बत mohabbat आप aap आज aaj आदमी aadmi औरत aurat अगर agar
    मगर magar लेकिन lekin अपना apna कितना kitna जितना jitna इतना itna करना karna करता karta
    करते karte कहना kehna रहना rehna पहले pehle पहला pehla मेहनत mehnat शहर shehar बहुत bahut
    कहाँ kahan यहाँ yahan वहाँ wahan जहाँ jahan कहानी kahani रहा raha नहीं nahin मैं main
    में mein हम ham तुम tum तुम्हारा tumhara हमारा hamara मेरा mera तेरा tera मुझे mujhe
    तुझे tujhe उसने usne इसलिए isliye लिए liye चाहिए chahiye कीजिए kijiye गई gayi गए gaye
    नई nayi आए aaye हूँ hoon हाँ haan है hai हैं hain था tha थी thi क्या kya क्यों kyon कौन kaun
    कब kab कैसे kaise और aur यह yeh वह woh एक ek दो do तीन teen चार chaar पाँच paanch सात saat
    आठ aath नौ nau दस das सौ sau हज़ार hazar हजार hazar रुपये rupaye पैसा paisa घर ghar
    बाहर bahar अंदर andar ऊपर upar नीचे niche पानी pani खाना khana चाय chay दूध doodh रोटी roti
    चीनी chini बच्चा baccha बच्चे bacche अच्छा accha सच्चा saccha सच sach झूठ jhooth बात baat
    बातें baten रात raat दिन din सुबह subah शाम shaam तरह tarah जगह jagah दुनिया duniya
    भारत bharat हिंदी hindi हिन्दुस्तान hindustan मुंबई mumbai दिल dil दिल्ली dilli आँख aankh
    हाथ haath साथ saath नाम naam काम kaam भाई bhai बहन behan बेटा beta बेटी beti पिता pita
    माँ maa पत्नी patni पति pati दोपहर dopahar मतलब matlab सरकार sarkar जानवर janwar
    बचपन bachpan धड़कन dhadkan निकलना nikalna निकला nikla बदलना badalna सुनकर sunkar
    देखकर dekhkar देखना dekhna आजकल aajkal लगभग lagbhag जंगल jangal जंगली jangli जननी janani
    मित्र mitra पुत्र putra सत्य satya विश्वास vishwas स्वागत swagat धर्म dharm कर्म karm
    कृष्ण krishna प्रेम prem प्रिय priya भारतीय bhartiya धन्यवाद dhanyavad विद्यार्थी vidyarthi
    विज्ञान vigyan ज्ञान gyaan क्षमा kshama रक्षा raksha श्री shri श्रीमान shriman आश्रम aashram
    पत्थर patthar मक्खन makkhan चिट्ठी chitthi मिट्टी mitti पढ़ना padhna पढ़ाई padhai
    बढ़िया badhiya थोड़ा thoda बड़ा bada गाड़ी gadi पेड़ ped सड़क sadak फिर phir फूल phool
    साफ़ saaf साफ saaf सिर्फ sirf माफ़ maaf तरफ taraf ख़्वाब khwaab ख़ुशी khushi ग़म gham
    क़िस्मत qismat इश्क़ ishq वक़्त waqt जवाब jawab सवाल sawal आवाज़ aawaz वाला wala वापस wapas
    हवा hawa दवा dawa दीवाना diwana परिवार parivar विवाह vivah सेवा seva देव dev जीवन jivan
    भगवान bhagwan विजय vijay समय samay राजा raja रानी rani महाराज maharaj राजनीति rajniti
    संगीत sangeet रंग rang संसार sansar संभव sambhav अंग्रेज़ी angrezi तस्वीर tasveer
    ज़मीन zameen ज़रूर zaroor गरीब gareeb कानून kanoon किताब kitab इंसान insan मुश्किल mushkil
    आसान aasan कलकत्ता kalkatta नफ़रत nafrat शक्ति shakti दुश्मन dushman खूबसूरत khubsurat
    सुंदर sundar सुंदरता sundarta चाँद chaand सूरज suraj तारा tara आसमान aasman समुंदर samundar
    बारिश barish मौसम mausam जल्दी jaldi धीरे dhire ठीक theek कोई koi कुछ kuch सब sab हर har
    इंतज़ार intezaar अजनबी ajnabi
""")

HINDI_LATER = _pairs("""
    मुसाफ़िर musafir सफलता safalta असफलता asafalta परदेस pardes परदेसी pardesi मुलाकात mulakat
    इजाज़त ijazat अफ़सोस afsos खामोश khamosh बदमाश badmash दरवाज़ा darwaza खिड़की khidki
    लकड़ी lakdi मकान makan चमकना chamakna भटकना bhatakna उतरना utarna गुज़रना guzarna
    पकड़ना pakadna पकड़ा pakda छोड़ना chhodna छोड़कर chhodkar समझदार samajhdar तलवार talwar
    त्योहार tyohar मेहमान mehman अनजान anjan अनपढ़ anpadh अपमान apman अधिकार adhikar
    विचार vichar व्यापार vyapar व्यक्ति vyakti स्थिति sthiti शरीर shareer गंभीर gambheer
    मंदिर mandir मस्जिद masjid गुरुद्वारा gurudwara रामायण ramayan महाभारत mahabharat
    अर्जुन arjun लक्ष्मण lakshman शंकर shankar गणेश ganesh पार्वती parvati नायक nayak गायक gayak
    अभिनेता abhineta निर्देशक nirdeshak पत्रकार patrakar अख़बार akhbar ख़बर khabar तबीयत tabiyat
    दर्द dard मर्द mard बर्फ barf ज़ुल्म zulm हुक्म hukm क़त्ल qatl शिकायत shikayat
    हिम्मत himmat ताकत takat कोशिश koshish बेवफ़ा bewafa वफ़ादार wafadar क़सम qasam कसम kasam
    सपना sapna सपने sapne अकेला akela अँधेरा andhera उजाला ujala रोशनी roshni बिजली bijli
    आसमानी aasmani नदियाँ nadiyan लड़कियाँ ladkiyan लड़कियों ladkiyon आँखें aankhen
    मुस्कुराना muskurana मुस्कान muskan हँसना hansna रोना rona पहुँचना pahunchna
    पहुंचते pahunchte खोजना khojna बोलना bolna सोचना sochna सोचो socho चलो chalo भागो bhago
    रुको ruko सुनो suno देखिए dekhiye बैठिए baithiye बताइए bataiye जाइए jaiye आइए aaiye हटो hato
""")
"""Collected after the rules were written, which then spelled 92 of the 100 so."""

OTHERS = {
    ("mr", "Deva"): _pairs("""
    मी mi तू tu आम्ही aamhi तुम्ही tumhi आहे aahe नाही nahi होय hoy काय kay कसं kasa असं asa
    केलं kela तुझं tujha माझं majha मला mala तुला tula पाणी pani घर ghar नाव naav वाट vaat
    खूप khup दूध dudh प्रेम prem जीवन jivan आई aai बाबा baba मुलगा mulga मुलगी mulgi
    करणार karnar ज्ञान dnyaan कृपा krupa फक्त fakt चांगला changla महाराष्ट्र maharashtra
    माणूस manus दिवस divas
    """),
    ("ne", "Deva"): _pairs("""
    म ma तिमी timi तपाईं tapain हामी hami छ chha हुन्छ hunchha गर्छ garchha राम्रो ramro
    नेपाल nepal कस्तो kasto नमस्ते namaste के ke हो ho होइन hoina घर ghar पानी pani खाना khana
    मान्छे manchhe गरेको gareko आमा aama बुवा buva दाइ dai बहिनी bahini साथी sathi माया maya
    जीवन jivan काठमाडौं kathmadaun सरकार sarkar
    """),
    ("sa", "Deva"): _pairs("""
    राम rama धर्म dharma कर्म karma योग yoga नमः namah शान्ति shanti सत्यम् satyam शिव shiva
    कृष्ण krishna गुरु guru वेद veda मन्त्र mantra अहम् aham त्वम् tvam अस्ति asti नास्ति nasti
    ज्ञान jnana सूर्य surya चन्द्र chandra जल jala फल phala पुत्र putra माता mata पिता pita
    लोक loka वनं vanam
    """),
    ("bn", "Beng"): _pairs("""
    আমি ami তুমি tumi আপনি apni আপনার apnar আমরা amra তোমরা tomra সে se কী ki কেমন kemon
    কেন keno ভালো bhalo ভালোবাসা bhalobasa বাংলা bangla বাংলাদেশ bangladesh কলকাতা kolkata
    ধন্যবাদ dhonnobad নমস্কার nomoskar বন্ধু bondhu মন mon কথা kotha গান gan জল jol খাবার khabar
    সকাল sokal রাত rat দিন din করতে korte বলছি bolchi করবে korbe খাওয়া khawa হওয়া howa
    বড় boro ছোট choto বাড়ি bari দুঃখ dukkho সত্য sotto বিশ্ব bissho বিজ্ঞান biggan
    পরীক্ষা porikkha চাঁদ chand মানুষ manush পৃথিবী prithibi না na হ্যাঁ hyan
    """),
    ("as", "Beng"): _pairs("""
    মই moi তুমি tumi আপুনি apuni আমি ami কেনে kene কেনেকৈ kenekoi ভাল bhal অসম oxom
    অসমীয়া oxomiya নমস্কাৰ nomoskar ধন্যবাদ dhonyobad ঘৰ ghor পানী pani মানুহ manuh কথা kotha
    কৰা kora কৰিব korib আহিব ahib আছে ase নাই nai মোৰ mor তোমাৰ tomar মাছ mas ভাত bhat গান gan
    জীৱন jiwon
    """),
    ("gu", "Gujr"): _pairs("""
    હું hu તું tu તમે tame અમે ame કેમ kem છો chho છે chhe શું shu નથી nathi હા ha ના na
    મારું maru સારું saru પાણી pani ઘર ghar પ્રેમ prem દોસ્ત dost ભાઈ bhai બહેન bahen
    ગુજરાત gujarat ગુજરાતી gujarati આવજો aavjo નમસ્તે namaste વાત vat ક્યાં kya દીકરી dikri
    ફરી fari જીવન jivan
    """),
    ("pa", "Guru"): _pairs("""
    ਮੈਂ main ਤੂੰ tu ਤੁਸੀਂ tusi ਅਸੀਂ asi ਕੀ ki ਹਾਲ haal ਹੈ hai ਹਾਂ haan ਨਹੀਂ nahi
    ਪੰਜਾਬ punjab ਪੰਜਾਬੀ punjabi ਮੁੰਡਾ munda ਕੁੜੀ kudi ਪਿਆਰ pyar ਦਿਲ dil ਸਿੰਘ singh ਅੱਜ ajj
    ਇੱਕ ikk ਸੱਚ sach ਵਿੱਚ vich ਹੱਥ hath ਪੁੱਤ putt ਘਰ ghar ਪਾਣੀ pani ਦੁਨੀਆ duniya ਗੱਲ gall
    ਚੰਗਾ changa ਵੱਡਾ vadda ਯਾਰ yaar
    """),
    ("or", "Orya"): _pairs("""
    ମୁଁ mu ତୁମେ tume ଆପଣ aapana କଣ kana କେମିତି kemiti ଭଲ bhala ଅଛି achhi ନାହିଁ nahi ଘର ghara
    ପାଣି pani ଓଡ଼ିଆ odia ଓଡ଼ିଶା odisha ଭାଇ bhai ବାପା bapa ମା ma ନମସ୍କାର namaskara
    ଧନ୍ୟବାଦ dhanyabada ପ୍ରେମ prema ମନ mana ଗାଁ ga ଭାଷା bhasha ରାତି rati ଦିନ dina କଥା katha
    ଜଗନ୍ନାଥ jagannatha ବନ୍ଧୁ bandhu
    """),
    ("ta", "Taml"): _pairs("""
    நான் naan நீ nee நீங்கள் neengal என்ன enna எப்படி eppadi இருக்கு irukku இல்லை illai ஆமா aama
    அம்மா amma அப்பா appa அக்கா akka அண்ணா anna தம்பி thambi தமிழ் tamil சென்னை chennai
    வணக்கம் vanakkam நன்றி nandri வெற்றி vetri அது adhu இது idhu வந்து vandhu அந்த andha
    பார்த்து paarthu பத்து pathu சரி sari சொல்லு sollu பேசு pesu வீடு veedu தண்ணீர் thannir
    காதல் kaadhal மகன் magan பெண் pen அன்பு anbu மழை mazhai போகலாம் pogalam ரொம்ப romba
    வாங்க vaanga கொஞ்சம் konjam பூ poo
    """),
    ("te", "Telu"): _pairs("""
    నేను nenu మీరు meeru నువ్వు nuvvu ఎలా ela ఉన్నారు unnaru బాగున్నారా baagunnara లేదు ledu
    కాదు kaadu అవును avunu అమ్మ amma నాన్న naanna తెలుగు telugu మంచి manchi ప్రేమ prema
    ధన్యవాదాలు dhanyavadalu రండి randi చెప్పండి cheppandi ఏమిటి emiti ఎక్కడ ekkada ఇల్లు illu
    నీళ్ళు neellu పిల్ల pilla సినిమా sinima నమస్కారం namaskaram జ్ఞానం gnaanam సంబంధం sambandham
    హైదరాబాద్ haidarabad
    """),
    ("kn", "Knda"): _pairs("""
    ನಾನು naanu ನೀನು neenu ನೀವು neevu ಹೇಗಿದ್ದೀರಾ hegiddira ಚೆನ್ನಾಗಿ chennagi ಇಲ್ಲ illa ಹೌದು haudu
    ಬೇಕು beku ಬೇಡ beda ಮನೆ mane ಊಟ oota ನೀರು neeru ಅಮ್ಮ amma ಅಪ್ಪ appa ಕನ್ನಡ kannada
    ಬೆಂಗಳೂರು bengaluru ಬನ್ನಿ banni ಹೋಗು hogu ಏನು enu ಯಾಕೆ yaake ಎಲ್ಲಿ elli ಪ್ರೀತಿ preeti
    ಧನ್ಯವಾದ dhanyavada ನಮಸ್ಕಾರ namaskara ಹುಡುಗಿ hudugi ಮಾತು maatu ಜ್ಞಾನ jnaana
    """),
    ("ml", "Mlym"): _pairs("""
    ഞാൻ njaan നീ nee നിങ്ങൾ ningal എന്ത് enthu എന്താണ് enthanu ആണ് aanu അല്ല alla ഇല്ല illa
    ഉണ്ട് undu അമ്മ amma അച്ഛൻ achhan ചേച്ചി chechi വീട് veedu നാട് naadu മലയാളം malayalam
    കേരളം keralam എന്റെ ente അത് athu ഇത് ithu മഴ mazha വെള്ളം vellam നന്ദി nandi സുഖം sukham
    കുട്ടി kutti കുഞ്ഞ് kunju പാട്ട് paattu അവൾ aval അവർ avar പോയി poyi മറ്റ് mattu
    """),
}  # fmt: skip
"""By language and script."""
