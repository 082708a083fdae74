"""A gate as a question to the person: asked by the client itself, where it can, by what MCP calls elicitation.

A client of the newer protocol has the question as the answer of its call, and calls again; an older one over standard
input and output is asked while its call waits. What is asked is exactly what is carried out: where job, service or
place of its render have changed meanwhile, the estimate does not hold any more.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, Field, create_model

from api.mcp_answers import Answer, Estimate, Question
from api.mcp_calls import done
from core.steps import Step

_ASKS_BY_RESULT = "2026-07-28"  # the protocol since which a question needs no open connection
_LONGEST = 6_000  # characters of a text in a question
_MEANINGS: dict[Answer, str] = {
    "go_on": "make what comes next",
    "go_on_to_the_end": "make all the rest without asking again",
    "write": "your own text instead of this one",
    "make_again": "make this result once more",
    "keep_results": "go on with the results that are there",
    "make_results_anew": "make them with the services that there are now",
    "look_again": "look for it on its server",
}


class Reply(BaseModel):
    """What a person answers."""

    answer: Answer


class TextReply(Reply):
    """``text`` is the person's own, for write."""

    text: str | None = Field(None, title="Your own text", description="Only for the answer write")


async def question_of(ctx: Context, job: str, answer: Answer | None) -> Question | None:
    """The question that the client is to put to its person; None where it cannot and brings the answer along."""
    if not _can_ask(ctx):
        if answer is None:
            words = "Your client cannot ask. Put the question of get_job to the person; call again with their answer."
            raise ToolError(f"answer_missing: {words}")
        return None
    found = await done(ctx, lambda acts: acts.job(job), "read", "create")
    if found.question is None:
        raise ToolError(f"act_refused: The job asks nothing. {found.in_words}")
    return found.question


async def reply_to(
    question: Annotated[Question | None, Resolve(question_of)],
    answer: Answer | None,
    step: Step | None,
    text: str | None,
) -> Elicit[Reply] | Reply:
    """Ask the person; an answer that the program brought along is what it proposes."""
    if question is None:
        return Reply(answer=answer or "go_on")  # nobody reads it
    proposed = answer if answer in question.answers else None
    parts = [question.ask, *(f"{one}: {_MEANINGS[one]}." for one in question.answers)]
    if question.text:
        parts.insert(1, question.text[:_LONGEST])
    if question.picture:
        parts.insert(1, f"The picture: {question.picture}")
    if question.estimate is not None:
        parts.append(_in_words(question.estimate))
    if proposed is not None:
        parts.append(f"Proposed: {' '.join(filter(None, (proposed, step)))}.")
    return Elicit("\n".join(parts), _form(question.answers, proposed, text))


def _form(answers: list[Answer], proposed: Answer | None, text: str | None) -> type[Reply]:
    """What the client's form has: the answers that there are, and a field for a text where one may be written."""
    fields: dict[str, Any] = {
        "answer": (Literal[tuple(answers)], Field(proposed if proposed is not None else ..., title="Answer"))
    }
    if "write" not in answers:
        return create_model("Reply", __base__=Reply, **fields)
    if text is not None:
        field = TextReply.model_fields["text"]
        fields["text"] = (str | None, Field(text, title=field.title, description=field.description))
    return create_model("TextReply", __base__=TextReply, **fields)


def _in_words(estimate: Estimate) -> str:
    least, most = estimate.requests
    requests = str(most) if least == most else f"{least} to {most}"
    place = "the preview engine (a sketch, not MOVA)" if estimate.preview else estimate.rendered_by or "a server"
    notes = " ".join(filter(None, [*estimate.cautions, estimate.held_up_by, estimate.refused]))
    return f"To the end: {requests} requests to paid services; rendered by {place}. {notes}\nEstimate: {estimate.id}"


def _can_ask(ctx: Context) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    has_forms = elicitation is not None and (elicitation.form is not None or elicitation.url is None)
    session = ctx.request_context.session
    return has_forms and (is_version_at_least(session.protocol_version, _ASKS_BY_RESULT) or session.can_send_request)
