"""Answers to choice questions that list, gloss or explain their options, and what each of them chooses."""

VACCINES = {
    "A": "MMR",
    "B": "Inactivated influenza vaccine",
    "C": "Varicella",
    "D": "Yellow fever",
    "E": "Recombinant hepatitis B vaccine",
}
VACCINES_ZH = {
    "A": "麻疹、腮腺炎、风疹联合疫苗",
    "B": "流感灭活疫苗",
    "C": "水痘疫苗",
    "D": "黄热病疫苗",
    "E": "重组乙肝疫苗",
}
PEOPLE = {"A": "Mr Okafor", "B": "Ms Lindqvist", "C": "Mrs Tan", "D": "Mr Reyes"}
PAPERS = {
    "A": "A draft memo on staffing",
    "B": "Personal details of an applicant",
    "C": "A leaflet already published on the website",
    "D": "An internal password",
}
WITHHELD = "Which of these vaccines must not be given to this patient?"
WITHHELD_ZH = "下列哪些疫苗这位患者不能接种？"
QUALIFY = "Which of these applicants qualify?"
PUT_IN = "Which of these may be put into a public chatbot?"

CASES = {
    "a lead with a reason, the others with theirs": (
        VACCINES,
        WITHHELD,
        "A, C and D are live attenuated; B is inactivated and E is a recombinant protein vaccine, so those two may be given.",
        "ACD",
    ),
    "a marked list below the cue": (
        VACCINES,
        WITHHELD,
        "The correct answers are:\n- **A: MMR**\n- **C: Varicella**\n- **D: Yellow fever**",
        "ACD",
    ),
    "a spaced list below the cue": (
        VACCINES,
        WITHHELD,
        "The correct answers are:\n\nA. MMR\n\nC. Varicella\n\nD. Yellow fever",
        "ACD",
    ),
    "a numbered list below the cue": (
        VACCINES,
        WITHHELD,
        "The answers are:\n1. A – MMR\n2. C – Varicella\n3. D – Yellow fever\n\nB and E are inactivated.",
        "ACD",
    ),
    "a list below the cue, with reasons": (
        VACCINES,
        WITHHELD,
        "Answer:\n- A (MMR): a live vaccine.\n- C (Varicella): live too.\n- D (Yellow fever): live.\n\nB and E may be given.",
        "ACD",
    ),
    "one line below the cue, then every option": (
        VACCINES,
        "Which one is for travellers to the tropics?",
        "Answer:\nD. Yellow fever\n\nA. MMR is for children.\nB. Inactivated influenza vaccine is for winter.",
        "D",
    ),
    "glosses in brackets": (
        VACCINES,
        WITHHELD,
        "The answers are A (MMR), C (Varicella) and D (Yellow fever).",
        "ACD",
    ),
    "glosses in other words": (
        VACCINES,
        WITHHELD,
        "The answers are A (measles, mumps and rubella), C (chickenpox) and D.",
        "ACD",
    ),
    "a gloss, then another option's fault": (VACCINES, WITHHELD, "The answer is A (MMR), B is wrong.", "A"),
    "another option's fault behind a comma": (VACCINES, WITHHELD, "The answer is A, B is wrong.", "A"),
    "another option's fault behind a Chinese comma": (VACCINES_ZH, WITHHELD_ZH, "答案是A，B和E错误。", "A"),
    "a bare first line": (VACCINES, WITHHELD, "A, C, and D\n\nB and E are not live.", "ACD"),
    "a bare first sentence": (VACCINES, WITHHELD, "A, C and D. The other two, B and E, may be given.", "ACD"),
    "a bare first line, then verdicts on all": (
        PEOPLE,
        QUALIFY,
        (
            "**A and D**\n\n- A: Mr Okafor qualifies, he lives in the borough.\n- B: Ms Lindqvist doesn't qualify.\n"
            "- C: Mrs Tan does not qualify.\n- D: Mr Reyes qualifies."
        ),
        "AD",
    ),
    "a bare first line, then reasons for all": (
        PEOPLE,
        QUALIFY,
        (
            "**A and D**\n\n- **A** – income is below the limit.\n- **B** – does not qualify: over the limit.\n"
            "- **C** – doesn't qualify either.\n- **D** – meets both rules."
        ),
        "AD",
    ),
    "a bare first letter, then all": (
        PEOPLE,
        QUALIFY,
        "**C**\n\n- A: Mr Okafor is over the limit.\n- B: too late.\n- C: within it.\n- D: no papers.",
        "C",
    ),
    "options in a row": (PEOPLE, QUALIFY, "A. Mr Okafor D. Mr Reyes", "AD"),
    "every option and nothing else": (
        PEOPLE,
        QUALIFY,
        "A. Mr Okafor\nB. Ms Lindqvist\nC. Mrs Tan\nD. Mr Reyes",
        "ABCD",
    ),
    "nothing but option lines": (PEOPLE, QUALIFY, "A. Mr Okafor\nD. Mr Reyes", "AD"),
    "Chinese glosses as in the options": (
        VACCINES_ZH,
        WITHHELD_ZH,
        "A（麻疹、腮腺炎、风疹联合疫苗）、C（水痘疫苗）、D（黄热病疫苗）。B和E不需要。",
        "ACD",
    ),
    "Chinese glosses in other words": (
        VACCINES_ZH,
        WITHHELD_ZH,
        "A（麻腮风）、C（水痘）、D（黄热病）。B和E不需要。",
        "ACD",
    ),
    "a lead with a Chinese reason": (
        VACCINES_ZH,
        WITHHELD_ZH,
        "A、C和D是减毒活疫苗；B、E不是活疫苗，可以接种。",
        "ACD",
    ),
    "a lead with a forbidding": (VACCINES_ZH, WITHHELD_ZH, "A、C、D不能接种，B和E可以接种。", "ACD"),
    "it's": (
        PAPERS,
        PUT_IN,
        "It's C. The leaflet has already been published, which is what rule 1 requires.",
        "C",
    ),
    "it's, the others told": (PAPERS, PUT_IN, "It's C. The others are A, B and D.", "C"),
    "that would be": (PAPERS, PUT_IN, "That would be C, since it is public.", "C"),
    "only": (PAPERS, PUT_IN, "Only C may be put in, as it has already been published.", "C"),
    "only, later on": (PAPERS, PUT_IN, "By rule 1, only option C can be used.", "C"),
    "only, in Chinese": (PAPERS, PUT_IN, "只有C可以输入，因为它已经公开。", "C"),
    "it is not, then only": (PAPERS, PUT_IN, "It is not A; only C can be used.", "C"),
    "a list with a verdict on one": (
        PEOPLE,
        QUALIFY,
        "Answer:\nA. Mr Okafor\nB. Ms Lindqvist: wrong\nD. Mr Reyes\n\nThat is all.",
        "AD",
    ),
    "a patient, then the lead": (
        PAPERS,
        PUT_IN,
        "A leaflet may be put in if it is public. Only C is such a leaflet.",
        "C",
    ),
    "only, of two": (PEOPLE, QUALIFY, "Only A and D qualify.", "AD"),
}
"""name: (options, question, answer, the letters it chooses)"""

