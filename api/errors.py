"""What the service itself cannot do for a caller, beside the domain's own errors."""

from __future__ import annotations

from typing import ClassVar

from rcc_forecast.errors import RccError

_MOST_FAULTS_TOLD = 200


class ServiceError(RccError):
    """Something was asked over HTTP that cannot be done as asked."""

    slug: ClassVar[str]


class NotFoundError(ServiceError):
    """Nothing of that kind has that id."""

    slug = "not-found"

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"There is no {what} with this id. It may have been deleted.")


class SourceDeletedError(ServiceError):
    """What a result was being made from was deleted meanwhile."""

    slug = "source-deleted"

    def __init__(self) -> None:
        super().__init__(
            "What this result is made from was deleted while it was being made. Nothing was kept."
        )


class NotComparableError(ServiceError):
    """Scenarios do not have the same futures."""

    slug = "not-comparable"

    def __init__(self, first: str, other: str, differs: list[str]) -> None:
        self.first, self.other, self.differs = first, other, differs
        super().__init__(
            f"{other} cannot be compared with {first} future by future: it was made with "
            f"{', '.join(differs)}. Ask both scenarios with the same dataset, horizon and seed."
        )


class BusyError(ServiceError):
    """Too many runs are waiting."""

    slug = "busy"

    def __init__(self) -> None:
        super().__init__("Many runs are waiting for their turn. Ask again in a minute.")


class NotMultipartError(ServiceError):
    """An upload did not come as a form with files."""

    slug = "not-multipart"

    def __init__(self) -> None:
        super().__init__(
            "An upload is a multipart/form-data request with one or more parts named 'file'."
        )


class UploadError(ServiceError):
    """An upload came as a form, but not with what is needed."""

    slug = "upload-incomplete"

    def __init__(self, *, expected: str) -> None:
        self.expected = expected
        super().__init__(f"The upload cannot be used as it is. Expected {expected}.")


class NothingInUploadError(ServiceError):
    """An upload holds no table that is known."""

    slug = "nothing-usable"

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("No table of the SSDA903 return was found in what was sent.")


class NotAPanelError(ServiceError):
    """What should be a panel came neither as a form with files nor as JSON."""

    slug = "not-multipart"

    def __init__(self) -> None:
        super().__init__(
            "A panel is a multipart/form-data request with a part named 'file', or, to be made "
            "from returns that were sent, an application/json request with their dataset_id."
        )


class SpecificationAtFaultError(ServiceError):
    """A specification cannot be used; every fault is listed."""

    slug = "specification-at-fault"

    def __init__(self, faults: list[str]) -> None:
        self.faults = _the_first(faults)
        super().__init__("The specification cannot be used as it stands. Every fault is listed.")


class PanelRefusedError(ServiceError):
    """A panel cannot be evaluated; every fault is listed."""

    slug = "panel-at-fault"

    def __init__(self, faults: list[str]) -> None:
        self.faults = _the_first(faults)
        super().__init__("The panel cannot be evaluated as it stands. Every fault is listed.")


class CursorError(ServiceError):
    """A cursor is not one that was handed out."""

    slug = "unknown-cursor"

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not one of this list. Leave it out to begin at the first page."
        )


class NotAcceptableError(ServiceError):
    """A form of answer was asked for that is not made."""

    slug = "not-acceptable"

    def __init__(self, offered: tuple[str, ...]) -> None:
        self.offered = offered
        super().__init__(f"The answer can be given as {', '.join(offered)}.")


class OpenToOthersError(RccError):
    """The service would answer other machines without knowing who asks."""

    def __init__(self) -> None:
        super().__init__(
            "Without a key the service answers this machine alone. Set RCC_API_KEY to a long "
            "random text before listening on other addresses, or leave --host at 127.0.0.1."
        )


class NotReadyError(ServiceError):
    """The store cannot be written."""

    slug = "not-ready"

    def __init__(self) -> None:
        super().__init__("The folder of the store cannot be written. See RCC_DATA.")


def _the_first(faults: list[str]) -> list[str]:
    more = len(faults) - _MOST_FAULTS_TOLD
    told = faults[:_MOST_FAULTS_TOLD]
    return [*told, f"There are {more:,} further faults."] if more > 0 else told
