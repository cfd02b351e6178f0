"""Every word the program says by itself, so that a lawyer can review one file. Quoted law is never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answer import Citation

NAME = "Asylum explainer"
DISCLAIMER = "Information, not legal advice"

# How a source is introduced, by its kind, where no voice is named.
_BY_KIND = {
    "case law": "Courts",
    "glossary": "Terms",
    "treaty": "International law",
}
_LAW = ("constitution", "statute", "decree")
_VERB = {
    "commentary": "argues",
    "official statement": "stated",
    "news": "reported",
    "statistics": "counted",
    "scholarship": "writes",
}
ADJECTIVES = {
    "Russia": "Russian",
    "European Union": "European Union",
    "Germany": "German",
    "France": "French",
    "United Kingdom": "British",
    "United States": "United States",
    "Canada": "Canadian",
    "Australia": "Australian",
    "Switzerland": "Swiss",
    "Sweden": "Swedish",
    "Norway": "Norwegian",
    "Denmark": "Danish",
    "Finland": "Finnish",
    "Netherlands": "Dutch",
    "Italy": "Italian",
    "Türkiye": "Turkish",
    "Bulgaria": "Bulgarian",
    "Poland": "Polish",
    "Czech Republic": "Czech",
    "Kazakhstan": "Kazakh",
    "Belarus": "Belarusian",
    "Ukraine": "Ukrainian",
    "Syria": "Syrian",
    "Spain": "Spanish",
    "Greece": "Greek",
    "Austria": "Austrian",
    "Brazil": "Brazilian",
    "Mexico": "Mexican",
    "International": "International",
}


def speaker(citation: Citation) -> str:
    """Return who says the quoted words, as the words that introduce them: "Russian law", "The article argues (…)"."""
    kind, voice = citation.kind, citation.voice
    own = "editors" in voice  # our own comparisons claim nothing for themselves
    if citation.document.startswith("article/") and kind == "commentary" and not own:
        return f"The article argues ({voice})" if voice else "The article argues"
    if voice:
        verb = "" if own or any(f" {v}" in voice for v in ("reporting", "quoting", "report")) else _VERB.get(kind, "")
        return f"{voice[0].upper()}{voice[1:]} {verb}".rstrip()
    if kind in _LAW:
        return f"{ADJECTIVES.get(citation.jurisdiction, citation.jurisdiction)} law"
    if kind == "case law" and citation.jurisdiction not in ("International", ""):
        return f"Courts ({citation.jurisdiction})"
    return _BY_KIND.get(kind, citation.publisher)


NOT_FOUND = "The documents here do not answer this question."
COVERED = (
    "They cover humanitarian, temporary and political asylum and refugee status, above all in Russia: its law, the Assad, Snowden and "
    "Yanukovych cases, figures, the 1951 Convention, and how other states name and grant protection."
)
CLOSEST = "The closest the documents come:"
NEAREST = "Nearest passages, which do not answer the question:"
TRY = "Questions they do answer:"
EMPTY = "Please ask a question, for example: What is temporary asylum in Russia?"
UNDERSTOOD = "Understood as: {question}"
ERROR = "Something went wrong while searching, and nothing was lost. Please ask again."
SEARCHING = "Searching the documents…"


# the chat
CHAT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "disclaimer": DISCLAIMER,
        "welcome": (
            "**Asylum explainer**\n\nAsk about humanitarian, temporary and political asylum and refugee status. "
            "Every sentence of a reply is quoted from a document, with a number: click it to read the words in place.\n\n"
            "*Information, not legal advice. Questions are neither stored nor sent anywhere.*"
        ),
        "searching": SEARCHING,
        "how": "How this was found",
        "understood": UNDERSTOOD,
        "updated": "The sources were updated.",
        "busy": "Many people are asking just now. Please ask again in a moment.",
        "error": ERROR,
        "sources": "Sources",
        "save": "Save this answer:",
        "page": "Web page",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "This answer can no longer be saved. Please ask again.",
        "checked": "Checked against the document, SHA-256 {hash}",
        "broken": "BROKEN: {problem}",
        "section": "Section",
        "place": "Place",
        "kind": "Kind",
        "voice": "Who says it",
        "publisher": "Publisher",
        "date": "Date",
        "rests": "Rests on",
        "original": "Open the original",
        "quoted": "The quoted words are marked.",
        "form": "Form of the question",
        "statuses": "Statuses recognised",
        "decision": "Decision",
        "answered": "answered",
        "declined": "not answered",
        "signals": "Signals",
        "time": "Time",
        "generation": "Generation of the index",
        "hits": "Passages found",
        "asked": "Question",
        "saved": "Saved",
    },
    "ru": {
        "disclaimer": "Справка, не юридическая консультация",
        "welcome": (
            "**Asylum explainer**\n\nСпросите о гуманитарном, временном и политическом убежище и о статусе беженца. "
            "Каждое предложение ответа процитировано из документа и имеет номер: нажмите на него, чтобы прочесть слова на месте.\n\n"
            "*Это справка, а не юридическая консультация. Вопросы не сохраняются и никуда не отправляются.*"
        ),
        "searching": "Ищу в документах…",
        "how": "Как это найдено",
        "understood": "Понято так: {question}",
        "updated": "Источники обновлены.",
        "busy": "Сейчас спрашивают многие. Пожалуйста, повторите вопрос чуть позже.",
        "error": "При поиске произошла ошибка, ничего не потеряно. Пожалуйста, спросите ещё раз.",
        "sources": "Источники",
        "save": "Сохранить ответ:",
        "page": "Веб-страница",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "Этот ответ больше нельзя сохранить. Пожалуйста, спросите ещё раз.",
        "checked": "Сверено с документом, SHA-256 {hash}",
        "broken": "НЕ СХОДИТСЯ: {problem}",
        "section": "Раздел",
        "place": "Место",
        "kind": "Вид",
        "voice": "Кто говорит",
        "publisher": "Издатель",
        "date": "Дата",
        "rests": "Основано на",
        "original": "Открыть оригинал",
        "quoted": "Процитированные слова выделены.",
        "form": "Вид вопроса",
        "statuses": "Распознанные статусы",
        "decision": "Решение",
        "answered": "дан ответ",
        "declined": "ответа нет",
        "signals": "Признаки",
        "time": "Время",
        "generation": "Поколение индекса",
        "hits": "Найденные отрывки",
        "asked": "Вопрос",
        "saved": "Сохранено",
    },
    "ar": {
        "disclaimer": "معلومات وليست استشارة قانونية",
        "welcome": (
            "**Asylum explainer**\n\nاسأل عن اللجوء الإنساني والمؤقت والسياسي وعن صفة اللاجئ. "
            "كل جملة في الجواب مقتبسة من وثيقة ولها رقم: انقر عليه لتقرأ الكلمات في موضعها.\n\n"
            "*معلومات وليست استشارة قانونية. لا تُحفظ الأسئلة ولا تُرسل إلى أي مكان.*"
        ),
        "searching": "جارٍ البحث في الوثائق…",
        "how": "كيف عُثر على هذا",
        "understood": "فُهم السؤال هكذا: {question}",
        "updated": "جرى تحديث المصادر.",
        "busy": "يسأل كثيرون الآن. يُرجى إعادة السؤال بعد قليل.",
        "error": "حدث خطأ أثناء البحث ولم يضع شيء. يُرجى إعادة السؤال.",
        "sources": "المصادر",
        "save": "حفظ هذا الجواب:",
        "page": "صفحة ويب",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "لم يعد ممكنًا حفظ هذا الجواب. يُرجى إعادة السؤال.",
        "checked": "تمت المطابقة مع الوثيقة، SHA-256 {hash}",
        "broken": "غير مطابق: {problem}",
        "section": "القسم",
        "place": "الموضع",
        "kind": "النوع",
        "voice": "القائل",
        "publisher": "الناشر",
        "date": "التاريخ",
        "rests": "يستند إلى",
        "original": "فتح الأصل",
        "quoted": "الكلمات المقتبسة مظلَّلة.",
        "form": "شكل السؤال",
        "statuses": "الصفات التي عُرفت",
        "decision": "القرار",
        "answered": "أُجيب",
        "declined": "لم يُجب",
        "signals": "المؤشرات",
        "time": "الوقت",
        "generation": "جيل الفهرس",
        "hits": "المقاطع التي وُجدت",
        "asked": "السؤال",
        "saved": "حُفظ",
    },
}
STARTERS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "en": (
        (
            "Assad and Russia",
            (
                "Why did Russia give Assad humanitarian and not political asylum?",
                "What does the article's unnamed contact say about Assad's asylum?",
                "How does Snowden's stay in Russia differ from Assad's?",
            ),
        ),
        (
            "The two kinds of asylum",
            (
                "What is the difference between humanitarian and political asylum?",
                "Compare refugee status, temporary asylum and political asylum in Russia",
                "Who has granted political asylum in history?",
            ),
        ),
        (
            "Russian law",
            (
                "How long does temporary asylum in Russia last?",
                "Who decides on political asylum in Russia?",
                "What does Article 63 of the Russian Constitution say?",
            ),
        ),
        (
            "Other countries",
            (
                "What is subsidiary protection in the European Union?",
                "What is diplomatic asylum in Latin America?",
                "What does the 1951 Convention say about sending refugees back?",
            ),
        ),
    ),
    "ru": (
        (
            "Асад и Россия",
            ("Почему Россия дала Асаду гуманитарное, а не политическое убежище?", "Какой статус был у Сноудена в России?"),
        ),
        (
            "Два вида убежища",
            ("Чем гуманитарное убежище отличается от политического?", "Сравните статус беженца и временное убежище в России"),
        ),
        (
            "Российское право",
            ("Сколько длится временное убежище в России?", "Кто принимает решение о политическом убежище в России?"),
        ),
        (
            "Другие страны",
            ("Что такое дополнительная защита в Европейском союзе?", "Что такое дипломатическое убежище?"),
        ),
    ),
    "ar": (
        ("الأسد وروسيا", ("لماذا منحت روسيا الأسد لجوءًا إنسانيًا لا لجوءًا سياسيًا؟",)),
        ("نوعا اللجوء", ("ما الفرق بين اللجوء الإنساني واللجوء السياسي؟",)),
        ("القانون الروسي", ("كم يدوم اللجوء المؤقت في روسيا؟",)),
        ("بلدان أخرى", ("ما الحماية الثانوية في الاتحاد الأوروبي؟",)),
    ),
}


def chat(language: str) -> Mapping[str, str]:
    """Return the words around an answer in the chat; "ru-RU" reads as "ru", English where we have none."""
    return CHAT.get(language.split("-")[0].lower(), CHAT["en"])


def starters(language: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the questions of the empty page, by group, in a language as ``chat`` reads it."""
    return STARTERS.get(language.split("-")[0].lower(), STARTERS["en"])
