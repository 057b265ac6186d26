"""What an answer may rest on: figures, quotations and citations."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary
from evalcenter.graders.grounded import LONGEST, Grounded, plugin
from evalcenter.records import Answer, Document, Examples, Item, Mark, Message
from tests.factory import make_item

NOTICE = (
    "某市居住证办理办法\n第八条 申请人应当在收到通知之日起三十日内缴纳工本费20元。逾期的，按日加收百分之五。\n"
    "办理时间：工作日9:00-17:00。补贴每户每年1.2万元。咨询电话12345。"
)
BUDGET = 8 if sys.gettrace() else 1  # seconds of processor time; a coverage run is slower

ITEM = Item(
    id="i",
    lang="zh",
    dimension="d",
    prompt=(Message(role="user", content="我今年65岁，第八条怎么规定？"),),
    criteria=(),
    examples=Examples(good=(), bad=()),
    options={"A": "可以", "B": "需要77元"},
    documents=(Document(id="notice", title="某市2031号通知", text=NOTICE),),
)

FIGURES = [
    ("应在30日内缴纳20元。", True),
    ("应在三十日内缴费。", True),
    ("应在60日内缴费。", False),
    ("1. 准备材料\n2. 缴费20元\n3. 领证", True),
    ("第一，缴费20元。\n（二）领证。", True),
    ("补贴12000元", True),
    ("加收5%", True),
    ("九时至十七时", True),
    ("9点开始", True),
    ("文件没有提到第九条。", True),
    ("根据第九条", False),
    ("这是一个问题，一般来说统一办理", True),
    ("您65岁", True),
    ("费用不是50元，而是20元", True),
    ("费用不超过50元", False),
    ("拨打12345", True),
    ("步骤1：缴费\n步骤2：领证", True),
    ("２０元", True),
    ("１０元", False),
    ("六十日", False),
    ("工作日9:00开门", True),
    ("10:00", False),
    ("12,000元", True),
    ("百分之六", False),
    ("补贴一万二千元", True),
    ("B项说77元", True),
    ("2031号通知", True),
    ("期限为20至30日", True),
    ("期限为20至31日", False),
    ("共两份材料", False),
    ("within thirty days", True),
    ("within forty days", False),
    ("费用并非50元。", True),
]
QUOTES = [
    ("规定“申请人应当在收到通知之日起三十日内”缴费", True),
    ("规定“申请人应当在收到通知之日起 三十日内。”", True),
    ("规定“申请人应当在六十日内缴费”", False),
    ("规定“应当……缴纳工本费20元”", True),
    ('says "pay sixty yuan now"', False),
    ("《某某管理办法实施细则》", True),
    ("文件没有“逾期不予办理”的规定", True),
    ("所谓“快办”", True),
    ("「逾期的，按日加收百分之五」", True),
    ("规定『逾期的，按日加收百分之五』", True),
    ("规定“未闭合的引号，六十日内缴费", True),
]
CITES = [
    ("根据第8条", "第八条", True),
    ("根据第八条", "第8条", True),
    ("根据第十八条", "第八条", False),
    ("根据第八十条", "第八条", False),
    ("没有第八条", "第八条", False),
    ("See Article 8.", "Article 8", True),
    ("See Article 80.", "Article 8", False),
    ("See Section 8", "Article 8", False),
    ("Article VIII", "Article 8", False),
    ("第二十三条第二款", "第23条第2款", True),
    ("第　８　条", "第八条", True),
    ("the notice does not mention Article 8", "Article 8", False),
    ("第八百条", "第八条", False),
    ("不符合第八条", "第八条", True),
    ("See Sections 4, 6 and 9.", "Section 6", True),
    ("See Sections 4, 6, and 9.", "Section 9", True),
    ("Sections 4 and 6 apply", "Section 4", True),
    ("Sections 4 to 9", "Section 9", True),
    ("Sections 4 to 9", "Section 6", False),
    ("Sections 4 and 16", "Section 6", False),
    ("Articles 4, 6 and 9", "Section 9", False),
    ("It does not mention Articles 4 and 6", "Article 6", False),
]


NUMBERED = (
    "一、办理时间：工作日9:00-16:00，午间12时至13时30分休息。\n"
    "二、提交身份证、户口簿复印件2份。\n"
    "三、工本费２０元。\n（一）首次申领免费。"
)
ARTICLES = "第一条 为规范办理。\n第八条 收费20元：\n一、首次；\n二、补办。\n每天下午2点到4点半咨询。"
OPENING = (
    "Open Monday to Friday, 9 am to 4 p.m., closed from noon to 1:30 pm. 1. Bring your ID. 2. Pay the £20 fee."
    " Evening line: 18:00-20:30."
)
RESTS = [
    ("Train at 10:20.", "The train leaves at 10.20 am.", True),
    ("Train at 10:20.", "The train leaves at 10.20.", True),
    ("Train at 10.20 am.", "The train leaves at 10:20.", True),
    ("Train at 10:20.", "The train leaves at 10.25.", False),
    ("Train at 10:20.", "The fee is £10.20", False),
    ("Fee 10.20 yuan", "Come at 10:20", False),
    ("上午10:20开始", "10.20开始", True),
    ("上午10:20开始", "收费10.20元", False),
    ("上午10:20开始", "at 10.20元", False),
    ("Bus at 10:20.", "at 25.20", False),
    ("下午4:30", "until 16.30", True),
    ("Open 9:30-11:45", "from 9.30 until 11.45", True),
    (NUMBERED, "下午4点截止。", True),
    (NUMBERED, "截止到下午四点。", True),
    (NUMBERED, "16时前到达", True),
    (NUMBERED, "Close at 4pm.", True),
    (NUMBERED, "4 p.m.", True),
    (NUMBERED, "16：00前", True),
    (NUMBERED, "下午5点", False),
    (NUMBERED, "5pm", False),
    (NUMBERED, "上午9点到下午4点", True),
    (NUMBERED, "早上九点", True),
    (NUMBERED, "晚上9点", False),
    (NUMBERED, "9 p.m.", False),
    (NUMBERED, "中午12点到下午1点半休息", True),
    (NUMBERED, "12:00-13:30", True),
    (NUMBERED, "13时30分", True),
    (NUMBERED, "下午1:30", True),
    (NUMBERED, "下午1：30", True),
    (NUMBERED, "第二条要求提交复印件2份", True),
    (NUMBERED, "第四条", False),
    (NUMBERED, "第二项", True),
    (NUMBERED, "工本费２０元。", True),
    (NUMBERED, "工本费（20元）", True),
    (NUMBERED, "工本费：20元，", True),
    (NUMBERED, "【20】元", True),
    (NUMBERED, "第一次办理免费", True),
    (NUMBERED, "第一步，准备；第二步，缴费；第三步，领取。", True),
    (NUMBERED, "分三个步骤", True),
    (NUMBERED, "有两种方式", True),
    (NUMBERED, "请注意以下三点：", True),
    (NUMBERED, "三点建议：", True),
    (NUMBERED, "三份材料", False),
    (NUMBERED, "需要以下三份材料：\n1. 身份证\n2. 户口簿\n3. 照片", True),
    (NUMBERED, "需要以下四份材料：\n1. 身份证\n2. 户口簿\n3. 照片", False),
    (NUMBERED, "需要以下三项材料：\n\n- 身份证\n- 户口簿\n- 照片\n\n祝好", True),
    (NUMBERED, "第三天领取", False),
    (NUMBERED, "3天内", False),
    (NUMBERED, "有五种情形", False),
    (NUMBERED, "三点前", False),
    (NUMBERED, "11个步骤", False),
    (NUMBERED, "首先……其次……", True),
    (NUMBERED, "共30元", False),
    (NUMBERED, "第1、2条", True),
    (ARTICLES, "第二条", False),
    (ARTICLES, "第二项", True),
    (ARTICLES, "第八条第二款", True),
    (ARTICLES, "14:00-16:30", True),
    (ARTICLES, "下午四点半", True),
    (ARTICLES, "4点半", False),
    (ARTICLES, "16:00", False),
    (ARTICLES, "2–4:30 pm", True),
    (ARTICLES, "2 p.m. to 4:30 p.m.", True),
    (ARTICLES, "下午3点", False),
    (OPENING, "Open from 9:00 to 16:00.", True),
    (OPENING, "9am–4pm", True),
    (OPENING, "9 to 4 pm", True),
    (OPENING, "12:00", True),
    (OPENING, "12 pm", True),
    (OPENING, "until 13:30", True),
    (OPENING, "6pm-8:30pm", True),
    (OPENING, "6 to 8:30 p.m.", True),
    (OPENING, "There are two ways to pay.", True),
    (OPENING, "Follow these three simple steps:", True),
    (OPENING, "5pm", False),
    (OPENING, "three documents", False),
    (OPENING, "You need two documents:\n- ID\n- receipt", True),
    (OPENING, "£20.", True),
    (OPENING, "“£20”", True),
    (OPENING, "£30", False),
    (OPENING, "at 4 p.m. sharp", True),
    (OPENING, "four p.m.", True),
    (OPENING, "30 pm", False),
    (OPENING, "下午6点", True),
    (OPENING, "16.00", True),
    (OPENING, "8:30 am", False),
    (OPENING, "12 noon", True),
    (OPENING, "12 midnight", False),
]


def mark(text: str, **params) -> Mark:
    return plugin.mark(Grounded(**params), ITEM, Answer(text=text))


@pytest.mark.parametrize(("text", "holds"), FIGURES)
def test_figures(text, holds):
    """Every figure that the answer does not deny occurs in documents, prompt or options."""
    assert (mark(text, figures=True).state == "met") is holds


@pytest.mark.parametrize(("document", "text", "holds"), RESTS)
def test_times_clauses_and_own_counts(document, text, holds):
    """Times of day, articles numbered 二、 and the answer's own counts rest on a document as their meaning says."""
    item = replace(ITEM, prompt=(), options={}, documents=(Document(id="d", title="通知", text=document),))
    seen = plugin.mark(Grounded(figures=True), item, Answer(text=text))
    assert (seen.state == "met") is holds


