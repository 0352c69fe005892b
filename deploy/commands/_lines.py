"""What stands in a JSON Lines file? Each line with its number, a bad one with what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Annotated, TypeVar, cast

import orjson
import typer
from pydantic import BaseModel, ValidationError

from deploy.failure import WrongSetting
from shared.failures import Permanent

ModelT = TypeVar("ModelT", bound=BaseModel)
JsonLines = Annotated[
    Path,
    typer.Argument(
        help="JSON Lines, one object a line; - for standard input.",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        allow_dash=True,
    ),
]

CHUNK_BYTES = 64 * 1024
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank. `fault` says what is wrong where it is no JSON object."""

    number: int
    raw: bytes
    document: dict[str, object]
    fault: str | None = None


def read_lines(file: Path) -> Iterator[Line]:
    """The file's lines as they are read; raises Failure where it can't be."""
    return chain.from_iterable(read_at_hand(file, AT_ONCE))


def read_at_hand(file: Path, most: int) -> Iterator[list[Line]]:
    """Lines that have come, at most `most` at once: nobody waits for what has yet to be written.

    Raises Failure where the file can't be read.
    """
    try:
        with _opened(file) as stream:
            number = 0
            for raws in _whole_lines(stream):
                lines = [
                    _line(at, raw.strip())
                    for at, raw in enumerate(raws, start=number + 1)
                    if raw.strip()
                ]
                number += len(raws)
                yield from (lines[at : at + most] for at in range(0, len(lines), most))
    except OSError as error:
        raise WrongSetting(f"cannot read {file}: {error.strerror}") from None


def _opened(file: Path) -> BufferedReader:
    return cast("BufferedReader", sys.stdin.buffer) if str(file) == "-" else file.open("rb")


def _whole_lines(stream: BufferedReader) -> Iterator[list[bytes]]:
    """As many whole lines as each read brings; the last may lack its end."""
    begun = bytearray()
    while chunk := stream.read1(CHUNK_BYTES):
        begun += chunk
        if b"\n" in chunk:
            *whole, rest = bytes(begun).split(b"\n")
            begun = bytearray(rest)
            yield whole
    if begun:
        yield [bytes(begun)]


def _line(number: int, raw: bytes) -> Line:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Line(number, raw, {}, f"not valid JSON, column {error.colno}: {error.msg}")
    if not isinstance(document, dict):
        return Line(number, raw, {}, "not a JSON object")
    return Line(number, raw, document)


def as_model(line: Line, model: type[ModelT]) -> ModelT:
    """The line as a model; raises Permanent, whose detail names the field, never its value."""
    if line.fault is not None:
        raise Permanent("broken_json", line.fault)
    try:
        return model.model_validate_json(line.raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise Permanent("wrong_shape", f"{field}: {said}" if field else said) from None
