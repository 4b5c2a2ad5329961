import machine

print(machine.mem32[0x60000000])
print("never printed")
