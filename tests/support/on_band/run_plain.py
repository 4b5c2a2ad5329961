"""Runs in MicroPython: every test_* function of the modules named on the command line."""

import sys

failed = 0
for name in sys.argv[1:]:
    module = __import__(name, None, None, ("*",))
    for item in sorted(dir(module)):
        if item.startswith("test_"):
            try:
                getattr(module, item)()
                print("passed", name, item)
            except Exception as error:
                failed += 1
                print("FAILED", name, item)
                sys.print_exception(error)
sys.exit(1 if failed else 0)
