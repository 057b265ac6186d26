"""Facts about reading figures, units and dates from running text."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.graders import spelled, units
from evalcenter.graders.dates import read_dates
from evalcenter.graders.numerals import MAX_FIGURES, read_bounded, read_figures


def one(text: str) -> tuple[Decimal, str]:
    """The value and unit of the only figure of `text`."""
    (figure,) = read_figures(text)
    return figure.value, figure.unit


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("350 mg", "350", "mg"),
        ("350mg", "350", "mg"),
        ("３５０ｍｇ", "350", "mg"),
        ("三百五十毫克", "350", "mg"),
        ("两片", "2", "tablet"),
        ("两片半", "2.5", "tablet"),
        ("半片", "0.5", "tablet"),
        ("一个半小时", "1.5", "h"),
        ("一年半", "1.5", "year"),
        ("十分钟", "10", "min"),
        ("1.5万元", "15000", "CNY"),
        ("1万2千元", "12000", "CNY"),
        ("一亿二千万元", "120000000", "CNY"),
        ("百万元", "1000000", "CNY"),
        ("百分之九十", "90", "%"),
        ("百分之3.5", "3.5", "%"),
        ("千分之三", "3", "‰"),
        ("90%", "90", "%"),
        ("９０％", "90", "%"),
        ("90 percent", "90", "%"),
        ("三点五毫克", "3.5", "mg"),
        ("1,234.5 元", "1234.5", "CNY"),
        ("1{,}234 元", "1234", "CNY"),
        ("1\u202f234 m", "1234", "m"),
        ("1'234 g", "1234", "g"),
        ("-5 °C", "-5", "°C"),
        ("−5 ℃", "-5", "°C"),
        ("零下5摄氏度", "-5", "°C"),
        ("负三摄氏度", "-3", "°C"),
        ("4.5×10⁹/L", "4500000000", "/L"),
        ("4.5 x 10^9/L", "4500000000", "/L"),
        ("4.5×10^{9}/L", "4500000000", "/L"),
        ("4.5×109/L", "4500000000", "/L"),
        ("$4.5\\times 10^{9}$/L", "4500000000", "/L"),
        ("1e-3 g", "0.001", "g"),
        ("2×10⁻³ mol", "0.002", "mol"),
        ("1/2 片", "0.5", "tablet"),
        ("½ tablet", "0.5", "tablet"),
        ("1½ tablets", "1.5", "tablet"),
        ("1 1/2 tablets", "1.5", "tablet"),
        ("$\\frac{1}{2}$ tablet", "0.5", "tablet"),
        ("四分之三片", "0.75", "tablet"),
        ("two hundred and fifty mg", "250", "mg"),
        ("twenty-five tablets", "25", "tablet"),
        ("one tablet", "1", "tablet"),
        ("1.2 million", "1200000", ""),
        ("5k", "5000", ""),
        ("$57", "57", "USD"),
        ("£12.50", "12.50", "GBP"),
        ("￥1,100", "1100", "CNY"),
        ("957块6。", "957.6", "CNY"),
        ("②16 mg", "16", "mg"),
        ("七块六毛", "7.6", "CNY"),
        ("一块四", "1.4", "CNY"),
        ("USD57", "57", "USD"),
        ("15 mL/h", "15", "mL/h"),
        ("15 mL per hour", "15", "mL/h"),
        ("15 mL hourly", "15", "mL/h"),
        ("15毫升每小时", "15", "mL/h"),
        ("15 毫升/小时", "15", "mL/h"),
        ("**15** mL/h", "15", "mL/h"),
        ("15\\text{ mL/h}", "15", "mL/h"),
        ("60 mL/min/1.73m²", "60", "mL/min"),
        ("60 mL/min per 1.73 m^2", "60", "mL/min"),
        ("100 mg·kg⁻¹·d⁻¹", "100", "mg/kg/day"),
        ("80次/分", "80", "time/min"),
        ("22.1 kg/m²", "22.1", "kg/m²"),
        ("5 毫摩尔每升", "5", "mmol/L"),
        ("15个工作日", "15", "workday"),
        ("3 working days", "3", "workday"),
        ("6-year-old", "6", "year"),
        ("5 μg", "5", "μg"),
        ("5 µg", "5", "μg"),
        ("5 mcg", "5", "μg"),
        ("5 Mg", "5", "mg"),
        ("1\u200b50 mg", "150", "mg"),
    ],
)
def test_one_figure_is_read(text: str, value: str, unit: str) -> None:
    """A figure is read with its value and its unit, however it is written."""
    assert one(text) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("5–10 mg", 5, 10, "mg"),
        ("5-10 mg", 5, 10, "mg"),
        ("5~10毫克", 5, 10, "mg"),
        ("5 至 10 天", 5, 10, "day"),
        ("5 mg到10 mg", 5, 10, "mg"),
        ("10%-20%", 10, 20, "%"),
        ("between 5 and 10 mg", 5, 10, "mg"),
        ("5 to 10 days", 5, 10, "day"),
        ("5 ± 2", 3, 7, ""),
        ("两三天", 2, 3, "day"),
    ],
)
def test_range_is_one_figure(text: str, low: int, high: int, unit: str) -> None:
    """A range is one figure with two ends."""
    (figure,) = read_figures(text)
    assert (figure.value, figure.high, figure.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    [
        "一般 统一 万一 十分 千万不要 一起 唯一 一些",
        "维生素B12",
        "HbA1c",
        "COVID-19",
        "one of the reasons",
        "",
        "第一",
        "1" * 61,
        "一个方案",
    ],
)
def test_no_figure(text: str) -> None:
    """Words that hold numerals, names with digits and endless digits are no figures."""
    assert [f for f in read_figures(text) if f.kind == "number"] == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2 500 mg tablets", ["2", "500"]),
        ("120/80 mmHg", ["120", "80"]),
        ("8/10", ["8", "10"]),
        ("555-123-4567", ["555", "123", "4567"]),
        ("3-2=1", ["3", "2", "1"]),
        ("5 and 10 mg", ["5", "10"]),
        ("1,23", ["1", "23"]),
        ("250 mg every 8 hours", ["250", "8"]),
        ("10-5 mg", ["10", "5"]),
    ],
)
def test_figures_that_stay_apart(text: str, values: list[str]) -> None:
    """What is not one number or one range is read as several figures."""
    assert [str(abs(f.value)) for f in read_figures(text)] == values


@pytest.mark.parametrize(
    ("text", "kind"),
    [("第8条", "ordinal"), ("第三天", "ordinal"), ("14:30", "clock"), ("1. 计算", "marker"), ("步骤2", "marker")],
)
def test_kinds(text: str, kind: str) -> None:
    """Ordinals, times of day and list numbers are told apart."""
    assert [f.kind for f in read_figures(text)] == [kind]


def test_rate_before_the_figure_is_kept() -> None:
    """每小时 before an amount is its rate."""
    (figure,) = read_figures("每小时15毫升")
    assert (figure.value, figure.unit, figure.per) == (15, "mL", "h")


def test_span_is_in_the_original() -> None:
    """A figure's span points into the text as it was given."""
    text = "剂量：**３５０** mg，请"
    (figure,) = read_figures(text)
    assert text[figure.start : figure.end] == "３５０** mg"


