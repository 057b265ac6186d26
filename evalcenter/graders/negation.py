"""Whether a phrase is asserted or denied where it stands, in Chinese and English, without a parser.

Recognised before the phrase, within its clause:

* prohibitions and denials (不要, 不得, 切勿, 无需, 不建议, 没有必要, 避免, 别 …; not, never, n't, avoid, refrain from,
  instead of, rather than, under no circumstances …) reach to the end of the clause; 不, 未, 没有, 无, 非, 忌 and no,
  without, non reach only what follows at once;
* two of them cancel each other when one stands under the other (不能不, 不是不可以, do not stop or avoid), and so does a
  word of omission after a denial (不要忘记, 不要拖延, do not hesitate to, never skip). A denial joined to the one before by
  and, or, nor, 也, 且, 、 or a comma stands beside it and cancels nothing (do not wait and do not give);
* a clause ends at a comma, semicolon, colon, bracket or dash, and at words that open another thought (但, 而是, 应,
  请, 否则 …; but, until, if, unless, before …). The enumeration comma 、 and 或, 和, or, nor carry a denial on; so does
  a comma in a list of short members closed by "or" or 或, none of which is an instruction of its own (立即…, call …);
* a denial whose word the phrase itself begins with counts as well (不|可以先喝, 这不|是正常的, no|need to fast);
* 不仅, 不但, 不断, 不管, 不得不, 能不能, 是否 …, not only, no doubt … are no denials; nor is the limit after 不超过,
  no more than.

Recognised after the phrase: what rejects or waives it (``rejection.py``), and danger named of an action, which counts as
one denial (``danger.py``; before the phrase "it would be unwise to stop").

Around it: "误区：…", "it is a myth that …", a report (有人说, people say) whose next sentence rejects it, a question that
the next sentence answers with no, words quoted from the user (您问“…”, you asked "…"), and a list under a heading that
forbids (请避免：).

也, 又, 更 before a new denial end the one before; 不能排除, cannot rule out and 不要等到…才 assert what follows. A
condition denies nothing: "if it gets worse, use the pen" asserts "use the pen"; a denial in a clause with if, unless or
when ends where the main clause begins ("if you don't send it you will be fined").

Everything else counts as asserted: irony, a denial in another clause or sentence, or anything more than 160 characters
before the phrase. "Do not X and Y" denies Y unless Y is an instruction of its own (and call …).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from evalcenter.graders.danger import RASH, danger
from evalcenter.graders.rejection import PREDICATE_ZH, REPORT, rejection

BEFORE: Final = 160
AFTER: Final = 90

# Words that look like denials and are none. They are blanked before cues are looked for.
_MASK: Final = re.compile(
    r"不仅|不但|不只是?|不光|不单|不论|不管|无论|不[能可会]不|不断|不久|不同(?!意)|不少|不良|不适(?![合宜用当])"
    r"|不足|不明(?!确)"
    r"|不然|不舒服|不妨|不禁|不由|差不多|不得不(?!经)|不必要的|不可避免"
    r"|不可或缺|不可忽视|不容忽视|不满意?|不便|不安(?![全排装])|不幸|不动产|必不可少|不知不觉|不时|不服(?![用药])"
    r"|迫不及待|刻不容缓|毫不犹豫|毫不迟疑|无疑|无不|无非|无偿"
    r"|除非|非常|莫非|是非|未来|是否|能否|可否|有无|忌讳|没错|没问题|无障碍|无线|无菌"
    r"|(\w)不\1|有没有|(\w)没\2|(?<=[可])不可(?=以)|(?:不|没有?)(?=[^,]{0,8}[吗么]\?)"
    r"|\bnot (?:only|just|merely|simply|least|to mention|surprising(?:ly)?|uncommon|unusual)\b|\bwhether or not\b"
    r"|\bwhy not\b"
    r"|\bno (?:doubt|matter|problem|worries)\b|\b(?:no|not) (?:more|less|fewer|later|longer|higher|lower"
    r"|earlier) than\b"
    r"|\bcannot be (?:over|stress)\w*|\bwithout (?:delay|hesitation|doubt|fail)\b|\bnever ?mind\b|\b(?:if"
    r"|when) in doubt\b"
    r"|\b(?:can|could|should|is|are|do|does|did|would|will|has|have)(?: not|n't) (?:you|i|we|they|it|there)\b"
)
_COMPARE: Final = re.compile(
    r"超过|超出|多于|大于|高于|少于|低于|小于|晚于|早于|短于|长于"
    r"|\bexceed|\b(?:more|less|fewer|later|longer|higher|lower|earlier) than\b|\b(?:go|going) (?:over|above)\b"
)
_WIDE: Final = (
    r"不要|不可以?|不得|不应[该当]?|不该|不宜|不必|不需要?|不用|不须|不建议|不推荐|不主张|不提倡|不鼓励|不支持"
    r"|不赞成|不同意|不允许|不准|不许|不予"
    r"|不适[合宜用]|不让|无需|无须|毋[须需]|[请切万]?勿|切忌|切莫|禁止|严禁|禁用|避免|杜绝|拒绝|(?:没有?|无)必要"
    r"|没有?(?:理由|资格|权利|依据)"
    r"|没有?(?:任何|充分|足够|明确|可靠|科学|的){0,3}证据(?:表明|显示|证明|支持)?|千万别"
    r"|(?<![特级区分性个类识辨鉴告离差另送])别(?![人的墅名])|绝不|决不|从不"
    r"|反对|而不是?|而非|误以为|错误地认为"
    rf"|(?:谨防|警惕|防止|防范|当心|小心)(?=[^,]{{0,6}}{RASH})"
    r"|\b(?:under no circumstances?|at no (?:time|point)|by no means|in no (?:case|event)|on no account)\b"
    r"|\bnor (?:should|must|may|can|could|do|does|did|is|are|will|would)\b|\bresist(?:ing)? the (?:urge"
    r"|temptation) to\b"
    r"|\b(?:dangerous|unsafe|unwise|risky|harmful|reckless|hazardous|foolish|irresponsible|inadvisable"
    r"|unnecessary|illegal"
    r"|unlawful|unethical|inappropriate|wrong|mistake|bad idea)(?: for [\w ]{1,20}?)? (?=(?:not )?to\b)"
    r"|\b(?:not|never|cannot|nobody|no one|none of|avoid(?:ing|s|ed)?|refrain(?:ing|s)? from|instead of|rather than"
    r"|discourag(?:e|es|ing)|hold(?:ing)? off"
    r"|steer(?:ing)? clear of|stay(?:ing)? away from"
    r"|refus(?:e|es|ing) to"
    r"|advise[ds]? against)\b"
    r"|n't\b|\bdont\b|\bno (?:longer|need to|need for|reason to|evidence (?:that|of|for)|way to|basis for)\b"
    r"|\bagainst (?=\w+ing\b)"
    r"|\b(?:forbidden|prohibited|banned|barred) (?:to|from)\b|\b(?:unable to|unnecessary to|unsafe to"
    r"|inadvisable to)\b"
)
_FACT: Final = (
    r"不能|不会|不是|并不|并非|不再|不作为|无法|没法|没办法|未能|不曾|难以|不属于|不考虑|不打算|不意味着|不代表"
    r"|不等于|不包括|不含"
    r"|不愿意?|不想|不敢|停止"
    r"|\bstop(?:s|ped|ping)? (?=\w+ing\b)"
)
_NEAR: Final = r"不|未|没有?|无|非|莫|忌|\b(?:no|without|non|lack of|absence of|neither|nor)\b"
_OMIT: Final = (
    r"忘记?了?|拖延|延误|延迟|推迟|耽误|耽搁|错过|漏[服打用]|遗漏|放弃"
    r"|\b(?:forget(?:ting)? (?:to|about)|fail(?:ing|s|ed)? to|delay(?:ing|s|ed)?|neglect(?:ing)? to|skip(?:ping|s"
    r"|ped)?|miss(?:ing|es)?)\b"
)
_VOID: Final = (
    r"排除|除外|等(?:到|待)?(?=[^,。]{1,14}[才再])|忽视|忽略|小看|低估|轻视|犹豫|迟疑"
    r"|\b(?:hesitate to|ignor(?:e|ing)|underestimat(?:e|ing)|rule out|exclude|overlook(?:ing)?|wait(?:ing)? to"
    r"|be afraid to)\b"
)
_CUE: Final = re.compile(f"(?P<wide>{_WIDE})|(?P<fact>{_FACT})|(?P<omit>{_OMIT})|(?P<void>{_VOID})|(?P<near>{_NEAR})")
PROHIBITS: Final = re.compile(
    rf"{_WIDE}|不能|\b(?:myths?|misconceptions?)\b|误区|谣言|禁忌|不可取|不正确|错误(?:的?做法|示范)"
)

_DO: Final = "call|seek|go|get|contact|see|consult|ask|tell|stay|keep|always|please|instead|then|dial|visit|follow|rest"
_ACTION: Final = re.compile(
    rf"\s*(?:and )?(?:(?:{_DO})\b|(?:use|try|swallow|bring|lie|sit|switch|speak|talk) (?!or\b|and\b)\w)"
)
_NEW_THOUGHT: Final = re.compile(
    r"但|而是|而应|而要|而需|否则|以免|以便|因为|由于|因此|所以|从而|除非|直到|然后|[也又更亦](?=[不没无未勿])|务必"
    r"|(?<!不)必须|一定要|请(?!勿)"
    r"|(?<![不反效适相对供呼响])应(?![用激])"
    r"|并(?=立即|及时|马上|尽快|请|应|拨|前往|尽早)"
    r"|\b(?:but|however|until|unless|before|if|because|since|so|then|when|whenever|although|though|after|once|except"
    r"|nor)\b"
    r"|\binstead\b(?! of)|\bdue to\b|\bas (?:it|this|they|that|he|she|you|we|i)\b|\bplease\b"
    rf"|\band (?:{_DO})\b"
)
_NEW_FACT: Final = re.compile(
    r"(?<![及同暂随平按准定小有临])时(?![间候刻期段])|的(?:患者|病人|人|情况|时候|话|儿童|孩子|老人|孕妇|者|朋友)"
    r"|[就则]|(?<!不)(?:要|需要?|可以?|建议)"
)
_NOT_OPINION: Final = re.compile(r"(?<=\S )(?:should|must|ought)\b")
_OPINION: Final = re.compile(r"\s*(?:think|believe|mean|say|suggest|recommend|feel)\b")
_FILL: Final = re.compile(
    r"(?:再|会|能|及时|立即|马上|轻易|随意|擅自|自行|主动|按时|按|去|来|可|肯|愿|想|敢|曾|必|宜|得|用|该|经过?|有"
    r"|出现|发现|发生|提及|提到|规定|涉及|说明|明确|写明|见"
    r"|明显|任何|特殊|其他|直接|要求|具备|符合|满足|享有|含有|包含|存在|构成|到|的|\s){0,4}"
    r"|(?!.*\b(?:and|to|should|must|will|can|may|is|are|was|were|has|have)\b)\s*(?:[\w']+\s+){0,3}"
)
_MYTH: Final = re.compile(
    r"(?:误区|谣言|迷思|错误(?:的?说法|的?观点|认识|的?做法|认知|示范))[一二三四五六七八九十\d]*:"
    r"|\b(?:myth|misconception|false claim)s?(?: \w+)?:|\b(?:myth|misconception|fallacy|misbelief)s? (?:is "
    r"|are )?that\b"
    r"|(?:\bnot|n't)(?: actually| really| at all)? true(?: that)?\b|\b(?:false|untrue|incorrect|wrong)(?: to (?:say"
    r"|think|believe|assume|claim))? that\b"
)
_REFUTES: Final = re.compile(
    rf"(?:这|那|该|此|上述|以上|其实|事实上)[^,;。!?\n]{{0,14}}?{PREDICATE_ZH}|(?:其实|事实)?(?:并非如此|不是这样"
    rf"|并不是这样|恰恰相反)"
    r"|(?:(?:but |however,? )?(?:this|that|it)(?:'s| is)[^.,;]{0,30}?(?:false|wrong|untrue|incorrect|not true"
    r"|not correct|not right|a myth|a misconception)|false\b|wrong\b|not true\b)"
)
_NO: Final = re.compile(
    r"(?:答案是:?)?(?:不能|不可以|不行|不建议|不可|不应该?|不需要|不必|不用|不会|不是|不要|否|不[,。!]|并不|绝对不"
    r"|千万不|当然不|答案是否定的)|答案是否定"
    r"|no\b(?! doubt)|not\b|never\b|absolutely not|definitely not"
)
_USER: Final = re.compile(
    r"(?:[你您](?:刚才|之前|上面|所|在问题中|的)?(?:说|问|提到|提问|写|问题|描述)|用户)[^“”\"「」。!?\n]{0,10}[“\"「]"
    r"|\b(?:you|user) (?:said|asked|wrote|mentioned|say|ask)[^\"“”.!?\n]{0,20}[\"“]|\byour (?:question|words"
    r"|message)[^\"“”.!?\n]{0,20}[\"“]"
)
_LIST_ZH: Final = re.compile(r"[^,;:!?。\n]{0,8}(?:,[^,;:!?。\n]{1,8}){0,3},?(?:或者?|以及|还是)")
_POSITIVE_ZH: Final = re.compile(
    r"应|请|立即|马上|及时|可|要|需|尽快|拨打|前往|联系|咨询|就医|保持|先|多|而|但|是|去|找|让|用|按|改|坐|躺|休息|停止|平卧"
    r"|侧卧|松开|抬高|携带|直接|凭|由|在|注意|挂断|报警"
)
_HARD: Final = re.compile(r"[;!?()\[\]【】—\n。]|(?<= )-{1,2}(?= )|(?<![a-z])\. |:")
_ASIDE: Final = re.compile(
    r", ?(?:under any circumstances?|ever|in any case|at any time|for any reason|however|please|on any account"
    r"|任何情况下|无论如何),"
)
_JOINT: Final = re.compile(r"\b(?:and|or|nor)\b|[,、;]|[或和与及并且也又亦更还]")
_OR: Final = re.compile(r"\bor\b|或|、")
_NEGATOR: Final = re.compile(
    r"(?:not|never|cannot|n't|dont|no|nor|neither|without|不|没|无|未|别|勿|[请切万]勿|千万|毋|绝不|决不|从不"
    r"|并不|并非)"
)
_CUT: Final = re.compile(r"(?:不|没有?|[无未毋禁]|\b(?:no|nor))\s*(?:任何|充分|足够|明确|可靠|科学|的)*$")
"""What is left of a denial before a phrase that begins with the rest of its word, and still denies: 不|可以…, no|need to …."""
_REST: Final = re.compile(r"满意|舒服|明[显白]|足[够以]|必要的|少于|适(?![合宜用当])|便于|[可容](?:避免|忽视|或缺)")
"""The rest of words that deny nothing else (不必要的检查 is a 检查), where the phrase begins with it (and no 必要的检查)."""
_SINCE: Final = re.compile(r"因[此而]|(?:仅仅?|只|单|只是)?(?:因为?|由于|凭)[^,]{1,16}?(?:而|便|就)")
_NEXT_ORDER: Final = re.compile(
    r"\band (?:(?:just|simply|only|instead) )?(?:drink|take|eat|use|give|try|apply|wear|wash|bring|switch|choose|sit|lie"
    r"|breathe|talk|speak|swallow|check|report|continue|resume|carry on|go on|go back|return|wait|stick)"
    r" \w"
)
_CONDITION: Final = re.compile(r"\b(?:if|unless|when|whenever|because|since|although)\b[^,]*$")
_MAIN: Final = re.compile(
    r"(?<!what)(?<!that)(?<!which)(?<!how)(?<!where)(?<!why)(?<!who)(?<!think)(?<!know)(?<!believe)(?<!whether)"
    r"(?<!all)(?<!and)(?<!or)(?<!as) (?:you|they|we|it|he|she|i|(?:the|your|a|an|this|their|his|her)(?: \w+){1,3}?)"
    r"(?:'ll|'d| (?:will|may|can|could|might|must|should|would|are|is|have to|need to|risk|face))\b"
    r"| (?:work|help|improve|respond|settle|ease|wake up|get better|go away|wear off)(?: \w+ly| at all| straight away| right away)?"
    r" (?:call|dial|phone|ring|drive|go|head|see|seek|visit|contact|tell|use|give|take|come)\b"
    r"|(?<!and)(?<!or)(?<!you)(?<!we)(?<!they)(?<!i)(?<!who)(?<!people) (?:do not|don't|never)\b"
)
_CARRY: Final = re.compile(
    r"\s*(?:或者?|以及|和|及|与|还是|(?:or|nor)\b|(?:and )?(?:(?:the )?same (?:goes |applies |holds )?|likewise )(?:for|to|with)\b)"
)
_OWN: Final = re.compile(
    r"\s*(?:and |or )?(?:please )?(?:do not|don't|never|must not|mustn't|should not|shouldn't|avoid)\b"
)


def denied(text: str, start: int, end: int, following: str = "") -> str:
    """The word that denies ``text[start:end]`` in the folded sentence `text`, or "" where the phrase is asserted.

    `following` is the next sentence. Pure, and bounded by the windows BEFORE and AFTER, whatever the length of `text`.
    """
    low = max(0, start - BEFORE)
    return _denied(text[low:start], text[start:end], text[end : end + AFTER], following[:60])


@lru_cache(maxsize=4096)
def _denied(before: str, phrase: str, after: str, following: str) -> str:
    told = _USER.search(before)
    if told and not re.search(r"[”\"」]", before[told.end() :]):
        return told[0].strip()
    rejecting = rejection(before, phrase, after)
    if rejecting:
        return rejecting
    refuting = _REFUTES.match(following)
    if refuting and REPORT.search(before):
        return refuting[0].strip()
    if "?" in after[:40] and not re.search(r"[。!]", after[: after.find("?")]):
        answer = _NO.match(following)
        if answer:
            return answer[0].strip()
    return _cue(before, phrase, after)


def _cue(before: str, phrase: str, after: str) -> str:
    """The denial around the phrase, or "" where there is none or two cancel each other."""
    before = _ASIDE.sub(" ", before)
    myths = list(_MYTH.finditer(before))
    counted = [myths[-1][0]] if myths else []
    scope = _scope(before[myths[-1].end() :] if myths else before, phrase, after)
    masked = _blank(f"{scope}{phrase}{after[:20]}")
    asked = scope[-2:-1] == phrase[:1] or re.match(r"[^,]{0,8}[吗么]\?", after)
    if scope.endswith("不") and _REST.match(phrase) and not asked:
        masked = f"{masked[: len(scope) - 1]}不{masked[len(scope) :]}"
    last: re.Match[str] | None = None
    for cue in _CUE.finditer(masked[: len(scope) + len(phrase)]):
        if cue.start() >= len(scope) or (cue.end() > len(scope) and not _CUT.search(scope[cue.start() :])):
            break
        between = masked[cue.end() : len(scope)]
        reaches = _reaches(cue, between, phrase, after) and not _left(masked[: cue.start()], between, phrase)
        if reaches and (cue.lastgroup != "void" or counted):
            if last is not None and _replaces(last, masked[last.end() : cue.start()], cue):
                counted = counted[: 0 if _NEGATOR.match(cue[0].strip()) and not myths else -1]
            counted.append(scope[cue.start() : cue.end()].strip())
            last = cue
    peril = danger(scope, phrase, after)
    counted += [peril] if peril else []
    return counted[-1] if len(counted) % 2 else ""


def _replaces(last: re.Match[str], between: str, cue: re.Match[str]) -> bool:
    """Whether a cue stands beside the one before it (do not wait and do not give) instead of under it (不能不)."""
    if not _JOINT.search(between):
        return False
    kinds = [found.lastgroup == "omit" or not _NEGATOR.match(found[0].strip()) for found in (last, cue)]
    return kinds != [False, True] or not (_OR.search(between) or cue.lastgroup in {"omit", "void"})


def _blank(text: str) -> str:
    """`text` with everything blanked that looks like a denial and is none; same length."""
    return _MASK.sub(lambda found: "#" * len(found[0]), text)


def _reaches(cue: re.Match[str], between: str, phrase: str, after: str) -> bool:
    """Whether the cue still denies the phrase, with the text `between` them."""
    since = _SINCE.match(between)
    between = between[since.end() :] if since and cue.lastgroup != "near" else between
    turn = _NEW_THOUGHT.search(between + phrase[:12])
    if not turn and not _NEGATOR.match(cue[0].strip()):
        turn = _NEXT_ORDER.search(between + phrase[:24])
    if (turn and turn.start() < len(between)) or _COMPARE.search(between):
        return False
    if cue.lastgroup == "near":
        return _FILL.fullmatch(between) is not None
    if re.match(r"(?:之前|以前|前(?![往去来]))", after):
        return False
    if cue.lastgroup == "fact" and _NEW_FACT.search(between, 1):
        return False
    return not _NOT_OPINION.search(between, 1) or _OPINION.match(between) is not None


def _left(opening: str, between: str, phrase: str) -> bool:
    """Whether the cue stands in a clause with if, and the phrase after it in the main clause."""
    main = _CONDITION.search(opening) and _MAIN.search(between + phrase[:24])
    return bool(main and main.start() < len(between))


def _scope(before: str, phrase: str, after: str) -> str:
    """The part of `before` that belongs to the phrase's clause."""
    for mark in reversed(list(_HARD.finditer(before))):
        if mark[0] != ":" or not _ends_forbidding(before[: mark.start()]):
            before = before[mark.end() :]
            break
    parts = before.split(",")
    scope = parts.pop()
    rest = re.split(r"[.;:!?。\n]", after, maxsplit=1)[0]
    member = f"{scope}{phrase}{rest.split(',')[0]}"
    closed = _closes(member, rest, inner=len(parts) > 1)
    listed = _LIST_ZH.match(f"{phrase}{rest}") is not None or scope.startswith(("或", "以及"))
    while parts and (_CARRY.match(scope) or (closed and _is_member(member)) or (listed and _is_short_zh(member))):
        member = parts.pop()
        scope = f"{member} {scope}"
        if _CUE.search(_blank(member)):
            break
    return scope


