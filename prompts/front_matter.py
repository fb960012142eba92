"""What stands above a prompt, and nothing else may."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FrontMatter(BaseModel):
    """Front matter of a prompt file. Unknown keys are errors, and so are values of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str
    """`<task>/<version>`."""
    version: int = Field(ge=1)
    task: str = Field(pattern=r"^[a-z_]+$")
    inputs: list[str] = Field(min_length=1)
    """Variables that the template uses, all of them."""
    output: str = Field(min_length=1)
    """Name of the type that is asked for."""
    notes: str
    """For people: what this version is about and what changed."""
