"""What the demo archive speaks of: places, formations, equipment, channels, feeds and people.

Channels, feeds and people are invented. It must never hold a Telegram id in use: all ids lie in
ranges that Telegram has not reached, so that they can never meet a real row of an archive.
"""

from typing import Final, NamedTuple

from scripts.demo.texts import Phrase

CHANNEL_ID_BASE: Final = -1_009_900_000_000
GROUP_ID_BASE: Final = -1_009_950_000_000
USER_ID_BASE: Final = 990_000_000_000


class Place(NamedTuple):
    """A town: its name, "in" it, its genitive, and where it is."""

    name: Phrase
    at: Phrase
    of: Phrase
    latitude: float
    longitude: float
    country: str
    population: int


# Name, "in" and genitive in Ukrainian | the same in Russian | English | latitude longitude
# population country
_PLACES: Final = """
Харків, у Харкові, Харкова | Харьков, в Харькове, Харькова | Kharkiv | 49.9935 36.2304 1421125 UA
Куп'янськ, у Куп'янську, Куп'янська | Купянск, в Купянске, Купянска | Kupiansk | 49.7106 37.6157 26627 UA
Вовчанськ, у Вовчанську, Вовчанська | Волчанск, в Волчанске, Волчанска | Vovchansk | 50.2911 36.9411 17747 UA
Лиман, у Лимані, Лимана | Лиман, в Лимане, Лимана | Lyman | 48.9886 37.8022 20066 UA
Ізюм, в Ізюмі, Ізюма | Изюм, в Изюме, Изюма | Izium | 49.2087 37.2483 45884 UA
Слов'янськ, у Слов'янську, Слов'янська | Славянск, в Славянске, Славянска | Sloviansk | 48.8533 37.6053 105141 UA
Краматорськ, у Краматорську, Краматорська | Краматорск, в Краматорске, Краматорска | Kramatorsk | 48.7389 37.5848 147145 UA
Часів Яр, у Часовому Яру, Часового Яру | Часов Яр, в Часовом Яре, Часова Яра | Chasiv Yar | 48.5869 37.8336 12250 UA
Бахмут, у Бахмуті, Бахмута | Бахмут, в Бахмуте, Бахмута | Bakhmut | 48.5956 37.9999 71094 UA
Торецьк, у Торецьку, Торецька | Торецк, в Торецке, Торецка | Toretsk | 48.3967 37.8478 30914 UA
Авдіївка, в Авдіївці, Авдіївки | Авдеевка, в Авдеевке, Авдеевки | Avdiivka | 48.1394 37.7497 31392 UA
Покровськ, у Покровську, Покровська | Покровск, в Покровске, Покровска | Pokrovsk | 48.2817 37.1758 60127 UA
Вугледар, у Вугледарі, Вугледара | Угледар, в Угледаре, Угледара | Vuhledar | 47.7789 37.2492 14144 UA
Маріуполь, у Маріуполі, Маріуполя | Мариуполь, в Мариуполе, Мариуполя | Mariupol | 47.0971 37.5434 425681 UA
Роботине, у Роботиному, Роботиного | Работино, в Работино, Работино | Robotyne | 47.4422 35.8389 480 UA
Запоріжжя, у Запоріжжі, Запоріжжя | Запорожье, в Запорожье, Запорожья | Zaporizhzhia | 47.8388 35.1396 710052 UA
Нікополь, у Нікополі, Нікополя | Никополь, в Никополе, Никополя | Nikopol | 47.5712 34.3964 105160 UA
Дніпро, у Дніпрі, Дніпра | Днепр, в Днепре, Днепра | Dnipro | 48.4647 35.0462 968502 UA
Кривий Ріг, у Кривому Розі, Кривого Рогу | Кривой Рог, в Кривом Роге, Кривого Рога | Kryvyi Rih | 47.9105 33.3918 603904 UA
Херсон, у Херсоні, Херсона | Херсон, в Херсоне, Херсона | Kherson | 46.6354 32.6169 279131 UA
Миколаїв, у Миколаєві, Миколаєва | Николаев, в Николаеве, Николаева | Mykolaiv | 46.9750 31.9946 470011 UA
Одеса, в Одесі, Одеси | Одесса, в Одессе, Одессы | Odesa | 46.4825 30.7233 1010537 UA
Київ, у Києві, Києва | Киев, в Киеве, Киева | Kyiv | 50.4501 30.5234 2952301 UA
Чернігів, у Чернігові, Чернігова | Чернигов, в Чернигове, Чернигова | Chernihiv | 51.4982 31.2893 282747 UA
Суми, у Сумах, Сум | Сумы, в Сумах, Сум | Sumy | 50.9077 34.7981 256474 UA
Полтава, у Полтаві, Полтави | Полтава, в Полтаве, Полтавы | Poltava | 49.5883 34.5514 279593 UA
Львів, у Львові, Львова | Львов, во Львове, Львова | Lviv | 49.8397 24.0297 717273 UA
Мелітополь, у Мелітополі, Мелітополя | Мелитополь, в Мелитополе, Мелитополя | Melitopol | 46.8489 35.3675 148851 UA
Джанкой, у Джанкої, Джанкоя | Джанкой, в Джанкое, Джанкоя | Dzhankoi | 45.7086 34.3933 38622 UA
Севастополь, у Севастополі, Севастополя | Севастополь, в Севастополе, Севастополя | Sevastopol | 44.6166 33.5254 509992 UA
Бєлгород, у Бєлгороді, Бєлгорода | Белгород, в Белгороде, Белгорода | Belgorod | 50.5997 36.5983 339978 RU
Курськ, у Курську, Курська | Курск, в Курске, Курска | Kursk | 51.7373 36.1873 440052 RU
"""  # noqa: E501


