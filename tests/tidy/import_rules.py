"""Who may import whom. Each rule returns the breaches it finds, one readable line each."""

from collections.abc import Callable, Iterable

from tests.tidy.source import Source

FIRMWARE_MODULES = ("band", "boards", "drivers", "start")
SHADOW = "sim/pouch_sim/vm/shadow"

# The protocol runs in both interpreters, so it may use only what both have, and no I/O or clock.
_PROTOCOL_MAY_IMPORT = {
    "binascii",
    "hashlib",
    "micropython",
    "struct",
    "pouch_protocol",
    "__future__",
}

# Reading a time zone's table is the one thing here that touches a file: a local day has 23 or 25
# hours, and days are what the analysis counts.
_ANALYSIS_MAY_IMPORT = {
    "__future__", "bisect", "collections", "dataclasses", "datetime", "enum", "functools",
    "itertools", "math", "numpy", "pouch_host", "pouch_protocol", "typing", "zoneinfo",
}  # fmt: skip
_ANALYSIS = "host/pouch_host/analysis"
# Its numbers are a file of the program, read once.
_PARAMETERS = "host/pouch_host/analysis/parameters.py"
_PARAMETERS_MAY_IMPORT = {"hashlib", "importlib", "json", "tomllib"}

# Alerts are told the time, and need nothing of the rest of the host: a replay of a year and a live
# board decide by the same code.
_ALERTS_MAY_IMPORT = {
    "__future__", "bisect", "collections", "dataclasses", "enum", "functools", "itertools",
    "math", "numpy", "pouch_host", "pouch_protocol", "statistics", "types", "typing",
}  # fmt: skip
_ALERTS = "host/pouch_host/alerts"

# A ward that runs without a page: what screens, exports and tests show is decided there.
_WARD_MAY_IMPORT = tuple(
    f"pouch_host.{name}"
    for name in ("alerts", "analysis", "derive", "errors", "store", "ward", "zones")
)
_WARD = "host/pouch_host/ward"

# What starts the band is never updated, so it needs nothing that an update changes; but the loader
# hands over to it.
_START = "firmware/start"
_LOADER = "firmware/start/loader.py"
_START_MAY_IMPORT = {"binascii", "io", "micropython", "os", "start", "sys"}
_LOADER_MAY_IMPORT = _START_MAY_IMPORT | {"band", "boards", "gc", "machine", "time", "vfs"}

# What MicroPython on a board lacks, or has only as a package that nobody installs there.
_NOT_ON_A_BOARD = ("abc", "contextlib", "dataclasses", "enum", "functools", "pathlib", "typing")

# The simulator's VM speaks frames of its own with the process that runs it. They never leave
# that machine and never reach flash or air, so they are no part of the protocol.
_STRUCT_MAY_BE_IN = ("protocol/pouch_protocol", "sim/pouch_sim/vm/frames.py", SHADOW)

# It takes half a second and 40 MB to import: only what draws pays for it.
_DRAWS = (
    "host/pouch_host/agreement/figures.py",
    "host/pouch_host/library/comparison.py",
    "host/pouch_host/figures",
    "host/pouch_host/report",
    "sim/pouch_sim/commands",
)

_PRODUCT = ("protocol", "host", "sim", "firmware")


def _top_level(source: Source) -> set[str]:
    return {name.split(".")[0] for name in source.imports}


def _breaches(
    sources: Iterable[Source], concerned: Callable[[Source], bool], *modules: str
) -> list[str]:
    """Return a line for each concerned source that imports one of `modules`."""
    return [
        f"{source.path} imports {module}"
        for source in sources
        if concerned(source)
        for module in sorted(source.imports_any(*modules))
    ]


def _outside(sources: Iterable[Source], *allowed: str) -> list[str]:
    """Return a line for each module of the host that is imported and not within `allowed`."""
    within = tuple(f"{module}." for module in allowed)
    return [
        f"{source.path} imports {name}"
        for source in sources
        for name in sorted(source.imports)
        if name.startswith("pouch_host.") and not f"{name}.".startswith(within)
    ]


def protocol_imports_only_what_both_interpreters_have(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path} imports {name}"
        for source in sources
        if source.within("protocol/pouch_protocol")
        for name in sorted(_top_level(source) - _PROTOCOL_MAY_IMPORT)
    ]


