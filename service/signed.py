"""Signed events: the signature (Standard Webhooks) and the envelope (CloudEvents 1.0, structured JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from service.configuration import OpenSource
from service.problems import Problem
from service.submissions import Submission, flaws, object_of

MEDIA_TYPES = frozenset({"application/json", "application/cloudevents+json"})
_NOBODY = b"\0" * 32

Text = Annotated[str, Field(min_length=1, max_length=500)]


class CloudEvent(BaseModel):
    """An event in an envelope: attributes of CloudEvents 1.0; extensions are let pass and not read."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    specversion: Literal["1.0"]
    id: Text
    """With `source` it makes the event unique: the same two are the same event, however often it is sent."""
    source: Text
    type: Text
    """For the sender's own order; nothing depends on it."""
    subject: Text | None = None
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] | None = None
    data: Submission

    def key(self) -> str:
        """What makes it the same event."""
        return f"event:{len(self.source)}:{self.source}:{self.id}"


def refused() -> Problem:
    """For an unknown source as for a wrong signature: nobody learns which of the two it was."""
    return Problem(
        401,
        "The signature does not fit: webhook-id, webhook-timestamp (within five minutes), webhook-signature and the "
        "exact body are what it is made of.",
    )


def verify(known: OpenSource | None, headers: Mapping[str, str], body: bytes) -> OpenSource:
    """The source, where the body is signed with one of its secrets within five minutes. Raises a 401 otherwise."""
    given = {name: headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    good = False
    for secret in known.secrets if known else (_NOBODY,):
        good = _fits(secret, given, body) or good
    if known is None or not good:
        raise refused()
    return known


def event_of(body: bytes, content_type: str) -> CloudEvent:
    """The event in the body. Raises 415, 400 or 422 where it is none."""
    if content_type.partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise Problem(415, f"Send one event as {' or '.join(sorted(MEDIA_TYPES))}.")
    value: dict[str, Any] = object_of(body)
    try:
        return CloudEvent.model_validate(value)
    except ValidationError as error:
        raise Problem(422, "This is no event of CloudEvents 1.0 with our data.", errors=flaws(error)) from error


def _fits(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError, OverflowError):
        return False
    return True