def _place(line: str) -> Place:
    ukrainian, russian, english, numbers = line.split(" | ")
    latitude, longitude, population, country = numbers.split()
    name, at, of = (
        Phrase(*forms)
        for forms in zip(
            ukrainian.split(", "),
            russian.split(", "),
            (english, f"in {english}", english),
            strict=True,
        )
    )
    return Place(name, at, of, float(latitude), float(longitude), country, int(population))


PLACES: Final = tuple(_place(line) for line in _PLACES.split("\n") if line)


class Thing(NamedTuple):
    """A formation or a piece of equipment: how each language calls it, and its kind in "
    "curated_entities."""

    name: Phrase
    entity_type: str
    description: str


UNITS: Final[tuple[Thing, ...]] = tuple(
    Thing(Phrase(uk, ru, en), "military_unit", description)
    for uk, ru, en, description in (
        ("3 ОШБр", "3-я штурмовая бригада", "3rd Assault Brigade", "Ukrainian assault brigade."),
        ("47 ОМБр", "47-я мехбригада", "47th Mechanized Brigade", "Ukrainian brigade."),
        ("72 ОМБр", "72-я мехбригада", "72nd Mechanized Brigade", "Ukrainian brigade."),
        ("92 ОШБр", "92-я штурмовая бригада", "92nd Assault Brigade", "Ukrainian brigade."),
        ("36 ОБрМП", "36-я бригада морпехов", "36th Marine Brigade", "Ukrainian marines."),
        ("79 ОДШБр", "79-я десантная бригада", "79th Air Assault Brigade", "Ukrainian brigade."),
        ("810 бригада РФ", "810-я бригада", "810th Naval Infantry Brigade", "Russian marines."),
        ("76 дивізія РФ", "76-я дивизия", "76th Air Assault Division", "Russian airborne."),
        ("58 армія РФ", "58-я армия", "58th Combined Arms Army", "Russian army."),
        ("4 танкова дивізія РФ", "4-я танковая дивизия", "4th Tank Division", "Russian division."),
    )
)

EQUIPMENT: Final[tuple[Thing, ...]] = tuple(
    Thing(Phrase(uk, ru, en), entity_type, description)
    for uk, ru, en, entity_type, description in (
        ("HIMARS", "HIMARS", "HIMARS", "military_weapon", "American rocket artillery."),
        ("Leopard 2", "Леопард 2", "Leopard 2", "military_vehicle", "German main battle tank."),
        ("Bradley", "Брэдли", "M2 Bradley", "military_vehicle", "American fighting vehicle."),
        ("Т-72Б3", "Т-72Б3", "T-72B3", "military_vehicle", "Russian main battle tank."),
        ("Т-90М", "Т-90М", "T-90M", "military_vehicle", "Russian main battle tank."),
        ("БМП-2", "БМП-2", "BMP-2", "military_vehicle", "Soviet fighting vehicle."),
        ("шахед", "Герань-2", "Shahed-136", "aircraft", "One-way attack drone."),
        ("Ланцет", "Ланцет", "Lancet", "aircraft", "Russian loitering munition."),
        ("FPV-дрон", "FPV-дрон", "FPV drone", "aircraft", "Small attack drone."),
        ("Мавік", "Мавик", "Mavic 3", "aircraft", "Quadcopter for observation."),
        ("Байрактар", "Байрактар", "Bayraktar TB2", "aircraft", "Turkish attack drone."),
        ("Су-34", "Су-34", "Su-34", "aircraft", "Russian bomber."),
        ("Ка-52", "Ка-52", "Ka-52", "aircraft", "Russian attack helicopter."),
        ("Іскандер-М", "Искандер-М", "Iskander-M", "military_weapon", "Ballistic missile."),
        ("Калібр", "Калибр", "Kalibr", "military_weapon", "Russian cruise missile."),
        ("Х-101", "Х-101", "Kh-101", "military_weapon", "Air-launched cruise missile."),
        ("КАБ", "ФАБ с УМПК", "glide bomb", "military_weapon", "Guided glide bomb."),
        ("Patriot", "Пэтриот", "Patriot", "military_weapon", "American air defence system."),
        ("Gepard", "Гепард", "Gepard", "military_vehicle", "German anti-aircraft gun."),
        ("Панцир-С1", "Панцирь-С1", "Pantsir-S1", "military_weapon", "Russian air defence."),
        ("Град", "Град", "BM-21 Grad", "military_weapon", "Soviet rocket launcher."),
        ("Caesar", "Цезарь", "CAESAR", "military_weapon", "French howitzer on a truck."),
        ("Житель", "Житель", "R-330Zh Zhitel", "electronic_warfare", "Russian jammer."),
        ("Буревісник", "Буревестник", "Burevestnik", "military_weapon", "Russian missile."),
    )
)


