"""Writes the pixels of image files as Pillow reads them: FILE.raw holds 32-bit floats in [0, 1], row by row,
red, green and blue. Prints the path, the width and the height of each file that it reads.

    python pillow_pixels.py FILE…
"""

import sys

import numpy
from PIL import Image, ImageOps

for path in sys.argv[1:]:
    try:
        with Image.open(path) as image:
            image.load()
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I"):
                grey = numpy.asarray(image).astype("float64") / 65535
                pixels = numpy.repeat(grey[:, :, None], 3, axis=2)
            else:
                pixels = numpy.asarray(image.convert("RGB")).astype("float64") / 255
    except Exception:
        continue
    pixels.astype("<f4").tofile(path + ".raw")
    print(f"{path}\t{pixels.shape[1]}\t{pixels.shape[0]}")
