"""Tidies prose by rules, and says which of them found something."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from copilot.agent.demo.sentences import around_code, capitalised, sentences, words

LONG = 24
CLAUSE = (
    r"(?i:(?:it|we|they|i|you|he|she|this|that|these|those|there|the|a|an|all|each|some|many|most|every\w*|any\w*|"
    r"nobody|whoever|people|our|their|its|his|her|my|your|no|if|when)\b)"
)
"""What a clause of its own begins with, as far as rules can tell."""
CHOPPY = 6

_WORDY = {
    "in order to": "to",
    "due to the fact that": "because",
    "because of the fact that": "because",
    "it is also the case that": "",
    "in view of the fact that": "because",
    "despite the fact that": "although",
    "in spite of the fact that": "although",
    "at this point in time": "now",
    "at the present time": "now",
    "at that point in time": "then",
    "in the event that": "if",
    "in the near future": "soon",
    "for the purpose of": "for",
    "with regard to": "about",
    "with respect to": "about",
    "in regards to": "about",
    "in relation to": "about",
    "has the ability to": "can",
    "have the ability to": "can",
    "is able to": "can",
    "are able to": "can",
    "a large number of": "many",
    "a number of": "several",
    "the majority of": "most",
    "a lot of": "many",
    "as well as": "and",
    "in addition to": "besides",
    "each and every": "every",
    "first and foremost": "first",
    "make use of": "use",
    "makes use of": "uses",
    "utilize": "use",
    "utilise": "use",
    "utilizes": "uses",
    "utilizing": "using",
    "prior to": "before",
    "subsequent to": "after",
    "until such time as": "until",
    "on a regular basis": "regularly",
    "on a daily basis": "daily",
    "it is important to note that": "",
    "it should be noted that": "",
    "it is worth noting that": "",
    "needless to say": "",
    "as a matter of fact": "",
    "the fact of the matter is that": "",
    "the reason is because": "because",
    "the reason why": "why",
    "whether or not": "whether",
    "take into consideration": "consider",
    "takes into consideration": "considers",
    "come to the conclusion": "conclude",
    "give consideration to": "consider",
    "end result": "result",
    "final outcome": "outcome",
    "past history": "history",
    "future plans": "plans",
    "completely eliminate": "eliminate",
    "absolutely essential": "essential",
    "very unique": "unique",
    "still remains": "remains",
}
_FILLERS = words(
    "very really quite just basically actually simply literally totally definitely certainly obviously clearly "
    "extremely rather somewhat essentially honestly truly"
)
_FILLER_PHRASES = ("sort of", "kind of", "you know", "i mean", "more or less", "of course", "in a sense", "as such")
_SPELLINGS = {
    "teh": "the",
    "alot": "a lot",
    "recieve": "receive",
    "recieved": "received",
    "seperate": "separate",
    "seperately": "separately",
    "definately": "definitely",
    "occured": "occurred",
    "occuring": "occurring",
    "untill": "until",
    "wich": "which",
    "adress": "address",
    "thier": "their",
    "becuase": "because",
    "beleive": "believe",
    "enviroment": "environment",
    "goverment": "government",
    "neccessary": "necessary",
    "occassion": "occasion",
    "tommorow": "tomorrow",
    "writting": "writing",
    "dont": "don't",
    "doesnt": "doesn't",
    "didnt": "didn't",
    "cant": "can't",
    "wont": "won't",
    "isnt": "isn't",
    "arent": "aren't",
    "wasnt": "wasn't",
    "couldnt": "couldn't",
    "shouldnt": "shouldn't",
    "wouldnt": "wouldn't",
    "im": "I'm",
    "ive": "I've",
    "i": "I",
    "i'm": "I'm",
    "i've": "I've",
    "i'll": "I'll",
}
_MAY_REPEAT = {"that", "had", "is", "very", "really", "no", "so", "ha", "bye", "do"}


@dataclass(frozen=True, slots=True)
class Tidied:
    """The new text, and in words what was done, in the order of the rules."""

    text: str
    notes: tuple[str, ...]


def tidy(text: str) -> Tidied:
    """Apply the rules that everyone agrees on; where they find nothing, those about the length of sentences."""
    tidied = _apply(text, _RULES)
    for rule in _MILD_RULES:
        tidied = tidied if tidied.notes else _apply(text, (rule,))
    return tidied


def tidy_part(text: str, before: str, after: str) -> Tidied:
    """`tidy` for words out of a longer text: no capital within a sentence, and no full stop before more."""
    if not before.strip() and not after.strip():
        return tidy(text)
    rules = [
        (note, rule)
        for note, rule in _RULES
        if not (rule is capitals and _goes_on(before)) and not (rule is full_stop and after.strip())
    ]
    return _apply(text, tuple(rules))


def _goes_on(before: str) -> bool:
    return bool(before.strip()) and before.rstrip()[-1] not in ".!?"


def _apply(text: str, rules: tuple[tuple[str, Callable[[str], str]], ...]) -> Tidied:
    notes = []
    for note, rule in rules:
        changed = around_code(text, rule)
        if changed != text and changed.strip():
            notes.append(note)
            text = changed
    return Tidied(text, tuple(notes))


def spaces(text: str) -> str:
    text = re.sub(r"[ \t\u00a0]{2,}", " ", text.strip())
    text = re.sub(r"([,;])(?=[^\W\d_])", r"\1 ", text)
    text = re.sub(r"\s+([,;:.!?])(?=\s|$)", r"\1", text)
    return re.sub(r"([!?]){2,}", r"\1", text)


def spelling(text: str) -> str:
    return re.sub(r"[A-Za-z']+", lambda match: _as_written(match[0], _SPELLINGS), text)


def _as_written(word: str, corrections: dict[str, str]) -> str:
    correct = corrections.get(word.lower())
    if correct is None or (word.isupper() and len(word) > 1):
        return word
    return capitalised(correct) if word[:1].isupper() else correct


def repetitions(text: str) -> str:
    def once(match: re.Match[str]) -> str:
        return match[0] if match[1].lower() in _MAY_REPEAT else match[1]

    return re.sub(r"\b([^\W\d_]+)(?:\s+\1\b)+", once, text, flags=re.IGNORECASE)


def wordiness(text: str) -> str:
    phrases = "|".join(rf"{phrase}\b" + ("" if short else ",?\\s*") for phrase, short in _WORDY.items())
    return _sentence_starts(re.sub(rf"\b(?:{phrases})", _brief, text, flags=re.IGNORECASE))


def _brief(wordy: re.Match[str]) -> str:
    short = _WORDY[wordy[0].lower().rstrip(" ,")]
    return capitalised(short) if wordy[0][:1].isupper() and short else short


def fillers(text: str) -> str:
    phrases = "|".join(map(re.escape, (*_FILLER_PHRASES, *_FILLERS)))
    text = re.sub(rf"(?:(?<=^)|(?<=[.!?]\s))(?:{phrases}),?\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(rf",\s+(?:{phrases}),\s+", " ", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s+(?:{phrases})\b(?=[\s.!?;:])(?!\s+(?:than|not)\b)", "", text, flags=re.IGNORECASE)
    return _sentence_starts(_articles(text))


def _articles(text: str) -> str:
    """`an` before a vowel and `a` before a consonant, which may have changed with the word between."""
    text = re.sub(r"\b([Aa])(?=\s+(?!one|once|eu)[aeio]\w)", r"\1n", text)
    return re.sub(r"\b([Aa])n(?=\s+[bcdfgjklmnpqrstvwxyz]\w{2,})", r"\1", text)


def _sentence_starts(text: str) -> str:
    return re.sub(r"(?<=[.!?]\s)[a-zà-öø-ÿ]", lambda match: match[0].upper(), text)


def capitals(text: str) -> str:
    return re.sub(r"(?<=[.!?] )[a-zà-öø-ÿ]", lambda match: match[0].upper(), capitalised(text))


def full_stop(text: str) -> str:
    bare = text.rstrip()
    if len(words(bare)) < 4 or not re.search(r"[\w)\]\"'”’*_`]$", bare) or bare.endswith(("'", "“")):
        return text
    return bare + "."


def long_sentences(text: str, most: int = LONG) -> str:
    return " ".join(part for sentence in sentences(text) for part in _split(sentence, most))


def _split(sentence: str, most: int) -> list[str]:
    """A long sentence at the conjunction nearest to its middle."""
    if len(words(sentence)) <= most:
        return [sentence]
    joints = list(re.finditer(rf"(?:,|;|\s[–—-])\s+(?:and then|and|but|so|because)\s+(?={CLAUSE})|;\s+", sentence))
    fair = [
        joint for joint in joints if min(len(words(sentence[: joint.start()])), len(words(sentence[joint.end() :]))) > 4
    ]
    if not fair:
        return [sentence]
    joint = min(fair, key=lambda each: abs(each.start() - len(sentence) // 2))
    lead = {"but": "But ", "so": "So ", "because": "That is because "}
    word = joint[0].strip(" ,;–—-")
    rest = sentence[joint.end() :]
    second = lead[word] + rest if word in lead else capitalised(rest)
    return [*_split(sentence[: joint.start()] + ".", most), *_split(second, most)]


def _words_beside(sentence: str, joint: re.Match[str]) -> int:
    """The number of words in the shorter of the two parts."""
    return min(len(words(sentence[: joint.start()])), len(words(sentence[joint.end() :])))


def shorter_sentences(text: str) -> str:
    return long_sentences(text, LONG * 2 // 3)


def choppy(text: str) -> str:
    """Join the first two short sentences that follow each other."""
    parts = sentences(text)
    for index in range(len(parts) - 1):
        first, second = parts[index], parts[index + 1]
        plain = first.endswith(".") and second.endswith(".") and re.match(r"(The|It|This|They|We|He|She|You)\b", second)
        if plain and max(len(words(first)), len(words(second))) <= CHOPPY * 2:
            joined = f"{first[:-1]}, and {second[:1].lower()}{second[1:]}"
            return " ".join([*parts[:index], joined, *parts[index + 2 :]])
    return text


_RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("put the spaces in order", spaces),
    ("corrected spelling", spelling),
    ("took out repeated words", repetitions),
    ("shortened wordy phrases", wordiness),
    ("left out filler words", fillers),
    ("divided long sentences", long_sentences),
    ("began sentences with a capital", capitals),
    ("added the full stop", full_stop),
)
_MILD_RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("divided a sentence", shorter_sentences),
    ("joined two short sentences", choppy),
)
