"""Mark the private constants of a module as such, before it is compiled.

The compiler puts the value of `_NAME = const(5)` wherever the name stands and forgets the name; of
`_NAME = 5` a board keeps name and value in its heap and looks it up each time. The protocol, which
CPython runs as well, has no `const`. Lines stay where they are.
"""

import ast


def mark(text: str) -> str:
    """Return a module's text with `const` around its private numbers, texts and byte strings.

    Args:
        text: of the module.
    """
    lines = text.splitlines(keepends=True)
    marked: set[str] = set()
    values: list[ast.expr] = []
    tree = ast.parse(text)
    once = _set_once(tree)
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name, value = node.targets[0].id, node.value
        if len(node.targets) > 1 or not _is_private_constant(name) or name not in once:
            continue
        if _is_number(value, marked) or _is_text(value):
            marked.add(name)
            values.append(value)
        elif _is_marked(value):
            marked.add(name)
    # From the end, so that what stands before keeps its place.
    for value in reversed(values):
        _insert(lines, value.end_lineno, value.end_col_offset, ")")
        _insert(lines, value.lineno, value.col_offset, "const(")
    return "".join(lines)


def _insert(lines: list[str], row: int | None, column: int | None, text: str) -> None:
    """Put a text into a line; columns count bytes."""
    if row is None or column is None:
        raise ValueError("a node of a parsed text has its place")
    line = lines[row - 1].encode()
    lines[row - 1] = (line[:column] + text.encode() + line[column:]).decode()


def _set_once(tree: ast.Module) -> set[str]:
    """Return the names that are set, as variables or parameters, in one place of the module."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            names.append(node.id)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names += node.names * 2
    return {name for name in names if names.count(name) == 1}


def _is_private_constant(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name.isupper()


def _is_number(value: ast.expr, marked: set[str]) -> bool:
    """Tell whether the compiler can work this out: whole numbers, and names of such."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    if isinstance(value, ast.Name):
        return value.id in marked
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub | ast.Invert) and _is_number(value.operand, marked)
    return (
        isinstance(value, ast.BinOp)
        and not isinstance(value.op, ast.Div | ast.Pow | ast.MatMult)
        and _is_number(value.left, marked)
        and _is_number(value.right, marked)
    )


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str | bytes)


def _is_marked(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "const"
    )
