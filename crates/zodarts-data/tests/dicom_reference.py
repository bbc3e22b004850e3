"""Writes what pydicom makes of DICOM files, for dicom_reference.rs to hold this reader against.

    dicom_reference.py FOLDER

Every file of pydicom's test set and every file that is made here comes as a line of tabs: name, path, kind of
the encoding, white of its depth, frames, channels, rows, columns. Its grey or colours, in the shape (frames, channels, rows,
columns) as 32-bit floating-point numbers from 0 to 1, are in FOLDER/NUMBER.f32, where NUMBER is the line's.
A file that pydicom does not decode has the kind `refused` and no numbers.
"""

import pathlib
import sys
import warnings

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import UID

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(sys.argv[1])
# Frames that are compared of a file.
MOST = 3
LOSSY = {
    "1.2.840.10008.1.2.4.50": "jpeg",
    "1.2.840.10008.1.2.4.51": "jpeg",
    "1.2.840.10008.1.2.4.91": "lossy",
    "1.2.840.10008.1.2.4.81": "exact",
}


def syntax(data):
    return str(data.file_meta.get("TransferSyntaxUID", "")) if hasattr(data, "file_meta") else ""


def group(data, frame, sequence):
    """The item of a functional group of a frame, if there is one."""
    groups = [data.get("PerFrameFunctionalGroupsSequence", []), data.get("SharedFunctionalGroupsSequence", [])]
    for items, at in zip(groups, (frame, 0)):
        if len(items) > at and sequence in items[at]:
            return items[at][sequence][0]
    return None


def seen(data, frame, values):
    """Rescaled values and the grey through the file's table or window, or None without one."""
    rescaling = group(data, frame, "PixelValueTransformationSequence") or data
    view = group(data, frame, "FrameVOILUTSequence") or data
    values = apply_modality_lut(values, rescaling)
    if "VOILUTSequence" in view:
        return values, apply_voi_lut(values.astype(np.int64), view) / (2.0 ** view.VOILUTSequence[0].LUTDescriptor[2] - 1)
    if "WindowCenter" not in view or "WindowWidth" not in view:
        return values, None
    # pydicom maps a window to all values that the type holds.
    plain = Dataset()
    plain.PhotometricInterpretation = data.PhotometricInterpretation
    plain.PixelRepresentation, plain.BitsStored = 0, 16
    for name in ("WindowCenter", "WindowWidth", "VOILUTFunction"):
        if name in view:
            setattr(plain, name, view[name].value)
    return values, apply_voi_lut(values, plain) / 65535


def grey(data, frames):
    parts = [seen(data, at, frame) for at, frame in enumerate(frames)]
    floating = frames.dtype.kind == "f"
    rescaled = any((frame != part[0]).any() for frame, part in zip(frames, parts))
    narrow = not floating and data.BitsStored <= 8 and data.PixelRepresentation == 0
    if narrow and not rescaled and all(part[1] is None for part in parts):
        planes, white = frames / (2.0**data.BitsStored - 1), 255
    else:
        white = 65535
        values = np.stack([part[0] for part in parts]).astype(np.float64)
        counted = np.isfinite(values)
        padding = data.get("PixelPaddingValue")
        if padding is not None:
            ends = sorted((padding, data.get("PixelPaddingRangeLimit", padding)))
            counted &= (frames < ends[0]) | (frames > ends[1])
        low, high = (values[counted].min(), values[counted].max()) if counted.any() else (0.0, 0.0)
        spread = np.nan_to_num(np.clip((values - low) / ((high - low) or np.inf), 0, 1))
        planes = np.stack([spread[at] if part[1] is None else part[1] for at, part in enumerate(parts)])
    return (1 - planes if data.PhotometricInterpretation == "MONOCHROME1" else planes)[:, None], white


def colors(data, frames):
    if data.PhotometricInterpretation == "PALETTE COLOR":
        bits = data.RedPaletteColorLookupTableDescriptor[2]
        planes = np.stack([apply_color_lut(frame, data) for frame in frames]) / (2.0**bits - 1)
    else:
        bits = data.BitsStored
        planes = frames / (2.0**bits - 1)
    return np.moveaxis(planes, -1, 1), 255 if bits <= 8 else 65535


def expected(data):
    values = pixel_array(data)
    channels = data.get("SamplesPerPixel", 1)
    if values.ndim == (2 if channels == 1 else 3):
        values = values[None]
    gray = data.PhotometricInterpretation.startswith("MONOCHROME")
    planes, white = (grey if gray else colors)(data, values)
    return planes[:MOST], white


def written(number, name, path):
    try:
        data = pydicom.dcmread(path, force=True)
        planes, white = expected(data)
        planes = planes.astype("<f4")
        kind = LOSSY.get(syntax(data), "exact")
        shape = planes.shape
        planes.tofile(FOLDER / f"{number}.f32")
    except Exception:
        kind, white, shape = "refused", 0, (0, 0, 0, 0)
    print("\t".join(map(str, (name, path, kind, white, *shape))))


