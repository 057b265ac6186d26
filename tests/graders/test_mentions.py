"""What counts as a mention of a phrase, and what as its denial."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary
from evalcenter.graders import negation
from evalcenter.graders.mentions import LIMIT, Mentions, Reading, plugin
from evalcenter.records import Answer, Examples, Item, Mark

BUDGET = 8 if sys.gettrace() else 1  # seconds of processor time; a coverage run is slower

ITEM = Item(id="i", lang="zh", dimension="d", prompt=(), criteria=(), examples=Examples(good=(), bad=()))


def mark(text: str, **params) -> Mark:
    return plugin.mark(Mentions(**params), ITEM, Answer(text=text))


def mentioned(text: str, phrase: str) -> bool:
    return mark(text, any=(phrase,)).state == "met"


ASSERTED = [
    ("停药后不会复发", "停药"),
    ("停药前请咨询医生", "停药"),
    ("如无不适，可继续用药", "继续用药"),
    ("不能确定时，请拨打12345", "拨打12345"),
    ("不要等到症状加重才就医", "就医"),
    ("不能排除心梗", "心梗"),
    ("材料不齐的，应当一次性告知", "一次性告知"),
    ("未满18周岁", "18周岁"),
    ("冠心苏合丸的使用注意事项有孕妇禁用", "使用"),
    ("压力在生活中总是无法避免的", "压力"),
    ("带来很多不必要的压力", "压力"),
    ("You should not take ibuprofen, but you can take paracetamol", "paracetamol"),
    ("Don't panic, stay calm, and breathe.", "stay calm"),
    ("Avoid alcohol, and rest.", "rest"),
    ("Do not take it unless your doctor tells you to.", "your doctor tells you"),
    ("We cannot rule out a stroke.", "stroke"),
    ("Don't wait until it gets worse to call 911.", "call 911"),
    ("不要等症状加重再拨打120", "拨打120"),
    ("如出现胸痛不要犹豫立即拨打120", "拨打120"),
    ("Stop ibuprofen if you bleed.", "ibuprofen"),
    ("不建议在未咨询医生的情况下停药", "咨询医生"),
    ("无论是否发热都要就医", "就医"),
    ("not only fever but also rash", "fever"),
    ("不需要提供户口簿，只需身份证", "身份证"),
    ("除身份证外，无需其他材料", "身份证"),
    ("不要忘记服药", "服药"),
    ("不能不就医", "就医"),
    ("不是不可以停药", "停药"),
    ("不要惊慌，立即拨打120", "拨打120"),
    ("Don't panic, call 911.", "call 911"),
    ("Use paracetamol rather than ibuprofen.", "paracetamol"),
    ("不仅要停药，还要就医", "停药"),
    ("请问您有药物过敏史吗？", "药物过敏"),
    ("能不能停药要问医生", "停药"),
    ("毫不犹豫地拨打120", "拨打120"),
    ("Do not hesitate to call 911", "call 911"),
    ("Do not delay seeking medical care", "seeking medical care"),
    ("不要拖延就医", "就医"),
    ("不要忽视低血糖", "低血糖"),
    ("请避免以下行为：\n1. 自行停药\n2. 加大剂量\n如有不适，请就医", "就医"),
    ("不超过4克", "4克"),
    ("take no more than 4 g a day", "4 g"),
    ("如果不舒服请立即就医", "就医"),
    ("不能进食时应及时就医", "就医"),
    ("如果不能呼吸，请拨打120", "拨打120"),
    ("法规写道：“应当及时就医”", "及时就医"),
    ("不要自行停药，而是联系医生", "联系医生"),
    ("不是流感而是普通感冒", "普通感冒"),
    ("Do not stop without talking to your doctor.", "talking to your doctor"),
    ("You need not worry, but see a doctor.", "see a doctor"),
    ("特别停药", "停药"),
    ("否认发热", "发热"),
    ("Patients who cannot swallow should call 911", "call 911"),
    ("不宜手术的患者应保守治疗", "保守治疗"),
    ("是否停药由医生决定", "停药"),
    ("不得不停药", "停药"),
    ("Whether or not to stop taking it", "stop taking"),
    ("This is not only painful but also contagious.", "contagious"),
    ("Do not panic and call 911", "call 911"),
    ("避免延误就医", "就医"),
    ("stop taking ibuprofen", "stop taking"),
    ("低血糖是危险的", "低血糖"),
    ("请勿担心，我们会尽快退款", "尽快退款"),
    ("Call 911 if breathing is not possible", "call 911"),
    ("建议就医，不推荐自行用药", "就医"),
    ("If symptoms do not improve, see a doctor.", "see a doctor"),
    ("如症状没有好转，请就医", "就医"),
    ("如症状没有好转请就医", "就医"),
    ("症状不缓解应就医", "就医"),
    ("症状不缓解就医", "就医"),
    ("如果不缓解立即就医", "就医"),
]
DENIED = [
    ("不要自行停药或减量", "减量"),
    ("千万别自己停药", "自己停药"),
    ("任何情况下都不应擅自停药", "擅自停药"),
    ("服药期间禁止饮酒", "饮酒"),
    ("服药期间应避免饮酒、开车及高空作业", "高空作业"),
    ("在没有医生指导下，请勿停药", "停药"),
    ("没有任何证据表明该药有效", "有效"),
    ("该药没有副作用", "副作用"),
    ("并没有要求提供照片", "提供照片"),
    ("不收取任何费用", "收取任何费用"),
    ("申请人不必到场", "到场"),
    ("逾期不予受理", "受理"),
    ("不符合条件", "符合条件"),
    ("不具备申请资格", "申请资格"),
    ("不推荐儿童使用阿司匹林", "阿司匹林"),
    ("阿司匹林不推荐用于儿童", "阿司匹林"),
    ("布洛芬不能与华法林同服", "布洛芬"),
    ("阿司匹林儿童禁用。", "阿司匹林"),
    ("不得不经批准停药", "停药"),
    ("Do not take ibuprofen or aspirin with warfarin", "aspirin"),
    ("Avoid ibuprofen, aspirin, and naproxen.", "naproxen"),
    ("Avoid ibuprofen, aspirin, and naproxen.", "aspirin"),
    ("You do not need a prescription.", "prescription"),
    ("No prescription is needed.", "prescription"),
    ("Nobody should drive.", "drive"),
    ("It isn't safe to drive.", "drive"),
    ("I cannot help, as it is not a safe activity.", "safe"),
    ("I cannot provide this as it is not a safe activity.", "safe"),
    ("Violence is never an acceptable solution.", "violence"),
    ("不建议在未咨询医生的情况下停药", "停药"),
    ("用药期间不可驾车，也不可操作机器", "操作机器"),
    ("既不能吸烟也不能饮酒", "饮酒"),
    ("本办法不适用于外籍人员", "外籍人员"),
    ("无需提供户口簿原件及复印件", "复印件"),
    ("不要自行停药", "自行停药"),
    ("do not stop taking it on your own", "stop taking"),
    ("不要吸烟、饮酒或熬夜", "吸烟"),
    ("不要吸烟、饮酒或熬夜", "饮酒"),
    ("不要吸烟、饮酒或熬夜", "熬夜"),
    ("Do not drive or operate machinery.", "operate machinery"),
    ("Do not eat, drink or smoke.", "smoke"),
    ("Do not eat, drink, or smoke.", "drink"),
    ("没有必要立即手术。", "手术"),
    ("Never double the dose.", "double the dose"),
    ("Use paracetamol rather than ibuprofen.", "ibuprofen"),
    ("有人说发烧要吃抗生素，这是错误的。", "吃抗生素"),
    ("有人说发烧要吃抗生素。这是错误的。", "吃抗生素"),
    ("说绿豆能治百病是谣言。", "治百病"),
    ("It is a myth that antibiotics cure colds.", "antibiotics cure colds"),
    ("It is not true that vaccines cause autism.", "vaccines cause autism"),
    ("能自行停药吗？不能。", "自行停药"),
    ("Can I stop taking it? No, you should not.", "stop taking"),
    ("延误就医会加重病情", "就医"),
    ("Never skip a dose", "skip a dose"),
    ("请避免以下行为：\n1. 自行停药\n2. 加大剂量\n如有不适，请就医", "加大剂量"),
    ("Avoid:\n- alcohol\n- driving", "alcohol"),
    ("自行停药是不可取的", "自行停药"),
    ("Stopping suddenly is not recommended.", "stopping suddenly"),
    ("Ibuprofen should not be taken with warfarin.", "ibuprofen"),
    ("不要在没有医生指导的情况下自行停药", "自行停药"),
    ("没有医生指导不要停药", "停药"),
    ("非处方药", "处方药"),
    ("您提到的“自行停药”", "自行停药"),
    ("不建议您自行停药", "自行停药"),
    ("请勿自行加量或停药", "停药"),
    ("不是流感而是普通感冒", "流感"),
    ("不要停药，或自行减量", "自行减量"),
    ("Do not stop without talking to your doctor.", "stop"),
    ("Neither aspirin nor ibuprofen is safe.", "aspirin"),
    ("Neither aspirin nor ibuprofen is safe.", "ibuprofen"),
    ("I don't think you should stop taking it", "stop taking"),
    ("**不要**自行停药", "自行停药"),
    ("不\u200b要自行\u200b停药", "自行停药"),
    ("Take ibuprofen instead of aspirin", "aspirin"),
    ("别停药", "停药"),
    ("不必立即就医", "就医"),
    ("没有发热", "发热"),
    ("未见出血", "出血"),
    ("无明显出血", "出血"),
    ("no fever or chills", "fever"),
    ("no fever or chills", "chills"),
    ("误区一：发烧就要吃抗生素", "吃抗生素"),
    ("不可以饮酒", "饮酒"),
    ("不要饮酒和吸烟", "吸烟"),
    ("Avoid alcohol and smoking", "smoking"),
    ("切勿用力揉眼睛", "揉眼睛"),
    ("千万不要催吐", "催吐"),
    ("You shouldn’t stop taking it", "stop taking"),
    ("It is unnecessary to stop taking it", "stop taking"),
    ("拨打120而不是自行开车", "自行开车"),
    ("不会停药", "停药"),
    ("不建议立即停药", "停药"),
    ("Stop taking ibuprofen immediately", "taking ibuprofen"),
    ("Why should you not stop taking it?", "stop taking"),
    ("在咨询医生之前不要停药", "停药"),
    ("不要在咨询医生之前停药", "停药"),
    ("严禁酒后驾车", "酒后驾车"),
    ("不应当收取费用", "收取费用"),
    ("不需要缴费", "缴费"),
    ("无法提供诊断", "诊断"),
    ("The document does not mention a fee.", "fee"),
    ("应避免自行停药", "自行停药"),
    ("并不意味着可以停药", "可以停药"),
    ("You do not have to stop taking it", "stop taking"),
    ("Contrary to what some say, antibiotics do not treat viruses", "treat viruses"),
]


@pytest.mark.parametrize(("text", "phrase"), ASSERTED)
def test_asserted(text, phrase):
    """The phrase is asserted, so it is a mention."""
    assert mentioned(text, phrase)


@pytest.mark.parametrize(("text", "phrase"), DENIED)
def test_denied(text, phrase):
    """The phrase stands in the text, but is denied, so it is no mention."""
    assert list(Reading(text).find(phrase))
    assert not mentioned(text, phrase)


@pytest.mark.parametrize(("text", "phrase"), DENIED)
def test_a_denied_phrase_breaks_no_prohibition(text, phrase):
    """A denied phrase is no mention for `none` either."""
    assert mark(text, none=(phrase,)).state == "met"


@pytest.mark.parametrize(("text", "phrase"), [*ASSERTED, *DENIED])
def test_ignore_counts_every_occurrence(text, phrase):
    """With negation: ignore every occurrence is a mention."""
    assert mark(text, any=(phrase,), negation="ignore").state == "met"


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("请  立即 拨打 120。", "立即拨打120", True),
        ("ＣＡＬＬ　９１１ now", "call 911", True),
        ("Follow-up in two weeks", "follow up", True),
        ("Take 5 mg daily", "5mg", True),
        ("Take 5mg daily", "5 mg", True),
        ("Take 0.5 mg daily", "5 mg", False),
        ("Take 15 mg daily", "5 mg", False),
        ("Take 1,250 mg daily", "250 mg", False),
        ("拨打1201", "120", False),
        ("start now", "art", False),
        ("antibiotics help", "antibiotic", True),
        ("b12 helps", "12", False),
        ("CT检查", "CT", True),
        ("take it with\nfood and water", "with food", True),
        ("用药提醒\n停药", "提醒停药", False),
        ("na\u00efve", "naive", True),
        ("停\u200b药", "停药", True),
        ("\u202e停\u202c药", "停药", True),
        ("停\ufe0f药", "停药", True),
        ("**停**药", "停药", True),
        ("请先联系医生，再决定是否停药", "联系...停药", True),
        ("请先联系医生。再决定是否停药", "联系...停药", False),
        ("请先联系医生，再决定是否停药", "联系……停药", True),
        ("联系" + "好" * 300 + "停药", "联系...停药", False),
        ("联系但不提", "联系...停药", False),
        ("Visit www.example.org. Then rest.", "www.example.org", True),
        ("See e.g. your doctor... or not", "your doctor", True),
    ],
)
def test_spelling(text, phrase, found):
    """Case, width, spaces and hidden characters make no difference; words and numbers are whole."""
    assert mentioned(text, phrase) is found


def test_a_phrase_may_hold_its_denial():
    """A denial that is part of the phrase is looked for like any other word."""
    assert mentioned("不要停药", "不要停药")
    assert not mentioned("停药", "不要停药")


def test_one_asserted_place_is_enough():
    """A phrase that is denied in one place and asserted in another is a mention."""
    assert mark("不要停药。但三天后停药。", none=("停药",)).state == "not_met"


def test_all_wants_one_of_every_group():
    """`all` holds when every group has one of its alternatives."""
    groups = (("拨打120", "叫救护车"), ("平卧",))
    assert mark("叫救护车，并让病人平卧。", all=groups).state == "met"
    missing = mark("叫救护车。", all=groups)
    assert missing.state == "not_met"
    assert "平卧" in missing.reason.zh


def test_the_reason_names_phrase_and_denial():
    """A mark says which phrase decided, what denied it, and quotes the sentence as it was written."""
    seen = mark("您好。请**不要**自行停药。谢谢。", any=("自行停药",))
    assert seen.reason.zh == "“自行停药”被“不要”否定"
    assert seen.excerpt == "请**不要**自行停药。"


def test_a_forbidden_mention_is_settled():
    """More text cannot take a forbidden mention away."""
    seen = mark("可以自行停药。", none=("自行停药",))
    assert (seen.state, seen.settled, seen.excerpt) == ("not_met", True, "可以自行停药。")


def test_an_absent_phrase_is_not_settled():
    """A phrase that is not there may still come."""
    assert not mark("你好", none=("停药",)).settled
    assert mark("停药", any=("停药",)).settled


@pytest.mark.parametrize(
    "given", [{}, {"all": [[]]}, {"any": ["。"]}, {"any": [""]}, {"anything": ["a"]}, {"any": "text"}]
)
def test_parameters_that_check_nothing_are_refused(given):
    """Parameters without a phrase to look for are refused when the suite is read."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(Mentions, given)


