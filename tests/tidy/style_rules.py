"""House rules that no linter knows. Each rule returns the breaches it finds, one line each."""

import ast
import re
from collections.abc import Iterable

from tests.tidy.source import Source

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# A document is read in order and may be long; pins and licence are lists that nobody scrolls.
_MAY_BE_LONG = (".md",)
_LONG_FILES = ("constraints.txt", "LICENSE")

# Spelled in pieces, so that this file does not break its own rules.
_POSTPONED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
_REGISTRY = re.compile(
    "|".join(
        (
            r"files\.python" + r"hosted\.org",
            r"registry\.npm" + r"js\.org",
            r"//py" + r"pi\.org/simple",
            r"--(extra-)?index" + r"-url",
        )
    )
)
# The band measures skin. The word for the place that it does not measure may only tell a person
# to measure there.
_AXILLARY_AS_LABEL = re.compile(r"(?<!measure )axillary", re.IGNORECASE)

# Programs that tests run inside the simulator's VM: `time.sleep` passes no real time there.
_RUNS_IN_THE_VM = re.compile(r"tests/.*/firmware/.*\.py")


def files_are_short(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path} has {count} lines, more than {FILE_LINES_MAX}"
        for source in sources
        if source.suffix not in _MAY_BE_LONG and source.path not in _LONG_FILES
        if (count := len(source.text.splitlines())) > FILE_LINES_MAX
    ]


def functions_are_short(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name} has {count} lines of {FUNCTION_LINES_MAX}"
        for source in _python(sources)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (count := _code_lines(node)) > FUNCTION_LINES_MAX
    ]


def nothing_is_postponed(sources: Iterable[Source]) -> list[str]:
    return _matches(sources, _POSTPONED)


def no_registry_is_addressed(sources: Iterable[Source]) -> list[str]:
    return _matches(sources, _REGISTRY)


def screens_never_call_skin_axillary(sources: Iterable[Source]) -> list[str]:
    screens = [source for source in sources if source.within("host/pouch_host/web/templates")]
    return _matches(screens, _AXILLARY_AS_LABEL)


def mock_library_is_not_used(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path} imports {name}"
        for source in _python(sources)
        for name in sorted(source.imports_any("unittest.mock", "mock", "pytest_mock"))
    ]


def tests_never_sleep(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}:{node.lineno} waits for the wall clock"
        for source in _python(sources)
        if source.within("tests") and not _RUNS_IN_THE_VM.fullmatch(source.path)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    ]


def _python(sources: Iterable[Source]) -> list[Source]:
    return [source for source in sources if source.suffix == ".py"]


def _matches(sources: Iterable[Source], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{source.path}:{line_no} says {match.group()}"
        for source in sources
        for line_no, line in enumerate(source.text.splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring, which may be as long as it is useful."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines
