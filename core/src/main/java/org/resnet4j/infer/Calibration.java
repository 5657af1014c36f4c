package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.model.Quantization.Scale;

/** Finds what one step of 8 bits is worth in each feature map of a network, from sample images. */
final class Calibration {
  private final Set<String> names;
  private final Map<String, Distribution> distributions = new LinkedHashMap<>();
  private final int images;

  /** How a scale is chosen from what was seen. */
  enum Method {
    MIN_MAX("min-max"),
    PERCENTILE("percentile"),
    ENTROPY("entropy");

    private final String id;

    Method(String id) {
      this.id = id;
    }

    String id() {
      return id;
    }

    private Scale scale(Distribution seen) {
      return switch (this) {
        case MIN_MAX -> seen.minMax();
        case PERCENTILE -> seen.percentile();
        case ENTROPY -> seen.entropy();
      };
    }
  }

  /**
   * Runs the images twice.
   *
   * @param compiler of the network in fp32
   * @param images each (H, W, C), normalised; read twice
   */
  Calibration(Network network, Compiler compiler, Iterable<float[]> images) {
    this.names = Quantization.names(network);
    try (Plan plan = compiler.observable(1)) {
      this.images = observe(plan, images, Distribution::widen);
      observe(plan, images, Distribution::count);
    }
  }

  private int observe(
      Plan plan, Iterable<float[]> images, BiConsumer<Distribution, FloatBuffer> how) {
    int count = 0;
    for (float[] image : images) {
      plan.pixels().put(image);
      how.accept(of(Quantization.INPUT), FloatBuffer.wrap(image));
      plan.run(
          step -> {
            String name = step.result().name();
            if (names.contains(name)) {
              how.accept(of(name), plan.values(step.result()));
            }
          });
      count++;
    }
    return count;
  }

  private Distribution of(String name) {
    return distributions.computeIfAbsent(name, made -> new Distribution());
  }

  /** The scales by one method, with some layers kept wider. */
  Quantization quantization(Method method, Set<String> kept) {
    Map<String, Scale> scales = new LinkedHashMap<>();
    distributions.forEach((name, seen) -> scales.put(name, method.scale(seen)));
    return new Quantization(scales, kept, method.id(), images);
  }
}
