"""Decides what the built-in copilot does with a request: says something, proposes edits, calls a tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from copilot.agent.context import Brief, CallRecord, Edit, TextBlock
from copilot.agent.demo import extract
from copilot.agent.demo.sentences import counted, words
from copilot.agent.demo.tidy import Tidied, tidy_part

MOST_EDITS = 5

ABILITIES = (
    "I am the built-in demo: I work by simple rules, without a language model. I can improve or shorten a paragraph "
    "that you select, summarise the document, make an outline or a checklist of it, and invite somebody by e-mail. "
    "To connect a language model, whoever runs this site sets OPENAI_API_KEY, and OPENAI_BASE_URL for any other "
    "endpoint that speaks the same language, and starts it again."
)


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, and then which tools to call."""

    text: str
    calls: tuple[Call, ...] = field(default=())


class Wish(StrEnum):
    INVITE = "invite"
    RECALL = "recall"
    SHORTEN = "shorten"
    SUMMARY = "summary"
    OUTLINE = "outline"
    CHECKLIST = "checklist"
    IMPROVE = "improve"
    OTHER = "other"


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WISHES: tuple[tuple[Wish, str], ...] = (
    (
        Wish.RECALL,
        r"\bwhat (?:did|have) (?:i|we|you)\b|\bmy (?:last|previous) (?:request|question)|\basked? (?:you )?before",
    ),
    (
        Wish.SHORTEN,
        r"\bshort(?:er|en)|\bcondense|\bconcise|\btrim\b|\btighten|\bbrief(?:er|ly)?\b|\bcut (?:it|this|down)",
    ),
    (Wish.SUMMARY, r"\bsummar|\btl;?dr\b|\bgist\b|\bkey points?\b|\bwhat is (?:this|it|the document) about"),
    (Wish.OUTLINE, r"\boutline|\bstructure\b|\btable of contents"),
    (Wish.CHECKLIST, r"\bcheck-?list|\bto-?dos?\b|\baction items?|\btasks?\b|\bnext steps"),
    (
        Wish.IMPROVE,
        r"\bimprov|\btidy|\bfix|\bclean|\bpolish|\brewrit|\brephras|\breword|\bbetter\b|\bcorrect|\bproof|\bedit\b"
        r"|\bclear(?:er)?\b|\brevise|\bgrammar|\bspelling|\bsimplif|\bagain\b|\bchange\b",
    ),
)
_ROLES = {
    "viewer": r"\bview(?:er|ing)?\b|\bread(?:er|ing)?\b|\bsee\b",
    "commenter": r"\bcomment(?:er|ing|s)?\b",
    "editor": r"\bedit(?:or|ing)?\b|\bwrit(?:er|e|ing)\b",
}


def wish(request: str) -> Wish:
    """What is asked for, by its words."""
    if _EMAIL.search(request):
        return Wish.INVITE
    return next((kind for kind, pattern in _WISHES if re.search(pattern, request, re.IGNORECASE)), Wish.OTHER)


def reply(brief: Brief) -> Reply:
    """The next step of a run: the first answer, or what to say after its tools."""
    if brief.steps and brief.steps[-1].calls:
        return _after(brief)
    asked = wish(brief.request)
    if asked is Wish.OTHER and brief.selected:
        asked = Wish.IMPROVE
    return _ANSWERS[asked](brief)


def _after(brief: Brief) -> Reply:
    """What to say when tools have answered; edits that met changed text are made again."""
    calls = [call for step in brief.steps for call in step.calls]
    last = brief.steps[-1].calls
    if any(call.name == "propose_edit" and _error(call) == "selection_changed" for call in last):
        return _ANSWERS[wish(brief.request)](brief)
    if invited := next((call for call in reversed(last) if call.name == "invite_person"), None):
        return Reply(_about_invitation(invited))
    made = [call for call in calls if call.name == "propose_edit" and not _error(call)]
    if made:
        return Reply(f"{counted(len(made), 'proposal').capitalize()} made. Accept or reject in the text.")
    result = last[-1].result
    message = result.get("message") if isinstance(result, dict) else ""
    return Reply(f"That did not work. {message or 'Select the text again and ask once more.'}")


def _error(call: CallRecord) -> str:
    return str(call.result.get("error", "")) if isinstance(call.result, dict) else ""


def _about_invitation(call: CallRecord) -> str:
    result = call.result if isinstance(call.result, dict) else {}
    email, role = call.arguments.get("email"), call.arguments.get("role")
    match _error(call):
        case "":
            by = f", confirmed by {result['confirmed_by']}" if result.get("confirmed_by") else ""
            return f"{email} is invited as {role}{by}. The link is on the card, if you would rather send it yourself."
        case "denied":
            return f"I have not invited {email}: {result.get('denied_by', 'somebody')} denied it. Nothing was sent."
        case "expired":
            return f"I have not invited {email}: nobody confirmed it in time."
        case _:
            return f"I could not invite {email}. {result.get('message', '')}".strip()


def _invite(brief: Brief) -> Reply:
    match = _EMAIL.search(brief.request)
    email = match[0].rstrip(".") if match else ""
    rest = brief.request.replace(email, " ")
    role = next((role for role, pattern in _ROLES.items() if re.search(pattern, rest, re.IGNORECASE)), "editor")
    text = f"I ask you all to confirm that {email} is invited as {role}."
    return Reply(text, (Call("invite_person", {"email": email, "role": role}),))


