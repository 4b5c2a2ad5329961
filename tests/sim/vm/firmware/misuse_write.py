import machine

machine.mem32[0x60004080] |= 1
print("never printed")
