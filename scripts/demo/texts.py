"""The sentences of the demo archive, in Ukrainian, Russian and English.

Each entry says one thing three times, so that the English column also serves as the translation of
the other two. Slots: {p} {at} {of} are a place in three cases, {unit} {kit} {n} {m} {h} a
formation, a piece of equipment, two numbers and a time of day.

It must never quote a real post, name a private person or hold an address that exists outside the
domains reserved for examples.
"""

from typing import Final, NamedTuple


class Phrase(NamedTuple):
    """One thing said in three languages."""

    uk: str
    ru: str
    en: str


LANGUAGES: Final = ("uk", "ru", "en")

SENTENCES: Final[dict[str, tuple[Phrase, ...]]] = {
    "combat": (
        Phrase(
            "Вибухи {at}, працює ППО.",
            "Взрывы {at}, работает ПВО.",
            "Explosions {at}, air defence is at work.",
        ),
        Phrase(
            "{p}: приліт о {h}, на місці пожежа.",
            "{p}: прилёт в {h}, на месте пожар.",
            "{p}: a strike at {h}, a fire at the site.",
        ),
        Phrase(
            "Уночі збито {n} з {m} повітряних цілей над околицями {of}.",
            "Ночью сбито {n} из {m} воздушных целей над окрестностями {of}.",
            "Overnight {n} of {m} air targets were shot down over the outskirts of {p}.",
        ),
        Phrase(
            "Ворог завдав {n} ударів, використано {kit}.",
            "Противник нанёс {n} ударов, применён {kit}.",
            "The enemy made {n} strikes; {kit} was used.",
        ),
        Phrase(
            "Відбито {n} штурмів біля {of}, бої тривають.",
            "Отбито {n} штурмов возле {of}, бои продолжаются.",
            "{n} assaults near {p} were repelled, fighting goes on.",
        ),
        Phrase(
            "Бавовна {at}: детонація чутна за {n} км.",
            "Хлопок {at}: детонация слышна за {n} км.",
            "A blast {at}: the detonation was heard {n} km away.",
        ),
    ),
    "equipment": (
        Phrase(
            "Помічено {kit}, рухається в бік {of}.",
            "Замечен {kit}, движется в сторону {of}.",
            "{kit} seen moving towards {p}.",
        ),
        Phrase(
            "{unit} показала знищений {kit}, фото з дрона.",
            "{unit} показала уничтоженный {kit}, фото с птички.",
            "{unit} showed a destroyed {kit}, photo from a drone.",
        ),
        Phrase(
            "За добу втрачено {n} одиниць техніки, серед них {kit}.",
            "За сутки потеряно {n} единиц техники, среди них {kit}.",
            "{n} vehicles were lost in a day, {kit} among them.",
        ),
        Phrase(
            "Партнери передали ще {n} комплектів: {kit}.",
            "Партнёры передали ещё {n} комплектов: {kit}.",
            "Partners delivered {n} more sets: {kit}.",
        ),
    ),
    "casualties": (
        Phrase(
            "{p}: {n} поранених, серед них діти.",
            "{p}: {n} раненых, среди них дети.",
            "{p}: {n} wounded, children among them.",
        ),
        Phrase(
            "Загинули {n} людей, ще {m} у лікарні {at}.",
            "Погибли {n} человек, ещё {m} в больнице {at}.",
            "{n} people were killed, {m} more are in hospital {at}.",
        ),
        Phrase(
            "Обмін полоненими: додому повернулися {m} військових.",
            "Обмен пленными: домой вернулись {m} военных.",
            "Prisoner exchange: {m} soldiers have come home.",
        ),
        Phrase(
            "{unit}: {n} трьохсотих, евакуація завершена.",
            "{unit}: {n} трёхсотых, эвакуация завершена.",
            "{unit}: {n} wounded, evacuation complete.",
        ),
    ),
    "movements": (
        Phrase(
            "Колона з {n} машин іде до {of}.",
            "Колонна из {n} машин идёт к району {of}.",
            "A column of {n} vehicles is on its way to {p}.",
        ),
        Phrase(
            "{unit} відійшла на нові позиції біля {of}.",
            "{unit} отошла на новые позиции возле {of}.",
            "{unit} withdrew to new positions near {p}.",
        ),
        Phrase(
            "Просування до {n} км на напрямку {of}.",
            "Продвижение до {n} км на направлении {of}.",
            "An advance of up to {n} km on the {p} axis.",
        ),
        Phrase(
            "Перекидання резервів залізницею {at}, бачили {m} платформ.",
            "Переброска резервов по железной дороге {at}, видели {m} платформ.",
            "Reserves are moved by rail {at}, {m} flatcars were seen.",
        ),
    ),
    "infrastructure": (
        Phrase(
            "Без світла {n} тисяч споживачів {at}.",
            "Без света {n} тысяч потребителей {at}.",
            "{n} thousand customers are without power {at}.",
        ),
        Phrase(
            "Пошкоджено підстанцію біля {of}, аварійні бригади працюють.",
            "Повреждена подстанция возле {of}, аварийные бригады работают.",
            "A substation near {p} is damaged, repair crews are at work.",
        ),
        Phrase(
            "Міст {at} закрито до {h}.",
            "Мост {at} закрыт до {h}.",
            "The bridge {at} is closed until {h}.",
        ),
        Phrase(
            "Горить нафтобаза {at}, площа пожежі {m} кв. м.",
            "Горит нефтебаза {at}, площадь пожара {m} кв. м.",
            "An oil depot is burning {at}, {m} square metres.",
        ),
    ),
    "humanitarian": (
        Phrase(
            "Евакуація з {of}: вивезли {n} людей, з них {m} дітей.",
            "Эвакуация из {of}: вывезли {n} человек, из них {m} детей.",
            "Evacuation from {p}: {n} people were taken out, {m} children among them.",
        ),
        Phrase(
            "Пункт видачі води {at} працює з {h}.",
            "Пункт выдачи воды {at} работает с {h}.",
            "The water point {at} is open from {h}.",
        ),
        Phrase(
            "Гуманітарний вантаж, {n} тонн, прибув до {of}.",
            "Гуманитарный груз, {n} тонн, прибыл в район {of}.",
            "{n} tonnes of aid have arrived near {p}.",
        ),
    ),
    "diplomatic": (
        Phrase(
            "Новий пакет санкцій: {n} осіб і {m} компаній.",
            "Новый пакет санкций: {n} лиц и {m} компаний.",
            "A new package of sanctions: {n} people and {m} companies.",
        ),
        Phrase(
            "Переговори тривали {n} годин, спільної заяви немає.",
            "Переговоры длились {n} часов, совместного заявления нет.",
            "Talks lasted {n} hours, there is no joint statement.",
        ),
        Phrase(
            "Міністри домовилися про допомогу на {m} млн євро.",
            "Министры договорились о помощи на {m} млн евро.",
            "Ministers agreed on {m} million euros of aid.",
        ),
    ),
    "intelligence": (
        Phrase(
            "Супутникові знімки: {n} літаків на аеродромі {at}.",
            "Спутниковые снимки: {n} самолётов на аэродроме {at}.",
            "Satellite images: {n} aircraft on the airfield {at}.",
        ),
        Phrase(
            "Перехоплення: {unit} скаржиться на нестачу боєприпасів.",
            "Перехват: {unit} жалуется на нехватку боеприпасов.",
            "Intercept: {unit} complains about a lack of ammunition.",
        ),
        Phrase(
            "Оцінка: запасів вистачить на {n} тижнів за нинішнього темпу.",
            "Оценка: запасов хватит на {n} недель при нынешнем темпе.",
            "Assessment: stocks will last {n} weeks at the present rate.",
        ),
    ),
    "propaganda": (
        Phrase(
            "Вони тікають по всьому фронту, {p} скоро буде нашим!",
            "Они бегут по всему фронту, {p} скоро будет нашим!",
            "They are running along the whole front, {p} will soon be ours!",
        ),
        Phrase(
            "Нас не зламати, перемога буде за нами!",
            "Победа будет за нами, враг будет разбит!",
            "Victory will be ours!",
        ),
    ),
    "units": (
        Phrase(
            "{unit} отримала поповнення, {m} бійців.",
            "{unit} получила пополнение, {m} бойцов.",
            "{unit} received {m} replacements.",
        ),
        Phrase(
            "{unit} тримає оборону біля {of} вже {n} діб.",
            "{unit} держит оборону возле {of} уже {n} суток.",
            "{unit} has held the line near {p} for {n} days.",
        ),
        Phrase(
            "На озброєнні, за нашими даними, {kit}: це {unit}.",
            "На вооружении, по нашим данным, {kit}: это {unit}.",
            "Armed, we are told, with {kit}: this is {unit}.",
        ),
    ),
    "locations": (
        Phrase(
            "Геолокація: відео знято {at}, за {n} км від ЛБЗ.",
            "Геолокация: видео снято {at}, в {n} км от ЛБС.",
            "Geolocated: filmed {at}, {n} km from the line of contact.",
        ),
        Phrase(
            "Точка на мапі оновлена: {p}, станом на {h}.",
            "Точка на карте обновлена: {p}, по состоянию на {h}.",
            "Point on the map updated: {p}, as of {h}.",
        ),
    ),
    "general": (
        Phrase(
            "Станом на {h} ситуація {at} контрольована.",
            "По состоянию на {h} обстановка {at} под контролем.",
            "As of {h} the situation {at} is under control.",
        ),
        Phrase(
            "Подробиці уточнюються, чекаємо на офіційну інформацію.",
            "Подробности уточняются, ждём официальную информацию.",
            "Details are being clarified, official information is awaited.",
        ),
        Phrase(
            "Не публікуйте фото наслідків, бережіть себе.",
            "Не публикуйте фото последствий, берегите себя.",
            "Do not publish photos of the aftermath, take care.",
        ),
        Phrase(
            "Повітряна тривога, усі в укриття! Відбій очікуємо після {h}.",
            "Воздушная тревога, все в укрытие! Отбой ждём после {h}.",
            "Air raid alert, take shelter! The all-clear is expected after {h}.",
        ),
    ),
}

