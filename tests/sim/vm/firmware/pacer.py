"""The band's own Link with a session that a test commands: it sends as much as it is asked for.

host writes    S count u16 every u8    a report: so many stream frames, P each `every`, then D
               A                       abort: no more frames, X is answered
               Q                       Q is answered
               W size bytes            W is answered, with the length that arrived
"""

import asyncio
import struct

from band import link
from boards import this_board

WINDOW_MS = 3_600_000
CONTROL, STREAM = 0, 1


class Session:
    """Stands in for a BandSession of a host with the key; every frame has its number."""

    trusted = True

    def __init__(self, source):
        self.replies = []
        self.left = self.sent = self.every = 0

    def receive(self, frame):
        kind = frame[:1]
        if kind == b"S":
            self.left, self.every = struct.unpack("<HB", frame[1:4])
            self.sent = 0
        elif kind == b"A":
            print("aborted after", self.sent)
            self.left = self.every = 0
            self.replies.append(b"X")
        elif kind == b"Q":
            self.replies.append(b"Q")
        elif kind == b"W":
            self.replies.append(b"W" + struct.pack("<H", len(frame)))

    def next_frame(self, frame_bytes_max):
        if self.replies:
            return CONTROL, self.replies.pop(0)
        if not self.left:
            return None
        self.left -= 1
        self.sent += 1
        if self.every and self.sent % self.every == 0:
            self.replies.append(b"P" + struct.pack("<H", self.sent))
        if not self.left:
            self.replies.append(b"D")
        data = bytearray(frame_bytes_max)
        struct.pack_into("<H", data, 0, self.sent - 1)
        return STREAM, bytes(data)


class Source:
    def __init__(self, board):
        self.token = lambda: board.random_bytes(6)

    def battery_level(self):
        return 40


class Awake:
    RADIO = 1

    def hold(self, reason):
        pass

    def release(self, reason):
        print("radio off")


async def main():
    board = this_board()
    link.BandSession = Session
    served = link.Link(link.radio(), Source(board), Awake(), board.SENDS_IN_ORDER)
    served.open(WINDOW_MS)
    await served.serve()


asyncio.run(main())
