"""Problem details, RFC 9457."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as


class Fault(BaseModel):
    """One fault of a request, and where it is."""

    detail: str = Field(description="What was expected")
    pointer: str | None = Field(default=None, description="Place in the body, as a JSON pointer")
    parameter: str | None = Field(default=None, description="Parameter of the address or header")


class Problem(BaseModel):
    """What went wrong, and what to do about it."""

    model_config = shown_as(
        {
            "type": "/problems/invalid-request",
            "title": "The request is not as described",
            "status": 422,
            "detail": "A field is missing, unknown or out of range.",
            "errors": [
                {
                    "pointer": "#/horizon",
                    "detail": "Input should be greater than or equal to 1.",
                }
            ],
        }
    )

    type: str = Field(description="Address of a page that explains this kind of problem")
    title: str = Field(description="Short, the same for every occurrence")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="This occurrence")
    errors: list[Fault] | None = Field(default=None, description="Where in the request, one by one")
