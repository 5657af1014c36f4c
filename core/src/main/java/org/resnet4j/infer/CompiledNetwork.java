package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.reorder;
import org.resnet4j.arch.Network;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.weights.model.Quantization;

/**
 * A network compiled for one batch size, without anything around it: what benchmarks measure.
 *
 * <p>To classify images, use {@link Classifier}. Everything happens on the thread that compiles,
 * and nowhere else.
 */
public final class CompiledNetwork implements AutoCloseable {
  private static final List<String> PRECISIONS = List.of("fp32", "bf16", "int8");

  private final Compiler compiler;
  private final Plan plan;
  private boolean closed;

  private CompiledNetwork(Compiler compiler, Plan plan) {
    this.compiler = compiler;
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
    Engine.threads(); // Its settings come before the first native call.
    dnnl_version_t version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d".formatted(version.major(), version.minor(), version.patch());
  }

  /**
   * Finds scales for 8 bits from the largest magnitudes that images have in each feature map.
   *
   * @param weights the values of each tensor by its name in {@link Network#state}
   * @param images each (H, W, C), normalised
   */
  public static Quantization calibrate(
      Network network, Function<String, float[]> weights, List<float[]> images) {
    Engine.adoptThread(Engine.threads());
    try (Compiler compiler = new Compiler(network, weights, Precision.FP32, null)) {
      return new Calibration(network, compiler, images)
          .quantization(Calibration.Method.MIN_MAX, Set.of());
    }
  }

  /**
   * Compiles for the calling thread.
   *
   * @param weights the values of each tensor by its name in {@link Network#state}
   * @param precision one of {@link #precisions}; what int8 leaves is in bf16 where the processor
   *     has that
   * @param quantization the scales; used in int8 alone
   * @param batch images that run together
   * @param threads that work on them
   * @throws IllegalArgumentException for another precision, or one that the processor or the model
   *     lacks
   */
  public static CompiledNetwork compile(
      Network network,
      Function<String, float[]> weights,
      String precision,
      Optional<Quantization> quantization,
      int batch,
      int threads) {
    if (!PRECISIONS.contains(precision)) {
      throw new IllegalArgumentException(
          "precision = %s: must be one of %s".formatted(precision, String.join(", ", PRECISIONS)));
    }
    Processor processor = Processor.here();
    boolean narrow =
        InferencePrecision.named(precision).on(processor, quantization.isPresent())
            == InferencePrecision.INT8;
    boolean half = precision.equals("bf16") || (narrow && processor.computesInBf16());
    Engine.adoptThread(threads);
    Compiler compiler =
        new Compiler(
            network,
            weights,
            half ? Precision.BF16 : Precision.FP32,
            narrow ? quantization.orElseThrow() : null);
    try {
      return new CompiledNetwork(compiler, compiler.plan(batch));
    } catch (RuntimeException | Error e) {
      compiler.close();
      throw e;
    }
  }

  private Plan open() {
    if (closed) {
      throw new IllegalStateException("the network is closed; compile it again");
    }
    return plan;
  }

  /** Where the images go: (N, H, W, C), normalised; not to be touched once this is closed. */
  public FloatBuffer pixels() {
    return open().pixels();
  }

  /** Runs what is in {@link #pixels}; (N, classes). */
  public float[] run() {
    open().run();
    FloatBuffer logits = plan.logits();
    float[] values = new float[logits.remaining()];
    logits.get(values);
    return values;
  }

  /** The steps in the order in which they run. */
  public List<Step> steps() {
    return open().steps().stream()
        .map(step -> new Step(step.name(), step.operator(), step.work() instanceof reorder))
        .toList();
  }

  /** Runs step by step; the milliseconds of each, of all slices of the batch together. */
  public double[] times() {
    IdentityHashMap<Primitives.Step, Integer> numbers = new IdentityHashMap<>();
    open().steps().forEach(step -> numbers.put(step, numbers.size()));
    double[] times = new double[numbers.size()];
    long[] last = {System.nanoTime()};
    plan.run(
        step -> {
          long now = System.nanoTime();
          times[numbers.getOrDefault(step, 0)] += (now - last[0]) / 1e6;
          last[0] = System.nanoTime();
        });
    return times;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      plan.close();
      compiler.close();
    }
  }
}