class Channel(NamedTuple):
    """A channel as Telegram shows it, and how busy it is."""

    username: str
    name: str
    affiliation: str
    folder: str
    rule: str
    kind: str
    language: str
    weight: int


# Language and folder of the channels of each side, and their names.
_SIDES: Final = {
    "ukraine": ("uk", "Archive UA"),
    "russia": ("ru", "Archive RU"),
    "neutral": ("en", "Monitor OSINT"),
    "unknown": ("ru", "Discover new"),
}
_NAMES: Final = {
    "ukraine": """
        Харків зараз, Південний фронт, Небо над нами, Штаб новин, Донбас оперативний, Одеса онлайн,
        Тривога Київ, Прикордоння, Бригадний щоденник, Енергетика сьогодні, Херсон правий берег,
        Аналітика фронту, Запоріжжя 24, Суми тут""",
    "russia": """
        Военный вестник, Сводки с фронта, Южное направление, Белгород сегодня, Заметки военкора,
        Север фронта, Крым онлайн, Тыл и фронт, Глас окопа, Курск рядом""",
    "neutral": """
        Frontline Monitor, Geo Desk, Open Maps Daily, Loss Tracker, Satellite Notes,
        Airspace Watch""",
    "unknown": """
        Новости без цензуры, Инсайд, Чат района, Местные новости""",
}
_RULES: Final = {
    "Archive": "archive_all",
    "Monitor": "selective_archive",
    "Discover": "discovery",
}


def channels() -> list[Channel]:
    """The channels, the busiest first; every tenth one is a group in which members write."""
    # The first of each side, then the second of each: every side has busy and quiet channels.
    ranked = sorted(
        (rank, affiliation, name.strip())
        for affiliation, names in _NAMES.items()
        for rank, name in enumerate(names.split(","))
    )
    made = []
    for number, (_, affiliation, name) in enumerate(ranked, start=1):
        language, folder = _SIDES[affiliation]
        made.append(
            Channel(
                username=f"demo_{affiliation}_{number:02d}",
                name=name,
                affiliation=affiliation,
                folder=folder,
                rule=_RULES[folder.split()[0]],
                kind="megagroup" if number % 10 == 0 else "channel",
                language=language,
                weight=1000 // (number + 2),
            )
        )
    return made


FEEDS: Final = (
    ("Demo Frontline Daily", "frontline-daily.example", "ukraine", 4, "UA"),
    ("Demo State Wire", "state-wire.example", "russia", 1, "RU"),
    ("Demo World Desk", "world-desk.example", "neutral", 5, "GB"),
    ("Demo Strategy Review", "strategy-review.example", "analysis", 4, "US"),
    ("Demo Open Sources", "open-sources.example", "osint_community", 5, "NL"),
)

FIRST_NAMES: Final = (
    "Олена",
    "Андрій",
    "Ірина",
    "Тарас",
    "Сергей",
    "Наталья",
    "Max",
    "Анна",
    "Юрій",
    "Дмитрий",
)
LAST_NAMES: Final = ("К.", "М.", "Т.", "Л.", "С.", None, None)
EMOJI: Final = ("👍", "❤", "🔥", "😢", "🙏", "🤬", "👏", "😁")
READERS: Final = (
    ("00000000-0000-4000-8000-00000000d001", "admin"),
    ("00000000-0000-4000-8000-00000000d002", "moderator"),
    ("00000000-0000-4000-8000-00000000d003", "authenticated"),
)
