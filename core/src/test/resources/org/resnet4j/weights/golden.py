"""Writes golden.safetensors; run with safetensors 0.8.0 and NumPy."""

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "layer1.0.conv1.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "bn1.num_batches_tracked": np.array(7, dtype=np.int64),
        "half": np.array([0.5, -2.0], dtype=np.float16),
        "double": np.array([[1e300]], dtype=np.float64),
        "pixel": np.array([0, 128, 255], dtype=np.uint8),
        "index": np.array([-1, 2], dtype=np.int32),
        "flag": np.array([True, False]),
        "empty": np.zeros((0, 4), dtype=np.float32),
    },
    "golden.safetensors",
    metadata={"format": "pt"},
)
