"""The words by which an answer asks its reader for something, in Chinese and English: patterns over folded text.

Rules this module keeps:

* A pattern holds no repetition inside a repetition, and every gap is bounded.
* English and Chinese stand side by side; each line of a pattern is one kind of wording.

It refuses to look at more than the text it is given: `requests` decides which text that is.
"""

from __future__ import annotations

import re
from typing import Final

_LEARN: Final = r"(?:know|ask|check|hear|see|confirm|understand|find out|clarify|be sure|rule out|establish)"
_SAY: Final = (
    r"(?:tell|share|confirm|check|give|say|let|describe|clarify|list|look up|find out|weigh|measure|send|name)"
)

TELL: Final = re.compile(
    # English
    r"\b(?:tell|give|send|show|text|message|read) (?:me|us)\b(?! (?:a |the )?(?:chance|break|minute|moment|second))"
    r"|\blet (?:me|us) (?:know|have|ask|check)\b"
    r"|\b(?:i|we)(?:'d|'ll| would| will| do)?(?: (?:really|first|still|just|also|only|then))? need(?!s)\b"
    r"(?! (?:you|him|her|them|someone) to (?!tell|check|confirm|say|weigh|measure|find|look))"
    rf"|\b(?:i|we)(?:'d| would|'ll)?(?: (?:really|first|still|just|also))? (?:want|like|love|prefer|wish)(?: first)?"
    rf"(?: (?:you|first|also))? to (?:first |also )?(?:have |get )?{_LEARN}"
    r"|\b(?:i|we)(?:'d| would)?(?: really| first| still| also)? (?:want|like) (?:his|her|your|their|the|a|an)\b"
    r"|\b(?:i|we) (?:have|'ve got|must|should|ought) (?:to )?(?:know|ask|check|have)\b|\bi'?ll ask\b|\bi'm asking\b"
    r"|\b(?:may|can|could|must) i (?:just |first |please )?(?:ask|check)\b|\b(?:my|one|the|a|first) question\b"
    rf"|\b(?:could|can|would|will) you (?:please |first |also |just |quickly )?{_SAY}\b|\bplease (?:also |first )?{_SAY}\b"
    r"|\b(?:few|couple of|some|two|three|four|five|quick|following|more|these) (?:quick |short |more |other )?"
    r"(?:questions|things|details|facts|points|checks)\b(?=[^.\n]{0,80}(?::|\n|$)| (?:first|before|to (?:check|know"
    r"|ask|clear)))"
    r"|\bmore (?:information|details?)\b"
    r"|\b(?:good|helpful|helps?|important|useful|essential|vital|need) (?:for me )?to (?:know|ask|check|find out)\b"
    r"|\bbefore (?:i|we)(?:'d|'ll| can| could| would| will)?\b"
    r"|\bbefore (?:any|a|the|an|naming|giving|prescribing|choosing|answering|suggesting|recommending)"
    r"(?: (?:number|figure|dose|name|amount|answer|ml|mg|count|pick|medicine|brand|yes)\b|(?= ?:))[^.?\n]{0,12}:"
    r"|(?:^|(?<=[.!?:;,\n])) ?(?:still |first |what's |what i )?(?:need(?:ed)?|missing|wanted|required)"
    r"(?: (?:first|to know|facts|from you))*(?:[:,]| is\b| are\b)"
    r"|\bask (?:him|her|them)\b(?! to\b)|\bneeded first\b"
    r"|\byou(?:'d|'ll| would| will)?(?: (?:first|also|really))? need (?:to (?:know|have|find out|check)\b|(?:his|her"
    r"|their)\b)"
    r"|(?:^|(?<=[.!?:;,\n])) ?(?:just |please |so |and |then )?(?:list|describe|name)\b(?! of\b| is\b)"
    # Chinese
    r"|(?<![^。!?,;\n])(?:再就是|再有|还有|另外|以及|其次|然后)[^。!?,;\n]{0,6}?(?:有没有|是不是|会不会|有无|对?哪些)"
    r"|告诉我|告知我?(?![医护])|(?:跟|和|给|对|向)(?:我|咱)(?:说|讲|报|发|看|念)|[报发念拍]给?(?:我|过来)|[报发写列拍](?:一?下|个|张照)"
    r"|(?<![生夫师士人家属室科])说一?下(?!来)|说说(?![笑而])|讲讲|讲一下|讲清楚?|回我|回答(?:我|一?下|几|以下|下面)|请问|想问|先问|问一?下(?!医|药)"
    r"|问[您你](?!自己|什么)|问(?:几|两|三|个)[个句样件点]|问清"
    r"|我(?:还|也)?(?:得|要|想|需要|必须|先){1,3}(?:问|了解|知道|确认|弄清|搞清|核实|看看)"
    r"|(?:需要?|[得要想]|必须)(?:您|你)?先?(?:知道|了解|确认|弄清|搞清|问清|核实|评估|明确|弄明白|搞明白|摸清)"
    r"|先(?:确认|了解|弄清|搞清|核对|核实|明确|弄明白|搞明白|摸清|要知道|说|讲|回)"
    r"|(?:补充|提供)(?!水|液|营养|糖|能量|维生素|电解质|蛋白|的|体)|麻烦[您你]|几个(?:问题|信息|情况)|[几两三四]件事|几样"
    r"|以下(?:信息|问题|资料)|信息不(?:足|够|全)|还缺|更多信息"
    r"|才(?:能|好|敢|可以)(?:判断|决定|给|算|说|定|推荐|回答|选|告诉)"
)
"""Words that ask the reader, or announce that something must be known."""

