"""Numbers that can be checked: a typing error, or a number of another kind, rarely passes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ISSUED_TWICE = 2
_MOST_OF_ONE_DIGIT = 3


def luhn(digits: str) -> bool:
    """Payment cards, 13 to 19 digits."""
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0 and len(set(digits)) > 1  # noqa: PLR2004


def iban(value: str) -> bool:
    """International account numbers: the country's length, and the remainder."""
    if _IBAN_LENGTHS.get(value[:2]) != len(value) or not value.isalnum():
        return False
    return int("".join(str(int(each, 36)) for each in value[4:] + value[:4])) % 97 == 1


def german_tax_id(digits: str) -> bool:
    """Steuer-ID: 11 digits, one of the first ten twice or thrice, the check digit of ISO 7064."""
    most = max(Counter(digits[:10]).values())
    if digits[0] == "0" or not _ISSUED_TWICE <= most <= _MOST_OF_ONE_DIGIT:
        return False
    product = 10
    for each in digits[:10]:
        total = (int(each) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def us_ssn(digits: str) -> bool:
    """Social security numbers: the areas, groups and serials that are issued. They have no check digit."""
    return digits[:3] not in {"000", "666"} and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def chinese_resident_id(value: str) -> bool:
    """18 characters: a day of birth that exists, and the check character."""
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return "10X98765432"[_weighted(value[:17], _CN_WEIGHTS) % 11] == value[17].upper()


def nhs_number(digits: str) -> bool:
    """British patients: 10 digits, modulo 11."""
    return (11 - _weighted(digits[:9], range(10, 1, -1)) % 11) % 11 == int(digits[9])


def french_nir(value: str) -> bool:
    """French social security: 15 digits, or 2A and 2B for Corsica; modulo 97."""
    plain = value.upper().replace("2A", "19").replace("2B", "18")
    return plain.isdigit() and 97 - int(plain[:13]) % 97 == int(plain[13:])


def spanish_dni(value: str) -> bool:
    """Spanish and foreign residents: eight digits (or X, Y, Z and seven) and a letter."""
    number = value[:-1].upper().translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == value[-1].upper()


def pesel(digits: str) -> bool:
    """Polish residents: 11 digits with a month that exists."""
    month = int(digits[2:4]) % 20
    return 1 <= month <= 12 and (10 - _weighted(digits[:10], (1, 3, 7, 9) * 3) % 10) % 10 == int(digits[10])  # noqa: PLR2004


def swiss_ahv(digits: str) -> bool:
    """Swiss insured persons: 756, and the check digit of EAN-13."""
    return (10 - _weighted(digits[:12], (1, 3) * 6) % 10) % 10 == int(digits[12])


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(each) * weight for each, weight in zip(digits, weights, strict=False))


def bare(text: str) -> str:
    """Without the separators that people put into long numbers."""
    return re.sub(r"[\s./-]", "", text)
