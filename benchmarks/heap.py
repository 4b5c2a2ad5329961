"""What the firmware takes of a board: flash for its .mpy files, heap for code and for running.

Heap is measured in the 32-bit VM where objects are as wide as on a board, and for the whole
application in the unix VM, where all but the radio and the chips is the real thing.
"""

import ast
import asyncio
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from pouch_host.collect.collector import Collector
from pouch_host.store import Store
from pouch_sim.band import SimBand
from pouch_sim.commands.collecting import simulated_collector
from pouch_sim.errors import BandCrashed
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld
from tests.support import device_tree, vm32
from tools.build_image import MARCH, Image, build_image

from .figures import Figure

_ROOT = Path(__file__).parents[1]
_BOARD = "xiao_esp32c3"
_START_UTC_S = 1_790_000_000
_HOUR_MIN = 60
_MINUTE_S = 60
# What a band's log says when its program ended.
_FAILED = "Traceback"

# What a board with 100 kB free stands for, in thousands of words, and how fine is good enough.
_APP_KW = 113
_APP_KW_RANGE = (48, 400)
_APP_KW_STEP = 4
# 64-bit objects are twice as wide, and the stand-ins of the board's modules take 13 kB.
_STAND_INS_KB = 13
_DEVICE_BYTES_RANGE = (48_000, 160_000)
_DEVICE_BYTES_STEP = 2_000
_AMPLE_BYTES = 1_000_000

# Takes the place of tests/device/run.py: loads the firmware, a module a step.
_LOADER = """
import sys
FILES = {modules}
def steps(files=FILES):
    sys.path[:0] = ["", "protocol", "firmware"]
    for name in files:
        __import__(name)
        yield name
"""
# Modules of a board that the 32-bit VM lacks: nothing of them is used while loading.
_ABSENT = ("bluetooth", "cryptolib")
_PACKAGES = {
    "pouch_protocol": "protocol",
    "start": "firmware",
    "drivers": "firmware",
    "band": "firmware",
}
# For the host, for a board that is there, for native code, and what is compiled into the others.
_NOT_LOADED = (
    "pouch_protocol.host",
    "pouch_protocol.constants",
    "start.loader",
    "drivers.loops",
)
_APP = "band.app"


def measure(folder: Path) -> list[Figure]:
    """Compile, load and run; each figure by itself."""
    image = build_image(_ROOT, _BOARD, MARCH[_BOARD], folder / "image")
    return [
        *_flash_figures(image),
        *_code_figures(folder / "code"),
        *_device_figures(folder / "device"),
        *_app_figures(folder),
    ]


def _flash_figures(image: Image) -> list[Figure]:
    figures = [Figure(f"  {path}", len(data), "bytes") for path, data in image.files]
    total = sum(len(data) for _, data in image.files)
    return [Figure(f"firmware as .mpy for {_BOARD}", total / 1000, "kB"), *figures]


def _code_figures(folder: Path) -> list[Figure]:
    """Heap that each module keeps once it is loaded, in the order in which they are."""
    modules = _paths()
    at_start: list[str] = []
    _add_imports(_APP, modules, at_start)
    later: list[str] = list(at_start)
    for name in sorted(modules):
        _add_imports(name, modules, later)
    tree = device_tree.build(folder / "tree", compiled=True)
    _put_image(tree, folder)
    (tree / device_tree.RUN).with_suffix(".mpy").unlink()
    (tree / device_tree.RUN).write_text(_LOADER.format(modules=tuple(later)))
    for name in _ABSENT:
        (tree / f"{name}.py").touch()
    run = vm32.run(tree, _AMPLE_BYTES, folder / "report.json")
    if not run.passed:
        raise AssertionError(run.output)
    held = [step["before"] for step in run.steps]
    kept = [
        Figure(f"  {name}", after - before, "bytes")
        for name, (before, after) in zip(later, pairwise(held), strict=True)
    ]
    count = len(at_start)
    return [
        Figure("heap of the code in 32 bits, loaded at start", _kb(held[0], held[count]), "kB"),
        *kept[:count],
        Figure("  and loaded when it is asked for", _kb(held[count], held[-1]), "kB"),
        *kept[count:],
    ]


