"""Prompts with private values whose places are known. Made with Faker; imports nothing of what is measured."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from faker import Faker

LOCALES = {"en": "en_US", "de": "de_DE", "zh": "zh_CN"}

#: ``{kind}`` is a value that must stay here; everything else is a question that should leave as it is.
TEMPLATES = {
    "en": (
        "Which orders of {name} are delayed?",
        "What is the status of order {code} for {name}?",
        "Did {name} pay the invoice {code} yet?",
        "Please tell me the phone number of {name}, her e-mail is {email}.",
        "Is {phone} the right number for {name}?",
        "Find the customer who lives at {street}, {city}.",
        "How many tickets did {company} open since 12 March 2026?",
        "List all payments from account {iban} above 250.00 EUR.",
        "The card {card} was refused twice yesterday, why?",
        "Which device has the address {ip} and is it online?",
        "{name} wants to return the blue lamp that she bought last week.",
        "when will the package for {name} arrive in {city}?",
        "Compare the sales of {company} and {company} in Q3.",
        "Reset the password of user {user} please.",
        "Show the last 5 deliveries to {street}.",
        "Who is {name}? Her number is {ssn}.",
        "My name is {name} and my customer number is {number}.",
        "What did {first} order in January?",
        "Is Mr. {last} still our contact at {company}?",
        "I spoke to {name} from {city} about the broken pump at site 12.",
    ),
    "de": (
        "Welche Bestellungen von {name} sind verspätet?",
        "Wie ist der Status der Bestellung {code} für {name}?",
        "Hat {name} die Rechnung {code} schon bezahlt?",
        "Wie lautet die Telefonnummer von {name}? Die E-Mail ist {email}.",
        "Ist {phone} die richtige Nummer für {name}?",
        "Welcher Kunde wohnt in der {street} in {city}?",
        "Wie viele Tickets hat {company} seit dem 12. März 2026 geöffnet?",
        "Zeige alle Zahlungen vom Konto {iban} über 250,00 EUR.",
        "Die Karte {card} wurde gestern zweimal abgelehnt, warum?",
        "Welches Gerät hat die Adresse {ip}?",
        "{name} möchte die Lampe zurückgeben, die letzte Woche gekauft wurde.",
        "Wann kommt das Paket für {name} in {city} an?",
        "Vergleiche den Umsatz von {company} und {company} im dritten Quartal.",
        "Bitte das Passwort für den Benutzer {user} zurücksetzen.",
        "Ist Frau {last} noch unsere Ansprechpartnerin bei {company}?",
        "Was hat {first} im Januar bestellt?",
        "Mein Name ist {name}, meine Kundennummer ist {number}.",
        "Welche Lieferungen gingen an {street}?",
    ),
    "zh": (
        "{name}的订单为什么延迟了？",
        "请查一下{name}的电话号码。",
        "订单{code}的状态是什么？",
        "{name}的邮箱是{email}吗？",
        "住在{street}的客户是谁？",
        "{company}今年有多少个工单？",
        "电话{phone}是谁的号码？",
        "请告诉我{name}上个月的销售额。",
        "从账户{iban}付款的记录有哪些？",
        "昨天{name}在{city}买了什么产品？",
        "我叫{name}，我的客户编号是{number}。",
        "给{name}发货的包裹什么时候到？",
        "身份证号{ssn}的客户还有几个未完成的订单？",
        "{company}和{company}哪个的销量最高？",
    ),
}

#: Written after the rules were done, other locales. What the first run over them showed to be wrong was mended.
SECOND_LOCALES = {"en": "en_GB", "de": "de_AT", "zh": "zh_TW"}
SECOND = {
    "en": (
        "Can you check whether {name} already received the replacement for the cracked screen?",
        "We have a complaint from {company} about a missing pallet, reference {code}.",
        "Please forward the quote to {email} and copy {name}.",
        "The driver could not find {street}; who was supposed to meet him there?",
        "Give me every shipment from {city} that weighed more than 40 kg.",
        "Does {first} still work the night shift on line 4?",
        "Someone using {ip} tried to log in 12 times within an hour.",
        "Tell {name} to ring me on {phone} before noon.",
        "Transfer the deposit back to {iban} and close the file.",
        "Dr {last} asked for the maintenance history of pump 7.",
    ),
    "de": (
        "Kannst du nachsehen, ob {name} den Ersatz für das gesprungene Display schon erhalten hat?",
        "Es liegt eine Beschwerde von {company} über eine fehlende Palette vor, Zeichen {code}.",
        "Bitte das Angebot an {email} weiterleiten, mit Kopie an {name}.",
        "Der Fahrer konnte {street} nicht finden. Wer sollte ihn dort treffen?",
        "Alle Sendungen aus {city}, die mehr als 40 kg wiegen.",
        "Arbeitet {first} noch in der Nachtschicht an Linie 4?",
        "Jemand hat von {ip} aus in einer Stunde zwölfmal versucht, sich anzumelden.",
        "Richte {name} aus, dass ich unter {phone} erreichbar bin.",
        "Die Kaution geht zurück an {iban}, danach bitte den Vorgang schließen.",
        "Herr {last} fragt nach der Wartung von Pumpe 7.",
    ),
    "zh": (
        "麻烦确认一下{name}有没有收到更换的屏幕。",
        "{company}投诉少了一个托盘，参考编号{code}。",
        "把报价单转发到{email}，并抄送{name}。",
        "司机找不到{street}，谁应该在那里接他？",
        "{name}还在上夜班吗？",
        "有人从{ip}在一小时内尝试登录了12次。",
        "让{name}中午之前打{phone}给我。",
        "{name}想知道7号泵的维修记录。",
    ),
}

#: Written last, other locales again: nothing was changed after the run over them that docs/privacy.md reports.
HELD_OUT_LOCALES = {"en": "en_IN", "de": "de_CH", "zh": "zh_CN"}
HELD_OUT = {
    "en": (
        "Has anyone confirmed the appointment with {name} at {company}?",
        "The barcode {code} scans twice, ask {first} to print a new label.",
        "We refunded {name}, but the bank of {company} says that {iban} is closed.",
        "Move the meeting in {city} to Thursday and tell {email}.",
        "Which technician is nearest to {street}?",
        "{name} reports noise from compressor 3 since this morning.",
        "Block the badge of {name} and the login {user} right away!",
        "Is {number} a valid contract number, and does it belong to {last}?",
    ),
    "de": (
        "Hat jemand den Termin mit {name} von {company} bestätigt?",
        "Der Strichcode {code} wird doppelt gelesen, {first} soll ein neues Etikett drucken.",
        "Welcher Techniker ist am nächsten bei {street}?",
        "{name} meldet seit heute früh Geräusche am Kompressor 3.",
        "Verschiebe das Treffen in {city} auf Donnerstag und informiere {email}.",
        "Sperre sofort den Ausweis von {name} und das Login {user}!",
        "Ist {number} eine gültige Vertragsnummer und gehört sie zu {last}?",
    ),
    "zh": (
        "有人确认了与{company}{name}的预约吗？",
        "条码{code}扫了两次，请让{name}重新打印标签。",
        "哪位技师离{street}最近？",
        "{name}说3号压缩机从早上开始有噪音。",
        "把在{city}的会议改到星期四，并通知{email}。",
        "马上停用{name}的门禁卡！",
    ),
}

SPECIAL = {
    "en": """
        pregnant cancer depression hiv diabetes muslim catholic jewish gay lesbian bankrupt unemployed insolvent
        debts convicted prison arrested theft union strike socialist republican addicted rehab suicide epilepsy
        disabled chemotherapy homeless eviction fraud parole psychiatrist abortion transgender refugee
    """,
    "de": """
        schwanger Krebs depressiv Diabetes muslimisch katholisch jüdisch schwul lesbisch insolvent arbeitslos
        Schulden vorbestraft Gefängnis verhaftet Diebstahl Gewerkschaft Streik süchtig Epilepsie schwerbehindert
        obdachlos Betrug Suizid
    """,
    "zh": """
        怀孕 癌症 抑郁症 艾滋病 糖尿病 穆斯林 基督徒 同性恋 破产 失业 欠债 犯罪 坐牢 被捕 罢工 工会 吸毒
        残疾 自杀 离婚诉讼 住院 手术 党员 赌博
    """,
}
ABOUT = {
    "en": (
        "is the customer {special} now?",
        "which of them are {special}",
        "list everyone with {special} since May 2026",
    ),
    "de": ("Ist der Kunde {special}?", "Welche von ihnen sind {special}?", "Wer hat mit {special} zu tun?"),
    "zh": ("这个客户{special}了吗？", "哪些员工{special}？", "显示所有{special}的记录"),
}
EVERYDAY = (
    "mark rose will may grace hope bill jack frank dean chase hunter summer joy dawn faith grant miles young king page"
)
EVERYDAY_IN = (
    "has {everyday} paid yet?",
    "orders for {everyday} in march",
    "{everyday}'s last delivery was late",
    "did {everyday} call back?",
    "send the parcel to {everyday} please",
    "what did {everyday} buy last week",
)
ALPHABETS = {"ru": "ru_RU", "el": "el_GR", "ar": "ar_AA", "ja": "ja_JP", "ko": "ko_KR", "hi": "hi_IN", "he": "he_IL"}


@dataclass(frozen=True, kw_only=True)
class Value:
    """A private value: where it stands in the prompt, and of which kind it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A prompt. ``group``: a language for plain ones, else the name of a hard case."""

    text: str
    group: str
    values: tuple[Value, ...]


def plain(count: int, seed: int) -> Iterator[Case]:
    """Plain prompts, ``count`` a language."""
    for language, locale in LOCALES.items():
        yield from _of(TEMPLATES[language], language, locale, count, seed)


def second(count: int, seed: int) -> Iterator[Case]:
    """Plain prompts by which mistakes were found and mended once, ``count`` a language."""
    for language, locale in SECOND_LOCALES.items():
        yield from _of(SECOND[language], f"{language}, second", locale, count, seed)


def held_out(count: int, seed: int) -> Iterator[Case]:
    """Plain prompts on which nothing was tuned, ``count`` a language."""
    for language, locale in HELD_OUT_LOCALES.items():
        yield from _of(HELD_OUT[language], f"{language}, held out", locale, count, seed)


def _of(templates: Sequence[str], group: str, locale: str, count: int, seed: int) -> Iterator[Case]:
    make = _makers(locale, seed)
    rng = random.Random(f"{seed}{group}")
    for _ in range(count):
        yield _filled(rng.choice(templates), group, make)


def hard(count: int, seed: int) -> Iterator[Case]:
    """The hard cases, ``count`` a group."""
    rng = random.Random(seed)
    english = _makers("en_US", seed + 1)
    name = english["name"]
    told = [each for each in TEMPLATES["en"] if re.findall(r"{(\w+)}", each) == ["name"]]

    def of(group: str, template: str, **own: Callable[[], str]) -> Case:
        return _filled(template, group, english | own)

    for _ in range(count):
        yield of("everyday words, small", rng.choice(EVERYDAY_IN), everyday=lambda: rng.choice(EVERYDAY.split()))
        yield of("names, small letters", rng.choice(told), name=lambda: name().lower())
        yield of("names, capitals", rng.choice(told), name=lambda: name().upper())
        yield of("names run together", rng.choice(told), name=lambda: re.sub(r"\W", "", name()).lower())
        yield of("names split", rng.choice(told), name=lambda: _split(name(), rng))
        yield of("ids within words", "what about {code}?", code=lambda: _within(english["code"](), rng))
        local = Faker(rng.choice(list(ALPHABETS.values())))
        local.seed_instance(rng.randrange(10**9))
        yield of("other alphabets", rng.choice(told), name=local.name)
        language = rng.choice(list(SPECIAL))
        about = rng.choice(SPECIAL[language].split())
        yield _filled(rng.choice(ABOUT[language]), "special categories", {"special": about.strip})


def _filled(template: str, group: str, make: dict[str, Callable[[], str]]) -> Case:
    text, values = "", []
    for place, part in enumerate(re.split(r"{(\w+)}", template)):
        said = make[part]() if place % 2 else part
        if place % 2:
            values.append(Value(start=len(text), end=len(text) + len(said), kind=part))
        text += said
    return Case(text=text, group=group, values=tuple(values))


def _makers(locale: str, seed: int) -> dict[str, Callable[[], str]]:
    fake = Faker(locale)
    fake.seed_instance(seed)
    rng = random.Random(seed)
    return {
        "name": lambda: f"{fake.last_name()}{fake.first_name()}" if locale.startswith("zh") else _person(fake),
        "first": fake.first_name,
        "last": fake.last_name,
        "email": fake.ascii_safe_email if rng.random() < 0.5 else fake.email,
        "phone": fake.phone_number,
        "street": fake.street_address,
        "city": fake.city,
        "company": fake.company,
        "iban": lambda: fake.iban() if rng.random() < 0.5 else " ".join(re.findall(".{1,4}", fake.iban())),
        "card": fake.credit_card_number,
        "ip": lambda: fake.ipv6() if rng.random() < 0.3 else fake.ipv4(),
        "user": fake.user_name,
        "ssn": fake.ssn,
        "number": lambda: str(rng.randrange(10**5, 10**9)),
        "code": lambda: fake.bothify(rng.choice(("??-#####", "???#####", "#####-??", "?#-####", "#########"))).upper(),
    }


def _person(fake: Faker) -> str:
    return f"{fake.first_name()} {fake.last_name()}"


def _split(name: str, rng: random.Random) -> str:
    at = rng.randrange(2, max(3, len(name) - 1))
    return f"{name[:at]} {name[at:]}"


def _within(code: str, rng: random.Random) -> str:
    return rng.choice((f"order{code}", f"ref_{code}_2", f"x{code}y", f"{code}a", f"no.{code}"))
