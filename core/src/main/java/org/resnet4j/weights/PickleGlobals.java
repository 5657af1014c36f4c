package org.resnet4j.weights;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.weights.PickleValue.Function;
import org.resnet4j.weights.PickleValue.Opaque;
import org.resnet4j.weights.PickleValue.StorageType;

/**
 * The only Python names that a checkpoint may mention.
 *
 * <p>Those of {@code torch.load(weights_only=True)} that state dicts use, and a few that training
 * scripts leave beside them (timm's and torchvision's keep their {@code argparse.Namespace}):
 * naming these is harmless, as they make nothing here.
 */
final class PickleGlobals {
  private static final Map<String, PickleValue> LIST = new HashMap<>();

  static {
    LIST.put("collections.OrderedDict", Function.DICTIONARY);
    LIST.put("torch._utils._rebuild_tensor", Function.TENSOR);
    LIST.put("torch._utils._rebuild_tensor_v2", Function.TENSOR);
    LIST.put("torch._utils._rebuild_parameter", Function.PARAMETER);
    LIST.put("torch._utils._rebuild_parameter_with_state", Function.PARAMETER);
    for (String name :
        new String[] {
          "argparse.Namespace",
          "collections.Counter",
          "builtins.set",
          "__builtin__.set",
          "_codecs.encode",
          "numpy.dtype",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "torch.Size",
          "torch.device"
        }) {
      LIST.put(name, Function.NOTHING);
    }
    storage("Float", DType.F32, "float32", "float");
    storage("Double", DType.F64, "float64", "double");
    storage("Half", DType.F16, "float16", "half");
    storage("BFloat16", DType.BF16, "bfloat16");
    storage("Long", DType.I64, "int64", "long");
    storage("Int", DType.I32, "int32", "int");
    storage("Short", DType.I16, "int16", "short");
    storage("Char", DType.I8, "int8");
    storage("Byte", DType.U8, "uint8");
    storage("Bool", DType.BOOL, "bool");
    LIST.put("torch.storage.UntypedStorage", new StorageType(DType.U8));
  }

  private PickleGlobals() {}

  private static void storage(String name, DType dtype, String... names) {
    LIST.put("torch." + name + "Storage", new StorageType(dtype));
    for (String type : names) {
      LIST.put("torch." + type, new Opaque("a type"));
    }
  }

  static Optional<PickleValue> find(String module, String name) {
    return Optional.ofNullable(LIST.get(module + "." + name));
  }
}