def _put_image(tree: Path, folder: Path) -> None:
    """Put the modules as a board gets them in place of those that tests look into."""
    image = build_image(_ROOT, _BOARD, None, folder / "bytecode").folder
    for package, parent in _PACKAGES.items():
        target = tree / parent / package
        shutil.rmtree(target)
        shutil.copytree(image / package, target)


def _kb(before: int, after: int) -> float:
    return (after - before) / 1000


def _paths() -> dict[str, Path]:
    """Return the firmware's modules by name."""
    return {
        f"{package}.{path.stem}": path
        for package, folder in _PACKAGES.items()
        for path in (_ROOT / folder / package).glob("*.py")
        if path.stem != "__init__" and f"{package}.{path.stem}" not in _NOT_LOADED
    }


def _add_imports(name: str, modules: dict[str, Path], order: list[str]) -> None:
    """Put a module behind all that it loads when it is loaded itself."""
    if name in order:
        return
    package = name.partition(".")[0]
    for node in ast.parse(modules[name].read_text(encoding="utf-8")).body:
        found = []
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = f"{package}.{base}".rstrip(".")
            found = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        for imported in found:
            if imported in modules:
                _add_imports(imported, modules, order)
    order.append(name)


def _device_figures(folder: Path) -> list[Figure]:
    tree = device_tree.build(folder / "tree", compiled=True)

    def fits(heap_bytes: int) -> bool:
        run = vm32.run(tree, heap_bytes, folder / "report.json")
        return run.passed and not run.outgrown

    run = vm32.run(tree, _AMPLE_BYTES, folder / "report.json")
    least_bytes = _smallest(fits, _DEVICE_BYTES_RANGE, _DEVICE_BYTES_STEP)
    return [
        Figure("device tests in 32 bits, peak of heap", run.peak_bytes / 1000, "kB"),
        Figure("  smallest heap that they run in (at most 96)", least_bytes / 1000, "kB"),
    ]


def _app_figures(folder: Path) -> list[Figure]:
    # Bytecode throughout: the unix VM runs the board's native code no more than the 32-bit VM.
    image = build_image(_ROOT, _BOARD, None, folder / "bytecode")
    runs = 0

    def fits(heap_kw: int) -> bool:
        nonlocal runs
        runs += 1
        return _app_runs(folder / f"run{runs}", image.folder, heap_kw)

    least_kw = _smallest(fits, _APP_KW_RANGE, _APP_KW_STEP)
    return [
        Figure("application, smallest heap for an hour and a pull", least_kw, "kW"),
        Figure("  that is, free on a board", least_kw - _STAND_INS_KB, "kB"),
        Figure(f"  runs in {_APP_KW} kW (1 for yes)", int(least_kw <= _APP_KW), ""),
    ]


def _app_runs(folder: Path, firmware: Path, heap_kw: int) -> bool:
    """Tell whether the application runs for an hour and serves a pull in a heap."""
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    plan = BandPlan(
        1,
        ScriptedWorld(1, 0),
        heap=f"{heap_kw}wK",
        firmware_dir=firmware,
        protocol_dir=firmware,
        board=_BOARD,
    )
    band = add_band(simulation, plan, folder)
    with Store.open(folder / "store.db") as store:
        collector = simulated_collector(simulation, store)
        try:
            simulation.run(_live(band, collector))
        except BandCrashed:
            return False  # Even saying that it failed took more than there was.
        return _FAILED not in band.log_text() and bool(store.segments(1))


async def _live(band: SimBand, collector: Collector) -> None:
    """Let a band live for an hour and be pulled, unless it fails: it would start for ever."""
    for _ in range(_HOUR_MIN):
        await asyncio.sleep(_MINUTE_S)
        if _FAILED in band.log_text():
            return
    await collector.round()


def _smallest(fits: Callable[[int], bool], limits: tuple[int, int], step: int) -> int:
    """Return the smallest of the sizes from the first limit on, `step` apart, that fits."""
    low, high = limits
    if not fits(high):
        raise AssertionError(f"{high} is too little")
    while high - low > step:
        middle = low + (high - low) // (2 * step) * step
        if fits(middle):
            high = middle
        else:
            low = middle
    return high
