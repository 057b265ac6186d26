"""What makes an order depend on something, names it only, offers it, or lets the reader wait: patterns over folded text.

Rules this module keeps:

* A pattern holds no repetition inside a repetition, and every gap is bounded.
* English and Chinese stand side by side; each line of a pattern is one kind of wording.

It refuses to look at more than the text it is given: `ordering` decides which text that is.
"""

from __future__ import annotations

import re
from typing import Final

CONDITION: Final = re.compile(
    # English: words that open a condition, but for the conditions that change nothing.
    r"(?<!even )(?<!as )(?<!what )(?<!matter )(?<!ask )(?<!check )(?<!know )(?<!see )(?<!wonder )(?<!wondering )\bif\b"
    r"(?! (?:you|nobody|no one|that|it)(?: have|'ve| has|'s)?(?:n't| not)?(?: (?:already|yet|done|called|rung))"
    r"|(?: i were| it were| this were| it was my| this was my| she were my| he were my)"
    r"| you (?:only )?(?:take|read|do|remember)"
    r"(?: only)? (?:one|just)| you haven't| nobody has| no one has| possible\b| in doubt| need be"
    r"| you like| you can\b(?!'t| not))"
    r"|\bunless\b|\bprovided\b|(?<!just )\bin case\b|\bin that case\b|\bin an emergency\b|\bin the event\b"
    r"|\bdepending\b"
    r"|\bwhenever\b|(?<!even )(?<!that's )\bwhen\b|\bwere (?:she|he|they|it|you) to\b|\bassuming\b"
    r"|\bwithout (?:any )?(?:improvement|relief)\b|\bno (?:improvement|relief|change|better) (?:by|in"
    r"|within|after)\b"
    r"|(?<!at )\bonce\b|\bas soon as\b(?! possible| you can\b| you're able)|\bthe (?:moment|minute|instant"
    r"|second)\b(?= [a-z]+)"
    r"|\bshould (?:you|she|he|they|it|her|his|the|this|these|that|any|symptoms|things|there"
    r"|pain)\b(?=[^,.;?]{0,60}[,:]|[^,.;?]{0,50}$)"
    r"|\bany (?:change|sign|worsening|of (?:these|those|this|the following|that))|\bany (?:new|other) "
    r"|\bany [a-z' ]{2,24}?(?:, (?:call|ring|go)|,? and (?:it's|you|call|ring|go)|:| means\b)"
    r"|\b(?:only|just) (?:if|when|after)\b|\bred flags?\b|\bwarning signs?\b|\bfor any\b|\bone of (?:these"
    r"|the following)\b"
    r"|\bfor:|\bif:|\bwith:|\bgets? worse\b|\bworsens?\b|→|->|=>|\btill then\b|\buntil then\b"
    # Chinese: conjunctions, and states that may come, before 就, 再, 才 or a comma.
    r"|如果|假如|假若|倘若|若(?![干无])|要是|万一|一旦"
    r"|如(?=[出有果发遇再伴仍症疼痛见需无不持又\d一二三半])|只要|除非|只有|必要时|需要时|有需要"
    r"|[有占中]了?(?:一|任何一?)[样条项个种]|有(?:下面|以下|下列|上面)|不放心[^,。]{0,4}(?:就|,|可)|要真[是有]"
    r"|真要是|假设|的话(?=[,就再请])|哪[天样个种]|何时|什么时候"
    r"|什么情况|任何(?:一[条项种个]|情况|不适|变化)|(?:以下|下列|下面|上述|这些|其中|之一"
    r"|任一)[^,。]{0,6}(?:情况|症状|表现|信号|现象|征象|条|项|种|时)"
    r"|(?<![你您他她])的情况(?=[,:](?:马上|立即|请|要|就|立刻|赶紧)|$)"
    r"|(?<!同时)(?<![已经她他您你爸妈在是有])出现(?![了在])(?=[^。]{1,30})"
    r"|(?<![及同暂随按准小有临平即])时[,]?(?=[就再则请要应需立马赶尽及去打拨送叫到])"
    r"|(?:加重|恶化|变重|更[疼痛重]|(?<=\w)不行|受不了|[撑扛挺忍]不住|反复|复发|增多|扩散)了?(?:时|,?(?:就"
    r"|再|则|才)|,(?=马上|立即|立刻|请|要|赶))"
    r"|(?:厉害|严重|剧烈|不对劲?|异常|不适|持续)了?(?:时|就|再|则|才)"
    r"|[疼痛吐抽烧晕喘麻大多少重红肿]了?(?:就|再|才)|阳性[^,。]{0,3}(?:就|再|则|,|马上|立即|去)"
    r"|(?<![没])(?:有|发现)(?:任何)?(?:异常|不适|不对|变化|问题|加重|不舒服)[^。]{0,4}(?:就|马上|立即|立刻"
    r"|请|再|打|去)|(?<!已经)(?<!已)变成[^。]{1,30},"
    r"|明显[^,。]{1,8}了,(?:当天|马上|就|请|去|打|立)|[抽晕]了,?[打送叫拨]"
    r"|(?:[没未不](?:退烧?|好|降|缓解?|见[好轻效]|好转|改善|消|醒|醒过来|清醒|恢复|减轻|止|上来|下来)"
    r"|[还仍](?:是|在)?(?:[流滴疼痛烧吐晕肿哑闷喘红麻]|不|没|有)|[下上]不[来去]|不[下上][来去]|缓不过[来劲]"
    r"|[叫喊唤]不[醒应]|止不住)"
    r"[^,。!?]{0,8}?(?:,|了|时|的?话)?[^,。]{0,4}(?:就|再|则|才|马上|立即|立刻|赶紧|请|要|打|拨|叫|去|送"
    r"|上|转|往)"
    r"|(?:超过|高于|低于|达到|掉到|大于|以上|以下)[^,。]{0,8},?(?:就|再|则|才|请|要|立|马|赶)"
    r"|仍[^需要应建然旧请得必][^,。]{0,8},?(?:去|就|请|打|送)|再(?:抽|疼|痛|吐|烧|晕|麻|犯|发作|出血"
    r"|高)[^。]{0,8}(?:就|马上|立即|立刻|请|要|打|去|送|,)|[变红肿吐晕少多重大]了,?(?:就|再|立|马|赶|要)"
)
"""An order under one of these hangs on something that is still to come."""

