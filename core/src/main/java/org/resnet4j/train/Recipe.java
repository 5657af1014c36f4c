package org.resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How to train: everything that decides a run except its data.
 *
 * <p>Written and read as flat YAML by {@link RecipeFile}, with the same words and dashes for
 * capital letters: {@code weightDecay} is {@code weight-decay} there.
 *
 * @param name what the recipe is called
 * @param model the network, a name of the catalogue
 * @param size side of the square images in pixels; 0 for the images' own, or the network's where
 *     they differ
 * @param epochs passes over the training images; 0 where {@code iterations} decides
 * @param iterations optimizer steps; 0 where {@code epochs} decides
 * @param batch images a step
 * @param optimizer the rule that changes weights
 * @param rate the highest learning rate
 * @param momentum of SGD, or the first beta of AdamW
 * @param nesterov whether SGD looks ahead
 * @param weightDecay the factor of the decay
 * @param decayed the parameters that decay
 * @param schedule how the rate changes
 * @param warmup epochs of linear warm-up; 0 for none
 * @param milestones where multi-step drops the rate, as fractions of the run
 * @param drop the factor of each drop
 * @param lowRate the rate until the training error falls below {@code lowRateUntil}; 0 for none
 * @param lowRateUntil training error, a fraction; arXiv 1512.03385, section 4.2: 0.8 for 110 layers
 * @param labelSmoothing the share of the target spread over all classes
 * @param augmentation what happens to training images
 * @param normalisation what is subtracted from pixels
 * @param zeroBranch whether the last batch norm of each branch starts at zero
 * @param stochasticDepth how often training leaves the last branch out, the others in proportion to
 *     their depth; arXiv 1603.09382; 0 for never
 * @param precision of activations: auto, fp32 or bf16
 * @param device auto, cpu or cuda
 * @param unreadable what to do about an image that cannot be read: fail or skip
 * @param seed of every random choice
 */
public record Recipe(
    String name,
    String model,
    int size,
    int epochs,
    int iterations,
    int batch,
    OptimizerKind optimizer,
    double rate,
    double momentum,
    boolean nesterov,
    double weightDecay,
    Decayed decayed,
    ScheduleKind schedule,
    double warmup,
    List<Double> milestones,
    double drop,
    double lowRate,
    double lowRateUntil,
    double labelSmoothing,
    AugmentationKind augmentation,
    Normalisation normalisation,
    boolean zeroBranch,
    double stochasticDepth,
    String precision,
    String device,
    String unreadable,
    long seed) {

  /** The rules that change weights. */
  public enum OptimizerKind {
    /** Stochastic gradient descent with momentum, as PyTorch has it. */
    SGD,
    /** Adam with decoupled decay; arXiv 1711.05101. */
    ADAMW
  }

  /** The parameters that decay. */
  public enum Decayed {
    ALL,
    /** All but batch norms and biases; arXiv 1812.01187, section 3.1. */
    NO_NORM,
    /** Kernels only. */
    CONVOLUTIONS
  }

  /** How the rate changes over a run, after the warm-up. */
  public enum ScheduleKind {
    CONSTANT,
    MULTI_STEP,
    COSINE,
    /** Up in a straight line for the first quarter, then down to zero; arXiv 1708.07120. */
    ONE_CYCLE
  }

  /** What happens to training images. */
  public enum AugmentationKind {
    NONE,
    /** 4 pixels of padding, a random crop; no flip. */
    PAD_CROP,
    /** 4 pixels of padding, a random crop, a flip; arXiv 1512.03385, section 4.2. */
    PAD_CROP_FLIP,
    /** A crop of 8 to 100 % of the area at a random place, resized, and a flip. */
    RANDOM_RESIZED_CROP
  }

  /** What is subtracted from pixels. */
  public enum Normalisation {
    /** Mean and standard deviation of each channel over the training images. */
    CHANNEL,
    /** The mean of each pixel, and no division beyond 255; arXiv 1512.03385, section 4.2. */
    PIXEL_MEAN
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Recipe {
    milestones = List.copyOf(milestones);
    List<String> problems = new ArrayList<>();
    check(problems, size >= 0 && size <= 4096, "size = %d: must be from 0 to 4096 pixels", size);
    check(
        problems,
        epochs >= 0 && iterations >= 0 && (epochs > 0) != (iterations > 0),
        "epochs = %d, iterations = %d: one must be above 0 and the other 0",
        epochs,
        iterations);
    check(problems, batch >= 2, "batch = %d: must be at least 2, batch norm needs company", batch);
    check(problems, rate > 0 && rate < 1e3, "rate = %s: must be above 0 and below 1000", rate);
    check(
        problems,
        momentum >= 0 && momentum < 1,
        "momentum = %s: must be from 0 to below 1",
        momentum);
    check(problems, !nesterov || momentum > 0, "nesterov = true: needs a momentum above 0");
    check(
        problems,
        weightDecay >= 0 && weightDecay < 1,
        "weight-decay = %s: must be from 0 to below 1",
        weightDecay);
    check(problems, warmup >= 0 && warmup < 1e4, "warmup = %s: must be 0 or more epochs", warmup);
    check(
        problems,
        iterations > 0 || warmup < epochs || warmup == 0,
        "warmup = %s: must be below epochs = %d",
        warmup,
        epochs);
    check(
        problems,
        increasing(milestones),
        "milestones = %s: must rise from above 0 to below 1, as fractions of the run",
        milestones);
    check(problems, drop > 0 && drop <= 1, "drop = %s: must be above 0 and at most 1", drop);
    check(
        problems,
        lowRate >= 0 && lowRate <= rate,
        "low-rate = %s: must be from 0 to rate = %s",
        lowRate,
        rate);
    check(
        problems,
        lowRateUntil > 0 && lowRateUntil <= 1,
        "low-rate-until = %s: must be a training error above 0 and at most 1",
        lowRateUntil);
    check(
        problems,
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label-smoothing = %s: must be from 0 to below 1",
        labelSmoothing);
    check(
        problems,
        stochasticDepth >= 0 && stochasticDepth < 1,
        "stochastic-depth = %s: must be from 0 to below 1",
        stochasticDepth);
    check(
        problems,
        List.of("auto", "fp32", "bf16").contains(precision),
        "precision = %s: must be auto, fp32 or bf16",
        precision);
    check(
        problems,
        List.of("auto", "cpu", "cuda").contains(device),
        "device = %s: must be auto, cpu or cuda",
        device);
    check(
        problems,
        List.of("fail", "skip").contains(unreadable),
        "unreadable = %s: must be fail or skip",
        unreadable);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("recipe " + name + ": " + String.join("; ", problems));
    }
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static void check(
      List<String> problems, boolean holds, String problem, Object... values) {
    if (!holds) {
      problems.add(String.format(Locale.ROOT, problem, values));
    }
  }

  private static boolean increasing(List<Double> fractions) {
    double last = 0;
    for (double fraction : fractions) {
      if (!(fraction > last && fraction < 1)) {
        return false;
      }
      last = fraction;
    }
    return true;
  }
}