def test_extra_unit_is_read() -> None:
    """A unit that the table does not hold is read where the author names it."""
    (figure,) = read_figures("12 blips", ("blips",))
    assert figure.unit == "blips"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("三百五十", 350),
        ("一百零五", 105),
        ("一千五", 1500),
        ("三万五", 35000),
        ("两百五", 250),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("二〇二六", 2026),
        ("壹佰贰拾", 120),
        ("一千零五", 1005),
        ("一万零三百", 10300),
        ("一亿", 10**8),
        ("三亿五千万", 350000000),
        ("零", 0),
    ],
)
def test_chinese_numeral(words: str, value: int) -> None:
    """A Chinese numeral has the value a reader gives it."""
    assert spelled.read_zh(words) == value


@pytest.mark.parametrize("words", ["", "万", "点五", "三点十", "1二", "亿"])
def test_not_a_chinese_numeral(words: str) -> None:
    """What is no numeral from end to end has no value."""
    assert spelled.read_zh(words) is None


@given(st.integers(0, 99_999_999))
@settings(max_examples=200, deadline=None)
def test_chinese_numerals_round_trip(number: int) -> None:
    """Every whole number up to a hundred million, written out, is read back."""
    assert spelled.read_zh(written(number)) == number


def written(number: int) -> str:
    """`number` below 10**8 in Chinese."""
    if number == 0:
        return "零"
    high, low = divmod(number, 10_000)
    gap = "零" if high and 0 < low < 1000 else ""
    return (f"{_four(high)}万" if high else "") + gap + (_four(low) if low else "")