UNCLEAR = {
    "those that may be given, where the others are asked for": (
        VACCINES,
        WITHHELD,
        "B and E may be given, A, C and D must not.",
        "BE",
    ),
    "those with a reason, where the others are concluded": (
        VACCINES,
        WITHHELD,
        "B and E are inactivated; A, C and D are live and must not be given.",
        "BE",
    ),
    "those that may be given, with the question before an instruction": (
        VACCINES,
        WITHHELD + " Answer with the letters only.",
        "B and E may be given.",
        "BE",
    ),
    "those that may, where part of the question is negative": (
        VACCINES,
        "Which vaccines, if not given before, must wait?",
        "A and C may be given.",
        "AC",
    ),
    "only these, and only those": (
        PEOPLE,
        QUALIFY,
        "By income only A qualifies for rule 1; only D can for rule 2.",
        "A",
    ),
    "a bare first line, then another": (PEOPLE, QUALIFY, "A and D\n\nor rather\n\nA and C", "AD"),
    "a bare first line, then a doubt": (PEOPLE, QUALIFY, "A and D. Wait, C lives there too.", "AD"),
    "a list of reasons for and against": (
        PEOPLE,
        QUALIFY,
        "Answer:\nA. He lives there.\nB. She has never lived there.\nC. She does.",
        "ABC",
    ),
    "only these may, where those that may not are asked for": (VACCINES, WITHHELD, "Only B may be given.", "B"),
    "only these fail": (PEOPLE, QUALIFY, "Only B does not qualify.", "B"),
    "not only": (PAPERS, PUT_IN, "Not only C may be put in.", "C"),
    "a bare first line against the verdicts": (PEOPLE, QUALIFY, "A and D\n\nA: incorrect.\nB: correct.", "AD"),
    "every option below a cue": (
        PEOPLE,
        QUALIFY,
        "Options:\nA. Mr Okafor\nB. Ms Lindqvist\nC. Mrs Tan\nD. Mr Reyes",
        "ABCD",
    ),
}
"""name: (options, question, answer, a key that it must not meet)"""
