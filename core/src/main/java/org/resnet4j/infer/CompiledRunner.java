package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.model.ModelWeights;
import org.resnet4j.weights.model.Quantization;

/**
 * Runs compiled plans on a fixed number of threads; a plan is made where it is first needed.
 *
 * <p>Single images go through plans for one image, so that an answer does not depend on what else
 * is asked at the time.
 */
final class CompiledRunner implements Runner {
  private final Network network;
  private final ModelWeights weights;
  private final Compiler compiler;
  private final Workers workers;
  private final int batch;

  /**
   * A runner, which closes the weights.
   *
   * @param quantization nothing unless it computes in 8 bits
   * @param threads in all
   * @param mode whether they work together on one image or each on its own
   * @param batch images that run together when there are many
   */
  CompiledRunner(
      Network network,
      ModelWeights weights,
      Precision precision,
      @Nullable Quantization quantization,
      Classifier.Mode mode,
      int threads,
      int batch) {
    this.network = network;
    this.weights = weights;
    this.batch = batch;
    boolean together = mode == Classifier.Mode.LATENCY;
    this.compiler = new Compiler(network, weights::floats, precision, quantization);
    this.workers = new Workers(compiler, together ? 1 : threads, together ? threads : 1);
    try {
      // A model that cannot run is refused now and not later.
      workers.call(new Workers.Kind(0, 1), plan -> true);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public float[] logits(int count, Images images) {
    return run(0, count, images, network.classes(), Plan::logits);
  }

  @Override
  public float[] features(int count, Images images) {
    return run(0, count, images, network.features(), Plan::features);
  }

  @Override
  public float[] stage(int stage, int count, Images images) {
    int size = Math.toIntExact(network.featureMaps().get(stage - 1).shape().size());
    return run(stage, count, images, size, Plan::features);
  }

  private float[] run(
      int stage, int count, Images images, int each, Function<Plan, FloatBuffer> result) {
    float[] results = new float[Math.multiplyExact(count, each)];
    int together = count == 1 ? 1 : batch;
    Workers.Kind kind = new Workers.Kind(stage, together);
    int size = Math.toIntExact(network.input().size());
    List<Workers.Call<Boolean>> calls = new ArrayList<>();
    for (int from = 0; from < count; from += together) {
      int first = from;
      int last = Math.min(from + together, count);
      calls.add(
          workers.submit(
              kind,
              plan -> {
                for (int i = first; i < last; i++) {
                  images.put(i, plan.pixels().position((i - first) * size));
                }
                plan.run();
                result.apply(plan).get(results, first * each, (last - first) * each);
                return true;
              }));
    }
    try {
      calls.forEach(Workers.Call::result);
    } finally {
      calls.forEach(Workers.Call::cancel); // What has ended is not changed by that.
    }
    return results;
  }

  @Override
  public synchronized void close() {
    workers.close();
    compiler.close();
    weights.close();
  }
}
