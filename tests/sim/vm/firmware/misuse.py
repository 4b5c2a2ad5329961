from flashdev import Flash
from uos import getenv

flash = Flash(getenv("SIM_FLASH"))
page = bytearray(b"\x0f" * 256)
flash.writeblocks(400, page, 0)
page[5] = 0x0E
flash.writeblocks(400, page, 0)
print("cleared a bit")
page[5] = 0x1E
flash.writeblocks(400, page, 0)
print("never printed")