CHECK: Final = re.compile(
    r"(?:(?:^|(?<=[.!?:;,(\n—–-])) ?(?:so |but |and |then |first(?:ly)?,? |now |just |please |always |also |\d{1,2}[.)] )?"
    r"|\b(?:and|or|then|please|to|first|must|should|now|but|i'd|we'd|i would|i'll) )"
    r"(?:check|confirm|find out|look up|measure|weigh|establish|verify|work out|clarify|rule out|look (?:at|into)"
    r"|make sure (?:you|we) (?:know|have)"
    r"|grab|dig out|pull up|obtain|make sure (?:there's|there is|there are|he|she|they|you) ?(?:isn't"
    r"|aren't|hasn't|haven't|no)"
    r"|ask (?:the|your|his|her) \w+ for|find (?:his|her|their|your|the)|get (?:these|those|the following|a|an|his|her"
    r"|their|the|your"
    r"|(?=[^.?\n]{0,60} first\b)))\b"
    r"(?! (?:with|in with|back|on (?:him|her|them)|that you aren't)\b)"
    r"|\b(?:needs?|has|have|must|should|ought)(?: to)? be (?:known|checked|looked up|measured|confirmed|found|clarified"
    r"|established|weighed)"
    r"|\bneeds? (?:checking|looking up|measuring|weighing|confirming)\b|\b(?:is|are) (?:needed|required|essential)\b"
    r"|(?:先|请|麻烦|赶紧|马上|现在|最好|[得要]|[去到]|快|立即|立刻|必须|一定|应|建议|帮|劝)[^,。;!?\n]{0,10}?"
    r"(?:(?<![减加剂用过定足少适数大限分])[量测称查翻核](?![明])|看看|看下|看一[下看]|看清|找[到出来]|确认|排除|弄清|搞清|认[清出]|拍|化验)"
    r"|(?:确认|排除|弄清|搞清|弄明白)(?=[^。!?\n]{1,20}(?:再|才))"
    r"|(?<![减加剂用过定足少适数大限分])[测量查称][好完过清]了?再"
    r"|[测量称查翻](?:个|一下|一[测量称查翻]|下|[翻查看]|量|清)"
)
"""Words that have something looked up or measured."""

WITHOUT: Final = re.compile(
    r"\bwithout (?:knowing|seeing|having|his|her|their|your|that|those|a|the|an)\b|\bwithout:"
    r"|\b(?:until|till|unless) (?:i|we|you|someone|somebody|a pharmacist|that's|they're)(?:'ve| have|'s| has)?"
    r" (?:know|knew|known|have|hear|seen|looked|checked|found|told|sure|see|clear)\b"
    r"|\b(?:i|we) (?:don't|do not|still don't|can't|cannot|haven't) (?:know|have|got)\b(?! (?:access|the ability"
    r"|enough))|\bnot knowing\b"
    r"|\byou (?:haven't|have not|didn't|don't|did not)(?: yet)? (?:told|said|mentioned|given|say|tell|give|mention)\b"
    r"|不知道?(?![该为怎])|(?<!说)不清楚|没(?:有)?(?:说明?|告诉|提到?|讲|写)(?!了)|不了解|未(?:说明|提供|知)|没弄清|没搞清|没[测量查称](?=[^,。!?\n]{0,8}就)"
)
"""Words that say that something is not known yet."""

