package org.resnet4j.data.shapes;

/**
 * Light of three primaries.
 *
 * @param red 0 to 1, as are green and blue
 */
record Colour(double red, double green, double blue) {
  /** Any hue, at a luma (ITU-R BT.601) between two bounds. */
  static Colour random(Draws draws, double darkest, double lightest) {
    Colour colour = new Colour(draws.between(0, 1), draws.between(0, 1), draws.between(0, 1));
    return colour.withLuma(draws.between(darkest, lightest));
  }

  private Colour withLuma(double wanted) {
    double luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    Colour end = luma < wanted ? new Colour(1, 1, 1) : new Colour(0, 0, 0);
    double share = luma < wanted ? (wanted - luma) / (1 - luma) : 1 - wanted / luma;
    return towards(end, share);
  }

  /** The mixture with a share (0 to 1) of another colour. */
  Colour towards(Colour other, double share) {
    return new Colour(
        red + share * (other.red - red),
        green + share * (other.green - green),
        blue + share * (other.blue - blue));
  }

  Colour plus(Colour other) {
    return new Colour(red + other.red, green + other.green, blue + other.blue);
  }
}
