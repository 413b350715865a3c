"""What the stand-in knows of language: words without endings, a small thesaurus. Nothing of any tool."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HAN = re.compile(r"[\u3400-\u9fff]")

_STOP = """
a an and any are as at be been by can could did do does each every for from get give had has have
how i in is it its itself like list many me much my now of on one or our out please show since so
some such tell that the their them then there these they this those to us was we were what when
where whether which who whom whose why will with within would you your all also about over last past
first most least than more less not no aus bei bitte das dem den der die ein eine einen es fur gibt
hat ich im ist mir mit nach sind und viele von war 的 是 哪 哪个 个 了 吗 在 有 什么 么 请 我 was welche welcher
welches wie wer wo zu zur zum am an auf sagen zeige
"""
STOP = frozenset(_STOP.split())

#: Words that mean much the same, in any domain. The first one stands for all.
_SAME = (
    "sale sell sold selling seller umsatz verkauf 销售",
    "revenue turnover income earning takings erlos 收入 营业额",
    "order purchase bestellung 订单",
    "product article item goods produkt artikel 产品 商品",
    "category categories kategorie 类别",
    "price cost charge fee cheap cheapest expensive preis kosten 价格",
    "customer client buyer kunde 客户",
    "subscriber teilnehmer 用户",
    "offer tariff angebot tarif 套餐",
    "ticket complaint case storungsmeldung 工单",
    "alarm alert storung 告警",
    "load utilisation utilization usage auslastung busy busiest congested bottleneck engpass 负载 瓶颈",
    "cell zelle 小区",
    "site standort location 站点",
    "stock inventory warehouse lager lagerbestand 库存",
    "quarter quartal 季度",
    "status state zustand 状态",
    "phone telephone telefon telefonnummer 电话",
    "email mail",
    "name called",
    "temperature temp celsius hot hottest warm warmest cold coldest temperatur 温度",
    "employee staff worker mitarbeiter 员工",
    "open offen offene 未解决",
    "active aktiv aktive 活动",
    "critical kritisch kritische 严重",
    "delayed late verspatet 延迟",
    "efficiency effizienz 效率",
    "fit match suit passt",
    "date day newest latest oldest earliest datum tag 日期",
    "weight heavy heaviest light lightest gewicht 重量",
    "speed fast fastest slow slowest",
    "age old young youngest alter 年龄",
    "number nummer no nr 号码",
)
_CANON = {word: line.split()[0] for line in _SAME for word in line.split()}
#: All words that mean the same as the one that stands for them.
SYNONYMS = {line.split()[0]: tuple(line.split()) for line in _SAME}


def fold(text: str) -> str:
    """One form for letters: no accents, no case, no look-alikes of other widths."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(each for each in folded if not unicodedata.combining(each))


def words(text: str) -> list[str]:
    """Fold and cut into words; names such as ``prb_load`` and ``siteLoad`` are cut too."""
    cut: list[str] = []
    for word in _WORD.findall(fold(_CAMEL.sub(" ", text))):
        cut += _han(word) if _HAN.match(word) else [word]
    return cut


def stems(text: str) -> list[str]:
    """Words that carry meaning, each as the one that stands for it: no stop words, no numbers."""
    return [stem(word) for word in words(text) if word not in STOP and not word.isdigit()]


def stem(word: str) -> str:
    """Cut endings, roughly: ``categories`` and ``category``, ``delayed`` and ``delay`` become one."""
    return _CUT_CANON.get(_cut(word)) or _CANON.get(word) or _cut(word)


def light(word: str) -> str:
    """Cut the plural only: a field ``opened`` is not what ``open`` asks for."""
    single = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    return _CANON.get(word) or _CANON.get(single) or single


def _cut(word: str) -> str:
    if not word.isascii() or len(word) < 4:
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


_CUT_CANON = {_cut(word): first for word, first in _CANON.items() if word.isascii()}


def _han(run: str) -> list[str]:
    """Cut Chinese: known words first, longest first; the rest in single characters."""
    found: list[str] = []
    while run:
        known = max((word for word in _CANON if run.startswith(word)), key=len, default=run[0])
        found.append(known)
        run = run[len(known) :]
    return found


def any_of(text: str, cues: Iterable[str]) -> bool:
    """Whether one of these cue words or phrases stands in the text."""
    return position(text, cues) is not None


def position(text: str, cues: Iterable[str]) -> int | None:
    """Where the first of these cue words or phrases ends in the folded text."""
    folded = fold(text)
    ends = [
        found.end()
        for cue in cues
        if (found := re.search(rf"(?<![a-z]){re.escape(cue)}(?![a-z])" if cue.isascii() else re.escape(cue), folded))
    ]
    return min(ends, default=None)
