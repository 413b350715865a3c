"""Chinese: words by their kind, and what passes of them. The one importer of rjieba."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final, NamedTuple

import rjieba

from edge_agent.privacy import lexicon

#: Kinds of words that may pass, by their ICTCLAS tag: verbs, adjectives, adverbs, pronouns, particles, measures,
#: numerals, times, directions, common nouns. Not: persons, places, organisations, other names, idioms, unknown.
_PASSES: Final = frozenset(
    {
        "v",
        "vd",
        "vn",
        "vi",
        "vg",
        "a",
        "ad",
        "an",
        "d",
        "r",
        "p",
        "c",
        "u",
        "m",
        "q",
        "f",
        "t",
        "s",
        "y",
        "n",
        "b",
        "k",
        "l",
    }
)
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
_LONGEST_GIVEN: Final = 2
#: A surname that is a word of its own far more often: alone it begins a name only where the rest looks like one.
_SINGLE_WORDS: Final = frozenset("时向成单解查位于路方任管关包安常边万和")


#: Frequency that wins over every longer word of the dictionary.
_OFTEN: Final = 10_000_000
_NUMERALS: Final = frozenset("零一二三四五六七八九十百千万亿半几两第数多")
#: What follows a name and is no part of it.
_AFTER_NAMES: Final = frozenset("的了吗呢吧啊在是有和与或把被从到对给为向跟没不也都还就这那去叫买住")
_ORGANISATIONS: Final = (
    "公司",
    "集团",
    "银行",
    "大学",
    "学院",
    "医院",
    "酒店",
    "工厂",
    "事务所",
    "超市",
    "中学",
    "小学",
    "商行",
)
_LONGEST_FIRM: Final = 12
_PLACES: Final = (*"省市县縣区區镇鎮乡鄉村街路巷弄座", "街道", "大道", "号楼")
_LONGEST_PLACE: Final = 3
_LONGEST_PLAIN: Final = 4
_NAMED: Final = ("nr", "ns", "nt", "nz")


class Word(NamedTuple):
    """A part of a run of Han characters. ``place``: from the run's beginning."""

    place: int
    text: str
    passes: bool
    is_name: bool


@lru_cache(maxsize=2048)
def words(run: str) -> tuple[Word, ...]:
    """Cut a run of Han characters into words. A name takes its surname and at most two characters with it."""
    cut: list[Word] = []
    place, given = 0, 0
    # Without guesses at unknown words: with them a name and the word beside it become one.
    for text, tag in _jieba().tag(run, hmm=False):
        passes, is_name = _judge(text, tag)
        ends = text in _AFTER_NAMES or (len(text) > 1 and text in _known_words())
        if given and len(text) <= given and not ends:
            passes, is_name = False, not _is_special(text)
            given -= len(text)
        elif is_name:
            given = _LONGEST_GIVEN if text in _SURNAMES else max(0, 1 + _LONGEST_GIVEN - len(text))
        else:
            given = 0
        cut.append(Word(place, text, passes, is_name))
        place += len(text)
    return tuple(_with_firms(cut))


def _with_firms(cut: list[Word]) -> list[Word]:
    """A firm, a school, a town or a street is hidden with the words that name it."""
    for last, word in enumerate(cut):
        if word.text in _known_words() or not word.text.endswith((*_ORGANISATIONS, *_PLACES)):
            continue
        first, longest = last, _LONGEST_FIRM if word.text.endswith(_ORGANISATIONS) else _LONGEST_PLACE
        while first and last - first < longest and cut[first - 1].text not in _parts_no_firm():
            first -= 1
        if first < last or len(word.text) > _LONGEST_PLAIN:
            cut[first : last + 1] = [each._replace(passes=False, is_name=True) for each in cut[first : last + 1]]
    return cut


def _judge(text: str, tag: str) -> tuple[bool, bool]:
    """Whether a word passes, and whether it is a name."""
    if _is_special(text):
        return False, False
    if text in _known_words():
        return True, False
    if tag.startswith("nr") or (text in _SURNAMES and text not in _SINGLE_WORDS):
        return False, True
    kind = tag[:2] if tag[:2] in _PASSES else tag[:1]
    if len(text) == 1 or kind not in _PASSES or tag.startswith(_NAMED) or not _jieba().has_word(text):
        return False, False
    return tag != "m" or _NUMERALS.issuperset(text), False


def _is_special(text: str) -> bool:
    return any(each in text for each in lexicon.special_han())


@cache
def _known_words() -> frozenset[str]:
    words = lexicon.sections("functions.txt")["chinese"] | lexicon.sections("chinese.txt")["words"]
    return words - (_SURNAMES - _SINGLE_WORDS)


@cache
def _parts_no_firm() -> frozenset[str]:
    """Words that stand before a firm's or a town's name and are no part of it."""
    return (
        _AFTER_NAMES | {word for word in lexicon.sections("functions.txt")["chinese"] if len(word) > 1} | set("该本各")
    )


@cache
def _jieba() -> rjieba.Jieba:
    """A dictionary of our own, made at the first Chinese prompt."""
    made = rjieba.Jieba()
    for word in _known_words():
        if len(word) > 1:
            made.add_word(word, _OFTEN, "v")
    return made
