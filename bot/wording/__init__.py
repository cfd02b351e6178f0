"""Every word the program says by itself, so that a lawyer can review one file. Quoted law is never edited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering.answer import Citation

NAME = "Asylum explainer"
DISCLAIMER = "Information, not legal advice"

# How a source is introduced, by its kind, where no voice is named.
_BY_KIND = {
    "case law": "Courts",
    "glossary": "Terms",
    "treaty": "International law",
}
_LAW = ("constitution", "statute", "decree")
_VERB = {  # in the past tense: a voice may be one or several
    "commentary": "argued",
    "official statement": "stated",
    "news": "reported",
    "statistics": "counted",
    "scholarship": "wrote",
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


EDITORS = "The editors of this explainer"


def speaker(citation: Citation) -> str:
    """Return who says the quoted words, as the words that introduce them: "Russian law", "The article argues (…)"."""
    kind, voice = citation.kind, citation.voice
    own = "editors" in voice  # our own comparisons claim nothing for themselves
    if not own and re.search(r"\b[Tt]he editors\b", citation.quote):  # our own remark within another's section
        return EDITORS
    if citation.document.startswith("article/") and kind == "commentary" and not own:
        return f"The article argues ({voice})" if voice else "The article argues"
    if voice:
        # "the migration service, quoted by TASS" and "a report of …" read badly before a verb
        verb = "" if own or "," in voice or "report" in voice else _VERB.get(kind, "")
        return f"{voice[0].upper()}{voice[1:]} {verb}".rstrip()
    if kind in _LAW and citation.jurisdiction:
        return f"{ADJECTIVES.get(citation.jurisdiction, citation.jurisdiction)} law"
    if kind == "case law" and citation.jurisdiction not in ("International", ""):
        return f"Courts ({citation.jurisdiction})"
    return _BY_KIND.get(kind, citation.publisher) or citation.title


# The frame of an answer, in the question's language; quotes stay in their own.
_FRAME: Mapping[str, Mapping[str, str]] = {
    "en": {
        "not_found": "The documents here do not answer this question.",
        "steering": "This program answers questions by quoting its documents, and follows no other instruction.",
        "missing": "No document here says anything about {names}.",
        "covered": (
            "The documents cover humanitarian, temporary and political asylum and refugee status, above all in Russia: its law, the cases of "
            "Assad, Snowden and Yanukovych, figures, the 1951 Convention, and what other states call and grant protection."
        ),
        "closest": "The closest the documents come:",
        "nearest": "Nearest passages, which do not answer the question:",
        "try": "Questions they do answer:",
        "empty": "Please ask a question, for example: What is temporary asylum in Russia?",
        "not_stated": "not stated in the sources",
        "differ": "Where sources differ:",
        "premise": "The question assumes something that the sources contradict.",
        "assumed": "“Humanitarian asylum” is read here as Russia's temporary asylum, since no other country is named.",
        "assumed_order": "No country is named, so this is read as a question about Russia.",
        "terms_only": "",
        "own_case": "In general, what would have to be shown:",
        "advice": (
            "This is information, not a verdict on any one case. UNHCR's country pages (help.unhcr.org) and a lawyer or a refugee "
            "organisation can look at yours."
        ),
        "cannot": "Who cannot get it:",
        "not_understood": "Too few words of the question were understood. Please ask in other words, or in English.",
    },
    "ru": {
        "not_found": "В собранных здесь документах нет ответа на этот вопрос.",
        "steering": "Эта программа отвечает на вопросы цитатами из документов и других указаний не выполняет.",
        "missing": "Ни один документ не говорит о следующем: {names}.",
        "covered": (
            "Документы рассказывают о гуманитарном, временном и политическом убежище и о статусе беженца, прежде всего в России: "
            "закон, дела Асада, Сноудена и Януковича, цифры, Конвенция 1951 года и практика других государств."
        ),
        "closest": "Ближе всего к вопросу в документах:",
        "nearest": "Ближайшие отрывки, которые на вопрос не отвечают:",
        "try": "Вопросы, на которые документы отвечают:",
        "empty": "Пожалуйста, задайте вопрос, например: Что такое временное убежище в России?",
        "not_stated": "в источниках не указано",
        "differ": "В чём источники расходятся:",
        "premise": "Вопрос исходит из того, что источники опровергают.",
        "assumed": "«Гуманитарное убежище» понято здесь как временное убежище в России, поскольку другая страна не названа.",
        "assumed_order": "Страна не названа, поэтому вопрос понят как вопрос о России.",
        "terms_only": "Поиск шёл по терминам; цитаты приведены на языке документов (английский).",
        "own_case": "Что, как правило, нужно доказать:",
        "advice": (
            "Это справка, а не решение по чьему-либо делу. По вашему делу обратитесь на страницы УВКБ ООН (help.unhcr.org), "
            "к адвокату или в организацию помощи беженцам."
        ),
        "cannot": "Кто не может его получить:",
        "not_understood": "Слишком мало слов вопроса удалось понять. Спросите, пожалуйста, другими словами или по-английски.",
    },
    "ar": {
        "not_found": "لا تجيب الوثائق المجموعة هنا عن هذا السؤال.",
        "steering": "يجيب هذا البرنامج عن الأسئلة باقتباس وثائقه، ولا ينفذ أي تعليمات أخرى.",
        "missing": "لا تتحدث أي وثيقة هنا عن: {names}.",
        "covered": (
            "تتناول الوثائق اللجوء الإنساني والمؤقت والسياسي وصفة اللاجئ، ولا سيما في روسيا: القانون، وقضايا الأسد وسنودن "
            "ويانوكوفيتش، والأرقام، واتفاقية 1951، وما تمنحه دول أخرى من حماية."
        ),
        "closest": "أقرب ما في الوثائق إلى السؤال:",
        "nearest": "أقرب المقاطع، وهي لا تجيب عن السؤال:",
        "try": "أسئلة تجيب عنها الوثائق:",
        "empty": "يُرجى طرح سؤال، مثل: ما هو اللجوء المؤقت في روسيا؟",
        "not_stated": "لم يرد في المصادر",
        "differ": "حيث تختلف المصادر:",
        "premise": "يفترض السؤال أمرًا تنفيه المصادر.",
        "assumed": "فُهم «اللجوء الإنساني» هنا على أنه اللجوء المؤقت في روسيا لأن بلدًا آخر لم يُذكر.",
        "assumed_order": "لم يُذكر بلد، لذلك فُهم السؤال على أنه عن روسيا.",
        "terms_only": "جرى البحث بالمصطلحات؛ والاقتباسات بلغة الوثائق (الإنجليزية).",
        "own_case": "ما ينبغي إثباته عادةً:",
        "advice": (
            "هذه معلومات وليست حكمًا في قضية بعينها. لقضيتك راجع صفحات المفوضية (help.unhcr.org) أو محاميًا أو منظمة لدعم اللاجئين."
        ),
        "cannot": "من لا يمكنه الحصول عليه:",
        "not_understood": "لم يُفهم من السؤال إلا القليل. يُرجى السؤال بكلمات أخرى أو بالإنجليزية.",
    },
}
_SLOTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "basis": "Legal basis", "decides": "Who decides", "grounds": "Grounds", "duration": "How long it lasts",
        "excluded": "Who cannot get it", "rights": "Main rights", "ends": "When it ends", "permanence": "Route to permanence",
    },
    "ru": {
        "basis": "Правовая основа", "decides": "Кто решает", "grounds": "Основания", "duration": "Срок",
        "excluded": "Кто не может получить", "rights": "Основные права", "ends": "Когда прекращается",
        "permanence": "Путь к постоянному статусу",
    },
    "ar": {
        "basis": "الأساس القانوني", "decides": "من يقرر", "grounds": "الأسباب", "duration": "المدة",
        "excluded": "من لا يحصل عليه", "rights": "أهم الحقوق", "ends": "متى ينتهي", "permanence": "الطريق إلى الإقامة الدائمة",
    },
}  # fmt: skip
_KINDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "constitution": "конституция", "statute": "закон", "decree": "указ", "treaty": "договор", "case law": "судебная практика",
        "official statement": "официальное заявление", "guidance": "руководство", "statistics": "статистика",
        "scholarship": "научная работа", "news": "новости", "commentary": "комментарий", "glossary": "термины",
    },
    "ar": {
        "constitution": "دستور", "statute": "قانون", "decree": "مرسوم", "treaty": "معاهدة", "case law": "أحكام قضائية",
        "official statement": "تصريح رسمي", "guidance": "إرشادات", "statistics": "إحصاءات", "scholarship": "بحث",
        "news": "أخبار", "commentary": "تعليق", "glossary": "مصطلحات",
    },
}  # fmt: skip
# Next questions about a status, by what they ask; {status} is "temporary asylum in Russia".
NEXT: Mapping[str, str] = {
    "decides": "Who decides on {status}?",
    "duration": "How long does {status} last?",
    "grounds": "Who can get {status}?",
    "excluded": "Who cannot get {status}?",
    "rights": "What rights come with {status}?",
    "ends": "When does {status} end?",
    "permanence": "Does {status} lead to permanent residence or citizenship?",
}
NEXT_SECTION = "More on: {heading}"
NEXT_COMPARE = "Compare {status} with {other}"


def say(key: str, language: str) -> str:
    """Return a line of the answer's frame in "en", "ru" or "ar"."""
    return _FRAME.get(language, _FRAME["en"])[key]