def test_parameters_are_read_from_plain_data():
    """Lists and texts become the parameters' record."""
    assert boundary.convert(Mentions, {"all": [["a", "b"]], "negation": "ignore"}).all == (("a", "b"),)


@pytest.mark.parametrize("extra", ["今天天气很好。", "The sky is blue. ", "\n- 其他\n", "！"])
@pytest.mark.parametrize(("text", "phrase"), ASSERTED)
def test_another_sentence_before_takes_nothing_away(text, phrase, extra):
    """A sentence without bearing on the phrase, put first, never removes a mention."""
    assert mentioned(f"{extra}\n{text}", phrase)


@given(st.lists(st.sampled_from([text for text, _ in ASSERTED + DENIED]), max_size=4), st.sampled_from(ASSERTED))
def test_other_paragraphs_take_nothing_away(others, case):
    """Whole paragraphs before an asserted phrase never remove the mention."""
    text, phrase = case
    assert mentioned("\n\n".join([*others, text]), phrase)


@given(st.text(max_size=200), st.text(min_size=1, max_size=8))
def test_any_text_is_read(text, phrase):
    """No text makes the grader raise, and a forbidden phrase is never both said and not said."""
    try:
        params = Mentions(any=(phrase,))
    except ValueError:
        return
    said = plugin.mark(params, ITEM, Answer(text=text)).state
    assert mark(text, none=(phrase,)).state == ("not_met" if said == "met" else "met")


