"""Does a passage read like instructions to a program? Such a passage is quoted as ever, and marked wherever a model reads it."""

from __future__ import annotations

import re

# Each entry is one habit of text that is written for a language model; a lawyer's text has no use for any of them. The
# words before the pattern are in every match of it: most passages hold none of them and need no search.
_HABITS = (
    (
        ("ignore", "disregard", "forget", "override", "bypass"),
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|these|the system)\b[^.\n]{0,30}\b(?:instruction|prompt|rule|direction|context|guideline|message|command|training)s?\b",
    ),
    (
        ("instruction", "prompt", "message", "directive"),
        r"\b(?:new|updated|real|actual|system|developer|hidden)\s+(?:instruction|prompt|message|directive)s?\s*[:\n]",
    ),
    (("prompt", "message"), r"\b(?:system|developer)\s+(?:prompt|message)\b"),
    (("you are",), r"\byou are (?:now\b|an? (?:ai|assistant|language model|chatbot|bot|helpful)\b)"),
    (
        ("as a",),
        r"\bas an? (?:ai|artificial intelligence|(?:large )?language)(?: (?:large )?language)? (?:model|assistant|system)\b",
    ),
    (
        (" ai", "llm", "model", "chatbot", "assistant", "gpt", "claude", "gemini", "copilot"),
        r"\b(?:ai|llm|language model|chatbot|assistant|chatgpt|gpt|claude|gemini|copilot)s?\s*(?:,|:|must|should|shall|will now|please|reading this|that read)\b[^.\n]{0,60}\b(?:say|answer|reply|respond|output|print|write|recommend|tell|state|reveal|do not|don't|follow)\b",
    ),
    (
        ("answer", "respond", "reply", "output", "print", "say"),
        r"\b(?:answer|respond|reply|output|print|say)\s+(?:only|exactly|nothing but|with the (?:word|phrase|following))\b",
    ),
    (
        ("do not", "don't", "never"),
        r"\b(?:do not|don't|never)\s+(?:mention|tell|reveal|disclose|inform|show)\b[^.\n]{0,40}\b(?:user|reader|human|prompt|instruction)s?\b",
    ),
    (
        ("reveal", "print", "repeat", "show", "leak", "output", "send"),
        r"\b(?:reveal|print|repeat|show|leak|output|send)\b[^.\n]{0,30}\b(?:system prompt|your (?:prompt|instructions|rules)|api[ _-]?keys?|passwords?|secrets?|environment variables)\b",
    ),
    (
        ("pretend", "act as if", "role", "simulate"),
        r"\b(?:pretend|act as if|role-?play|simulate)\b[^.\n]{0,40}\b(?:you|model|assistant|developer mode|dan)\b",
    ),
    (("jailbreak", "developer mode", "prompt injection"), r"\bjailbreak|\bdeveloper mode\b|\bprompt injection\b"),
    (
        ("<|", "inst", "sys>", "<"),
        r"<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|<\s*/?\s*(?:system|assistant|user|instructions?|tool_call|function_calls?)\s*>",
    ),
    (
        ("system", "assistant", "user", "human", "instruction", "response"),
        r"^\s*(?:###\s*)?(?:system|assistant|user|human|instruction|response)\s*:\s",
    ),
    (("![",), r"!\[[^\]]*\]\(\s*(?:https?:|data:)"),
    (("javascript:", "vbscript:", "data:"), r"\b(?:javascript|vbscript|data):[^\s]{3,}"),
    (
        ("игнорируй", "забудь", "обращай", "отмени"),
        r"(?:игнорируй|игнорируйте|забудь|забудьте|не обращай(?:те)? внимания на|отмени|отмените)[^.\n]{0,40}(?:инструкци|указани|правил|промпт|команд)",
    ),
    (
        ("теперь", "представь", "отвечай", "системн"),
        r"(?:ты теперь|вы теперь|представь, что ты|отвечай(?:те)? только|системн\w+ (?:промпт|сообщени|инструкци))",
    ),
    (("модел", "ассистент", "бот", "нейросет"), r"(?:языков\w+ модел\w+|ассистент|чат-?бот|нейросет\w+)\s*[,:]\s*\w+"),
    (("تجاهل",), r"تجاهل[^.\n]{0,40}(?:التعليمات|الأوامر|القواعد|السابقة)"),
    (("أنت", "أجب", "تعليمات", "نموذج"), r"(?:أنت الآن|أجب فقط|تعليمات النظام|نموذج لغوي)"),
)
_INSTRUCTIONS = tuple((words, re.compile(habit, re.IGNORECASE | re.MULTILINE)) for words, habit in _HABITS)


def reads_like_instructions(text: str) -> bool:
    """Return whether a text addresses a program rather than a reader; it errs on the side of yes."""
    joined = " ".join(text.split())
    folded = f" {joined.lower()}"
    return any(
        pattern.search(joined) or pattern.search(text)
        for words, pattern in _INSTRUCTIONS
        if any(word in folded for word in words)
    )