def _closes(member: str, rest: str, *, inner: bool) -> bool:
    """Whether `member` stands in a list that "or" or "and" closes; `inner`: two members come before it."""
    if member.lstrip().startswith("and "):
        return inner
    return re.search(r"\bor\b|, and\b", f"{member}{rest}") is not None


def _is_member(member: str) -> bool:
    """Whether a part between commas is a short member of an English list, and no instruction of its own."""
    first = re.split(r" or\b", member)[0]
    if _OWN.match(member):
        return False
    return member.isascii() and len(first.split()) <= 3 and len(member.split()) <= 9 and not _ACTION.match(member)


def _is_short_zh(member: str) -> bool:
    """Whether a part between commas is a short member of a Chinese list, and no instruction of its own."""
    return not member.isascii() and len(member) <= 8 and not _POSITIVE_ZH.match(member)


def _ends_forbidding(text: str) -> bool:
    cues = list(PROHIBITS.finditer(text))
    return bool(cues) and cues[-1].end() == len(text)


def forbids(heading: str) -> str:
    """The word by which a folded heading ("请避免以下行为：") denies the list under it, or ""."""
    line = heading.rstrip().rstrip(":")
    if line == heading.rstrip():
        return ""
    clause = re.split(r"[,;!?。—]|\. ", line)[-1]
    cues = list(PROHIBITS.finditer(_blank(clause)))
    return cues[-1][0].strip() if len(cues) % 2 else ""
