"""In which form an answer is wanted: a comparison, a reason, a date, a list, a table; how long; on which points."""

from __future__ import annotations

import re

SENTENCES, SHORT, DETAILED = 6, 2, 10  # of an answer, and of one that was asked for in short or in detail

# What a question asks about a status, likeliest first.
_SLOTS = (
    ("permanence", r"permanent|citizen|naturali[sz]|settle|residence permit for good|stay (?:for ever|forever)|green card"),
    ("duration", r"how long|\blength\b|duration|\blasts?\b|expir|\bvalid|for how many (?:years|months)|renew|prolong|extend|extension|\bruns? out\b|"
                 r"(?<!legal )(?<!in )(?<!own )(?<!official )\bterms?\b(?! (?:[\"“'‘]|of art|used?\b|means?\b|for\b))|time limit of"),
    ("ends", r"\bends?\b(?! up)|\blos(?:e|es|t|s)\b|revok|revoc|withdraw|cancel|terminat|taken away|cease|cessation|stop being"),
    ("excluded", r"who (?:can ?not|can't|cant|is not|isn't)|exclu|barred|not eligible|disqualif|who is kept out"),
    ("rights", r"\brights?\b|benefits?\b|entitle|allowed to|\bwork\b|family reunion|health ?care|school|travel document"),
    ("basis", r"legal basis|which (?:law|act|statute|article)|what (?:law|statute|article)|under (?:which|what) law|based on"),
    ("decides", r"\bwho\b.{0,30}\b(?:grant|give|decid|award|issue|approve|sign|hand|examin)|which (?:authority|body|office|agency)|"
                r"\bdecides?\b|decision[- ]maker|granted by|by whom|who is in charge|competent (?:authority|body)"),
    ("grounds", r"grounds?\b|who (?:can|may|could) (?:get|apply|have|receive|claim)|who (?:qualif|gets)|eligib|criteri|conditions?\b|"
                r"requirements?\b|qualif"),
)  # fmt: skip
# Whose case one's own may be
_KIN = (
    r"brother|sister|wife|husband|son|daughter|mother|father|mum|mom|dad|parents?|family|friends?|cousin|uncle|aunt|child|children|kids?|"
    r"client|partner|fianc\w+|neighbour|claim|application|status|visa|permit|tps|temporary \w+|asylum"
)
_FORMS = (
    ("compare", r"\bcompar|\bversus\b|\bvs\b|\bdiffer|\bdistinguish|\bdistinction|as opposed to|\bcontrast|better (?:than|off)|same as|the same thing|"
                r"\bwhich\b.{0,30}\b(?:longer|shorter|better|worse|stronger|weaker|safer|easier|harder|more|less)\b"),
    ("own case", r"\b(?:do|would|could|can|will|am|are|should|may|might) (?:i|we|my \w+)\b.{0,60}\b(?:qualif|eligib|get\b|granted|"
                 r"recogni[sz]ed|accepted|chance|deserve|entitled|count as|a refugee)|my (?:own )?(?:case|chances|situation)\b|"
                 rf"^(?:hi|hello|so|ok|well)?[ ,.]*(?:i|i'?m|i've|we|we're|(?:my|our) (?:{_KIN}))\b.{{8,}}\b(?:(?:can|could|may|might|will|would|do|does|am|is|are|should) "
                 r"(?:i|we|he|she|they|this|that|it)\b|(?:what|where|how|which) .{0,30}\b(?:i|we|he|she|they)\b|"
                 r"\b(?:i|we|he|she|they) (?:can|could|should|may|might)\b|chances?\b)|"
                 rf"^(?:hi|hello)?[ ,.]*(?:(?:i am|i'?m|we are|we'?re|my (?:{_KIN}) is) (?:\w+ ){{0,2}}from|"
                 rf"(?:i|we|my (?:{_KIN})) (?:have |has )?(?:fled|escaped|deserted))\b[^?]*$"),
    ("why", r"\bwhy\b|what (?:is|was|were) the reasons?|for what reason|how come|explain why|\bmotives?\b"),
    ("when", r"\bwhen\b|what (?:date|day|year)|which (?:date|day|year)|since when|how recently|on what day"),
    ("how many", r"how many|how much|number of|what (?:share|percentage|proportion)|figures?\b|statistics|\bcount\b"),
    ("list", r"what kinds|which kinds|what types|which types|name all|what are all"),
)  # fmt: skip
_CHANCES = re.compile(
    r"qualif|eligib|\bget (?:\w+ ){0,2}(?:asylum|protection|status|refuge)|granted|recogni[sz]ed|accepted|chances?\b|deserve|entitled|count as|"
    r"\ba refugee\b|\bapply for\b|\bclaim\b|which (?:status|protection|kind)|\bwhat (?:can|could) (?:i|we|he|she|they)\b|(?:asylum|protection|refuge)\W*$|^[^?]*$",
    re.I,
)
# Talk to the program instead of a question about the subject: nothing of it is followed.
_STEERING = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|documents?|sources?|above|previous)|"
    r"\bpretend\b|\brole[- ]?play|\byou are now\b|\bact as\b|\b(?:system|hidden|initial) prompt|\byour (?:instructions|prompt|rules)\b|"
    r"\b(?:make up|invent|fabricate|fake)\b.{0,30}\b(?:citation|quote|source|law|article|case|fact|figure|statement)|"
    r"\bneed not be (?:real|true)|\bin the (?:voice|style) of\b|\bfrom now on\b|\bfor every question\b|\brepeat after me\b|"
    r"\b(?:answer|reply|respond|confirm)\b.{0,20}\b(?:only|just) with\b|\bwrite (?:me )?(?:a |an )?(?:poem|song|story|joke|essay|rap|haiku)|"
    r"\b(?:print|reveal|show|output|display|repeat)\b.{0,20}\b(?:your|the) (?:\w+ )?(?:prompt|instructions|configuration|rules)\b|"
    r"\b(?:decide|judge|rule on) my (?:case|claim|application)\b|\bas an ai\b|\byour (?:developer|creator|training|model)\b|"
    r"\bsay (?:exactly|only|just|the words?)\b|\bjailbreak|\bdeveloper mode|\bwithout (?:any )?(?:citations?|sources?)\b",
    re.I,
)
_BRIEF = re.compile(
    r"[,(]?\s*\b(?:in (?:one|a single|1) (?:sentence|line)|briefly|in short|in brief|tl;?dr|short answer|one[- ]liner)\b\)?",
    re.I,
)
_DETAILED = re.compile(
    r"[,(]?\s*\b(?:in (?:more |full )?detail|at length|everything (?:about|on)|thoroughly|tell me all|the full story)\b\)?",
    re.I,
)
_ONE_LINE_EACH = re.compile(r"[,(]?\s*\b(?:one|a) (?:line|sentence) (?:each|per \w+)\b\)?", re.I)
_LISTED = re.compile(
    r"^(?:please |can you |could you )?(?:list|enumerate|(?:give|make|show|write)(?: me)? (?:a |the )?list(?: of)?)\b|"
    r"[,(]?\s*\b(?:as a list|in bullets?|(?:in |as )?(?:(?:one|two|three|four|five|[1-5]) )?bullet points?(?: on| about)?)\b\)?",
    re.I,
)
_COUNTED = re.compile(
    r"\b(one|two|three|four|five|[1-5]) (?:short )?(?:bullets?|bullet points?|points|sentences|lines)\b|"
    r"^(?:please )?(?:list|name|give me) (one|two|three|four|five|[1-9])\b",
    re.I,
)
_TABLE = re.compile(
    r"[,(]?\s*\b(?:(?:make|draw|show|give)(?: me)? |in |as )(?:a|the) table(?: (?:of|with|on|about))?\b\)?", re.I
)
# A wish for the last answer in another length, and nothing else
_SHORTER = re.compile(
    r"^(?:can you |could you )?(?:make it |say it |a )?(?:bit )?(?:short(?:er)?|briefer|simpler)(?: (?:version|answer))?"
    r"(?:,? please)?\W*$|^too long\W*$|^(?:can you |could you )?(?:put|say|explain) (?:it|that|this) in (?:simpler|simple|plain|normal|easy) "
    r"(?:words|terms|english|language)(?:,? please)?\W*$",
    re.I,
)
_LONGER = re.compile(
    r"^(?:can you |could you )?(?:give )?(?:me )?(?:more|longer|in more|in)(?: details?)?(?:,? please)?\W*$|^elaborate\W*$",
    re.I,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def form_of(text: str) -> str:
    """Return the form of a question: "compare", "own case", "why", "when", "how many", "list", "steering", or ""."""
    if _STEERING.search(text):
        return "steering"
    return next((name for name, pattern in _FORMS if re.search(pattern, text, re.I)), "")


def slots_of(text: str) -> tuple[str, ...]:
    """Return the points of a status that a question asks about, likeliest first."""
    return tuple(name for name, pattern in _SLOTS if re.search(pattern, text, re.I))


def is_on_chances(text: str) -> bool:
    """Return whether a story ends in asking what somebody could get, and not in how to go about it or what follows."""
    return bool(_CHANCES.search(text))


def length_of(text: str) -> int:
    """Return how many sentences a question wants."""
    if counted := _COUNTED.search(text):
        number = counted[1] or counted[2]
        return _NUMBERS.get(number.lower()) or int(number)
    return 1 if _BRIEF.search(text) else DETAILED if _DETAILED.search(text) else SENTENCES


def length_again(text: str) -> int:
    """Return how many sentences the last answer should have instead, 0 where the text wishes for something else."""
    return SHORT if _SHORTER.match(text) else DETAILED if _LONGER.match(text) else 0


def is_list(text: str) -> bool:
    """Return whether a line for each sentence is wanted."""
    return bool(_LISTED.search(text))


def is_table(text: str) -> bool:
    """Return whether a table is wanted."""
    return bool(_TABLE.search(text))


def without_form(text: str) -> str:
    """Return the question without the words on its answer's form; as it is where nothing would be left."""
    return _plain(text) or text


def is_form_alone(text: str) -> bool:
    """Return whether a text wishes for a form and for nothing else: "in one sentence, please"."""
    return not re.sub(r"\b(?:please|now|again|ok|and|but)\b|\W", "", _plain(text), flags=re.I)


def _plain(text: str) -> str:
    for wish in (_ONE_LINE_EACH, _BRIEF, _DETAILED, _LISTED, _TABLE):
        text = wish.sub("", text)
    return text.strip(" ,:;-")
