import machine

while True:
    machine.unique_id()
