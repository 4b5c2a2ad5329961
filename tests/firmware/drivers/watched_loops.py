"""The loops of `drivers.loops` in CPython, with every value watched that they work out.

A board's small integers have 31 bits; in native code a value beyond 32 bits wraps without a word,
and CPython's never do. So each arithmetic result passes through a watch that keeps the extremes.
"""

import ast
from pathlib import Path
from typing import Any

LOOPS = Path(__file__).parents[3] / "firmware" / "drivers" / "loops.py"


class _Watch(ast.NodeTransformer):
    """Puts every result of an operator through `watch`."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        call = ast.Call(ast.Name("watch", ast.Load()), [node], [])
        return ast.copy_location(call, node)

    def visit_AugAssign(self, node):
        assert isinstance(node.target, ast.Name), "the loops add up in plain variables only"
        target = ast.Name(node.target.id, ast.Load())
        value = self.visit(ast.BinOp(target, node.op, node.value))
        return ast.copy_location(ast.Assign([node.target], value), node)


class WatchedLoops:
    """The functions of the module, and the extremes of what they worked out.

    Attributes:
        lowest, highest: those extremes.
        halve, band_powers, spread_sum: the functions.
    """

    def __init__(self, replace=("", "")):
        """Compile the loops.

        Args:
            replace: text that stands in them exactly once, and what to put there: a fault.
        """
        self.lowest = self.highest = 0
        text = LOOPS.read_text(encoding="utf-8")
        sound, faulty = replace
        assert not sound or text.count(sound) == 1, f"{text.count(sound)} times: {sound}"
        text = text.replace(sound, faulty) if sound else text
        text = text.replace("@micropython.viper\n", "").replace("import micropython\n", "")
        tree = ast.fix_missing_locations(_Watch().visit(ast.parse(text)))
        names: dict[str, Any] = {"watch": self._watch}
        names |= dict.fromkeys(("ptr8", "ptr16", "ptr32"))
        exec(compile(tree, str(LOOPS), "exec"), names)
        self.halve = names["halve"]
        self.band_powers = names["band_powers"]
        self.spread_sum = names["spread_sum"]

    def _watch(self, value):
        self.lowest = min(self.lowest, value)
        self.highest = max(self.highest, value)
        return value
