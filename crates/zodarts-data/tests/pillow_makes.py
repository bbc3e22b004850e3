"""Writes images of every kind that Pillow can write into a folder.

    python pillow_makes.py FOLDER
"""

import pathlib
import sys

import numpy
from PIL import Image

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(1)
y, x = numpy.mgrid[0:29, 0:37]
noise = random.integers(0, 40, (29, 37))
rgb = numpy.stack([x * 5 + noise, y * 7, numpy.where(x > y, 200, noise)], axis=2).astype("uint8")
rgb = Image.fromarray(rgb)
grey = rgb.convert("L")
deep = Image.fromarray((numpy.asarray(grey).astype("uint16") * 255 + 77))
alpha = rgb.copy()
alpha.putalpha(grey)
cmyk = rgb.convert("CMYK")
palette = rgb.quantize(64)
bits = grey.convert("1")


def save(name, image, **options):
    image.save(folder / name, **options)


for name, image in [("rgb", rgb), ("grey", grey), ("cmyk", cmyk)]:
    save(f"{name}.jpg", image, quality=90)
    save(f"{name}-progressive.jpg", image, quality=90, progressive=True)
    save(f"{name}-optimised.jpg", image, quality=60, optimize=True)
    save(f"{name}-restarts.jpg", image, quality=90, restart_marker_blocks=2)
    save(f"{name}-progressive-restarts.jpg", image, quality=90, progressive=True, restart_marker_rows=1)
for sampling in ["4:4:4", "4:2:2", "4:2:0"]:
    save(f"rgb-{sampling.replace(':', '')}.jpg", rgb, quality=95, subsampling=sampling)
    save(f"rgb-{sampling.replace(':', '')}-progressive.jpg", rgb, quality=95, subsampling=sampling, progressive=True)
for name, image in [("rgb", rgb), ("grey", grey), ("deep", deep), ("alpha", alpha), ("palette", palette), ("bits", bits)]:
    save(f"{name}.png", image)
save("grey-alpha.png", alpha.convert("LA"))
for name, image in [("rgb", rgb), ("grey", grey), ("palette", palette), ("bits", bits)]:
    save(f"{name}.bmp", image)
    save(f"{name}.dib", image)
for name, image in [("rgb", rgb), ("grey", grey), ("deep", deep), ("bits", bits), ("cmyk", cmyk), ("alpha", alpha)]:
    save(f"{name}.tif", image)
    save(f"{name}-deflate.tif", image, compression="tiff_adobe_deflate")
    save(f"{name}-lzw.tif", image, compression="tiff_lzw")
save("rgb-jpeg.tif", rgb, compression="jpeg")
save("bits-g4.tif", bits, compression="group4")
for name, image in [("rgb", rgb), ("grey", grey), ("palette", palette)]:
    save(f"{name}.gif", image)
save("animation.gif", palette, save_all=True, append_images=[palette.rotate(90), palette.rotate(180)])
save("rgb-lossless.webp", rgb, lossless=True)
save("alpha-lossless.webp", alpha, lossless=True)
save("rgb.webp", rgb, quality=90)
save("animation.webp", rgb, save_all=True, append_images=[rgb.rotate(90)], lossless=True)
save("rgb.ppm", rgb)
save("grey.pgm", grey)
save("deep.pgm", deep)
save("bits.pbm", bits)
values = numpy.asarray(grey)
text = "\n".join(" ".join(str(value // 3) for value in row) for row in values)
(folder / "text.pgm").write_text(f"P2\n# a comment\n37 29\n85\n{text}\n")
words = (values.astype(">u2") * 16).tobytes()
(folder / "twelve.pgm").write_bytes(b"P5 37 29 4095\n" + words)
