"""What the register's pages say, in Chinese and in English side by side, so that neither can be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evalcenter.records import Text
from evalcenter.register.rules import REASONS


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


REGISTER: Final[Mapping[str, Text]] = {
    "r_brand": _text("{} 证书登记册", "{}: register of certificates"),
    "r_home": _text("查询证书", "Look up a certificate"),
    "r_lead": _text(
        "输入证书编号、备案号、登记号、模型或单位名称，查询证书目前是否有效。",
        "Enter the number of a certificate, a filing or registration number, or the name of a model or a vendor.",
    ),
    "r_query": _text("查询内容", "What to look for"),
    "r_search": _text("查询", "Search"),
    "r_none": _text("没有找到。", "Nothing was found."),
    "r_none_text": _text(
        "请核对编号。查不到的证书，本登记册没有颁发过。",
        "Check the number. A certificate that is not found here was not issued by this register.",
    ),
    "r_found": _text("找到 {} 份证书", "Certificates found: {}"),
    "r_more": _text(
        "只显示最新的 {} 份，请输入更多内容。", "Only the newest {} are shown; enter more of what you look for."
    ),
    "r_certificate": _text("证书", "Certificate"),
    "r_back": _text("查询其他证书", "Look up another certificate"),
    "r_status": _text("当前状态", "Its status now"),
    "r_as_of": _text("截至 {}（UTC），由登记册给出。", "By the register, as of {} UTC."),
    "s_valid": _text("有效", "Valid"),
    "s_not_yet_valid": _text("尚未生效", "Not valid yet"),
    "s_suspended": _text("暂停", "Suspended"),
    "s_revoked": _text("撤销", "Revoked"),
    "s_superseded": _text("已被替代", "Superseded"),
    "s_expired": _text("已过期", "Expired"),
    "x_valid": _text("本证书目前有效。", "This certificate is valid now."),
    "x_not_yet_valid": _text("有效期尚未开始，目前不能依据它。", "Its term has not begun; don't rely on it yet."),
    "x_suspended": _text("本证书已暂停，目前不能依据它。", "It is suspended; don't rely on it now."),
    "x_revoked": _text("本证书已撤销，不再有效。", "It was revoked and is not valid any more."),
    "x_superseded": _text("本证书已由新证书替代。", "A newer certificate has taken its place."),
    "x_expired": _text("有效期已过。", "Its term has ended."),
    "r_reason": _text("原因：{}（自 {}）", "Reason: {} (since {})"),
    "r_term": _text("有效期", "Term"),
    "r_to": _text("至", "to"),
    "r_days": _text("日期按 UTC 计，首末两日都包括在内。", "Days are UTC; the first and the last belong to the term."),
    "r_granted": _text("授予日期", "Granted"),
    "r_model": _text("被测模型", "Model"),
    "r_version": _text("版本", "Version"),
    "r_vendor": _text("单位", "Vendor"),
    "r_filing": _text("备案号", "Filing number"),
    "r_apps": _text("调用它的应用（登记号）", "Applications that call it (registration)"),
    "r_standard": _text("标准", "Standard"),
    "r_bank": _text("题库", "Suites"),
    "r_scope": _text("范围", "Scope"),
    "r_attempt": _text("尝试次序", "Attempt"),
    "r_attempt_text": _text(
        "该版本的第 {} 次尝试；该单位在此标准下的第 {} 次送检。",
        "Attempt {} on this version; submission {} of this vendor under this standard.",
    ),
    "r_fingerprint": _text("模型行为指纹", "Fingerprint"),
    "r_document": _text("证书文件摘要", "Digest of the certificate"),
    "r_document_text": _text(
        "与您手中的证书文件核对：摘要不同，就不是这份证书。",
        "Compare it with the file that you hold: another digest is another document.",
    ),
    "r_history": _text("状态记录", "What became of it"),
    "r_successor": _text("替代它的证书：", "The certificate in its place:"),
    "r_not_given": _text("未提供", "not given"),
    "r_means": _text(
        "证书只说明所列版本在所列标准和题库上的测试结果，不保证模型在一切使用中都安全。",
        "A certificate speaks of the version, standard and suites that it names. It promises no safety in every use.",
    ),
    "r_gone_text": _text(
        "没有这个页面，或没有这个编号的证书。", "There is no such page, or no certificate of that number."
    ),
    "r_broken": _text("暂时无法查询", "The register can't be read now"),
    "r_broken_text": _text("请稍后再试，或与评测中心联系。", "Try again later, or ask the centre."),
    "r_console": _text("前往评阅台", "To the review console"),
    "r_to_search": _text("返回查询", "Back to the search"),
    **{f"reason_{code}": text for code, text in REASONS.items()},
}
