"""Starts the band: MicroPython runs this file after boot. A second board is a second import."""

from band.app import run
from boards.xiao_esp32c3 import Board

run(Board())
