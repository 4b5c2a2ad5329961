"""Runs in MicroPython: print the free and all blocks of the file system in a flash image."""

import os
import sys

import vfs

from tests.support.on_band.image_file import ImageFile

vfs.mount(vfs.VfsLfs2(ImageFile(sys.argv[1])), "/flash")
found = os.statvfs("/flash")
print(found[3], found[2])