def file(values, bits=None, **more):
    """A file of values in the shape (frames, rows, columns) or (frames, rows, columns, 3)."""
    data = Dataset()
    data.preamble = b"\0" * 128
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1")
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7")
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    data.SamplesPerPixel = 3 if values.ndim == 4 else 1
    data.PhotometricInterpretation = "RGB" if values.ndim == 4 else "MONOCHROME2"
    if values.ndim == 4:
        data.PlanarConfiguration = 0
    data.NumberOfFrames, data.Rows, data.Columns = values.shape[:3]
    data.BitsAllocated = 8 * values.itemsize
    if values.dtype.kind == "f":
        name = "FloatPixelData" if values.itemsize == 4 else "DoubleFloatPixelData"
        setattr(data, name, values.tobytes())
    else:
        data.BitsStored = bits or data.BitsAllocated
        data.HighBit = data.BitsStored - 1
        data.PixelRepresentation = int(values.dtype.kind == "i")
        data.PixelData = values.tobytes()
        data["PixelData"].VR = "OW" if values.itemsize > 1 else "OB"
    for name, value in more.items():
        setattr(data, name, value)
    return data


def encapsulated(data, uid, frames):
    data.file_meta.TransferSyntaxUID = UID(uid)
    data.PixelData = encapsulate(frames)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return data