# How often a topic is written about, in percent.
TOPIC_WEIGHTS: Final[dict[str, int]] = {
    "combat": 27,
    "general": 16,
    "equipment": 10,
    "infrastructure": 9,
    "casualties": 8,
    "movements": 7,
    "units": 6,
    "humanitarian": 5,
    "diplomatic": 4,
    "intelligence": 3,
    "propaganda": 3,
    "locations": 2,
}

SPAM: Final[dict[str, tuple[Phrase, ...]]] = {
    "financial": (
        Phrase(
            "Заробіток від {m} доларів на день! Криптовалюта без ризику, пиши в особисті.",
            "Заработок от {m} долларов в день! Криптовалюта без риска, пиши в личку.",
            "Earn {m} dollars a day from home! Crypto without risk, write to us.",
        ),
        Phrase(
            "Казино дарує {n} безкоштовних обертів, реєструйся: https://casino.example/{m}",
            "Казино дарит {n} бесплатных вращений, регистрируйся: https://casino.example/{m}",
            "The casino gives you {n} free spins, sign up: https://casino.example/{m}",
        ),
    ),
    "promotional": (
        Phrase(
            "Знижка {n}% на павербанки й ліхтарі, доставка безкоштовна. https://shop.example/{m}",
            "Скидка {n}% на павербанки и фонари, доставка бесплатная. https://shop.example/{m}",
            "{n}% off power banks and torches, free delivery. https://shop.example/{m}",
        ),
    ),
    "off_topic": (
        Phrase(
            "Гороскоп на завтра: Терезам пощастить після {h}.",
            "Гороскоп на завтра: Весам повезёт после {h}.",
            "Horoscope for tomorrow: Libra will be lucky after {h}.",
        ),
        Phrase(
            "Рецепт вареників із вишнею: {n} хвилин, і готово.",
            "Рецепт вареников с вишней: {n} минут, и готово.",
            "A recipe for cherry dumplings: {n} minutes and done.",
        ),
    ),
    "forwarding": (
        Phrase(
            "Підпишись і перешли {n} друзям!",
            "Подпишись и перешли {n} друзьям!",
            "Subscribe and forward this to {n} friends!",
        ),
    ),
    "fundraising": (
        Phrase(
            "Збираємо на пікап, лишилося {m} тисяч. Картка в коментарях.",
            "Собираем на пикап, осталось {m} тысяч. Карта в комментариях.",
            "We are raising money for a pickup, {m} thousand to go. Card in the comments.",
        ),
    ),
}

DIGEST_HEADS: Final = Phrase("Зведення на {h}", "Сводка на {h}", "Summary as of {h}")

COMMENTS: Final[tuple[Phrase, ...]] = (
    Phrase("Дякую за роботу", "Спасибо за работу", "Thank you for your work"),
    Phrase("Підтверджую, чули {at}", "Подтверждаю, слышали {at}", "Confirmed, we heard it {at}"),
    Phrase("Джерело?", "Источник?", "Source?"),
    Phrase("Тримайтеся!", "Держитесь!", "Stay strong!"),
    Phrase("У нас тихо з {h}", "У нас тихо с {h}", "Quiet here since {h}"),
    Phrase("Це фейк, відео старе", "Это фейк, видео старое", "Fake, the video is old"),
)

EVENT_TITLES: Final[dict[str, tuple[str, str]]] = {
    "combat": ("strike", "Strikes on {p}"),
    "infrastructure": ("infrastructure", "Power and transport disrupted in {p}"),
    "casualties": ("strike", "Casualties reported in {p}"),
    "movements": ("advance", "Troop movements around {p}"),
    "humanitarian": ("humanitarian", "Evacuation from {p}"),
}