def _recall(brief: Brief) -> Reply:
    if not brief.turns:
        return Reply("This is the first request in this document, so there is nothing before it.")
    last = brief.turns[-1]
    lines = [f"Before this, {last.asker} asked: “{last.request}”."]
    if last.answer.strip():
        lines.append(f"I answered: “{last.answer.strip()}”")
    if last.edits:
        states = ", ".join(edit.status for edit in last.edits)
        lines.append(f"I made {counted(len(last.edits), 'proposal')} ({states}).")
    if len(brief.turns) > 1:
        earlier = "; ".join(f"“{turn.request}”" for turn in brief.turns[:-1])
        lines.append(f"Earlier requests: {earlier}.")
    return Reply(" ".join(lines))


@dataclass(frozen=True, slots=True)
class _Place:
    """Text to work on: `before` and `after` stand round it in what the edit replaces, `round` outside of that."""

    number: int
    text: str
    before: str = ""
    after: str = ""
    round: tuple[str, str] = ("", "")


def _places(brief: Brief) -> list[_Place]:
    """What the request is about: the selection, else what the last turn was about, else nothing."""
    if brief.selected:
        return [_selected_place(brief, part.number, part.quote, part.whole) for part in brief.selected]
    for turn in reversed(brief.turns):
        edited = [place for edit in turn.edits if (place := _edited_place(brief, edit))]
        if edited:
            return edited
        quoted = [
            _selected_place(brief, block.number, block.text, True)
            for quote in turn.quotes
            for block in brief.blocks
            if quote.strip() and quote.strip() in block.text
        ]
        if quoted:
            return quoted[:MOST_EDITS]
    return []


def _selected_place(brief: Brief, number: int, quote: str, whole: bool) -> _Place:
    block = brief.block(number)
    if block is None:
        return _Place(number, quote)
    if whole:
        return _Place(number, block.text)
    before, _, after = block.text.partition(quote)
    return _Place(number, quote, round=(before, after))


def _edited_place(brief: Brief, edit: Edit) -> _Place | None:
    """Where an earlier edit stands now: its proposal is what the request means, whether it was accepted or not."""
    block = next((block for block in brief.blocks if block.id == edit.block_id), None)
    if block is None:
        return None
    for standing in (edit.after, edit.before):
        if standing and standing in block.text:
            head, _, tail = block.text.partition(standing)
            return _Place(block.number, edit.after or edit.before, head, tail)
    return _Place(block.number, block.text)


def _improve(brief: Brief) -> Reply:
    return _edit(
        brief, lambda place: tidy_part(place.text, *place.round), "I could not find anything to tidy there by my rules."
    )


def _shorten(brief: Brief) -> Reply:
    return _edit(brief, lambda place: _shortened(place.text), "I could not make that any shorter by my rules.")


def _shortened(text: str) -> Tidied:
    short = extract.shortened(text)
    saved = len(words(text)) - len(words(short))
    return Tidied(short, (f"made it {counted(saved, 'word')} shorter",) if short != text else ())


def _edit(brief: Brief, rule: Callable[[_Place], Tidied], nothing: str) -> Reply:
    """Propose what the rule makes of each place; without a place, of the first paragraphs where it finds something."""
    done = {call.arguments.get("block") for step in brief.steps for call in step.calls if not _error(call)}
    places = _places(brief)
    everywhere = not places
    if everywhere:
        places = [_Place(block.number, block.text) for block in brief.blocks if _is_prose(block)]
    calls: list[Call] = []
    notes: list[str] = []
    for place in places:
        result = rule(place)
        replacement = place.before + result.text + place.after
        if result.notes and place.number not in done and len(calls) < MOST_EDITS:
            calls.append(Call("propose_edit", {"block": place.number, "replacement": replacement}))
            notes += [note for note in result.notes if note not in notes]
    if not calls:
        return Reply(nothing)
    where = "Nothing was selected, so I looked through the document. " if everywhere else ""
    return Reply(f"{where}In {counted(len(calls), 'paragraph')} I {_listed(notes)}.", tuple(calls))


def _is_prose(block: TextBlock) -> bool:
    return block.kind == "paragraph" and len(words(block.text)) >= 4


def _listed(notes: Sequence[str]) -> str:
    return notes[0] if len(notes) == 1 else ", ".join(notes[:-1]) + " and " + notes[-1]


def _subject(brief: Brief) -> tuple[TextBlock, ...]:
    """The selected blocks, or the whole document."""
    chosen = {part.number for part in brief.selected}
    return tuple(block for block in brief.blocks if block.number in chosen) or brief.blocks


def _summary(brief: Brief) -> Reply:
    found = extract.summary(_subject(brief))
    if not found:
        return Reply("There is not enough text here for a summary.")
    return Reply("In the document's own words: " + " ".join(found))


def _outline(brief: Brief) -> Reply:
    return _lines("An outline:", extract.outline(_subject(brief)))


def _checklist(brief: Brief) -> Reply:
    return _lines("What is to be done:", extract.checklist(_subject(brief)))


def _lines(title: str, lines: Sequence[str]) -> Reply:
    return Reply("\n".join([title, "", *lines]) if lines else "There is no text here yet to make that from.")


def _other(brief: Brief) -> Reply:
    return Reply(ABILITIES)


_ANSWERS: dict[Wish, Callable[[Brief], Reply]] = {
    Wish.INVITE: _invite,
    Wish.RECALL: _recall,
    Wish.SHORTEN: _shorten,
    Wish.SUMMARY: _summary,
    Wish.OUTLINE: _outline,
    Wish.CHECKLIST: _checklist,
    Wish.IMPROVE: _improve,
    Wish.OTHER: _other,
}
