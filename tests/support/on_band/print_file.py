"""Runs in MicroPython: print one file of a band's flash image, in hexadecimal.

image path
"""

import sys

import vfs

from tests.support.on_band.image_file import ImageFile

vfs.mount(vfs.VfsLfs2(ImageFile(sys.argv[1])), "/flash")
with open("/flash" + sys.argv[2], "rb") as file:
    print(file.read().hex())