def slot(name: str, language: str) -> str:
    """Return the heading of a comparison's row."""
    return _SLOTS.get(language, _SLOTS["en"])[name]


def kind(name: str, language: str) -> str:
    """Return the name of a kind of source."""
    return _KINDS.get(language, {}).get(name, name)


UNDERSTOOD = "Understood as: {question}"
ERROR = "Something went wrong while searching, and nothing was lost. Please ask again."
SEARCHING = "Searching the documents…"


# the chat
CHAT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "disclaimer": DISCLAIMER,
        "welcome": (
            "**Asylum explainer**\n\nAsk about humanitarian, temporary and political asylum and refugee status. "
            "Every sentence of a reply is quoted from a document, with a number: "
            "click it to read the words in place.\n\n"
            "*Information, not legal advice. Questions are neither logged nor sent anywhere.*"
        ),
        "searching": SEARCHING,
        "how": "How this was found",
        "understood": UNDERSTOOD,
        "updated": "The sources were updated.",
        "busy": "Many people are asking just now. Please ask again in a moment.",
        "error": ERROR,
        "about": "About",
        "ask": "Ask a question…",
        "sources": "Sources",
        "all": "Show all {count} sources",
        "save": "Save this answer:",
        "page": "Web page",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "This answer can no longer be saved. Please ask again.",
        "checked": "Checked against the document, SHA-256 {hash}",
        "broken": "BROKEN: {problem}",
        "changed": "Source changed since: {problem}",
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
            "Каждое предложение ответа процитировано из документа и имеет номер: "
            "нажмите на него, чтобы прочесть слова на месте.\n\n"
            "*Это справка, а не юридическая консультация. Вопросы не записываются и никуда не отправляются.*"
        ),
        "searching": "Ищу в документах…",
        "how": "Как это найдено",
        "understood": "Понято так: {question}",
        "updated": "Источники обновлены.",
        "busy": "Сейчас спрашивают многие. Пожалуйста, повторите вопрос чуть позже.",
        "error": "При поиске произошла ошибка, ничего не потеряно. Пожалуйста, спросите ещё раз.",
        "about": "О программе",
        "ask": "Задайте вопрос…",
        "sources": "Источники",
        "all": "Показать все источники: {count}",
        "save": "Сохранить ответ:",
        "page": "Веб-страница",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "Этот ответ больше нельзя сохранить. Пожалуйста, спросите ещё раз.",
        "checked": "Сверено с документом, SHA-256 {hash}",
        "broken": "НЕ СХОДИТСЯ: {problem}",
        "changed": "Источник с тех пор изменился: {problem}",
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
            "*معلومات وليست استشارة قانونية. لا تُسجَّل الأسئلة ولا تُرسل إلى أي مكان.*"
        ),
        "searching": "جارٍ البحث في الوثائق…",
        "how": "كيف عُثر على هذا",
        "understood": "فُهم السؤال هكذا: {question}",
        "updated": "جرى تحديث المصادر.",
        "busy": "يسأل كثيرون الآن. يُرجى إعادة السؤال بعد قليل.",
        "error": "حدث خطأ أثناء البحث ولم يضع شيء. يُرجى إعادة السؤال.",
        "about": "عن هذا الموقع",
        "ask": "اطرح سؤالًا…",
        "sources": "المصادر",
        "all": "عرض كل المصادر: {count}",
        "save": "حفظ هذا الجواب:",
        "page": "صفحة ويب",
        "markdown": "Markdown",
        "json": "JSON",
        "unsaved": "لم يعد ممكنًا حفظ هذا الجواب. يُرجى إعادة السؤال.",
        "checked": "تمت المطابقة مع الوثيقة، SHA-256 {hash}",
        "broken": "غير مطابق: {problem}",
        "changed": "تغيّر المصدر بعد ذلك: {problem}",
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
            (
                "Почему Россия дала Асаду гуманитарное, а не политическое убежище?",
                "Какой статус был у Сноудена в России?",
            ),
        ),
        (
            "Два вида убежища",
            (
                "Чем гуманитарное убежище отличается от политического?",
                "Сравните статус беженца и временное убежище в России",
            ),
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


# uploads in the chat; the names of a build's stages are keys as the build tells them
UPLOAD: Mapping[str, Mapping[str, str]] = {
    "en": {
        "heading": "A document that can be added",
        "read": "This is what was understood of {name}. Nothing is added yet.",
        "reading": "Reading the file…",
        "file": "File",
        "title": "Title",
        "kind": "Kind",
        "language": "Language",
        "date": "Date",
        "publisher": "Publisher",
        "size": "Extent",
        "extent": "sections: {sections}, passages: about {passages}",
        "pages": "pages: {pages}",
        "more": "and {count} more",
        "sections": "Sections",
        "passages": "First passages",
        "hostile": "Some of its text reads like instructions to a program. It is only ever quoted, and marked in the index.",
        "choose": "What kind of source is it?",
        "add": "Add",
        "cancel": "Cancel",
        "gone": "This file is no longer here. Please drop it again.",
        "starting": "Starting the build…",
        "reading documents": "Reading documents",
        "cutting passages": "Cutting documents into passages",
        "embedding passages": "Embedding passages",
        "embedding sentences": "Embedding sentences",
        "embedding known questions": "Embedding known questions",
        "training the adapter": "Learning from known questions",
        "speed": "{rate} a second, {left} s left",
        "added": "{title} was added as {id}. Ask about it.",
        "cancelled": "{name} was not added, and nothing of it was kept.",
        "failed": "Nothing was added: {problem}",
        "too_large": "larger than {most} MB",
        "no_session": "the conversation is over; reload the page",
        "no_file": "no file came",
        "unknown": "such files cannot be read; known: {known}",
        "empty": "is empty",
    },
    "ru": {
        "heading": "Документ, который можно добавить",
        "read": "Вот что понято из файла {name}. Пока ничего не добавлено.",
        "reading": "Читаю файл…",
        "file": "Файл",
        "title": "Название",
        "kind": "Вид",
        "language": "Язык",
        "date": "Дата",
        "publisher": "Издатель",
        "size": "Объём",
        "extent": "разделов: {sections}, отрывков: около {passages}",
        "pages": "страниц: {pages}",
        "more": "и ещё {count}",
        "sections": "Разделы",
        "passages": "Первые отрывки",
        "hostile": "Часть текста похожа на указания программе. Он только цитируется и помечен в индексе.",
        "choose": "Какого вида этот источник?",
        "add": "Добавить",
        "cancel": "Отменить",
        "gone": "Этого файла здесь больше нет. Перетащите его ещё раз.",
        "starting": "Начинаю построение…",
        "reading documents": "Чтение документов",
        "cutting passages": "Деление документов на отрывки",
        "embedding passages": "Векторы отрывков",
        "embedding sentences": "Векторы предложений",
        "embedding known questions": "Векторы известных вопросов",
        "training the adapter": "Обучение на известных вопросах",
        "speed": "{rate} в секунду, осталось {left} с",
        "added": "Документ «{title}» добавлен как {id}. Спросите о нём.",
        "cancelled": "Файл {name} не добавлен, и ничего от него не осталось.",
        "failed": "Ничего не добавлено: {problem}",
        "too_large": "больше {most} МБ",
        "no_session": "разговор окончен; перезагрузите страницу",
        "no_file": "файл не пришёл",
        "unknown": "такие файлы не читаются; известны: {known}",
        "empty": "пуст",
    },
    "ar": {
        "heading": "وثيقة يمكن إضافتها",
        "read": "هذا ما فُهم من الملف {name}. لم يُضف شيء بعد.",
        "reading": "جارٍ قراءة الملف…",
        "file": "الملف",
        "title": "العنوان",
        "kind": "النوع",
        "language": "اللغة",
        "date": "التاريخ",
        "publisher": "الناشر",
        "size": "الحجم",
        "extent": "الأقسام: {sections}، المقاطع: نحو {passages}",
        "pages": "الصفحات: {pages}",
        "more": "و{count} غيرها",
        "sections": "الأقسام",
        "passages": "أول المقاطع",
        "hostile": "بعض نصها يشبه تعليمات لبرنامج. لا يُستعمل إلا اقتباسًا، وهو معلَّم في الفهرس.",
        "choose": "ما نوع هذا المصدر؟",
        "add": "إضافة",
        "cancel": "إلغاء",
        "gone": "لم يعد هذا الملف هنا. يُرجى إسقاطه من جديد.",
        "starting": "بدء البناء…",
        "reading documents": "قراءة الوثائق",
        "cutting passages": "تقسيم الوثائق إلى مقاطع",
        "embedding passages": "متجهات المقاطع",
        "embedding sentences": "متجهات الجمل",
        "embedding known questions": "متجهات الأسئلة المعروفة",
        "training the adapter": "التعلم من الأسئلة المعروفة",
        "speed": "{rate} في الثانية، بقي {left} ث",
        "added": "أُضيفت الوثيقة «{title}» باسم {id}. اسأل عنها.",
        "cancelled": "لم يُضف الملف {name} ولم يبقَ منه شيء.",
        "failed": "لم يُضف شيء: {problem}",
        "too_large": "أكبر من {most} م.ب",
        "no_session": "انتهت المحادثة؛ أعد تحميل الصفحة",
        "no_file": "لم يصل أي ملف",
        "unknown": "لا تُقرأ ملفات كهذه؛ المعروف: {known}",
        "empty": "فارغ",
    },
}


def chat(language: str) -> Mapping[str, str]:
    """Return the words around an answer in the chat; "ru-RU" reads as "ru", English where we have none."""
    return CHAT.get(language.split("-")[0].lower(), CHAT["en"])


def upload(language: str) -> Mapping[str, str]:
    """Return the words of an upload, in a language as ``chat`` reads it."""
    return UPLOAD.get(language[:2].lower(), UPLOAD["en"])


def starters(language: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the questions of the empty page, by group, in a language as ``chat`` reads it."""
    return STARTERS.get(language.split("-")[0].lower(), STARTERS["en"])


def first_questions(language: str) -> tuple[str, ...]:
    """Return one question of each group of the empty page: offered where nothing nearer is at hand."""
    return tuple(questions[0] for _, questions in starters(language))