PASSIVE: Final = re.compile(r" ?(?:needs?|has|have|must|should|ought|is|are)\b")
"""How a check begins whose things stand before it."""
LEAD: Final = re.compile(
    r"[^a-z]*(?:(?:so|but|and|then|first|firstly|now|just|please|always|also|to|must|should)[ ,]+){0,3}"
)
"""What stands in a request before its own word."""
FIRST: Final = re.compile(r"\bfirst\b|\bbefore\b|\bup front\b|\bneed(?:s|ed)?\b|先|之前|前提|才")
"""What makes a check a thing to be done ahead, even behind an amount."""
LATER: Final = re.compile(
    r"\b(?:tomorrow|afterwards?|later|daily|every|again|weekly|monthly|regularly|next|follow up|monitor"
    r"|in (?:\d+|an?|two|three|a few) (?:min|hour|day|week|month)\w*|in the morning|at \d+"
    r"|after (?!all)|once|when (?:you|she|he|they|it)|repeat|overnight"
    r"|before (?:the|a|any|each|your|giving) (?:second|next|further|repeat|subsequent|another)"
    r"|within \d+|until|(?:can|will|may) follow|as you go)\b"
    r"|之后|以后|明[天早日]|改天|有空|抽空|空了|得空|回头|复查|复测|定期|下次|随后|后续|[完了下]后|过[几两]天|隔[天日段几]"
    r"|每(?:天|日|次|隔|周|月|\d|[一二两三四六八]?个?小时)|后再|再[查测量复]|体检|随访|[时天周月]后"
)
"""What puts a check off."""
CHANGE: Final = re.compile(
    r"(?:if|when|once|whether)\b[^.,?!\n]{0,32}\b(?:comes? back|returns?|develops?|gets? (?:worse|better|any)"
    r"|worsens?|persists?"
    r"|(?:doesn't|does not|don't) (?:help|work|settle|improve|go|ease|get|stop|clear)|goes|changes?|turns?|anything else)\b"
    r"|if you(?:'d| would)? (?:want|need|like|have (?:any )?(?:more |other |further )?questions)\b"
    r"|how (?:it|that|this|things|you|she|he)(?:'s)? (?:goes|go|gets|get|going)\b|(?:加重|好转|变化|反应|结果)"
)
"""What is to be told of the time to come, and not of now: "let me know if it comes back"."""

THEIRS: Final = re.compile(
    r"\b(?:doctor|gp|pharmacist|nurse|they|midwife|clinic|clinician|prescriber|team|hospital|staff|111|paramedics?)"
    r"(?:'ll| will| may| might| would| can| could| should| is going to| has to| have to)?(?: then| also| probably| usually)?"
    r" (?:need|needs|want|wants|ask|asks|check|checks|measure|look|weigh|tell|going)\b[^.?!\n]{0,40}$"
    r"|\b(?:ask|get|have|let) (?:a|the|your|his|her) (?:\w+ )?(?:doctor|gp|pharmacist|nurse|midwife|team|surgery"
    r"|clinic)\b[^.?!\n]{0,30}$"
    r"|\b(?:says|said|states|asks|advises|recommends)\b[^.?!\n]{0,60}$"
    r"|(?:医生|大夫|护士|药师|医院|他们|门诊|急诊|窗口)(?:[们]|一?般)?(?:会|要|可能|还会|将|通常|需要|可以|再|来)[^,。?!\n]{0,10}$"
    r"|(?:跟|和|向|给|让|请|由|问问?|听|咨询|告诉)(?:医生|大夫|护士|药师|医院|门诊|急诊|药剂师)[^,。?!\n]{0,8}$"
)
"""Whoever else will ask, before the words of the request."""

