package org.resnet4j.bench;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/** Somebody else who trains residual networks. */
enum TrainingPeer {
  /** As a user gets it who changes nothing: fp32, NCHW, eager. */
  PYTORCH("pytorch"),
  /** Channels-last, autocast to bf16 where the processor has it, fused SGD, quiet malloc. */
  PYTORCH_TUNED("pytorch-tuned"),
  /** Its own block and trainer, as a user gets them who changes nothing: fp32. */
  DJL("djl"),
  /** The same with quiet malloc. */
  DJL_TUNED("djl-tuned");

  private final String id;

  TrainingPeer(String id) {
    this.id = id;
  }

  boolean djl() {
    return this == DJL || this == DJL_TUNED;
  }

  boolean tuned() {
    return this == PYTORCH_TUNED || this == DJL_TUNED;
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
  static TrainingPeer of(String name) {
    return Arrays.stream(values())
        .filter(peer -> peer.id.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--peers = %s: must be %s with --train"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(TrainingPeer::id)
                                .collect(Collectors.joining(" or ")))));
  }

  /** Of its activations, whatever ours is. */
  String precision() {
    return this == PYTORCH_TUNED ? Precision.of("auto", Device.CPU).id() : "fp32";
  }

  /** Why it cannot take part, if it cannot. */
  Optional<String> obstacle(Model model) {
    if (djl()) {
      return Peer.DJL.obstacle(model, "fp32");
    }
    return TorchNetwork.of(model.network()).isPresent()
        ? Optional.empty()
        : Optional.of(
            "neither torchvision nor our script has the network %s"
                .formatted(model.network().name()));
  }
}
