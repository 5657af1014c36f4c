package org.resnet4j.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/**
 * What a process that trains is to do; read by Java and by {@code train_step.py}.
 *
 * @param who {@code resnet4j} or the name of a peer
 * @param model a model folder or a name of the catalogue; for PyTorch torchvision's name
 * @param family of {@link TorchNetwork}, or nothing
 * @param firstStride whether the stride of bottlenecks moves to the first 1x1
 * @param file weights, images and labels as {@link TrainingFile} writes them, or nothing
 * @param data of the input pipeline, or nothing
 */
record TrainingJob(
    String who,
    String model,
    String family,
    boolean firstStride,
    long seed,
    String precision,
    int batch,
    int threads,
    String file,
    String data,
    double rate,
    double momentum,
    double weightDecay) {

  /** So long that a gradient or a momentum that is wrong shows in the losses, and rounding not. */
  static final double RATE = 0.01;

  static final double MOMENTUM = 0.9; // arXiv 1512.03385, section 4.2, as what follows.
  static final double WEIGHT_DECAY = 1e-4;

  /** SGD as said here, and all else as in arXiv 1512.03385, section 4.2. */
  Recipe recipe() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("batch", String.valueOf(batch));
    values.put("precision", precision);
    values.put("device", "cpu");
    values.put("rate", String.valueOf(rate));
    values.put("momentum", String.valueOf(momentum));
    values.put("weight-decay", String.valueOf(weightDecay));
    values.put("seed", String.valueOf(seed));
    if (!data.isEmpty()) {
      values.put("model", model);
    }
    return RecipeFile.load("cifar-paper", values);
  }

  /** The batch that every contestant sees, (N, H, W, C). */
  Batch images(Network network) {
    return images(network, batch, seed);
  }

  static Batch images(Network network, int batch, long seed) {
    SplittableRandom random = new SplittableRandom(~seed);
    int[] labels =
        IntStream.generate(() -> random.nextInt(network.classes())).limit(batch).toArray();
    float[] pixels = GeneratedValues.images(batch, network.input(), seed);
    return new Batch(batch, pixels, labels, IntStream.range(0, batch).toArray());
  }

  /** With every stride on the first 1x1, as DJL has it. */
  TrainingJob atFirstStride() {
    return new TrainingJob(
        who,
        model,
        family,
        true,
        seed,
        precision,
        batch,
        threads,
        file,
        data,
        rate,
        momentum,
        weightDecay);
  }

  /** For {@code train_step.py}. */
  TrainingJob inPython(TorchNetwork network, Path begin) {
    return new TrainingJob(
        who,
        network.name(),
        network.family(),
        firstStride,
        seed,
        precision,
        batch,
        threads,
        begin.toString(),
        data,
        rate,
        momentum,
        weightDecay);
  }

  /** With the images of a data set instead of made-up ones. */
  TrainingJob on(String images) {
    return new TrainingJob(
        who,
        model,
        family,
        firstStride,
        seed,
        precision,
        batch,
        threads,
        file,
        images,
        rate,
        momentum,
        weightDecay);
  }

  TrainingContestant open() {
    Model named = Model.forTraining(model, seed);
    Model chosen = firstStride ? named.firstStrideTwin().orElseThrow() : named;
    return switch (who) {
      case Job.OWN -> OwnTraining.of(this, chosen);
      case "djl", "djl-tuned" -> DjlTraining.of(this, chosen);
      default -> throw new IllegalArgumentException("nobody is called " + who);
    };
  }
}