RHETORICAL: Final = re.compile(
    r"^[^a-z]{0,8}(?:why\b(?! (?:are|were|do|did) you\b| did (?:she|he|they)\b)|what if\b|what about (?:the )?future"
    r"|so what|what do(?:es)? [^?]{1,40} mean\b"
    r"|when (?:to|should|do you need)\b|what (?:to|(?:should|can) (?:do|you|i|we|watch|look))\b|how about\b|who knows"
    r"|what (?:is|are) (?:the )?(?:role|point|meaning|difference|a|an)\b|how (?:does|do|can|should|to|is) (?!you|she"
    r"|he|they|your|her|his|long|much|old|heavy|bad)"
    r"|would you like|(?:do|did) you want (?:me|a|the|to|some)|would it help|shall i|should i|want me|need me to"
    r"|may i suggest"
    r"|anything else (?:on|i can|you need|you'd like|today)|(?:is|are) (?:that|this|those) (?:ok|okay|clear|all right))"
    r"|为什么|为啥|怎么办|咋办|怎么处理|什么情况下?(?:要|需|该|去|必)|什么时候(?:要|需要|该|应该?|必须)(?!打)|什么意思|有什么(?:区别|关系|影响)"
    r"|要不要我|需要我|要我|何必|何苦|谁知道|哪[里能敢有会](?![不疼痛])|难道|怎么会"
)
"""A question that is not for the reader to answer."""
ANSWERED: Final = re.compile(
    r"(?:yes|no|nope|yep|not really)\b ?[,.!:;—-]|是的|都[不别行是]|不[,。!]|不是[,。]|不[用会行能必]|当然"
)
"""What opens the sentence behind a question that the answer puts to itself."""
BARE_ASK: Final = re.compile(
    r"(?:吗|呢|么|没有?|多少|几[岁点天度个片粒颗斤公针]+(?:[月单位重斤]*)|多大|多重|多久|怎么样|咋样|如何|怎样|哪[种个天些样]|什么药?|啥药?|几号)[.。;!]?$"
)
"""How a Chinese question without a mark ends."""
ASKING: Final = re.compile(
    r"\b(?:is|are|does|do|has|which|what|how|whether|or)\b|吗|多少|还是|几|是不是|有没有|什么|哪"
)
"""What makes the clause of an amount a part of a question."""
PRONOUN: Final = re.compile(
    r"\b(?:know|have|got|give|tell|check|find|say|send|share|remember|confirm|see)\b[^.?!\n]{0,24}?"
    r"\b(?:it|that|this|those|these|them|either|both|the (?:number|result|figure|name|answers?))\b"
    r"|^[^a-z]{0,3}(?:which|what|how many|how much|when)(?: ones?)?(?:,| and\b|\?)"
    r"|\b(?:a|any) (?:recent |last |latest )?(?:results?|reading|test|number|figure)\b"
    r"|^[^a-z]{0,3}(?:do|does|did|is|are|has|have|was|were) (?:he|she|they|it|you|there)(?: any)?\?"
    r"|(?:知道|清楚|有数|晓得|记得|查过|量过|测过|方便|能说|说得上|有)[^,。?!\n]{0,5}[吗么没]|(?:这些|以上|上面|上述|这几[样个项点]|它们?)[^,。\n]{0,8}"
)
"""A request for what the sentence before has named."""

CONDITION: Final = re.compile(
    r"(?<!know )(?<!ask )(?<!asked )(?<!check )(?<!sure )(?<!see )(?<!wonder )(?<!say )(?<!tell me )(?<!let me know )"
    r"(?<!find out )(?<!confirm )(?<!me )(?<!know, )(?<!even )(?<!or )(?<!and )(?<!ask him )(?<!ask her )(?<!ask them )"
    r"\b(?:if|unless|in case)\b"
    r"|\b(?:when|once)\b(?=[^?]{1,60},)|如果|要是|假如|倘若|若(?![干])|一旦|万一|只要"
)
"""What makes a thing a condition and no question, up to the next comma."""
ADVICE: Final = re.compile(
    r"^ ?(?:and |so |but |then |please )?(?:take|give|avoid|don't|do not|use|keep|stop|go|call|ring|drink|rest|skip"
    r"|never|start)\b"
    r"|不要|(?<![特分])别(?![的人])|可以|建议|应该"
)
"""A clause that tells what to do, and asks nothing."""
BY: Final = re.compile(r"(?<!不)按[^,。?]{0,16}[算给喂服吃]")
"""A thing that an amount goes by."""
AMOUNT: Final = re.compile(
    r"(?<![\d./每含<>≥≤约b])(?:(?<!per )(?<!every )(?<!each )(?<!in )(?<!\d mg in )(?<!contains )(?<!than )(?<!last ))"
    r"(?:\d{1,4}(?:[.,]\d{1,3})?|(?<!\w)(?:one|two|three|four|half a|a)(?= [a-z])|[一二两三四五六八十半](?=[片粒滴包袋颗支勺毫]))"
    r"(?: ?(?:-|–|~|to|至|到) ?\d{1,4}(?:\.\d{1,2})?)?[- ]?"
    r"(?:(?:mg|ml|mcg|μg|units?|tablets?|capsules?|caplets?|drops|teaspoons?|tsp|puffs|pills)\b(?! ?(?:/|per|a day\?))"
    r"|(?:毫升|毫克|片|粒|滴|包|袋|颗|个?单位|支|勺|克(?!拉))(?!以?内|里|[/每]|还是|装))"
)
"""An amount with its unit, but for a strength."""