IRRELEVANT: Final = re.compile(
    r"\bwhether or not\b|\beven if\b|\beven when\b|\bno matter\b|\bwhatever\b|\bregardless\b|即使|即便"
    r"|哪怕|就算|不管(?!用)|无论|不论|尽管"
)
FREE: Final = re.compile(
    r"\bbut\b|(?<!if )\bso\b(?! (?:that|much|far|long|many))|\bhowever\b|\beither way\b|但|不过|所以|因此|总之"
    r"|反正|无论如何|, ?现在(?:就|请)"
)
"""What ends the reach of a condition before an order."""
NEXT: Final = re.compile(r"[,(]|\b(?:and|but|then|so|because|while|as)\b|—| - |[:)]|\bor$")
"""What ends the clause of an order, so that a condition behind it belongs to something else."""

OFFER_EN: Final = re.compile(
    r"\b(?:can|could|may|might)(?: also| always| just| still| then| both| either| simply)?(?: have \w+"
    r"| let \w+| get \w+)?$"
    r"|\b(?:consider(?:ing)?|think(?:ing)? about|thinking of|feel free to|free to|option (?:is|of|to)"
    r"|happy to|able to|reasonable to|fine to|ok to|okay to"
    r"|ready to|prepared to|planning to|plan to|not sure whether to|whether to|decide to|how to"
    r"|reasons? to|threshold to|tempted to"
    r"|to decide whether|would rather|wanting to|want to|wanted to|afraid to|reluctant to|used to|going to"
    r"|tried to|try to|refuse to"
    r"|stop to|as well as|instead of|better than|than|like to|need(?:ed)? to know when to|about)(?: \w+)?$"
)
NAMED_EN: Final = re.compile(
    r"\b(?:may|might|will|would|could) (?:\w+ )?(?:tell|ask|advise|send|want|refer) (?:you|him|her|them)(?: \w+)?(?: to)?$|"
    r"\b(?:before|after|while|until|till|since|by the time|as|that|who|which|why|how|where|what)(?: (?:you"
    r"|he|she|they|we|i|it|someone|the \w+))?"
    r"(?: (?:can|will|would|to|then|actually|finally|first|do|did|have to|need to))?$"
    r"|\b(?:they|doctors?|paramedics?|crew|staff|people|patients?|most|many|parents|nurses?|operator"
    r"|hospitals?|services?)"
    r"(?: (?:will|would|may|might|can|usually|often|could|should then|then|always|do))?(?:'ll|'d)?$"
    r"|\b(?:had|have|has|having|had to|was|were|did|didn't|would have|should have|could have|i'd have)$"
    r"|\b(?:i|we) (?:can|will|could|'ll|have|am|already)(?: \w+)?$|\bi'(?:ve|ll)(?: \w+)?$|\bwe'll$"
)
"""What stands right before the words of an act that is only told of: "before you call 999", "they will take her to hospital"."""
NOUN_EN: Final = re.compile(
    r"(?<!let )(?<!have )(?<!get )(?<!make )(?<!help )\b(?:the|your|a|an|this|that|any|his|her|my|our|each"
    r"|every|another|first|last|no)$"
)
NOUNS: Final = (
    "call",
    "drive",
    "visit",
    "need ",
    "ring ",
    "return",
    "run ",
    "order ",
    "walk",
    "use ",
    "contact",
    "alert",
    "transfer",
)
"""Words of an act that are nouns behind an article: "a call to 999"."""
OFFER_ZH: Final = re.compile(
    r"(?<!才)(?:可以?|能|考虑|不妨|随时|也行|选择|想|打算|准备|要不要|该不该|是否|能不能|需不需要|用不用"
    r"|是不是|敢|不愿|怕|犹豫|何时|如何|怎么|为什么|有没有|可否)"
    r"(?:也|先|再|就|自己|选择|需要|要|应该|必要|去|直接|让[^,。]{1,4}|由[^,。]{1,4}|陪[^,。]{1,4}"
    r"|[您你他她]){0,2}$"
    r"|(?<!没)(?:已经?|刚|曾|我|我们|我来)(?:再次|重新|又)?(?:(?:帮|为|替|给)[您你])?(?:已经?)?(?:联系"
    r"|拨打|呼叫|通知)?$"
    r"|(?:医生|大夫|护士|他们|有人|同事|家属|急救人员|医院)(?:会|说|让|将|可能)[^,。]{0,4}$|等[^,。]{0,3}$"
)
NAMED_ZH: Final = re.compile(
    r"(?:的(?!同时|话|[,。!;\n]|$)|之?前(?![往去来])|以前|时(?!候?间)|的?时候|[之以]后|后(?![备])|过|了?吗"
    r"|了?没有|才|是为了|(?:会|能|也)?告诉|距离|太?远|[^,。]{0,4}(?:贵|也(?:没|是(?:让|叫|观察|回))|太远|麻烦|不划算|没用|不容易"
    r"|很?辛苦|可能|心跳|还[要得]))"
)
"""What stands right after a Chinese act that is only told of: 打120前, 去医院时, 120的指征."""

