import sim

page = bytearray(b"\x0f" * 256)
sim.writeblocks(400, page, 0)
page[5] = 0x0E
sim.writeblocks(400, page, 0)
print("cleared a bit")
page[5] = 0x1E
sim.writeblocks(400, page, 0)
print("never printed")
