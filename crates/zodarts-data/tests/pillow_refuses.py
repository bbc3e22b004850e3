"""Prints the image files that Pillow refuses to load.

    python pillow_refuses.py FILE…
"""

import sys

from PIL import Image

for path in sys.argv[1:]:
    try:
        with Image.open(path) as image:
            image.load()
    except Exception as error:
        print(path, error)
