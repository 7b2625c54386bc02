"""Several outputs of ``dbos-lint check`` put together: what one run over all of their files would have printed.

A finding that several outputs hold is one finding. Within one output nothing is dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from dbos_lint.records import NamedTuple

Record = dict[str, Any]
Place = tuple[str, int, int, str, str]
_NAME = "dbos-lint"


class MergeError(Exception):
    """What was given is no output of the linter, or does not fit the others."""


class Merged(NamedTuple):
    """The text of all outputs together, and how many findings it holds."""

    text: str
    findings: int


class _Output(NamedTuple):
    """One output, read: ``frame`` is what stands around the findings of a format that has such a thing."""

    name: str
    format: str
    findings: Sequence[Record]
    frame: Record


def merged(outputs: Iterable[tuple[str, bytes]]) -> Merged:
    """Put together ``outputs``, each a name and what it holds: JSON, lines of JSON, or SARIF, but not several of them.

    A :class:`MergeError` names the output that is at fault.
    """
    read = [_read(name, text) for name, text in outputs]
    # An output of lines in which nothing was found says nothing, of its format neither.
    speaking = [each for each in read if each.format] or read[:1]
    if not speaking:
        return Merged("", 0)
    first = speaking[0]
    for other in speaking:
        if other.format != first.format:
            raise MergeError(f"{other.name} is {other.format}, and {first.name} is {first.format}")
    if first.format == "sarif":
        return _sarif(speaking)
    findings = _together((each.findings for each in speaking), _place)
    if first.format == "json":
        from dbos_lint.reporters.json import dumps

        return Merged(dumps(findings), len(findings))
    from dbos_lint.reporters import json_lines

    return Merged(json_lines.dumps(findings), len(findings))


def _read(name: str, text: bytes) -> _Output:
    try:
        return _parsed(name, text.decode("utf-8-sig"))
    except RecursionError:
        raise MergeError(f"{name} nests too deeply") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise MergeError(f"{name} is no output of dbos-lint as json, json-lines or sarif") from None


def _parsed(name: str, text: str) -> _Output:
    """The output ``text``; any error of looking it up says that it is none."""
    if not text.strip():
        return _Output(name, "", (), {})
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:  # more than one line
        whole = None
    if isinstance(whole, list):
        return _Output(name, "json", _checked(whole), {})
    if whole is None or "runs" not in whole:
        return _Output(name, "json-lines", _checked(map(json.loads, text.rstrip("\n").split("\n"))), {})
    (run,) = whole["runs"]
    driver = run["tool"]["driver"]
    rules = {rule["id"] for rule in driver["rules"]}
    _root(run).encode()
    if driver["name"] != _NAME or not all(isinstance(text, str) for text in (driver["version"], *rules)):
        raise ValueError(name)
    results = list(run["results"])
    for result in results:
        _sarif_place(_root(run))(result)
        if result["ruleId"] not in rules:
            raise ValueError(name)
    return _Output(name, "sarif", results, whole)


def _checked(records: Iterable[Record]) -> list[Record]:
    found = list(records)
    for record in found:
        _place(record)
    return found


def _together(outputs: Iterable[Sequence[Record]], place: Callable[[Record], Place]) -> list[Record]:
    """The findings of all ``outputs`` in the order of one run, each as often as where it stands most often."""
    most: dict[str, list[Record]] = {}
    for findings in outputs:
        own: dict[str, list[Record]] = {}
        for record in findings:
            own.setdefault(json.dumps(record, sort_keys=True), []).append(record)
        for key, same in own.items():
            if len(same) > len(most.get(key, ())):
                most[key] = same
    found = sorted((place(same[0]), key) for key, same in most.items())
    return [record for _, key in found for record in most[key]]


def _place(record: Record) -> Place:
    """What a run sorts its findings by."""
    at = record["location"]
    return _key(record["filename"], at["row"], at["column"], record["code"], record["message"])


def _key(filename: object, row: object, column: object, code: object, message: object) -> Place:
    if not isinstance(filename, str) or not isinstance(row, int) or not isinstance(column, int):
        raise TypeError(filename)
    if not isinstance(code, str) or not isinstance(message, str):
        raise TypeError(code)
    return filename, row, column, code, message


def _sarif(outputs: Sequence[_Output]) -> Merged:
    """One log with one run. Where the runs had other roots, the first one's stands: names are relative to it."""
    from dbos_lint.reporters.json import dumps

    frame = outputs[0].frame
    run = frame["runs"][0]
    driver = run["tool"]["driver"]
    rules: dict[str, Record] = {}
    for output in outputs:
        other = output.frame["runs"][0]["tool"]["driver"]
        if other["version"] != driver["version"]:
            versions = f"version {other['version']}, and {outputs[0].name} of {driver['version']}"
            raise MergeError(f"{output.name} is of {versions}")
        rules.update((rule["id"], rule) for rule in other["rules"])
    index = {code: number for number, code in enumerate(sorted(rules))}
    # The number of a rule counts those of its own output: it is no part of what a finding says.
    findings = [[{**found, "ruleIndex": index[found["ruleId"]]} for found in output.findings] for output in outputs]
    results = _together(findings, _sarif_place(_root(run)))
    driver = {**driver, "rules": [rules[code] for code in index]}
    text = dumps({**frame, "runs": [{**run, "tool": {"driver": driver}, "results": results}]})
    return Merged(text, len(results))


def _sarif_place(root: str) -> Callable[[Record], Place]:
    def place(result: Record) -> Place:
        at = result["locations"][0]["physicalLocation"]
        region = at["region"]
        name = _filename(at["artifactLocation"], root)
        return _key(name, region["startLine"], region["startColumn"], result["ruleId"], result["message"]["text"])

    return place


def _filename(artifact: Mapping[str, str], root: str) -> str:
    """What a run calls the file: by that its findings are sorted."""
    uri = artifact["uri"]
    path = f"{root}{uri}" if "uriBaseId" in artifact else uri
    return os.fsdecode(unquote_to_bytes(path.removeprefix("file://"))).replace("/", os.sep)


def _root(run: Record) -> str:
    (root,) = run["originalUriBaseIds"].values()
    found = root["uri"]
    if not isinstance(found, str):
        raise TypeError(found)
    return found
