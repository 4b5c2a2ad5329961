"""What the simulator's own tests share: tiny firmwares on a band, and a bus that echoes."""

import shutil
from pathlib import Path

from pouch_sim.simulation import Simulation

START_UTC_S = 1_767_225_600
FIRMWARE = Path(__file__).parent / "firmware"


class EchoBus:
    """A bus with one device, which returns what was written last, over and over."""

    ADDRESS = 0x42

    def __init__(self):
        self.times_us = []
        self._last = b"\x00"

    def power_on(self, now_us):
        self._last = b"\x00"

    def transfer(self, address, write, read_count, now_us):
        self.times_us.append(now_us)
        if address != self.ADDRESS:
            raise OSError(19, "no such device")
        self._last = write or self._last
        return (self._last * read_count)[:read_count]


def simulation(seed=1, **options):
    return Simulation(seed, START_UTC_S, **options)


def add_band(sim, program, work_dir, *, name="band", bus=None, **options):
    """Add a band that runs firmware/<program>.py, and nothing of the product."""
    firmware_dir = work_dir / f"{name}.firmware"
    firmware_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(FIRMWARE / f"{program}.py", firmware_dir / "main.py")
    return sim.add_band(
        name,
        bus or EchoBus(),
        firmware_dir=firmware_dir,
        protocol_dir=firmware_dir,
        work_dir=work_dir,
        **options,
    )


def run_until_off(sim, band):
    """Run until the firmware ended or lost power; return what it printed, by line."""

    async def main():
        await band.until_off()

    sim.run(main())
    return band.log_text().splitlines()
