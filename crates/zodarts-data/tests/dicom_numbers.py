"""Prints the numbers that dicom_real.rs holds this reader against, as pydicom 3 gives them.

    python -m venv v && v/bin/pip install pydicom numpy pylibjpeg pylibjpeg-libjpeg
    v/bin/python dicom_numbers.py FOLDER_OF_THE_FIVE_FILES
"""

import pathlib
import sys

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi_lut

folder = pathlib.Path(sys.argv[1])
PLACES = [(0, 0), (0, 1), (5, 7), (31, 40), (63, 63)]


def show(name, grey):
    steps = np.floor(grey * 65535 + 0.5).astype(np.int64)
    print(f"{name}: {[int(steps[place]) for place in PLACES]} sum {int(steps.sum())}")


for name in ["MR_small.dcm", "MR_small_RLE.dcm"]:
    data = pydicom.dcmread(folder / name)
    # pydicom spreads a window over all values that the type holds.
    seen = apply_voi_lut(apply_modality_lut(data.pixel_array, data), data).astype(np.float64)
    show(f"{name}, its own window", (seen + 32768) / 65535)

data = pydicom.dcmread(folder / "CT_small.dcm")
hounsfield = apply_modality_lut(data.pixel_array, data).astype(np.float64)
show("CT_small.dcm, all values", (hounsfield - hounsfield.min()) / (hounsfield.max() - hounsfield.min()))
data.WindowCenter, data.WindowWidth = 40, 400
seen = apply_voi_lut(hounsfield, data).astype(np.float64)
show("CT_small.dcm, window 40,400", (seen + 32768 + 1024) / 65535)

data = pydicom.dcmread(folder / "SC_rgb_jpeg_gdcm.dcm")
pixels = data.pixel_array
print("SC_rgb_jpeg_gdcm.dcm:", [[int(v) for v in pixels[row, 50]] for row in range(5, 100, 10)], "sum", int(pixels.astype(int).sum()))