def _four(number: int) -> str:
    made, zero = "", False
    for unit, power in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // power % 10
        if digit:
            made += ("零" if zero and made else "") + "零一二三四五六七八九"[digit] + unit
            zero = False
        else:
            zero = True
    return made


@pytest.mark.parametrize(
    ("words", "value"),
    [("fifteen", 15), ("two hundred and fifty", 250), ("twenty-five thousand", 25000), ("a hundred", 100)],
)
def test_english_numeral(words: str, value: int) -> None:
    """An English numeral has its value."""
    assert spelled.read_en(words) == value


@pytest.mark.parametrize("words", ["", "and", "five apples"])
def test_not_an_english_numeral(words: str) -> None:
    """Other words have none."""
    assert spelled.read_en(words) is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("mg", "mg"),
        ("分", "point"),
        ("pound", "GBP"),
        ("pound", "lb"),
        ("mL/dose", "mL"),
        ("CNY/month", "CNY"),
        ("time/min", "bpm"),
        ("mg/8h", "mg"),
    ],
)
def test_same_units(said: str, wanted: str) -> None:
    """Ambiguous spellings and amounts for an occasion are the unit."""
    assert units.same(said, wanted)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("mg", "g"), ("mg/kg", "mg"), ("mL/min", "mL/h"), ("mL/h", "mL"), ("day", "workday"), ("CNY", "USD")],
)
def test_other_units(said: str, wanted: str) -> None:
    """Another unit, or a rate against a quantity, is not the unit."""
    assert not units.same(said, wanted)


@pytest.mark.parametrize(
    ("written_unit", "scale", "name"),
    [
        ("mg", 1, "mg"),
        ("毫克", 1, "mg"),
        ("10^9/L", 10**9, "/L"),
        ("×10⁹/L", 10**9, "/L"),
        ("万元", 10**4, "CNY"),
        ("￥", 1, "CNY"),
        ("Blips", 1, "blips"),
        ("毫升/小时", 1, "mL/h"),
    ],
)
def test_canonical_unit(written_unit: str, scale: int, name: str) -> None:
    """An author's unit has one scale and one name."""
    assert units.canonical(written_unit) == (scale, name)


def test_unknown_units_are_listed() -> None:
    """Only units that the table lacks are unknown."""
    assert units.unknown(("mg", "blips", " ")) == ("blips",)


WANTED = date(2026, 3, 4)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "text",
    [
        "2026年3月4日",
        "2026-03-04",
        "2026/3/4",
        "2026.03.04",
        "二〇二六年三月四日",
        "4 March 2026",
        "4th of March, 2026",
        "March 4, 2026",
        "Mar. 4th 2026",
        "3月4日",
        "三月四日",
        "March 4",
        "**2026年3月4日**",
        "２０２６年３月４日",
        "2026-03-04T09:00",
        "截至2026年3月4日止",
    ],
)
def test_date_is_read(text: str, lang: str) -> None:
    """A date is read in either language, with or without its year."""
    (found,) = read_dates(text, lang)
    assert found.fits(WANTED)