def host_never_imports_sim(sources: Iterable[Source]) -> list[str]:
    return _breaches(sources, lambda s: s.within("host"), "pouch_sim")


def sim_imports_host_only_in_commands(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: s.within("sim") and not s.within("sim/pouch_sim/commands"),
        "pouch_host",
    )


def firmware_imports_nothing_of_the_host_side(sources: Iterable[Source]) -> list[str]:
    return _breaches(sources, lambda s: s.within("firmware"), "pouch_host", "pouch_sim")


def nobody_imports_firmware(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources, lambda s: s.within("protocol", "host", "sim", "benchmarks"), *FIRMWARE_MODULES
    )


def firmware_needs_no_module_that_boards_lack(sources: Iterable[Source]) -> list[str]:
    return _breaches(sources, lambda s: s.within("firmware", "protocol"), *_NOT_ON_A_BOARD)


def start_needs_nothing_that_an_update_changes(sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path} imports {name}"
        for source in sources
        if source.within(_START)
        for name in sorted(
            _top_level(source)
            - (_LOADER_MAY_IMPORT if source.path == _LOADER else _START_MAY_IMPORT)
        )
    ]


def machine_is_known_only_to_drivers_boards_and_loader(sources: Iterable[Source]) -> list[str]:
    allowed = ("firmware/drivers", "firmware/boards", _LOADER, SHADOW)
    return _breaches(sources, lambda s: s.within(*_PRODUCT) and not s.within(*allowed), "machine")


def bluetooth_is_known_to_one_firmware_file(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: s.within(*_PRODUCT) and not s.within("firmware/band/link.py", SHADOW),
        "bluetooth",
        "aioble",
    )


def bleak_is_known_to_one_host_file_and_the_radio(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: (
            s.within(*_PRODUCT)
            and not s.within("host/pouch_host/collect/ble.py", "sim/pouch_sim/radio")
        ),
        "bleak",
        "bleak_retry_connector",
    )


def pyserial_is_known_to_one_host_file(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: s.within(*_PRODUCT) and not s.within("host/pouch_host/collect/serial.py"),
        "serial",
    )


def resets_of_adapters_are_known_to_one_host_file(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: s.within(*_PRODUCT) and not s.within("host/pouch_host/collect/recovery.py"),
        "bluetooth_auto_recovery",
        "bluetooth_adapters",
    )


def metrics_library_is_known_to_two_host_files(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: (
            s.within(*_PRODUCT)
            and not s.within(
                "host/pouch_host/collect/metrics.py", "host/pouch_host/system/metrics.py"
            )
        ),
        "prometheus_client",
    )


def analysis_does_no_input_or_output(sources: Iterable[Source]) -> list[str]:
    concerned = [source for source in sources if source.within(_ANALYSIS)]
    breaches = [
        f"{source.path} imports {name}"
        for source in concerned
        for name in sorted(
            _top_level(source)
            - _ANALYSIS_MAY_IMPORT
            - (_PARAMETERS_MAY_IMPORT if str(source.path) == _PARAMETERS else set())
        )
    ]
    return breaches + _outside(concerned, "pouch_host.analysis")


def alerts_do_no_input_or_output(sources: Iterable[Source]) -> list[str]:
    concerned = [source for source in sources if source.within(_ALERTS)]
    breaches = [
        f"{source.path} imports {name}"
        for source in concerned
        for name in sorted(_top_level(source) - _ALERTS_MAY_IMPORT)
    ]
    return breaches + _outside(concerned, "pouch_host.alerts", "pouch_host.errors")


def ward_knows_neither_pages_nor_bands(sources: Iterable[Source]) -> list[str]:
    concerned = [source for source in sources if source.within(_WARD)]
    return _outside(concerned, *_WARD_MAY_IMPORT)


def matplotlib_is_known_only_to_what_draws(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources,
        lambda s: s.within(*_PRODUCT, "benchmarks") and not s.within(*_DRAWS),
        "matplotlib",
    )


def web_never_talks_to_a_band(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources, lambda s: s.within("host/pouch_host/web"), "pouch_host.collect", "bleak"
    )


def struct_formats_stay_in_the_protocol(sources: Iterable[Source]) -> list[str]:
    return _breaches(
        sources, lambda s: s.within(*_PRODUCT) and not s.within(*_STRUCT_MAY_BE_IN), "struct"
    )
