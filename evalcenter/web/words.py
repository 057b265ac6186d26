"""What the console's pages say, in Chinese and in English side by side, so that neither can be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

from evalcenter.records import Lang, Text
from evalcenter.web.register_words import REGISTER


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


WORDS: Final[Mapping[str, Text]] = {
    "brand": _text("evalcenter 评阅台", "evalcenter review"),
    "skip": _text("跳到正文", "Skip to the content"),
    "sign_in": _text("登录", "Sign in"),
    "sign_out": _text("退出", "Sign out"),
    "token": _text("登录令牌", "Your token"),
    "token_hint": _text(
        "由评测中心的管理人员当面交给您，形如 3f9a12bc.XXXX……",
        "Whoever runs the evaluation handed it to you; it looks like 3f9a12bc.XXXX…",
    ),
    "welcome": _text(
        "您将看到模型的回答和评分点，请只依据评分点评判每一条。其他评阅人和判定模型的意见，在您保存之前不会显示。",
        "You will see answers of a model and the criteria to hold them against. What other readers or a judge say is not "
        "shown before your own marks are stored.",
    ),
    "bad_token": _text("令牌无效。请核对后重新输入。", "This token is not valid. Check it and try again."),
    "too_often": _text("失败次数过多，请在 {} 秒后再试。", "Too many tries. Try again in {} seconds."),
    "try_again": _text("页面停留过久，请再次登录。", "The page lay open for too long. Sign in again."),
    "ended": _text(
        "登录已结束，请重新登录。尚未保存的评判没有保存。",
        "Your session has ended. Sign in again; what was not stored is lost.",
    ),
    "role_reader": _text("评阅人", "reader"),
    "role_arbiter": _text("仲裁人", "arbiter"),
    "home": _text("评阅进度", "Your reading"),
    "mine": _text("您已评阅", "Read by you"),
    "left": _text("待您评阅", "Left for you"),
    "awaited": _text("全部待定", "Open in all"),
    "start": _text("开始评阅", "Start reading"),
    "go_on": _text("继续评阅", "Go on reading"),
    "done_all": _text("判定所等待的回答都已评阅完毕。", "Everything that the verdict waits for has been read."),
    "done_mine": _text(
        "您的部分已经完成。其余的回答等待其他评阅人或仲裁人。",
        "Your part is done. What is left waits for other readers, or for the arbiter.",
    ),
    "next_step": _text(
        "请管理人员结束评阅台（Ctrl+C），然后运行下面的命令，使测试继续并得出结论：",
        "Whoever runs the evaluation now ends the console (Ctrl+C) and lets the run go on to its verdict:",
    ),
    "or_grade": _text(
        "若不再提问，只根据现有回答判定：", "Or, to decide on the answers that are there without asking more:"
    ),
    "optional": _text(
        "还有 {} 份回答可以自愿评阅，它们不影响结论的得出。",
        "Another {} answers may be read by whoever wants to; no verdict waits for them.",
    ),
    "read_optional": _text("自愿继续评阅", "Go on with these"),
    "sample": _text("评阅回答", "Read an answer"),
    "counted": _text("第 {} 份，之后还有 {} 份", "Number {}, then {} more"),
    "last": _text("第 {} 份，也是最后一份", "Number {}, the last one"),
    "documents": _text("随问题给出的材料", "Documents given with the question"),
    "conversation": _text("问题与回答", "Question and answer"),
    "user": _text("提问", "Question"),
    "system": _text("系统提示", "System prompt"),
    "assistant": _text("此前的对话（给定）", "Earlier in the dialogue (given)"),
    "options": _text("选项", "Options"),
    "answer": _text("模型的回答", "The model's answer"),
    "turn": _text("第 {} 轮", "Turn {}"),
    "none": _text("没有回答。", "There is no answer."),
    "truncated": _text("回答在此处被截断。", "The answer was cut off here."),
    "silent": _text("模型没有说话。", "The model said nothing."),
    "blocked": _text("回答被服务方拦截。", "The answer was blocked by its provider."),
    "reference": _text("参考回答（需要时展开）", "Reference answers, if you want them"),
    "good": _text("应当通过的回答", "Answers that should pass"),
    "bad": _text("不应通过的回答", "Answers that should not pass"),
    "misses": _text("未满足：", "Misses: "),
    "marks": _text("您的评判", "Your marks"),
    "only_last": _text("只看最后一轮回答", "The last answer only"),
    "met": _text("满足", "Met"),
    "not_met": _text("未满足", "Not met"),
    "cannot_tell": _text("无法判断", "Cannot tell"),
    "unjudged": _text("无法判断", "could not tell"),
    "pending": _text("未评", "not marked"),
    "reason": _text("理由（可不填）", "Reason (optional)"),
    "reason_due": _text("更正的理由（必填）", "Why you correct it (required)"),
    "reason_hint": _text("会写入记录，最多 4000 字。", "It is kept on the record; at most 4,000 characters."),
    "store": _text("保存评判", "Store my marks"),
    "missing": _text("请为每一个评分点选择一项。没有保存任何内容。", "Mark every criterion. Nothing was stored."),
    "reason_missing": _text("更正时请写明理由。没有保存任何内容。", "A correction needs a reason. Nothing was stored."),
    "long": _text(
        "理由过长，最多 4000 字。没有保存任何内容。",
        "The reason is too long, at most 4,000 characters. Nothing was stored.",
    ),
    "unmarked": _text("尚未评判", "Not marked yet"),
    "stored": _text("评判已保存", "Your marks are stored"),
    "you": _text("您", "You"),
    "judge": _text("判定模型", "Judge"),
    "grader": _text("评分程序", "Grader"),
    "passage": _text("所引原文", "Passage it cites"),
    "no_judge": _text("没有判定模型评判过这份回答。", "No judge has marked this answer."),
    "next": _text("下一份", "Next answer"),
    "to_home": _text("查看进度", "See how far it is"),
    "correct": _text("更正我的评判", "Correct my marks"),
    "correcting": _text("更正评判", "Correct your marks"),
    "correcting_hint": _text(
        "更正会另记一条，原来的评判仍保留在记录中。",
        "A correction is written down beside what you stored before; nothing is overwritten.",
    ),
    "settle": _text("裁定分歧", "Settle a disagreement"),
    "settle_hint": _text(
        "两位评阅人对下列评分点意见不一，请您裁定。两人一致的评分点不再列出。",
        "Two readers differ on these criteria; your word settles them. What they agree on is not shown.",
    ),
    "first": _text("评阅人一", "First reader"),
    "second": _text("评阅人二", "Second reader"),
    "their_reason": _text("其理由", "the reason given"),
    "keys": _text("键盘操作", "Keyboard"),
    "keys_on": _text("打开单键快捷键", "Turn single keys on"),
    "keys_off": _text("关闭单键快捷键", "Turn single keys off"),
    "keys_off_now": _text("单键快捷键已关闭。", "Single keys are off."),
    "key_mark": _text("满足、未满足、无法判断", "met, not met, cannot tell"),
    "key_move": _text("下一个、上一个评分点", "next and previous criterion"),
    "key_reason": _text("写理由", "write a reason"),
    "key_send": _text(
        "保存，或到下一份（写理由时用 Ctrl+Enter）", "store, or go to the next answer (Ctrl+Enter while writing)"
    ),
    "language": _text("语言", "Language"),
    "account": _text("登录状态", "Who is signed in"),
    "gone": _text("没有这个页面", "There is no such page"),
    "gone_text": _text(
        "这份回答不存在，或不再等待您的评阅。", "There is no such answer, or it no longer waits for you."
    ),
    "settled": _text("没有保存", "Not stored"),
    "settled_text": _text(
        "您已评阅过这份回答，或它已由他人裁定。如要改变已保存的评判，请用“更正”。",
        "You have read this answer already, or others have settled it meanwhile. To change what is stored, correct it.",
    ),
    "refused": _text("没有接受", "Not accepted"),
    "refused_text": _text(
        "这个表单不属于您当前的登录，没有保存任何内容。请返回上一页，刷新后再试。",
        "This form does not belong to your session, and nothing was stored. Go back, reload the page and try again.",
    ),
    "broken": _text("没有保存", "Not stored"),
    "broken_text": _text(
        "记录无法写入磁盘，请告知管理人员。在修复之前请勿继续评阅。",
        "The disk did not take it. Tell whoever runs the evaluation, and stop reading until it is mended.",
    ),
}


def words(lang: Lang) -> SimpleNamespace:
    """Everything in one language, as attributes: a template would take a mapping's own methods for words."""
    return SimpleNamespace(**{name: text.of(lang) for name, text in {**WORDS, **REGISTER}.items()})
