package org.resnet4j.statistics;

/**
 * A share of independent cases with its 95 % interval by Wilson (Journal of the American
 * Statistical Association 22, 1927), which also of few cases, or of none or all, is honest.
 *
 * @param count of the cases that are meant
 * @param cases of all
 * @param low the lower end, a fraction
 * @param high the upper end, a fraction
 */
public record Proportion(long count, long cases, double low, double high) {
  private static final double NORMAL_95 = 1.959964;

  /** Throws {@link IllegalArgumentException} unless {@code 0 <= count <= cases}. */
  public static Proportion of(long count, long cases) {
    if (count < 0 || count > cases) {
      throw new IllegalArgumentException("%d of %d is no share".formatted(count, cases));
    }
    if (cases == 0) {
      return new Proportion(0, 0, 0, 1); // Nothing is known.
    }
    double p = (double) count / cases;
    double z2 = NORMAL_95 * NORMAL_95;
    double centre = (p + z2 / (2 * cases)) / (1 + z2 / cases);
    double half =
        NORMAL_95 / (1 + z2 / cases) * Math.sqrt(p * (1 - p) / cases + z2 / (4.0 * cases * cases));
    // At the ends the formula gives 0 and 1 but for rounding.
    return new Proportion(
        count,
        cases,
        count == 0 ? 0 : Math.max(0, centre - half),
        count == cases ? 1 : Math.min(1, centre + half));
  }

  /** The share, a fraction; NaN of no cases. */
  public double share() {
    return (double) count / cases;
  }
}
