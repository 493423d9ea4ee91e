"""Takes the most telling parts out of a text: shorter paragraphs, a summary, an outline, a checklist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from copilot.agent.context import TextBlock
from copilot.agent.demo.sentences import capitalised, sentences, words
from copilot.agent.demo.tidy import CLAUSE, fillers, spaces, wordiness

_COMMON = frozenset(
    words(
        "a about after all also an and any are as at be because been before but by can could did do does each for from "
        "had has have he her his how if in into is it its just like made make may more most much must no not now of on "
        "one only or other our out over own said same she should so some such than that the their them then there "
        "these they this those through to too two under up use very was we were what when where which while who will "
        "with would you your"
    )
)
_ASIDE = re.compile(r"\s*\([^()]*\)|,\s+(?:which|who|whose)\s[^,.;]*(?=[,.;])|\s+[–—]\s+[^–—]*\s+[–—](?=\s)")
_ACTION = re.compile(
    r"\b(?:must|should|shall|need(?:s)? to|have to|has to|todo|to do|remember|ask|call|check|send|write|book|buy|fix|"
    r"plan|prepare|review|decide|arrange|order|invite|update|finish|talk to|follow up|make sure|let's|will)\b",
    re.IGNORECASE,
)


def telling(block_sentences: Sequence[str]) -> list[float]:
    """How much of the text's own vocabulary each sentence carries."""
    counts = Counter(word for sentence in block_sentences for word in _meaning(sentence))
    scores = []
    for sentence in block_sentences:
        own = _meaning(sentence)
        scores.append(sum(counts[word] for word in set(own)) / (len(own) + 4) if own else 0.0)
    return scores


def _meaning(sentence: str) -> list[str]:
    return [word for word in map(str.lower, words(sentence)) if word not in _COMMON and len(word) > 2]


def shortened(text: str) -> str:
    """The text without asides and fillers; with three sentences or more also without the least telling ones."""
    tight = fillers(wordiness(spaces(_ASIDE.sub("", text))))
    parts = sentences(tight)
    if len(parts) >= 3:
        best = _best(parts, max(1, len(parts) * 3 // 5))
        return " ".join(best)
    if tight != text or len(parts) < 2:
        return tight if tight != text else _cut_tail(text)
    return parts[0]


def _cut_tail(text: str) -> str:
    """One sentence without its last clause."""
    bare = text.rstrip(". ")
    cut = re.split(rf",\s+(?:and|but|because|so)\s+(?={CLAUSE})|\s+because\s", bare)[0]
    return cut + "." if len(words(cut)) >= 4 and cut != bare else text


def _best(parts: Sequence[str], count: int) -> list[str]:
    """The most telling sentences in their own order; earlier ones win."""
    scores = telling(parts)
    ranked = sorted(range(len(parts)), key=lambda index: (-scores[index] - (index == 0), index))
    return [parts[index] for index in sorted(ranked[:count])]


def summary(blocks: Sequence[TextBlock], most: int = 5) -> list[str]:
    """The sentences that say most of what the blocks say, in their order."""
    prose = [block for block in blocks if block.kind == "paragraph"]
    parts = [sentence for block in prose for sentence in sentences(block.text) if len(words(sentence)) >= 5]
    return _best(parts, min(most, max(1, len(parts) // 3))) if parts else []


def outline(blocks: Sequence[TextBlock]) -> list[str]:
    """A line for each heading, and below it one for each paragraph: its first words."""
    lines = []
    for block in blocks:
        if block.kind == "heading":
            lines.append(f"- {block.text}")
        elif block.text.strip():
            lines.append(f"  - {_topic(block.text)}")
    return lines


def _topic(text: str) -> str:
    first = sentences(text)[0].rstrip(".!?:;")
    first = re.split(r"[,;:–—(]\s", first)[0]
    taken = first.split()
    return " ".join(taken[:9]) + (" …" if len(taken) > 9 else "")


def checklist(blocks: Sequence[TextBlock]) -> list[str]:
    """What is to be done, one line each: sentences that ask for something, else every sentence."""
    parts = [sentence for block in blocks if block.kind != "heading" for sentence in _notes(block.text)]
    actions = [part for part in parts if _ACTION.search(part)]
    return [f"- [ ] {_action(part)}" for part in actions or parts]


def _notes(text: str) -> list[str]:
    pieces = [piece for sentence in sentences(text) for piece in re.split(r"\s*[;\n]\s*", sentence)]
    return [piece for piece in pieces if len(words(piece)) >= 2]


def _action(sentence: str) -> str:
    """The sentence as a task: without who shall do it, where that is we or you."""
    bare = re.sub(
        r"^(?:and |then |also |so )*(?:we|you|i|someone|somebody)\s+(?:still\s+)?"
        r"(?:must|should|shall|will|need to|have to|ought to|want to|have got to)\s+",
        "",
        sentence.strip(),
        flags=re.IGNORECASE,
    )
    bare = re.sub(r"^(?:todo|to do|remember to|make sure to|please|let's)[:\s]+", "", bare, flags=re.IGNORECASE)
    return capitalised(bare.rstrip(".!;,"))
