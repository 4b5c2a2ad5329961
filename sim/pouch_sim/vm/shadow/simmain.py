"""Program of a simulated board's process: boots, runs main.py, and says how that ended."""

import gc
import sys

import opcodes as _op

import sim as _rt

_text = ""
try:
    from simboot import boot

    _main = boot()
    del boot
    del sys.modules["simboot"]
    gc.collect()
    exec(_main, {"__name__": "__main__", "__file__": "main.py"})
except SystemExit:
    pass
except KeyboardInterrupt:
    # Somebody pressed Ctrl-C: the board is at its prompt, and that is no failure.
    print("KeyboardInterrupt")
except BaseException as error:
    sys.print_exception(error)
    _text = "%s: %s" % (type(error).__name__, error)
try:
    _rt.call(_op.EXIT, _text.encode()[:512])
except OSError:
    pass  # the simulator itself is gone
