"""Specifications as they are sent: TOML or JSON, refused without a word of what was in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.errors import SpecificationAtFaultError
from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.evaluation import Spec, SpecError, parse_spec

_MOST = {
    "outcomes": 40,
    "treated": 100,
    "looks": 400,
    "permutations": 100_000,
    "predictors": 200,
    "members of [regions]": 10_000,
}
"""What one caller may ask, so that others are not kept waiting for long."""

_LARGEST_NUMBER = 2**53
"""Larger whole numbers are not the same in every program that reads JSON."""


def parse_spec_sent(sent: str | dict[str, Any]) -> Spec:
    """Read a specification that came as TOML text or as JSON.

    Raises
    ------
    UnreadableInputError
        It is not TOML.
    UnknownNameError
        A key is not known.
    SpecificationAtFaultError
        Its values cannot be used, or it asks for more than one caller may.
    """
    given = sent if isinstance(sent, dict) else _from_toml(sent)
    strange = sorted({fault for each in _leaves(given) if (fault := _strange(each))})
    if strange:
        raise SpecificationAtFaultError(strange)
    try:
        spec = parse_spec(given)
    except SpecError as error:
        raise SpecificationAtFaultError(without_names(error.faults, _names_in(given))) from error
    except UnknownNameError as error:
        [what] = without_names([error.what], _names_in(given))
        raise UnknownNameError(what=what, given=error.given, known=error.known) from error
    too_much = _too_much(spec)
    if too_much:
        raise SpecificationAtFaultError(too_much)
    return spec


def _from_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(
            path="spec", expected="a specification in TOML (README, Evaluation), or as JSON"
        ) from error


def _leaves(given: object) -> Iterator[object]:
    """Give every key and value, however deep."""
    waiting = [given]
    while waiting:
        match waiting.pop():
            case dict() as block:
                waiting += [*block.keys(), *block.values()]
            case list() as values:
                waiting += values
            case leaf:
                yield leaf


def _strange(leaf: object) -> str | None:
    if isinstance(leaf, str):
        try:
            leaf.encode("utf-8")
        except UnicodeEncodeError:
            return "A text of the specification is not whole: it cannot be written as UTF-8."
    if isinstance(leaf, int) and abs(leaf) > _LARGEST_NUMBER:
        return "A number of the specification is larger than 9,007,199,254,740,992."
    return None


def _too_much(spec: Spec) -> list[str]:
    asked = {
        "outcomes": len(spec.outcomes),
        "treated": len(spec.treated),
        "looks": spec.looks,
        "permutations": spec.permutations or 0,
        "predictors": len(spec.predictors),
        "members of [regions]": sum(len(each) for each in (spec.regions or {}).values()),
    }
    return [
        f"{name}: this service takes {most:,} at most; the command takes any number."
        for name, most in _MOST.items()
        if asked[name] > most
    ]


def _names_in(given: dict[str, Any]) -> dict[str, str]:
    """Give what stands for each text of a specification in a message."""
    named = {repr(leaf): "a name that is given" for leaf in _leaves(given) if isinstance(leaf, str)}
    regions = given.get("regions")
    if isinstance(regions, dict):
        named |= {f"[regions] {name}": f"[regions] {n}" for n, name in enumerate(regions, 1)}
    return named


def without_names(faults: Iterable[str], named: Mapping[str, str]) -> list[str]:
    """Say faults without what was sent.

    Parameters
    ----------
    faults : iterable of str
        As the domain tells them.
    named : mapping of str to str
        What stands for each text in them.
    """
    told = list(faults)
    # Longer texts first: they may hold shorter ones.
    for text in sorted(named, key=len, reverse=True):
        told = [fault.replace(text, named[text]) for fault in told]
    return told