_UNTIL: Final = (
    r"(?: (?:and see|to see|until|till|for (?:a|an|the|\d|another|half|your|her|his|it)|an?\b|another"
    r"|it out|overnight"
    r"|a bit|\d|here|at home|on)|[,.]|$)"
)
_WHILE: Final = (
    r"(?:an?|the|\d+(?:-\d+)?|another|some|half|two|three|ten|twenty|thirty)(?: \w+){0,3}?"
    r" (?:hours?|hrs?|minutes?|mins?|days?|nights?|while|bit|week\w*)\b"
)
WAIT: Final = re.compile(
    # English: leave to wait, watching for a while, the act called needless for now.
    r"\b(?:you|he|she|they|it|this|that|which|we) (?:can|could|may|might)(?: also| probably| safely"
    r"| certainly| just| instead| then){0,2}"
    rf" (?:wait|hold on|hang on|sit tight|sleep on it|ride it out){_UNTIL}"
    r"|\b(?:fine|okay|ok|safe|alright|all right|reasonable|sensible|enough|best|better|happy|suggest|i'd"
    r"|just|first|simply|then|please|you should)"
    rf"(?: to| for \w+ to| also| probably| just){{0,2}} (?:wait(?:ing)?|hold on|hang on|sit tight"
    rf"|sleep on it|ride it out){_UNTIL}"
    r"|\b(?:it|this|that|which|he|she|they|you|appointment|scan|visit|check) (?:can|could|may|might"
    r"|should be able to) (?:safely |probably |easily |also )?wait\b"
    r"|(?<!not )\bwait and see\b|\bsee how (?:it|things|she|he|you|they|the) (?:\w+ )?(?:goes?|feels?|is"
    r"|are|does|do|gets?|turns|responds?|develops?|settles?|looks?)\b"
    rf"|\bgive it (?:{_WHILE}|until|till|time\b|some time)"
    r"|\bsleep (?:on it|it off)\b|\bno (?:rush|hurry)\b|\bride it out\b"
    r"|\b(?:observe|monitor|watch|keep an eye on|recheck|re check|reassess|check on|check)(?: (?:him|her"
    r"|it|them|you|yourself|the \w+|your \w+|his \w+|things|how \w+ \w+|closely|carefully)){0,3}"
    rf" (?:at home|for {_WHILE}|overnight|until (?:the )?(?:morning|tomorrow|monday|handover)"
    rf"|over the (?:next|weekend)|through the (?:night|weekend)|in {_WHILE})"
    r"|\bwatching (?:him|her|it|them)?(?: closely| at home)?(?: \w+){0,3} (?:is|would be"
    r"|seems) (?:reasonable|fine|ok|okay|enough|sensible)"
    r"|\b(?:fine|okay|ok|safe|alright|reasonable|can|could|may|might) (?:to )?(?:stay|remain|rest|sleep"
    r"|keep \w+) (?:at |in )?(?:home|bed|overnight|tonight)\b"
    rf"|\bhold fire\b|\band wait {_WHILE}"
    r"|\bleave (?:it|this|that) (?:until|till|overnight|for now|a few|for a)|\b(?:hold|holding) off(?: on)? (?:going"
    r"|calling|for|until|till)|\bnot (?:that )?urgent\b"
    r"|\b(?:stay|rest) (?:at )?home (?:tonight|for now|and (?:see|watch|rest|monitor))|\bskip the (?:er"
    r"|hospital|ambulance)\b|\bsleep (?:first|tonight and)\b"
    # Chinese.
    r"|可以?(?:先|暂时)?不(?:去|打|叫|上|送)(?:医院|急诊|120|救护车)|拖[一两几]?[^,。]{0,3}(?:问题不大|没事|没关系|不要紧)"
    r"|明[天早][^,。]{0,4}(?:看看|查查|查一下|看一下|检查一下)|(?:有空|抽空|得空)[^,。]{0,6}(?:看|查)"
    r"|可以?先在家|(?:今天|先|就)?在家[^,。;!?]{1,8}(?:也行|就行|就可以|即可|就成|就好)|(?:可以?|先|再"
    r"|不妨|建议|暂时|暂|让[他她您你]|可先|且)(?:先|再|在家|在家里|自行|居家|原地|回家|让[他她您你]|暂时"
    r"|卧床|躺[着下]?|坐[着下]?|密切|继续|等着){0,3}"
    r"(?:观察(?![他她你您它]|呼吸|是否|有没有|哪|按|那)|等等|等着|等一等|等一?会|缓一?缓|歇[一着会]|歇歇"
    r"|休息(?:一|半|几|两|会|看|,|。|观察|\d)"
    r"|睡[一个吧会觉]|躺[一半会几]|看看(?:情况|再|怎么|会|能|,|。)|看情况|忍[一着忍]|扛[一着]|待[一着]"
    r"|养[一着养几两])"
    r"|观察[^,。]{0,4}?(?:半|一|两|二|三|几|数|十|\d)[^,。]{0,4}(?:分钟|小时|钟头|天|晚|夜|会|个)"
    r"|观察(?:(?:看看|一下|一阵|一会)(?=[,。!再看儿]|$)|着(?=[,。!]|$)|即可|就行|再|病情变化)"
    r"|在家(?:里)?观察|居家观察|边观察"
    r"|等等看|再等等|等一等|等(?:半|一|两|几|十|\d)[^,。]{0,4}(?:分钟|小时|钟头|天"
    r"|会)(?![^,。]{0,6}再(?:点|喝|吃|测|量|滴|用|给|注|推|喷|冲|上药|来))(?:[^,。]{0,8}(?:再"
    r"|看|就))?|(?:也|都)(?:不迟|来得及|不晚)|(?:看看|看情况|观察|等|明[天早]|天亮|一[会阵]"
    r"|过[几两])[^,。]{0,6}再说|(?:不行|不好|没好)再说"
    r"|(?:^|[,;。、])(?:然后|接着)?(?:休息|躺|歇|睡)(?:半|一|两|几|\d)[^,。]{0,3}(?:分钟|小时|钟头|会)"
    r"|(?:不|别)(?:用|必|需|要)?(?:太)?(?:着急|急着|急于|急)(?:去|打|叫|送|往|上|看)[^,。]{0,4}(?:医院"
    r"|急诊|120|救护车|医生|门诊)|睡一觉(?:再|看|就|,|。)|(?:等|到)?天亮(?:了)?(?:再|就|才)|(?:等"
    r"|到)?明[天早](?:再(?:去|看|说|查|挂|打|来|带|做|定|观察)|看看|还)"
    r"|(?:半|一|两|几|十|\d)个?(?:分钟|小时|钟头)[内之以]?[内后]?(?:如果|若|要是)?(?:还|仍|没|不"
    r"|缓)[^,。]{0,10},?(?:就|再|才)?(?:打|去|送|赶|叫|拨|上|往)"
)
NOT_YET: Final = re.compile(
    r"(?:医院|急诊|留院|住院|院内|病房|监护|医生|留观|icu)[^,。]{0,10}$|等(?:车|救护|待|120|急救)[^,。]{0,8}$"
    r"|\b(?:they|doctors?|staff|team|hospital|crew|ward|nurses?|in hospital|admitted|while you"
    r"|while waiting|kept in|want to|need to)\b[^,.;]{0,24}$"
    r"|\b(?:bills?|insurance|cover|money|paperwork|rest|else|everything|registration|shift|exam|trip|work"
    r"|race|job|flight)\b[^,.;]{0,12}$"
    r"|(?:别的|其他|其它|工作|上班|班上|考试|生意|钱|手续|账)[^,。]{0,8}$"
)
"""What stands before words of waiting that speak of the hospital's own watching, or of the time until help comes."""
DANGEROUS: Final = re.compile(
    r"[^,。!?]{0,16}?(?:晚了|危险|不行|不可取|后悔|不能|吗|想法|说法|更糟|等不|落下|没用|无用|不管用"
    r"|没意义|解不了|害了|错过)"
    r"|[^。!?]{0,24}?(?:太晚|太迟|要命|致命|来不及|耽误|耽搁|会死|保不住|没命|醒不|就没了|就晚了)"
    r"|[^.!?]{0,60}?\b(?:too late|dangerous|not safe|isn't safe|risky|could cost|is how|permanent|for good"
    r"|could lose|lose (?:the|her|his)|would be a mistake)\b"
    r"|[^.!?,;]{0,30}?(?:isn't|is not|won't)(?! (?:better|any|gone|settled|improv\w*|eas\w*))|[^.!,;]{0,30}\?"
)
"""What follows words of waiting that the answer rejects."""
HEADING: Final = re.compile(
    r"\bif\b|\bwhen\b|\bsigns?\b|\bred flags?\b|\bwarning\b|\bwatch (?:for|out)\b|\blook out\b|\bany of\b"
    r"|\bworse\b|\breasons? to\b|\bshould any\b|\bfor any\b|\bfor:"
    r"|如果|若[是有出]|何时|什么时候|信号|征象|一旦|出现|警惕|警示|指征|加重|万一|的情况:?$|(?:以下|下列"
    r"|哪些|任何|下面|这几种|这些)[^。]{0,6}(?:情况|症状|表现)"
)
ASKED: Final = re.compile(
    r"(?:要不要|该不该|是否|能不能|需不需要|用不用|是不是|有没有必要|何时|什么时候)[^,。]{0,12}$"
    r"|\b(?:whether|should (?:you|i|we))\b[^,.;]{0,30}$"
)

