package org.resnet4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.plan.OperatorTime;
import org.resnet4j.nn.plan.TrainingPlan;

/** A network's way forward and back: what a step needs of it, however it is run. */
interface Pass extends AutoCloseable {
  /** The environment variable that {@link #of} goes by. */
  String VARIABLE = "RESNET4J_PASS";

  /**
   * The fastest pass that the network and the machine have, or the one that the environment
   * variable {@code RESNET4J_PASS} names: {@code compiled} or {@code autograd}.
   *
   * @param recompute whether only results of units are kept: the same bits in less memory and more
   *     time
   * @throws IllegalArgumentException if there is none of that name, or not for this network
   */
  static Pass of(LiveNetwork network, boolean recompute) {
    return of(network, recompute, System.getenv(VARIABLE));
  }

  /** As {@link #of(LiveNetwork, boolean)}, for a value of the variable; nothing for the fastest. */
  static Pass of(LiveNetwork network, boolean recompute, @Nullable String name) {
    boolean autograd =
        switch (name == null ? "" : name) {
          case "" -> !TrainingPlan.knows(network);
          case "compiled" -> false;
          case "autograd" -> true;
          default ->
              throw new IllegalArgumentException(
                  "%s = %s: must be compiled or autograd".formatted(VARIABLE, name));
        };
    if (autograd && recompute) {
      throw new IllegalArgumentException(
          "recompute = true: %s goes through autograd here, which keeps everything; set it to false"
              .formatted(network.network().name()));
    }
    return autograd
        ? new AutogradPass(network)
        : new CompiledPass(new TrainingPlan(network, recompute));
  }

  /**
   * The logits of a batch in training mode.
   *
   * @param images (N, C, H, W), fp32, normalised
   * @return (N, classes), fp32, from which a loss can go back; belongs to the caller's scope
   */
  Tensor forward(Tensor images);

  /**
   * Leaves in every parameter its gradient, added to what lies there.
   *
   * @param loss of the logits of the last {@link #forward}
   */
  void backward(Tensor loss);

  /** Measures each operator from the next pass on, or no longer. */
  default void watch(boolean on) {
    // Who runs operators elsewhere has nothing to measure.
  }

  /** What operators took on average since they are watched; empty where they cannot be seen. */
  default List<OperatorTime> operators() {
    return List.of();
  }

  /** Frees what the pass keeps; the network stays. */
  @Override
  void close();
}