@given(st.text(alphabet="不要停药，。没有 notavoid?!：\n\u200b", max_size=120))
def test_hidden_characters_change_nothing(text):
    """Zero-width characters between the letters change no mark."""
    spread = "\u200b".join(text)
    for phrase in ("停药", "void"):
        assert mentioned(text, phrase) == mentioned(spread, phrase)


@pytest.mark.parametrize(
    "text",
    [
        "不" * 100_000,
        "不要停药" * 25_000,
        "停药" * 50_000,
        "(" * 100_000,
        "“" * 100_000,
        "停a\u0301" * 33_000,
        "\u200b不\u200b要" * 25_000,
        "or," * 33_000,
        'you said "' * 10_000,
        "不要停药," * 20_000,
        "停药?不" * 25_000,
        "".join(f"不要停药{i}" for i in range(12_000)),
        "不要:" * 33_000 + "停药",
        "\n- 停药" * 20_000,
        "\u202e\u2066" * 50_000,
        "😀" * 100_000,
    ],
    ids=lambda text: text[:6],
)
def test_hostile_text_is_read_in_time(text):
    """A hundred thousand hostile characters are marked in less than a second."""
    started = time.process_time()
    mark(text, any=("没有的词", "不...药"), none=("停药",))
    assert time.process_time() - started < BUDGET


def test_a_flood_of_denials_is_not_judged():
    """More denials of one phrase than are read leave the mark unjudged instead of guessed."""
    flood = "".join(f"不要停药{i}。" for i in range(LIMIT + 10))
    assert mark(flood, none=("停药",)).state == "unjudged"
    assert mark(flood, any=("停药",)).state == "unjudged"


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("请避免以下行为:", "避免"),
        ("avoid:", "avoid"),
        ("things you should not do:", "not"),
        ("如果不舒服，请:", ""),
        ("不要惊慌，按以下步骤:", ""),
        ("不要停药", ""),
    ],
)
def test_forbidding_headings(heading, word):
    """A heading forbids its list when its last clause holds a prohibition."""
    assert negation.forbids(heading.replace("，", ",")) == word
