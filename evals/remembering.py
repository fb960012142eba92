"""A chat model that records each exchange and is never asked twice for the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import PrivateAttr

from triage.errors import ReplayMiss
from triage.models.chat import StructuredChat
from triage.models.chat_answers import Received
from triage.models.chat_form import Form, Turn
from triage.models.replay import RecordingChat, ReplayChat, recording, replaying

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class RememberingChat(StructuredChat):
    """Answers from the record where it can, else asks and records. Make it with `remembering`."""

    recorder: RecordingChat
    parameters: dict[str, object] = {}

    _known: ReplayChat | None = PrivateAttr(default=None)

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """The recorded answer to this request, or the model's, recorded before it is returned."""
        if self._known is not None:
            try:
                return self._known.answer(turns, form)
            except ReplayMiss:
                pass
        return self.recorder.answer(turns, form)


def remembering(inner: BaseChatModel, path: Path) -> RememberingChat:
    """A model that answers as `inner` does, records to `path`, and knows what stands there already."""
    recorder = recording(inner, path)
    trim(path)
    made = RememberingChat(
        recorder=recorder, endpoint=recorder.endpoint, model=recorder.model, parameters=recorder.parameters
    )
    if path.exists() and path.stat().st_size:
        made._known = replaying(path, f"{recorder.endpoint.name}:{recorder.model}")
    return made


def trim(path: Path) -> None:
    """Cut off a last line that was not written to its end when the run was killed."""
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])