def test_slashed_dates_are_month_first_in_english_only() -> None:
    """03/04/2026 is the fourth of March in English, and not read in Chinese."""
    assert read_dates("03/04/2026", "en")[0].fits(WANTED)
    assert read_dates("03/04/2026", "zh") == ()
    assert read_dates("14/02/2027", "zh")[0].fits(date(2027, 2, 14))


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026年13月1日",
        "It may 5 be",
        "March 2026",
        "2026年3月",
        "30 February 2026",
        "99/99/2026",
        "13月1日",
        "",
    ],
)
def test_no_date(text: str) -> None:
    """Days that the calendar lacks, months alone and words are no dates."""
    assert read_dates(text, "en") == ()


def test_another_year_does_not_fit() -> None:
    """A date of another year is another date."""
    assert not read_dates("2025年3月4日", "zh")[0].fits(WANTED)


# Far below what anything worse than linear takes, far above what a busy machine or a coverage tool adds.
BUDGET_S = 8
HOSTILE = {
    "digits": "1" * 100_000,
    "groups": "1,234," * 16_000,
    "zh": "三百" * 50_000,
    "zh digits": "一二" * 50_000,
    "zh units": "万亿" * 50_000,
    "en": "two hundred and " * 6_000,
    "tens": "twenty-" * 14_000,
    "dashes": "5-" * 50_000,
    "spaces": " " * 100_000,
    "frac": "\\frac{1" * 14_000,
    "dates": "2026年3月" * 12_000,
    "slashes": "1/2/" * 25_000,
    "powers": "×10" * 33_000,
    "dollars": "$a" * 50_000,
    "braces": "{" * 100_000,
    "names": "A" * 100_000,
    "dots": "1." * 50_000,
    "rates": "每小时" * 33_000,
    "units": "5mg/" * 25_000,
    "bold": "**" * 50_000,
    "thin": "1\u202f" * 50_000,
    "months": "4 of " * 20_000,
    "text": "\\text{" * 16_000,
    "千万": "千万" * 50_000,
    "percent": "百分之" * 33_000,
    "other digits": "٣" * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_time(text: str) -> None:
    """100 kB made to be slow costs no more than its length."""
    start = time.process_time()
    assert len(read_figures(text)) <= MAX_FIGURES
    read_dates(text, "en")
    assert time.process_time() - start < BUDGET_S


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("0123456789.,-–/×^一二三十百千万亿点分之半个年月日 mgL%$£¥{}\\"),
        max_size=120,
    )
)
def test_any_text_is_read(text: str) -> None:
    """No text makes the readers raise, and every span lies in the text, in order."""
    last = 0
    for figure in read_figures(text):
        assert last <= figure.start < figure.end <= len(text)
        last = figure.start
    for found in read_dates(text, "zh"):
        assert 0 <= found.start < found.end <= len(text)


@settings(max_examples=150, deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(["mg", "毫升", "元", "%", "kg/m²"]))
def test_decimals_round_trip(number: Decimal, unit: str) -> None:
    """A decimal with a unit is read back exactly, with and without thousands separators."""
    for text in (f"{number} {unit}", f"结果是{number:,}{unit}。"):
        assert one(text)[0] == number


@pytest.mark.parametrize(("count", "complete"), [(0, True), (1, True), (MAX_FIGURES, True), (MAX_FIGURES + 1, False)])
def test_reader_says_whether_it_read_all(count: int, complete: bool) -> None:
    """Reading stops after a fixed number of figures, and says so."""
    figures, read = read_bounded("7 mg; " * count)
    assert (len(figures), read) == (min(count, MAX_FIGURES), complete)
    assert read_figures("7 mg; " * count) == figures