@pytest.mark.parametrize(("text", "holds"), QUOTES)
def test_quotes(text, holds):
    """Every passage of six characters in quotation marks occurs in the ground."""
    assert (mark(text, quotes=True).state == "met") is holds


@pytest.mark.parametrize(("text", "cite", "holds"), CITES)
def test_cites(text, cite, holds):
    """A clause is cited when it is named with the same word and the same number."""
    assert (mark(text, cites=(cite,)).state == "met") is holds
    assert (mark(text, any_cites=("附件七", cite)).state == "met") is holds


def test_every_citation_of_cites_is_wanted():
    """`cites` wants all, and the reason names what is missing."""
    seen = mark("根据第八条", cites=("第八条", "第九条"))
    assert (seen.state, seen.reason.zh) == ("not_met", "没有引用第九条")


def test_allowed_figures_and_passages():
    """What the author allows needs no ground."""
    assert mark("共3项，“一共三项材料清单”", figures=True, quotes=True).state == "not_met"
    assert mark("共3项，“一共三项材料清单”", figures=True, quotes=True, allow=("3", "一共三项材料清单")).state == "met"


def test_the_reason_names_the_figure():
    """A figure without ground is named, quoted, and settled."""
    seen = mark("您好。应缴50元。", figures=True)
    assert seen.reason.zh == "数字“50元”没有依据"
    assert "应缴50元" in seen.excerpt
    assert seen.settled


