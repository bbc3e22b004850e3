"""Prints the versions of what zodarts is compared with, as one line of JSON."""

import json
import platform

import numpy
import onnxruntime
import PIL
import torch

print(
    json.dumps(
        {
            "Python": platform.python_version(),
            "torch": f"{torch.__version__} ({torch.backends.cpu.get_cpu_capability()})",
            "onnxruntime": onnxruntime.__version__,
            "numpy": numpy.__version__,
            "Pillow": PIL.__version__,
        }
    )
)
