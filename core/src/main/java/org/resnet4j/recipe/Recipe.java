package org.resnet4j.recipe;

import java.util.List;

/**
 * How to train: everything that decides a run except its data.
 *
 * <p>Written and read as flat YAML by {@link RecipeFile}: the keys are the components of this
 * record and of the records in it, with dashes for capital letters: {@code weightDecay} is {@code
 * weight-decay} there.
 *
 * @param name what the recipe is called
 * @param paper what the recipe follows, one of {@link Paper#ids}, or none
 * @param model the network, a name of the catalogue
 * @param size side of the square images in pixels; 0 for the images' own, or the network's where
 *     they differ
 * @param epochs passes over the training images; 0 where {@code iterations} decides
 * @param iterations optimizer steps; 0 where {@code epochs} decides
 * @param batch images a step
 * @param optimization how gradients change weights
 * @param rates the learning rate over the run
 * @param variation what training images go through
 * @param judging how the network is asked about test images
 * @param targets what the network is asked for
 * @param selection which images teach and judge, and when it is enough
 * @param averaging what is averaged beside and after training
 * @param fineTuning what stays as it is where training begins with somebody's model
 * @param folds which part of the training images is held out
 * @param zeroBranch whether the last batch norm of each branch starts at zero
 * @param stochasticDepth how often training leaves the last branch out, the others in proportion to
 *     their depth; arXiv 1603.09382; 0 for never
 * @param recompute whether training keeps the results of blocks only and computes what lies between
 *     them again on the way back: the same bits in less memory and more time; arXiv 1604.06174
 * @param precision of activations: auto, fp32 or bf16
 * @param device auto, cpu or cuda
 * @param unreadable what to do about an image that cannot be read: fail or skip
 * @param seed of every random choice
 */
public record Recipe(
    String name,
    String paper,
    String model,
    int size,
    int epochs,
    int iterations,
    int batch,
    Optimization optimization,
    Rates rates,
    Variation variation,
    Judging judging,
    Targets targets,
    Selection selection,
    Averaging averaging,
    FineTuning fineTuning,
    Folds folds,
    boolean zeroBranch,
    double stochasticDepth,
    boolean recompute,
    String precision,
    String device,
    String unreadable,
    long seed) {

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Recipe {
    double warmup = rates.warmup();
    new Problems()
        .check(
            paper.equals(Paper.NONE) || Paper.ids().contains(paper),
            "paper = %s: must be none, %s",
            paper,
            String.join(", ", Paper.ids()))
        .check(size >= 0 && size <= 4096, "size = %d: must be from 0 to 4096 pixels", size)
        .check(
            epochs >= 0 && iterations >= 0 && (epochs > 0) != (iterations > 0),
            "epochs = %d, iterations = %d: one must be above 0 and the other 0",
            epochs,
            iterations)
        .check(batch >= 2, "batch = %d: must be at least 2, batch norm needs company", batch)
        .check(
            iterations > 0 || warmup < epochs || warmup == 0,
            "warmup = %s: must be below epochs = %d",
            warmup,
            epochs)
        .check(
            judging.views() != Judging.Views.MULTI_SCALE
                || variation.normalisation() == Variation.Normalisation.CHANNEL,
            "views = multi-scale: a mean per pixel has one size; set normalisation = channel")
        .check(
            averaging.preciseBatchNorm() == 0
                || fineTuning.normStatistics() == FineTuning.NormStatistics.UPDATE,
            "precise-batch-norm = %d: must be 0 with norm-statistics = frozen",
            averaging.preciseBatchNorm())
        .check(
            stochasticDepth >= 0 && stochasticDepth < 1,
            "stochastic-depth = %s: must be from 0 to below 1",
            stochasticDepth)
        .check(
            List.of("auto", "fp32", "bf16").contains(precision),
            "precision = %s: must be auto, fp32 or bf16",
            precision)
        .check(
            List.of("auto", "cpu", "cuda").contains(device),
            "device = %s: must be auto, cpu or cuda",
            device)
        .check(
            List.of("fail", "skip").contains(unreadable),
            "unreadable = %s: must be fail or skip",
            unreadable)
        .refuse();
  }
}
