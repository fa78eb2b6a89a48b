"""Changes that are possible but unlikely: they are asked about, and made once the person says that they are right.

A service calls :func:`confirm` in its transaction, after its locks, with the questions that the change raises. The
caller passes the keys that the person has confirmed. A key is made of the figures that its question names: where they
are others by now, the question is asked anew. A view shows the form again with :func:`asked_again`, the API answers
409 with :func:`as_json`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from jiheng.web.once.answers import FIELD as ONE_TIME_KEY

STATUS = 409
"""Of an answer that asks: nothing was changed, and the same request with ``confirmed`` may succeed."""
FIELD = "confirmed"
_OURS = frozenset((FIELD, ONE_TIME_KEY, "csrfmiddlewaretoken"))
_PLAIN = re.compile("[a-z_]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is unlikely, in Chinese; ``key`` confirms it."""

    key: str
    text: str


def question(kind: str, text: str, *figures: object) -> Question:
    """A question whose key is bound to what it is about: objects by their keys, and amounts."""
    said = "\x1f".join((kind, *(str(figure) for figure in figures)))
    return Question(hashlib.sha256(said.encode()).hexdigest()[:32], text)


class Doubtful(Exception):
    """The change was not made: the person must confirm ``questions`` first."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.questions = tuple(questions)
        super().__init__("".join(q.text for q in self.questions))


def confirm(questions: Iterable[Question], confirmed: Container[str]) -> dict[str, Any]:
    """What the audit trail keeps of questions that were all confirmed; empty where nothing is unlikely.

    Raises :class:`Doubtful` with all of them where one was not.
    """
    found = list(questions)
    if any(q.key not in confirmed for q in found):
        raise Doubtful(found)
    return {FIELD: [q.text for q in found]} if found else {}


def gathered(questions: list[Question], most: int = 20) -> list[Question]:
    """The same as one question that names the first, where they are too many to be read one by one."""
    if len(questions) <= most:
        return questions
    text = f"有 {len(questions)} 处需要核对。前 {most} 处：" + "".join(q.text for q in questions[:most])
    return [question("many", text, *(q.key for q in questions))]


def confirmed_in(request: HttpRequest) -> frozenset[str]:
    """The keys that a form confirms."""
    return frozenset(request.POST.getlist(FIELD))


def as_json(doubtful: Doubtful) -> dict[str, Any]:
    """The answer of the API, and of cells that are saved as they are typed."""
    return {
        "detail": f"没有保存，请先核对：{doubtful}确实如此的，请把 key 放进 confirmed 再提交一次。",
        "questions": [{"key": q.key, "text": q.text} for q in doubtful.questions],
    }


def asked_again(
    request: HttpRequest, doubtful: Doubtful, verb: str, back: str, dialog: str = ""
) -> dict[str, Any]:  # fmt: skip
    """For ``_doubts.html``: the questions, and the form that was sent, to be sent once more with the keys.

    ``verb`` is what is done all the same (登记), ``back`` where to go without doing it; ``dialog`` is the key of the
    form's dialog, to change what was typed.
    """
    typed = [(name, value) for name in request.POST if name not in _OURS for value in request.POST.getlist(name)]
    # Only plain names become names of attributes; what a stranger sends may hold anything.
    fields = [(name, value) for name, value in typed if _PLAIN.fullmatch(name)] if dialog else []
    return {
        "questions": doubtful.questions, "path": request.path, "typed": typed, "fields": fields, "verb": verb,
        "back": back, "dialog": dialog, "named": request.POST.get("kept", ""),
    }  # fmt: skip
