"""Prints what TensorBoard's own reader finds in a folder of event files, as JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.util import tensor_util


def charts(accumulator):
    """Titles of the charts of "Custom Scalars" and the regular expressions of their curves."""
    tensor = accumulator.Tensors("custom_scalars__config__")[-1].tensor_proto
    layout = layout_pb2.Layout()
    layout.ParseFromString(tensor_util.make_ndarray(tensor).item())
    return {chart.title: list(chart.multiline.tag) for category in layout.category for chart in category.chart}


def histogram(event):
    value = event.histogram_value
    return [event.step, value.min, value.max, value.num, value.sum, sum(value.bucket)]


def image(event):
    is_png = event.encoded_image_string.startswith(b"\x89PNG")
    return [event.step, event.width, event.height, is_png]


def main():
    kinds = ["scalars", "histograms", "images", "tensors"]
    accumulator = EventAccumulator(sys.argv[1], size_guidance={kind: 0 for kind in kinds})
    accumulator.Reload()
    tags = accumulator.Tags()
    found = {
        "scalars": {tag: [[e.step, e.value] for e in accumulator.Scalars(tag)] for tag in tags["scalars"]},
        "histograms": {tag: [histogram(e) for e in accumulator.Histograms(tag)] for tag in tags["histograms"]},
        "images": {tag: [image(e) for e in accumulator.Images(tag)] for tag in tags["images"]},
        "charts": charts(accumulator),
    }
    json.dump(found, sys.stdout)


main()
