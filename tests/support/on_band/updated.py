"""Runs in MicroPython: a band as far as an update touches it, and what is done to it."""

from band.trial import Trial
from band.update import Update
from pouch_protocol.errors import Refusal
from start import state as states
from start.choice import choose
from start.pack import Pack
from tests.support.on_band.cut_flash import CutFlash, mount, power_cycle
from tests.support.on_band.parcel import BOARD
from tests.support.on_band.ram_flash import ROOT


class Band:
    """What an update needs of a band: room and a record of events."""

    def __init__(self, room=True):
        self.room = room
        self.asked_blocks = []
        self.events = []

    def make_room(self, blocks):
        self.asked_blocks.append(blocks)
        return self.room

    def add_event(self, event, version):
        self.events.append((event, version))

    def update(self):
        return Update(ROOT, BOARD, self.make_room, self.add_event)

    def trial(self):
        return Trial(ROOT, self.add_event)


def fresh(blocks=64):
    """Return a band on an empty flash, which runs the factory's copy."""
    states.note_running(states.FACTORY)
    mount(CutFlash(blocks), format_it=True)
    return Band()


def start():
    """Start as the loader does; return the slot of the copy that runs, or FACTORY."""
    power_cycle()
    slot = choose(ROOT, states.load(ROOT))
    states.note_running(slot)
    return slot


def send(update, parcel, step=200, until=None):
    """Send pieces until all of it has come, or so much; return the position of the next byte."""
    position = update.begin(parcel.begin)
    while position < (until or len(parcel.stream)):
        position = update.data(position, parcel.stream[position : position + step])
    return position


def refused(action, *arguments):
    """Return the code of the refusal that an action ends with."""
    try:
        action(*arguments)
    except Refusal as refusal:
        return refusal.code
    raise AssertionError("nothing was refused")


def install(band, parcel):
    """Bring an update over, for the next start; return what received it."""
    update = band.update()
    send(update, parcel)
    update.finish()
    return update


def assert_holds(slot, parcel):
    """See that a slot holds the stream to the byte, and that imports find each file in it."""
    path = states.slot_path(ROOT, slot)
    with open(path, "rb") as file:
        assert file.read() == parcel.stream
    pack = Pack(path)
    for name, data in parcel.files:
        assert pack.open("/" + name, "rb").read() == data, name