def noise(shape, bits, kind="u", seed=0):
    """An image with flat parts, slopes, edges and noise."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[1], : shape[2]]
    most = 2**bits - 1
    base = (rows * 3 + columns * 5) * most // (3 * shape[1] + 5 * shape[2])
    base[: shape[1] // 3, : shape[2] // 2] = most // 3
    base[shape[1] // 2 :, shape[2] // 2 :] //= 4
    size = shape[:3] + shape[3:]
    values = np.broadcast_to(base.reshape(base.shape + (1,) * (len(shape) - 3)), size)
    values = np.clip(values + random.integers(-most // 16 - 1, most // 16 + 2, size) * (random.random(size) < 0.3), 0, most)
    return (values - (2 ** (bits - 1) if kind == "i" else 0)).astype(f"{kind}{1 if bits <= 8 else 2}")


def tables(view, entries, first, bits):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.LUTData = np.asarray(entries, "<u2").tobytes()
    item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW"
    view.VOILUTSequence = [item]


def groups(data, shared=None, frames=()):
    def item(slope=None, window=None):
        group = Dataset()
        if slope is not None:
            inner = Dataset()
            inner.RescaleSlope, inner.RescaleIntercept, inner.RescaleType = slope, "-3", "US"
            group.PixelValueTransformationSequence = [inner]
        if window is not None:
            inner = Dataset()
            inner.WindowCenter, inner.WindowWidth = window
            group.FrameVOILUTSequence = [inner]
        return group

    if shared is not None:
        data.SharedFunctionalGroupsSequence = [item(*shared)]
    if frames:
        data.PerFrameFunctionalGroupsSequence = [item(*frame) for frame in frames]
    return data


def native():
    for bits in (8, 12, 16):
        for kind in "ui":
            yield f"native-{kind}{bits}", file(noise((2, 9, 7), bits, kind), bits)
    longs = np.random.default_rng(1).integers(0, 2**32, (2, 5, 6))
    yield "native-u32", file(longs.astype("u4"))
    yield "native-i32", file((longs - 2**31).astype("i4"), RescaleSlope="0.5", RescaleIntercept="7")
    floats = np.random.default_rng(2).normal(size=(2, 5, 6))
    floats[0, 0, :3] = np.nan, np.inf, -np.inf
    yield "native-f32", file(floats.astype("f4"), RescaleSlope="2", RescaleIntercept="1")
    yield "native-f64", file(floats.astype("f8"), WindowCenter="0", WindowWidth="2", VOILUTFunction="LINEAR_EXACT")
    bits = np.random.default_rng(3).integers(0, 2, (3, 5, 7)).astype("u1")
    packed = file(bits, 1, BitsAllocated=1, PixelData=np.packbits(bits.ravel(), bitorder="little").tobytes() + b"\0")
    yield "native-1-bit", packed
    yield "monochrome1", file(noise((1, 9, 7), 12), 12, PhotometricInterpretation="MONOCHROME1")
    padded = noise((1, 9, 7), 12)
    padded[0, :2] = 4090
    yield "padding", file(padded, 12, PixelPaddingValue=4085, PixelPaddingRangeLimit=4095)
    for name in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        window = {"WindowCenter": ["1000", "5"], "WindowWidth": ["1500", "5"], "VOILUTFunction": name}
        yield f"window-{name}", file(noise((1, 9, 7), 12), 12, **window)
    curve = (np.arange(4096) / 4095) ** 3 * 4095
    for bits, first in ((12, 0), (16, 100), (12, -50)):
        table = file(noise((1, 9, 7), 12, "i" if first < 0 else "u"), 12, WindowCenter="9", WindowWidth="9")
        tables(table, (curve * (2**bits - 1) / 4095).round(), first % 65536, bits)
        table.VOILUTSequence[0]["LUTDescriptor"].VR = "US" if first >= 0 else "SS"
        table.VOILUTSequence[0].LUTDescriptor[1] = first
        yield f"table-{bits}-{first}", table
    halves = noise((1, 9, 7), 12)
    two = np.concatenate([halves // 2 * 2, halves // 2])
    yield "groups-slope", groups(file(two, 12), frames=[("1", None), ("2", None)])
    yield "groups-window", groups(file(two, 12), shared=("1", ("1000", "1500")))
    yield "groups-mixed", groups(file(two, 12, WindowCenter="5", WindowWidth="5"), ("3", None), [(None, ("700", "900")), ("2", None)])


def jpeg_ls(values, bits, near=0, mode=0):
    """Frames of JPEG-LS, in colour plane by plane, line by line or pixel by pixel for the modes 0, 1 and 2."""
    from jpeg_ls import encode_buffer

    frames = []
    for frame in values:
        source = np.transpose(frame, (2, 0, 1)) if frame.ndim == 3 and mode == 0 else frame
        samples = 1 if frame.ndim == 2 else 3
        frames.append(encode_buffer(source.tobytes(), frame.shape[0], frame.shape[1], samples, bits, near, mode))
    return frames


def jpeg_2000(values, bits, **options):
    from openjpeg.utils import encode_array

    return [encode_array(frame, bits_stored=bits, **options) for frame in values]


def compressed():
    ls, lossy_ls = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
    for bits in range(2, 17):
        values = noise((2, 21, 18), bits, seed=bits)
        yield f"jpeg-ls-{bits}", encapsulated(file(values, bits), ls, jpeg_ls(values, bits))
    for bits, near in ((8, 1), (8, 7), (8, 100), (12, 3), (16, 200), (4, 2)):
        values = noise((1, 21, 18), bits, seed=near)
        yield f"jpeg-ls-{bits}-near-{near}", encapsulated(file(values, bits), lossy_ls, jpeg_ls(values, bits, near))
    for mode in (0, 1, 2):
        for near in (0, 3):
            values = noise((1, 21, 18, 3), 8, seed=mode)
            values[:, 3:9] = 77
            frames = jpeg_ls(values, 8, near, mode)
            yield f"jpeg-ls-colour-{mode}-{near}", encapsulated(file(values, 8), lossy_ls, frames)
    lossless, lossy = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
    for bits in (5, 8, 10, 12, 16):
        for kind in "ui":
            values = noise((2, 67, 45), bits, kind, seed=bits)
            yield f"jpeg-2000-{kind}{bits}", encapsulated(file(values, bits), lossless, jpeg_2000(values, bits))
    for name, transformed in (("RGB", False), ("YBR_RCT", True)):
        values = noise((1, 67, 45, 3), 8)
        frames = jpeg_2000(values, 8, photometric_interpretation=1, use_mct=transformed)
        yield f"jpeg-2000-{name}", encapsulated(file(values, 8, PhotometricInterpretation=name), lossless, frames)
    for ratio in (4, 20):
        values = noise((1, 130, 90), 12)
        frames = jpeg_2000(values, 12, compression_ratios=[ratio])
        yield f"jpeg-2000-lossy-{ratio}", encapsulated(file(values, 12), lossy, frames)


def encodings(made):
    """The files, and some of them in other encodings of elements."""
    for name, data in made:
        path = FOLDER / f"{name}.dcm"
        data.save_as(path, enforce_file_format=True)
        yield name, path
        if not name.startswith(("native", "table", "groups-slope", "padding")):
            continue
        for other, uid in (("big", "1.2.840.10008.1.2.2"), ("implicit", "1.2.840.10008.1.2"), ("deflated", "1.2.840.10008.1.2.1.99")):
            copy = pydicom.dcmread(path)
            if other == "big":
                swap(copy)
            copy.file_meta.TransferSyntaxUID = UID(uid)
            path_of_copy = FOLDER / f"{name}-{other}.dcm"
            how = {"little_endian": other != "big", "implicit_vr": other == "implicit", "force_encoding": True}
            pydicom.dcmwrite(path_of_copy, copy, **how)
            yield f"{name}-{other}", path_of_copy


def swap(data):
    """Turns bytes that pydicom writes as they are."""
    for name, size in (("PixelData", data.BitsAllocated // 8), ("FloatPixelData", 4), ("DoubleFloatPixelData", 8)):
        if name in data and size > 1:
            data[name].value = np.frombuffer(data[name].value, f"u{size}").byteswap().tobytes()
    for item in data.get("VOILUTSequence", []):
        item["LUTData"].value = np.frombuffer(item["LUTData"].value, "u2").byteswap().tobytes()


def test_set():
    root = pathlib.Path(pydicom.__file__).parent / "data/test_files"
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in ("", ".dcm"):
            yield str(path.relative_to(root)), path


def main():
    files = list(test_set()) + list(encodings(native()))
    try:
        files += list(encodings(compressed()))
    except ImportError as error:
        print(f"SKIPPED: {error}", file=sys.stderr)
    for number, (name, path) in enumerate(files):
        written(number, name, path)


main()
