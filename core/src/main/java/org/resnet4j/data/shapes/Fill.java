package org.resnet4j.data.shapes;

/**
 * What covers an area: two colours in a pattern.
 *
 * @param across periods per pixel to the right, along the pattern
 * @param down periods per pixel downwards, along the pattern
 * @param phase where the pattern begins, in periods
 */
record Fill(
    Pattern pattern, Colour first, Colour second, double across, double down, double phase) {
  /** How two colours share the plane. */
  enum Pattern {
    PLAIN {
      @Override
      double share(double u, double v) {
        return 0;
      }
    },
    GRADIENT {
      @Override
      double share(double u, double v) {
        return Math.abs(2 * (u - Math.floor(u)) - 1);
      }
    },
    STRIPES {
      @Override
      double share(double u, double v) {
        return odd(u) ? 1 : 0;
      }
    },
    CHECKS {
      @Override
      double share(double u, double v) {
        return odd(u) ^ odd(v) ? 1 : 0;
      }
    };

    /** The second colour's share, 0 to 1, at a place in units of the period. */
    abstract double share(double u, double v);

    private static boolean odd(double u) {
      return u - Math.floor(u) >= 0.5;
    }
  }

  /** Any pattern of any two colours whose luma lies between two bounds. */
  static Fill random(Draws draws, double darkest, double lightest) {
    Pattern pattern = draws.oneOf(Pattern.values());
    // A gradient that repeated within the image would look like stripes.
    double period = pattern == Pattern.GRADIENT ? 90 : draws.between(5, 11);
    double angle = draws.between(-StrictMath.PI, StrictMath.PI);
    return new Fill(
        pattern,
        Colour.random(draws, darkest, lightest),
        Colour.random(draws, darkest, lightest),
        StrictMath.cos(angle) / period,
        StrictMath.sin(angle) / period,
        draws.between(0, 1));
  }

  /** The colour at a point of the image, in pixels. */
  Colour at(double x, double y) {
    double u = across * x + down * y + phase;
    double v = across * y - down * x + phase;
    return first.towards(second, pattern.share(u, v));
  }
}
