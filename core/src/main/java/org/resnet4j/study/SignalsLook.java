package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a look at a network found: how strong its signals are, forward and backward.
 *
 * <p>Every pass is as in training, but that nothing is dropped out: batch norms use the statistics
 * of the batch, the loss is the cross-entropy, mean over the batch. All values are means over the
 * batches looked at.
 *
 * @param step of the training, after which it was taken
 * @param loss mean cross-entropy
 * @param layers convolutions and norms of stem, units and tail, in the order they run
 * @param units first to last
 * @param batches of each batch, the mean response of the 3x3 layers
 */
record SignalsLook(
    Moment moment,
    long step,
    double loss,
    List<LayerSignal> layers,
    List<UnitSignal> units,
    List<Double> batches) {

  /** When in the life of a network. */
  enum Moment {
    INITIALISATION("at initialisation"),
    DURING("during training"),
    AFTER("after training");

    private final String words;

    Moment(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * A convolution or norm.
   *
   * @param kind {@code 3x3}, {@code 1x1} and so on, or {@code norm}
   * @param variance of its output: over all values (N, C, H, W) of a batch, around their mean
   * @param weightGradient L2 norm of the gradient of the loss with respect to its weight (of a
   *     norm: its scale)
   * @param response of a 3x3 convolution of stem or branch, standard deviation of its response: of
   *     the output of the norm that follows it, or its own where none does; arXiv 1512.03385,
   *     figure 7. NaN for other layers
   */
  record LayerSignal(
      String name, String kind, double variance, double weightGradient, double response) {
    boolean hasResponse() {
      return !Double.isNaN(response);
    }

    boolean convolution() {
      return !kind.equals("norm");
    }
  }

  /**
   * A residual unit or its plain twin.
   *
   * @param variance of its output, over all values (N, C, H, W) of a batch, around their mean
   * @param gradient L2 norm of the gradient of the loss with respect to its output
   * @param shortcutGradient L2 norm of the gradient that reaches the unit's input through the
   *     shortcut; 0 in a plain unit
   * @param branchGradient the same through the branch
   * @param shortcutShare {@code shortcutGradient / (shortcutGradient + branchGradient)}; NaN where
   *     no gradient arrives at all
   */
  record UnitSignal(
      String name,
      double variance,
      double gradient,
      double shortcutGradient,
      double branchGradient,
      double shortcutShare) {}

  SignalsLook {
    layers = List.copyOf(layers);
    units = List.copyOf(units);
    batches = List.copyOf(batches);
  }

  /** A look at one batch. */
  static SignalsLook of(
      Moment moment, long step, double loss, List<LayerSignal> layers, List<UnitSignal> units) {
    return new SignalsLook(moment, step, loss, layers, units, List.of(meanResponse(layers)));
  }

  /** The mean of looks at the same network. */
  static SignalsLook mean(List<SignalsLook> looks) {
    SignalsLook first = looks.get(0);
    List<LayerSignal> layers = new ArrayList<>();
    for (int i = 0; i < first.layers.size(); i++) {
      int k = i;
      layers.add(
          new LayerSignal(
              first.layers.get(k).name(),
              first.layers.get(k).kind(),
              mean(looks, look -> look.layers.get(k).variance()),
              mean(looks, look -> look.layers.get(k).weightGradient()),
              mean(looks, look -> look.layers.get(k).response())));
    }
    List<UnitSignal> units = new ArrayList<>();
    for (int i = 0; i < first.units.size(); i++) {
      int k = i;
      units.add(
          new UnitSignal(
              first.units.get(k).name(),
              mean(looks, look -> look.units.get(k).variance()),
              mean(looks, look -> look.units.get(k).gradient()),
              mean(looks, look -> look.units.get(k).shortcutGradient()),
              mean(looks, look -> look.units.get(k).branchGradient()),
              mean(looks, look -> look.units.get(k).shortcutShare())));
    }
    return new SignalsLook(
        first.moment,
        first.step,
        mean(looks, SignalsLook::loss),
        layers,
        units,
        looks.stream().flatMap(look -> look.batches.stream()).toList());
  }

  private static double mean(List<SignalsLook> looks, ToDoubleFunction<SignalsLook> value) {
    return looks.stream().mapToDouble(value).average().orElseThrow();
  }

  UnitSignal firstUnit() {
    return units.get(0);
  }

  UnitSignal lastUnit() {
    return units.get(units.size() - 1);
  }

  /** Powers of ten between the gradient at the first unit and at the last: -2 is a hundredth. */
  double gradientDecades() {
    return decades(firstUnit().gradient(), lastUnit().gradient());
  }

  /** Powers of ten between the variance of the last unit's output and the first one's. */
  double varianceDecades() {
    return decades(lastUnit().variance(), firstUnit().variance());
  }

  /** What fp32 has rounded to zero counts as the smallest number that it has. */
  private static double decades(double one, double other) {
    return Math.log10(Math.max(one, Float.MIN_VALUE) / Math.max(other, Float.MIN_VALUE));
  }

  /** The responses of the 3x3 layers in order; figure 7. */
  List<LayerSignal> responses() {
    return layers.stream().filter(LayerSignal::hasResponse).toList();
  }

  double meanResponse() {
    return meanResponse(layers);
  }

  private static double meanResponse(List<LayerSignal> layers) {
    return layers.stream()
        .filter(LayerSignal::hasResponse)
        .mapToDouble(LayerSignal::response)
        .average()
        .orElse(Double.NaN);
  }

  /** The mean share through the shortcut, over the units. */
  double meanShare() {
    return units.stream().mapToDouble(UnitSignal::shortcutShare).average().orElse(Double.NaN);
  }
}
