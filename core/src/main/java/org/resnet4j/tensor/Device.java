package org.resnet4j.tensor;

/** Where tensors live and are computed on. */
public enum Device {
  CPU("cpu"),
  /** The first NVIDIA GPU; needs the build with {@code -Pgpu}. */
  CUDA("cuda");

  private final String id;

  Device(String id) {
    this.id = id;
  }

  /**
   * The device of that name; {@code auto} takes the GPU if there is one.
   *
   * @throws IllegalArgumentException for an unknown name, or {@code cuda} where there is none
   */
  public static Device of(String name) {
    return switch (name) {
      case "auto" -> Engine.hasGpu() ? CUDA : CPU;
      case "cpu" -> CPU;
      case "cuda" -> {
        if (!Engine.hasGpu()) {
          throw new IllegalArgumentException(
              "device = cuda: this machine or build has none; use auto or cpu, or build with -Pgpu");
        }
        yield CUDA;
      }
      default ->
          throw new IllegalArgumentException(
              "device = %s: must be auto, cpu or cuda".formatted(name));
    };
  }

  /** As recipes and the command line write it. */
  public String id() {
    return id;
  }

  /** The native device; the caller closes it. */
  public org.bytedeco.pytorch.Device handle() {
    return new org.bytedeco.pytorch.Device(id);
  }
}
