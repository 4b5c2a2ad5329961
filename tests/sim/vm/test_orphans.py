"""What remains when the simulator itself is killed: nothing."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.sim.vm.rig import add_band, simulation

sim = simulation(speed=1.0)
band = add_band(sim, "forever", Path(sys.argv[1]))

async def main():
    await asyncio.sleep(1)
    print(band._vm._process.pid, flush=True)
    await asyncio.sleep(3600)

sim.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system has no pidfd_open")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_bands_end_with_a_simulator_that_is_killed(tmp_path, how):
    paths = [str(ROOT / part) for part in ("sim", "protocol", "host", ".")]
    simulator = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with simulator:
        band = os.pidfd_open(int(simulator.stdout.readline()))
        try:
            simulator.send_signal(how)
            ended, _, _ = select.select([band], [], [], 10)
        finally:
            os.close(band)
    assert ended