LEFT_EN: Final = re.compile(
    r"\b(?:stay off|keep off|stay away from|skip|avoid|no|not|bypass|without|never)(?: the| to| an?"
    r"| need for| for){0,2}$"
)
"""What denies a place that stands alone."""
DESCRIBED: Final = re.compile(
    r"[^.!;。]{0,24}?(?:\b(?:on|with) no condition|\bno condition attached|不附[^,。]{0,8}条件|不带条件)"
)
"""What describes an order and gives none, as a rubric does: "sends him to hospital, on no condition"."""
DENY_ZH: Final = re.compile(
    r"(?:被|(?:不用|不必|别|不需要|没必要)(?:请假|请人|专门|特意)|不一定[要得]?|犯不[着上]|用不着|轮不到"
    r"|没到|还?不到|不至于|不值得|谈不上|没有?达到|够不上)[^,。]{0,6}$"
)
"""What denies a Chinese act beside the denials of `negation`."""
BEFORE_EN: Final = re.compile(
    r"\b(?:monitor|observe|watch|wait|rest|give it|sleep|lie down|stay|recheck|check)\b[^.;]{0,40}"
    r"\b(?:hours?|minutes?|mins?|a while|a bit|overnight|half an hour|morning|day)\b[^.;]{0,12}\b(?:then"
    r"|before)\b[^.;,]{0,16}$"
    r"|\b(?:after|finish) (?:(?:the|your|his|her) )?(?:shift|breakfast|lunch|dinner|work|school|class"
    r"|meeting|match|game|party|trip|flight|exam|weekend"
    r"|holiday|nap|sleep)\b[^.;,]{0,20}(?:,| and| then)[^.;,]{0,16}$"
)
NONE_EN: Final = re.compile(r"\b(?:nothing|nobody|none|hardly|rarely|neither)\b(?: \w+){0,4} ?$")
"""What denies a need: "nothing here needs A&E"."""
ASKING: Final = re.compile(
    r"(?:^|[.!?;\n] ?)(?!should|do\b|does|did|is it (?:safe|ok|worth)|is this|are\b|can\b|could|what|why"
    r"|how|would|will|ok\b|okay|so\b|really|and\b"
    r"|where|who|right|worth|must|shall|worried|scared|alone|busy|no\b|hospital|a&e|er\b|ambulance|now"
    r"|tonight)[a-z][^?.!;\n]{2,44}\? *$"
    r"|(?:^|[。!\n])(?:还|又|更|越来越|仍)[^。?\n]{0,14}\? *$"
)
"""A question that stands for a condition: "Getting worse? Call 999"."""