def test_met_is_settled_only_for_citations():
    """More text may bring a figure without ground, but cannot take a citation away."""
    assert mark("第八条", cites=("第八条",)).settled
    assert not mark("20元", figures=True).settled


def test_checks_that_are_not_asked_for_are_not_made():
    """A wrong figure is no matter where only quotations are checked."""
    assert mark("缴50元", quotes=True).state == "met"
    assert mark("“完全没有依据的一句话”", figures=True).state == "met"


def test_a_very_long_answer_is_not_judged():
    """Beyond the reading limit nothing is judged, unless something was wrong before it."""
    assert mark("好" * (LONGEST + 1), figures=True).state == "unjudged"
    assert mark("缴50元。" + "好" * LONGEST, figures=True).state == "not_met"


@pytest.mark.parametrize("given", [{}, {"figures": False}, {"cites": [" "]}, {"figure": True}, {"figures": 1}])
def test_parameters_that_check_nothing_are_refused(given):
    """Parameters without anything to check are refused when the suite is read."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(Grounded, given)


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    """No text makes the grader raise."""
    assert mark(text, figures=True, quotes=True, cites=("第八条",)).state in {"met", "not_met"}


@given(st.lists(st.sampled_from(NOTICE.split("。")), max_size=5))
def test_what_the_document_says_is_grounded(parts):
    """Any sentences of the document, in any order, are grounded."""
    assert mark("。".join(parts), figures=True, quotes=True).state == "met"


@pytest.mark.parametrize(
    "text",
    [
        "“" * 100_000,
        "1" * 100_000,
        "20 " * 33_000,
        "一" * 100_000,
        "第" * 100_000,
        '"' * 100_000,
        "“”" * 50_000,
        "“a" * 50_000,
        "第八条" * 33_000,
        "不是1元" * 20_000,
        "1.1." * 25_000,
        "“" + "…" * 1000 + "”",
        "万" * 100_000,
        "\u200b2\u200b0" * 25_000,
        "下午4点到" * 20_000,
        "4 to 5 pm " * 10_000,
        "12 " * 30_000 + "pm",
        "三点" * 50_000,
        "1. 一\n" * 15_000,
        "三份:\n" * 20_000,
    ],
    ids=lambda text: text[:6],
)
def test_hostile_text_is_read_in_time(text):
    """A hundred thousand hostile characters are marked in less than a second."""
    started = time.process_time()
    mark(text, figures=True, quotes=True, cites=("第八条",))
    assert time.process_time() - started < BUDGET


def test_version():
    """The behaviour has changed since version 2, and so has the version."""
    assert plugin.version == "3"


def test_more_figures_than_are_read_are_not_judged() -> None:
    """An ungrounded figure behind two thousand grounded ones does not pass: the answer is not judged."""
    answer = Answer(text="10 天 " * 2100 + "99 元")
    item = make_item(documents=(Document(id="d", title="t", text="10 天"),))
    mark = plugin.mark(Grounded(figures=True), item, answer)
    assert mark.state == "unjudged"
