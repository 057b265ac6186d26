"""The forms an explicit AI-content label takes, Chinese and English: which clauses are labels and nothing else.

Rules this module keeps:

* A clause is read from end to end: a lead (提示：, Note:), a subject that points at the content (本会议纪要, this notice), the core
  with both elements, a noun, a reservation (请核实, and must be checked). What does not fit the form is no label.
* Words that deny, doubt, demand or foretell count where they govern the core ("可能由", "may be"), not inside the subject
  (本会议纪要, 本应急预案, 本不良反应说明).

It refuses to guess: an unknown form is no label.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

Form = Literal["", "bare", "full"]

AI_WORD: Final = r"(?:人工智能|artificial intelligence|(?<![a-z])ai(?:gc)?(?![a-z]))"
MADE_WORD: Final = (
    r"(?:生成|合成|\b(?:generated|produced|synthesi[sz]ed|created|written|drafted|composed|authored|prepared|compiled"
    r"|made|wrote)\b)"
)

# -- Chinese ----------------------------------------------------------------------------------------------------------

_LEAD_ZH: Final = (
    r"(?:温馨|重要|特别|友情|风险|免责|内容|文本|透明度?|来源|生成|合成|aigc|ai|人工智能)*(?:提[示醒]|声明|说明"
    r"|标[识签注明]|警示)"
    r"|注[意明]|备?注|请注意|请知悉|(?:内容|文本|文字|信息)?(?:来源|出处|性质|状态|作者)"
)
_NOUN_ZH: Final = (
    r"(?:内容|回[答复]|答[案复]|文[本字章稿案件书档]|正文|全文|信息|结果|稿件?|初稿|草[稿案]|报告|纪要|摘要"
    r"|总结|小结|概要|通[知告报]"
    r"|公[告示]|告示|启事|函|信|邮件|短信|消息|说明|须知|指[南引]|手册|方案|计划|提纲|清单|译文|翻译|解[读释析]"
    r"|分析|建议|意见|评[语论]|资料"
    r"|材料|作品|新闻|帖子|推文|网页|页面|故事|诗歌?|作文|教案|简[介报历]|介绍|宣传[单页语册]|海报|传单|折页"
    r"|脚本|剧本|台词|记录|日志"
    r"|[日周月年]报|问答|科普|表格|句子|段落|部分)"
)
_SUBJECT_ZH: Final = (
    rf"(?:(?:本|此|该|这|以[上下]|[上前下]述|全文|文中|其中|[上下]文|[上下]面)[^,:由]{{0,24}}?"
    rf"|(?:会议|培训|部分|全部|所有|相关|页面){{0,2}}{_NOUN_ZH})"
)
_AUX_ZH: Final = r"(?:均|皆|都|系|是|为|全部|部分|大部分|已|完全|全程|属于?|自动|一键|主要|仅|100%|百分之百|包?含有?)"
_VIA_ZH: Final = r"(?:由|使用|利用|借助|通过|基于|经由?|采用|运用|依托)"
_BRAND_ZH: Final = (
    r"(?:(?:豆包|文心一?言?|通义|千问|混元|星火|智谱|讯飞|百度|腾讯|阿里|华为|盘古|政务|客服)+|[a-z][\w.-]{0,20})?"
)
_END_ZH: Final = (
    r"(?:[-—:~·/ ]{0,3}(?:仅[供作限]|只供|谨?供|请|不构成|不代表|不保证|不作为|不能?[代替]|谨慎|注意|内容仅供"
    r"|未经|尚未|使用前|发布前|发送前"
    r"|具体|最终|如有|以|须|需|应|务必|建议|可能|难免|或|并|且|经|已|待).{0,70})?"
)
_ZH: Final = re.compile(
    rf"(?P<subject>{_SUBJECT_ZH})??(?P<aux>{_AUX_ZH}{{0,4}}) ?"
    rf"(?:(?P<via>{_VIA_ZH})(?P<agent>[^,:的由]{{0,24}}?)|(?P<brand>(?<=[系为])[^,:的由]{{0,12}}?|{_BRAND_ZH}))"
    rf"(?<![a-z])(?P<ai>人工智能|ai(?:gc)?(?![a-z]))(?P<how>[^,:的]{{0,24}}?)"
    rf"(?:(?:根据|基于|结合|按照?|依据|参[考照])[^,:]{{1,30}}?)?(?:自动)?(?:生成|合成)(?:(?:生成|合成"
    rf"|[与和及或/、])*(?:生成|合成))?"
    rf"(?:而成|产生|所得|完成|了)?的?(?P<noun>(?:以上|本|此|该)?[^,:的]{{0,4}}?{_NOUN_ZH})?(?P<tail>{_END_ZH})"
)
_FIELD_ZH: Final = re.compile(
    r"(?:内容|文本|本文|文字|信息)?(?:生成|合成)(?:者|方|方式|主体|来源|工具|模型):(?:由|使用)?(?:人工智能|ai)"
    r" ?(?:ai|大?模型|大语言模型|助手|工具|系统|技术)*"
)
_LOOSE_ZH: Final = re.compile(
    r"(?:不[是得能应该再]?|未曾?|没有?|非|无|可能[是系]?|也许|或许|疑似|似乎|好像|大概|应[当该]?|必须|需要?|须"
    r"|会|将|拟|能[够否]?"
    r"|可以?|是否|是不是|如果?|若[是]?|假如|(?<![纪摘概需主])要[求是]?|禁止|无法|据[称说]|看似|想|打算|计划"
    r"|希望|学会|负责|帮[你您我]?)"
    r"(?:直接|自动|全部|部分|完全|是|为|被|再|去|来|会|属于?|包?含有?|使用|由)*$"
)
_LOOSE_INNER_ZH: Final = re.compile(
    r"不|未|没|(?<!除)非|勿|禁止|可能|可以|应当|必须|提供|规定|如何|怎[么样]|能否|会|技术的|人工(?!智能|和|与|及)"
)
_TALK_ZH: Final = re.compile(
    r"适用于|所[称谓指]$|[对把]$|(?:规定|要求|禁止|允许|认为|声称|[称说]|指出|表示|怀疑|发现|举报|鉴定|识别|判断)[^,]{0,12}(?:内容"
    r"|回答|文[本章字件]|信息|图片|视频)"
    r"(?:均|都|是|为|系)*$|(?:图[片像]|照片|[影视音]频|录音|语音|画[面作]|头像|配图|插图|封面|歌曲|公司|平台"
    r"|企业|行业|技术|软件|产品|系统|人|们)"
    r"(?:均|都|是|为|已|系|全部|部分)*$"
)
_RULE_ZH: Final = re.compile(r"标[识注明记签]|注明|水印|备案|监管|规定|处罚|立法|版权|检测|识别|责任|违法|普及")
_CARE_ZH: Final = re.compile(
    r"核|校[对验阅]|审[阅查校定]|甄别|辨别|鉴别|慎|参考|确认|修改|误|错|偏差|不准|疏漏|遗漏|为准|咨询|完整|全面"
    r"|人工|诊断|使用|意见"
    r"|立场|学习|阅读|查阅|检查|把关|润色|整理|就医|医生|专业|官方|风险|判断|日期|保证|发[布送]"
)

# -- English ----------------------------------------------------------------------------------------------------------

_LEAD_EN: Final = (
    r"(?:(?:transparency|important|ai|content|public|legal|editor's|author's|please|a|quick|disclosure|required"
    r"|source) ){0,2}"
    r"(?:notes?|notice|disclaimer|disclosure|statement|label|caution|warning|reminder|attention|declaration|nb"
    r"|n\.b|ps|p\.s|fyi"
    r"|source|author|origin|status|transparency|footer|draft)(?: that)?|(?:please )?(?:be aware|be advised"
    r"|remember)(?: that)?"
)
_STOP: Final = (
    r"(?!(?:not|no|never|nor|non|without|than|hardly|neither|if|whether|may|might|could|would|should|must|can"
    r"|cannot|will"
    r"|shall|to|be|been|is|are|was|were|has|have|had|do|does|did|that|which|who|when|where|how|why|because"
    r"|unless|until"
    r"|said|says|claims?|claimed|human|humans|people|anyone|requires?|needs?|covers?|explains?|about|mentions?"
    r"|uses?)\b)"
)
_W: Final = rf"(?:{_STOP}[\w'&/%]{{1,30}} )"
_LAST: Final = rf"{_STOP}[\w'/]{{1,30}}"
_NOUN_EN: Final = (
    r"(?:contents?|texts?|answers?|responses?|repl(?:y|ies)|information|outputs?|messages?|documents?|materials?"
    r"|summar(?:y|ies)|articles?|drafts?|advice|letters?|notices?|pages?|posts?|leaflets?|e ?mails?|reports?"
    r"|minutes|notes?"
    r"|memos?|briefings?|guides?|guidance|descriptions?|explanations?|translations?|transcripts?|scripts?|plans?"
    r"|announcements?|statements?|speech|story|poem|essays?|newsletters?|flyers?|handouts?|posters?|faqs?"
    r"|recommendations?|analysis|results?|copy|version|checklists?|brochures?|bulletins?|suggestions?|lists?)"
)
_MADE_EN: Final = (
    r"(?:generated|produced|synthesi[sz]ed|created|written|drafted|composed|authored|prepared|compiled|made)"
    r"(?: (?:and|or) (?:formatted|edited|structured|summari[sz]ed|translated|generated|synthesi[sz]ed|produced))?"
)
_HOW_EN: Final = (
    r"(?:(?:partly|partially|entirely|fully|automatically|wholly|mainly|largely|mostly|completely|in part"
    r"|in full|100%"
    r"|initially|originally|first|all) ){0,2}"
)
_AI_EN: Final = r"(?:artificial intelligence(?: ai)?|ai(?: artificial intelligence)?)(?![a-z])"
_TOOL: Final = (
    r"(?: (?:language |writing |chat |based |powered |large ){0,3}(?:models?|systems?|assistants?|tools?|technology"
    r"|technologies|chatbots?|bots?|services?|programs?|software|assistance|support|help|agents?|algorithms?))?"
    r"(?: (?:developed|trained|built|operated|provided) by \w{1,30})?"
)
_BE: Final = r"(?:(?:is|are|was|were|has been|have been|contains?|includes?) )"
_THIS: Final = (
    rf"(?:(?:(?:all|parts?|some) (?:of )?)?(?:this|these|the (?:above|following|preceding|present|enclosed"
    rf"|attached)|above"
    rf"|following)(?: {_W}{{0,6}}?{_LAST})?)"
)
_BARE_EN: Final = (
    rf"(?:(?:the |all |a |an )?(?!(?:many|most|some|much|more|any|every|each|his|her|their|its|other|such"
    rf"|another|students?)\b)"
    rf"{_W}{{0,2}}?{_NOUN_EN}(?: (?:above|below|here|(?:on|in|of) (?:this|the) \w{{1,20}}))?)"
)
_PASSIVE: Final = rf"{_HOW_EN}{_MADE_EN} {_HOW_EN}(?:by|with|using|via|through|from) {_W}{{0,7}}?{_AI_EN}{_TOOL}"
_COMPOUND: Final = rf"(?:an? )?{_HOW_EN}{_AI_EN} {_MADE_EN}(?: {_W}{{0,3}}?{_NOUN_EN})?"
_ACTIVE: Final = (
    rf"(?:an? |the )?{_AI_EN}{_TOOL} (?:generated|produced|created|wrote|drafted|composed|prepared) "
    rf"(?:this|these|the above)(?: {_W}{{0,3}}?{_LAST})?"
)
_EN: Final = re.compile(
    rf"(?:(?P<subject>{_THIS}|it|{_BARE_EN}) (?P<be>{_BE})?(?:(?:an? )?(?:{_W}?{_NOUN_EN} )?{_PASSIVE}|{_COMPOUND})"
    rf"|{_PASSIVE}|{_COMPOUND}"
    rf"|(?P<active>{_ACTIVE}))"
    r"(?P<tail>(?: ?[-—:/|·~]{1,2}| ).{1,120})?"
)
_CARE_EN: Final = re.compile(
    r"\b(?:check\w*|verif\w*|review\w*|confirm\w*|edit\w*|approv\w*|proofread|caution|care|carefully|reference"
    r"|information\w*"
    r"|guidance|errors?|mistakes?|inaccura\w*|incorrect|wrong|incomplete|advice|professional|doctor|pharmacist"
    r"|official"
    r"|reli\w+|human|staff|before|use|used|draft|purposes?|only|outdated|accurate|substitute|replace|consult\w*"
    r"|discretion"
    r"|please|sources?|request|sent|signed|\d{4})\b"
)
_RULE_EN: Final = re.compile(
    r"\b(?:label\w*|marked|marking|watermark\w*|laws?|legal(?! advice)|regulat\w*|detect\w*|how|why|disclos\w*|banned"
    r"|infring\w*|copyright\w*|students?)\b"
)
_TAIL_START: Final = re.compile(
    r" ?(?:[-—:/|·~]|(?:and|but|for|on|only|from|based on|at|under|then|so|as|please|using|with|by|in)\b)"
)
_TAIL_VERB: Final = re.compile(r" (?:may|might|can|could|must|should|needs?|requires?|has|have|is|are)\b")
_TAIL_ERROR: Final = re.compile(
    r" (?:may|might|can|could) (?:\w+ )?(?:be|contain|include|have|make) .{0,40}\b(?:incorrect|inaccura\w*"
    r"|wrong|errors?|mistakes?"
    r"|incomplete|outdated)\b"
)
_FREE_START: Final = re.compile(r" (?:on|from|based on|at|under|using|with|by|in)\b")
_FINITE: Final = re.compile(r"\b(?:is|are|was|were|has|have|must|should|may|can|will|could|would)\b")
_FOREIGN_EN: Final = re.compile(
    r"\b(?:images?|photos?|photographs?|pictures?|videos?|audio|clips?|voices?|songs?|music|artworks?|deepfakes?)$"
)
_THIS_EN: Final = re.compile(_THIS)
_ISSUED: Final = re.compile(
    r"[,;] ?(?:(?:re)?(?:published|issued|reviewed|checked|edited|approved|supplied|provided|released) by\b|由|经)"
)
_LEAD: Final = re.compile(rf"(?:{_LEAD_ZH}|{_LEAD_EN})(?:\s*[-—:|]{{1,2}}\s*|\s+|(?=[⺀-鿿]))")


@lru_cache(maxsize=1024)
def form(clause: str) -> Form:
    """What a folded clause is: a label by itself, a bare core that must be set off ("AI生成文本"), or no label."""
    lead = _LEAD.match(clause)
    for bare in dict.fromkeys((clause[lead.end() :] if lead else clause, clause)):
        zh = _ZH.fullmatch(bare)
        if zh:
            return _form_zh(zh, led=bare != clause)
        if _FIELD_ZH.fullmatch(bare):
            return "full"
        en = _EN.fullmatch(bare)
        if en:
            return _form_en(en, led=bare != clause)
    return ""


def _form_zh(found: re.Match[str], *, led: bool) -> Form:
    subject, tail = found["subject"] or "", found["tail"] or ""
    before = found.string[: found.end("aux")]
    if _LOOSE_ZH.search(before) or _TALK_ZH.search(before) or _TALK_ZH.search(found.string[: found.start("ai")]):
        return ""
    if _LOOSE_INNER_ZH.search(f"{found['agent'] or ''},{found['how']}"):
        return ""
    if tail and (_RULE_ZH.search(tail) or not _CARE_ZH.search(tail)):
        return ""
    return "full" if subject or tail or led else "bare"


def _form_en(found: re.Match[str], *, led: bool) -> Form:
    subject, tail = found["subject"] or "", found["tail"] or ""
    if _FOREIGN_EN.search(subject):
        return ""
    if tail and not _reserves(tail, pointed=bool(subject)):
        return ""
    return "full" if tail or led or found["active"] or _THIS_EN.match(subject) or found["be"] else "bare"


def _reserves(tail: str, *, pointed: bool) -> bool:
    """Whether what follows an English core is a reservation, a date or a source, and no talk about rules."""
    if _RULE_EN.search(tail):
        return False
    if _FREE_START.match(tail):
        return not _FINITE.search(tail) or bool(_CARE_EN.search(tail))
    if _TAIL_START.match(tail):
        return bool(_CARE_EN.search(tail))
    if _TAIL_VERB.match(tail):
        return bool(_TAIL_ERROR.match(tail) or (pointed and _CARE_EN.search(tail)))
    return False


@lru_cache(maxsize=1024)
def reserves(clause: str) -> bool:
    """Whether folded words beside a bare core are a reservation (仅供参考, "please check") or say who published it."""
    if _ISSUED.match(clause):
        return not _FINITE.search(clause)
    clause = re.split(r"[,;]", clause.strip(",;"))[0]
    return bool(
        (_CARE_ZH.search(clause) or _CARE_EN.search(clause))
        and not (_RULE_ZH.search(clause) or _RULE_EN.search(clause))
    )
