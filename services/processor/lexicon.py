"""Words that tell what a message is about, in Ukrainian, Russian and English, before operators
add theirs.

A trailing * marks a stem: the languages inflect, so one stem stands for all the forms of a word.
Words are in lower case with е for ё. Never put a word here whose meaning only the war gave it:
those are rows of military_slang.
"""

TOPICS = (
    "combat",
    "casualties",
    "equipment",
    "movements",
    "infrastructure",
    "humanitarian",
    "diplomatic",
    "intelligence",
    "units",
    "locations",
    "propaganda",
)
"""Topics that words can show. Of two that fit equally well the first is chosen."""

EVENT_TOPICS = frozenset(TOPICS) - {"equipment", "units", "locations", "propaganda"}
"""Topics of something that happened. A call for donations names drones, but no event."""

SPAM_TYPES = ("financial", "promotional", "off_topic", "forwarding", "fundraising")

TOPIC_WORDS = {
    "combat": """
        обстріл* удар* ударив* вибух* ракет* атак* бій бої боїв боях боєзіткнен* штурм* збит*
        збил* влучан* влучил* артилер* авіаудар* прильот* обстрел* взрыв* бой боев боях сбит*
        сбил* попадан* артиллер* авиаудар* прилет* shell* strike* struck missile* explosion*
        attack* assault* airstrike* intercepted clash* bombard* fighting""",
    "casualties": """
        загиб* загин* поранен* убит* полон* полонен* жертв* погиб* ранен* ранил* плен* пленн*
        обмен* killed wounded injured casualt* dead captured prisoner* pow pows""",
    "equipment": """
        танк* бмп бтр гаубиц* дрон* бпла безпілот* беспилот* зброя зброї зброю бронетехн*
        бронемашин* боєприпас* боеприпас* оружи* хаймарс* himars tank* howitzer* drone* uav
        ammunition vehicle* launcher* weapon* armour* armored ifv apc""",
    "movements": """
        просун* просува* наступ* відступ* відійш* перекид* колон* зайня* звільн* продвин*
        продвиж* отступ* отош* переброс* занял* освобожд* освободил* advance* retreat* withdr*
        redeploy* convoy* liberated seized""",
    "infrastructure": """
        підстанц* електр* енергет* знеструм* міст мосту мости залізниц* порт порту нафтобаз*
        завод* тец тэц аес аэс подстанц* энергет* обесточ* мост мосту железн* нефтебаз*
        substation* power blackout* bridge* railway* port refiner* plant grid electricity""",
    "humanitarian": """
        евакуац* цивільн* гуманітарн* допомог* біженц* мешкан* окупац* эвакуац* гражданск* мирных
        гуманитарн* помощь помощи беженц* жител* оккупац* evacuat* civilian* humanitarian refugee*
        residents occupation shelter*""",
    "diplomatic": """
        перемовин* переговор* санкц* саміт* посол* міністр* президент* заява заявив заявила
        саммит* министр* заявление заявил* negotiat* sanction* summit* ambassador* minister*
        president ceasefire treaty""",
    "intelligence": """
        розвідк* перехоплен* супутник* супутнико* прогноз* разведк* перехват* спутник* спутнико*
        intelligence intercept satellite* assessment* forecast* geospatial""",
    "units": """
        бригад* батальйон* батальон* полк полку полка дивізі* дивизи* корпус* десантн* brigade*
        battalion* regiment* division* corps marines""",
    "locations": """
        координат* геолокац* локац* coordinates geolocat* geolocation""",
    "propaganda": """
        нацист* неонацист* фашист* бандеровц* денацифик* демілітариз* демилитариз* перемога
        победа непобедим* nazi nazis neonazi* denazif* demilitar*""",
}

SPAM_WORDS = {
    "financial": """
        крипт* біткоїн* биткоин* bitcoin crypto* usdt казино casino ставки ставка букмекер*
        betting кредит* позик* займ* loan* заробіт* заробляй* заработ* зарабатыв* дохід доход*
        прибут* инвестиц* інвестиц* earn invest profit*""",
    "promotional": """
        знижк* скидк* промокод* promocode купуй* купити купить купи замовля* замовити заказать
        заказ* доставк* розпродаж* распродаж* акція акция реклам* магазин* discount* sale buy
        order delivery shop advert*""",
    "off_topic": """
        гороскоп* рецепт* анекдот* знаменитост* серіал* сериал* футбол* чемпіонат* чемпионат*
        шоубіз* шоубиз* horoscope* recipe* celebrit* joke* football championship""",
    "forwarding": """
        підписуй* підпиш* підписатис* подписывай* подпиш* подписат* приєднуй* присоединя*
        пересилай* перешли* поширюй* поділис* поделис* subscribe join forward share""",
    "fundraising": """
        збір збору збираємо донат* донатьте задонат* картка карта картку карту реквізит*
        реквизит* монобанк* приватбанк* сбор сбора собираем пожертв* банка банку donat*
        fundrais* paypal""",
}

SIGNAL_WORDS = {
    "place": """
        київ* києв* киев* kyiv* харків* харьков* kharkiv* одес* odes* херсон* kherson* запоріж*
        запорож* zaporizh* донецьк* донеччин* донецк* donetsk* луган* luhansk* дніпр* днепр*
        dnipro* бахмут* bakhmut* авдіїв* авдеев* avdiivk* покровськ* покровск* pokrovsk* крим*
        крым* crime* севастопол* sevastopol* бєлгород* белгород* belgorod* курськ* курск* kursk*
        миколаїв* николаев* mykolaiv* львів* львов* lviv* сум сумах суми сумщин* сумы sumy
        маріупол* мариупол* mariupol* купянськ* куп'янськ* купянск* kupiansk* лиман* lyman*
        вовчанськ* волчанск* vovchansk* мелітопол* мелитопол* melitopol* чернігів* чернигов*
        chernihiv* полтав* poltava* вінниц* винниц* vinnytsia кремен* kremenchuk брянськ*
        брянск* bryansk* москв* moscow""",
    "time": """
        сьогодні вчора вночі вранці зранку вдень ввечері щойно опівночі сегодня вчера ночью
        утром днем вечером только-что today yesterday tonight overnight morning evening midnight
        noon january february march april june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday""",
    "relevant": """
        україн* украин* ukrain* росі* росси* росій* russia* рф окупант* оккупант* путін* путин*
        putin* зеленськ* зеленск* zelensk* нато nato фронт* front frontline війн* войн* war
        військ* войск* troops army армі* арми* воєнн* военн* military оборон* defence defense
        сво kremlin кремл* білорус* беларус* belarus*""",
    "opinion": """
        думаю вважаю мабуть напевно вітаю дякую считаю наверное видимо спасибо поздравляю imho
        think guess opinion thanks congratulations""",
}
