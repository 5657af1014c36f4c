package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.reorder;
import org.resnet4j.arch.Network;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;

/**
 * A network compiled for one batch size, without anything around it: what benchmarks measure.
 *
 * <p>To classify images, use {@link Classifier}. Everything happens on the thread that compiles,
 * and nowhere else.
 */
public final class CompiledNetwork implements AutoCloseable {
  private static final List<String> PRECISIONS = List.of("fp32", "bf16");

  private final Plan plan;

  private CompiledNetwork(Plan plan) {
    this.plan = plan;
  }

  /**
   * One primitive.
   *
   * @param name of the layer it computes, or what it is for
   * @param operator as oneDNN names it, e.g. {@code brg_conv_fwd:avx512_core_bf16}
   * @param reorder whether it only copies into another layout or type
   */
  public record Step(String name, String operator, boolean reorder) {}

  /** The precisions that plans compute in. */
  public static List<String> precisions() {
    return PRECISIONS;
  }

  /** What runs plans, e.g. {@code oneDNN 3.11.0}. */
  public static String engine() {
    dnnl_version_t version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d".formatted(version.major(), version.minor(), version.patch());
  }

  /**
   * Compiles for as many threads as the engine has.
   *
   * @param weights the values of each tensor by its name in {@link Network#state}
   * @param precision one of {@link #precisions}
   * @param batch images that run together
   * @throws IllegalArgumentException for another precision
   */
  public static CompiledNetwork compile(
      Network network, Function<String, float[]> weights, String precision, int batch) {
    if (!PRECISIONS.contains(precision)) {
      throw new IllegalArgumentException(
          "precision = %s: must be one of %s".formatted(precision, String.join(", ", PRECISIONS)));
    }
    Engine.adoptThread();
    Precision chosen = precision.equals("fp32") ? Precision.FP32 : Precision.BF16;
    return new CompiledNetwork(new Plan(network, weights, batch, chosen));
  }

  /** Where the images go: (N, H, W, C), normalised. */
  public FloatBuffer pixels() {
    return plan.pixels();
  }

  /** Runs what is in {@link #pixels}; (N, classes). */
  public float[] run() {
    return plan.run();
  }

  /** The steps in the order in which they run. */
  public List<Step> steps() {
    return plan.steps().stream()
        .map(step -> new Step(step.name(), step.operator(), step.work() instanceof reorder))
        .toList();
  }

  /** Runs step by step; the milliseconds of each. */
  public double[] times() {
    long[] nanos = plan.times();
    return IntStream.range(0, nanos.length).mapToDouble(i -> nanos[i] / 1e6).toArray();
  }

  @Override
  public void close() {
    plan.close();
  }
}
