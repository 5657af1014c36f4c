package org.resnet4j.statistics;

/**
 * How much accuracy one network has less than another, judged on the same images, in points.
 *
 * <p>Only images that one of them has right and the other wrong count. The interval is that of
 * Agresti and Min (Statistics in Medicine 24, 2005), which adds half an image to each of the four
 * kinds, so that no difference on few images does not pass for certainty.
 *
 * @param low lower end of the 95 % interval
 * @param high upper end
 */
public record PairedDrop(double points, double low, double high) {
  private static final double NORMAL_95 = 1.959964;

  /**
   * From counts.
   *
   * @param lost images that were right and are wrong
   * @param gained images that were wrong and are right
   */
  public static PairedDrop of(int lost, int gained, int images) {
    double n = images + 2;
    double difference = (lost - gained) / n;
    double discordant = (lost + gained + 1) / n;
    double error = Math.sqrt(Math.max(0, discordant - difference * difference) / n);
    return new PairedDrop(
        100.0 * (lost - gained) / images,
        100 * (difference - NORMAL_95 * error),
        100 * (difference + NORMAL_95 * error));
  }
}
