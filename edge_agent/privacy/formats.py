"""Values with a form of their own: e-mail, phone, IBAN, card, IP, national ids. Checked wherever they can be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from edge_agent.privacy import checksums, kinds
from edge_agent.privacy.folding import HAN
from edge_agent.privacy.spans import Span, without_overlap

# Edges are written out: \b never fires between a Han character and a digit. All repeats are bounded.
_L: Final = r"(?<![A-Za-z0-9_])"
_R: Final = r"(?![A-Za-z0-9_])"
_SEP: Final = r"[ \u00a0.\-]?"

_ID_CHECKS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    (r"[1-9]\d{5}(?:18|19|20)\d{9}[0-9Xx]", checksums.chinese_resident_id),
    (rf"[12]{_SEP}\d\d{_SEP}[0-9]\d{_SEP}(?:\d\d|2[ABab]){_SEP}\d{{3}}{_SEP}\d{{3}}{_SEP}\d\d", checksums.french_nir),
    (rf"756{_SEP}\d{{4}}{_SEP}\d{{4}}{_SEP}\d\d", checksums.swiss_ahv),
    (r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}", checksums.german_tax_id),
    (r"\d{11}", checksums.pesel),
    (r"\d{3}[- ]\d{2}[- ]\d{4}", checksums.us_ssn),
    (r"\d{3}[ ]?\d{3}[ ]?\d{4}", checksums.nhs_number),
    (r"(?:\d{8}|[XYZxyz]\d{7})-?[A-Za-z]", checksums.spanish_dni),
    (r"(?![DFIQUVdfiquv])[A-Za-z](?![DFIQUVOdfiquvo])[A-Za-z]\s?\d\d\s?\d\d\s?\d\d\s?[A-Da-d]", bool),  # UK NINO
)
#: Not a part of a longer number in groups: of a phone number, say.
_ALONE: Final = (r"(?<![A-Za-z0-9_+])(?<!\d[ ./-])(?<!\+\d{2} )", r"(?![A-Za-z0-9_])(?![ ./-]\d)")
_IDS: Final = tuple((re.compile(f"{_ALONE[0]}(?:{form}){_ALONE[1]}", re.ASCII), check) for form, check in _ID_CHECKS)

_EMAIL: Final = re.compile(
    rf"[^\s@<>\"'(),;:\[\]{HAN}，。；、（）]{{1,64}}@[^\W_{HAN}](?:[A-Za-z0-9_\u00c0-\u024f-]{{0,62}}\.){{1,8}}[^\W\d_{HAN}]{{2,24}}"
)
_URL: Final = re.compile(
    rf"(?:https?|ftp|mqtts?|mongodb(?:\+srv)?)://[^\s<>\"，。{HAN}]{{1,2000}}|(?<![\w@.])www\.[^\s<>\"，。{HAN}]{{1,500}}",
    re.IGNORECASE,
)
_IBAN: Final = re.compile(rf"{_L}[A-Z]{{2}}\d\d(?:[ \u00a0-]?[A-Z0-9]){{11,30}}{_R}", re.IGNORECASE | re.ASCII)
_CARD: Final = re.compile(rf"{_L}\d(?:[ \u00a0-]?\d){{12,18}}{_R}", re.ASCII)
_IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w{1,15})?(?![\w:])", re.ASCII)
_MAC: Final = re.compile(rf"{_L}[0-9A-Fa-f]{{2}}(?:[:-][0-9A-Fa-f]{{2}}){{5}}{_R}", re.ASCII)
_PHONE: Final = re.compile(
    r"(?<![\w.,+-])(?:\+|00)?\(?\d{1,5}\)?(?:[ \u00a0./()-]{0,2}\d{1,8}){1,7}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_DAY: Final = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:[ T]\d.*)?|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?: \d.*)?|\d{4}\s?[-/–]\s?\d{2,4}"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?|\d+\.\d+")
_NORTH_AMERICAN: Final = re.compile(
    r"(?:1[ .-])?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?:\s?(?:x|ext\.?)\s?\d+)?", re.IGNORECASE
)
_CHINESE_MOBILE: Final = re.compile(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
#: A phone number's digits, by ITU-T E.164; shorter ones are local.
_FEWEST, _MOST = 7, 15


def found(text: str) -> list[Span]:
    """Every value of a known form. Where two overlap, the one that is checked more strictly wins."""
    ranked: list[Span] = []
    if "@" in text:
        ranked += [Span(*each.span(), kinds.EMAIL) for each in _EMAIL.finditer(text)]
    if "://" in text or "www." in text.lower():
        ranked += [Span(*_without_stop(each), kinds.URL) for each in _URL.finditer(text)]
    if any(map(str.isdigit, text)) or "::" in text:
        ranked += [*_ibans(text), *_identities(text), *_cards(text), *_hosts(text), *_phones(text)]
    return without_overlap(ranked)


def _without_stop(match: re.Match[str]) -> tuple[int, int]:
    return match.start(), match.start() + len(match.group().rstrip(".,;:!?)"))


def _ibans(text: str) -> list[Span]:
    spans = []
    for match in _IBAN.finditer(text):
        # A word may follow: take the longest beginning that is an account number.
        for end in range(len(match.group()), 14, -1):
            if checksums.iban(re.sub(r"[\s-]", "", match.group()[:end]).upper()) and match.group()[end - 1].isalnum():
                spans.append(Span(match.start(), match.start() + end, kinds.IBAN))
                break
    return spans


def _identities(text: str) -> list[Span]:
    return [
        Span(*match.span(), kinds.IDENTITY)
        for form, check in _IDS
        for match in form.finditer(text)
        if check(checksums.bare(match.group()))
    ]


def _cards(text: str) -> list[Span]:
    return [
        Span(*match.span(), kinds.CARD)
        for match in _CARD.finditer(text)
        if checksums.luhn(re.sub(r"\D", "", match.group()))
    ]


def _hosts(text: str) -> list[Span]:
    spans = [Span(*match.span(), kinds.ADDRESS) for match in _MAC.finditer(text)]
    for match in (*_IPV4.finditer(text), *_IPV6.finditer(text)):
        try:
            ipaddress.ip_address(match.group().partition("%")[0])
        except ValueError:
            continue
        spans.append(Span(*match.span(), kinds.ADDRESS))
    return spans


def _phones(text: str) -> list[Span]:
    return [Span(*match.span(), kinds.PHONE) for match in _PHONE.finditer(text) if _is_phone(match.group())]


def _is_phone(said: str) -> bool:
    digits = sum(map(str.isdigit, re.split(r"x|ext", said, flags=re.IGNORECASE)[0]))
    if not _FEWEST <= digits <= _MOST or _DAY.fullmatch(said) or _GROUPED.fullmatch(said):
        return False
    return (
        said.startswith(("+", "0", "(0", "(+"))
        or _NORTH_AMERICAN.fullmatch(said) is not None
        or _CHINESE_MOBILE.fullmatch(said) is not None
    )
