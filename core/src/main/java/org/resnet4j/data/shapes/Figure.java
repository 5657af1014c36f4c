package org.resnet4j.data.shapes;

/**
 * A class of {@link Shapes}: a figure that about fills the unit circle, y pointing down.
 *
 * <p>Each has a vertical axis of symmetry, so a mirrored image keeps its class.
 */
enum Figure {
  DISC(Outline.disc(0.85)),
  RING(Outline.disc(0.95).without(Outline.disc(0.52))),
  SQUARE(Outline.box(0.74, 0.74)),
  TRIANGLE(Outline.polygon(0, -0.95, 0.95, 0.72, -0.95, 0.72)),
  STAR(star(5, 0.42)),
  CROSS(Outline.box(0.95, 0.28).or(Outline.box(0.28, 0.95))),
  CRESCENT(Outline.disc(0.95).without(Outline.disc(0.75).moved(0, -0.42))),
  HEART(heart()),
  ARROW(
      Outline.polygon(
          0, -0.98, 0.78, -0.1, 0.27, -0.1, 0.27, 0.92, -0.27, 0.92, -0.27, -0.1, -0.78, -0.1)),
  HOURGLASS(Outline.polygon(-0.75, -0.88, 0.75, -0.88, 0.12, 0, 0.75, 0.88, -0.75, 0.88, -0.12, 0));

  @SuppressWarnings("ImmutableEnumChecker") // Outlines are pure functions.
  private final Outline outline;

  Figure(Outline outline) {
    this.outline = outline;
  }

  Outline outline() {
    return outline;
  }

  /** A star with its first point up; the notches lie at a fraction of the points' radius. */
  private static Outline star(int points, double notch) {
    double[] corners = new double[4 * points];
    for (int i = 0; i < 2 * points; i++) {
      double radius = i % 2 == 0 ? 1 : notch;
      double angle = StrictMath.PI * i / points;
      corners[2 * i] = radius * StrictMath.sin(angle);
      corners[2 * i + 1] = -radius * StrictMath.cos(angle);
    }
    return Outline.polygon(corners);
  }

  /** A square on its corner, and a disc on each of its upper sides. */
  private static Outline heart() {
    double side = 0.9;
    double lobe = side / 2;
    double offset = lobe * StrictMath.sqrt(0.5);
    Outline square = Outline.box(lobe, lobe).placed(0, 0, StrictMath.PI / 4, 1);
    Outline lobes =
        Outline.disc(lobe).moved(-offset, -offset).or(Outline.disc(lobe).moved(offset, -offset));
    return square.or(lobes).placed(0, 0.2, 0, 1.2);
  }
}
