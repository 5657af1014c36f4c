package org.resnet4j.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Somebody else who runs residual networks on the JVM. */
enum Peer {
  ONNX_RUNTIME("onnxruntime", "ai.onnxruntime.OrtEnvironment"),
  DJL("djl", "ai.djl.basicmodelzoo.cv.classification.ResNetV1");

  /** The block has no other depths, and another stem where images are small. */
  private static final List<Integer> DJL_DEPTHS = List.of(50, 101, 152);

  private static final int DJL_SMALLEST = 33;

  private final String id;
  private final String type;

  Peer(String id, String type) {
    this.id = id;
    this.type = type;
  }

  /** As the command line and its documents write it. */
  String id() {
    return id;
  }

  /**
   * The peer of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Peer of(String name) {
    return Arrays.stream(values())
        .filter(peer -> peer.id.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--peers = %s: must be %s"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Peer::id)
                                .collect(Collectors.joining(" or ")))));
  }

  /** Its precisions that ours is measured beside; none of them has bf16 on a processor. */
  List<String> precisions(String ours) {
    return this == ONNX_RUNTIME && ours.equals("int8") ? List.of("int8", "fp32") : List.of("fp32");
  }

  /** Why it cannot take part, if it cannot. */
  Optional<String> obstacle(Model model, String precision) {
    if (getClass().getResource("/" + type.replace('.', '/') + ".class") == null) {
      return Optional.of("not on the class path; build module bench, whose dependency it is");
    }
    if (this == ONNX_RUNTIME) {
      return OnnxFiles.obstacle(precision);
    }
    int depth = model.network().depth();
    int side = Math.min(model.network().input().height(), model.network().input().width());
    boolean known =
        DJL_DEPTHS.contains(depth) && side >= DJL_SMALLEST && model.firstStrideTwin().isPresent();
    return known
        ? Optional.empty()
        : Optional.of(
            "its ResNetV1 is resnet50, 101 or 152 with images of at least %d pixels, not %s of %s"
                .formatted(DJL_SMALLEST, model.network().name(), model.network().input()));
  }
}
