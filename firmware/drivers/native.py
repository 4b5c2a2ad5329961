"""The functions of `loops`, as native code where the interpreter can make it, else as bytecode.

The boards' interpreters have a native emitter. Those of WebAssembly and of Apple's processors do
not, and refuse the decorator at compile time. There the same text is compiled without it: slower,
with the same results. Where only an .mpy file is at hand (made with `-march` of the board) there
is nothing to compile, and its import says so.
"""

import micropython


def bytecode() -> dict:
    """Return the names of `loops`, compiled as bytecode from its text.

    Raises:
        OSError: loops.py is not beside this file.
    """
    with open(__file__.rsplit("/", 1)[0] + "/loops.py") as file:
        text = file.read()
    names = {"__name__": "loops", "micropython": micropython}
    # Parameter annotations (ptr8) are never evaluated, so the decorator is all that must go.
    exec(text.replace("@micropython.viper\n", ""), names)  # noqa: S102 - our own file beside us
    return names


try:
    from .loops import band_powers, halve, spread_sum

    NATIVE = True
except SyntaxError:
    _names = bytecode()
    band_powers, halve = _names["band_powers"], _names["halve"]
    spread_sum = _names["spread_sum"]
    NATIVE = False
