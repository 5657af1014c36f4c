package org.resnet4j.data.shapes;

/**
 * A region of the plane, given by its signed distance: negative inside, positive outside.
 *
 * <p>Distances combine as in Inigo Quilez, "2D distance functions" and "distance functions:
 * operators" (iquilezles.org/articles). A combined value is a bound of the distance and no more;
 * its sign, which decides who is inside, is exact.
 */
@FunctionalInterface
interface Outline {
  double distance(double x, double y);

  /** Within a radius of the origin. */
  static Outline disc(double radius) {
    return (x, y) -> length(x, y) - radius;
  }

  /** An upright rectangle around the origin. */
  static Outline box(double halfWidth, double halfHeight) {
    return (x, y) -> Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
  }

  /** An endless strip along the x-axis. */
  static Outline band(double halfHeight) {
    return (x, y) -> Math.abs(y) - halfHeight;
  }

  /**
   * A closed polygon whose sides do not cross.
   *
   * @param corners x, y of each corner, in order
   */
  static Outline polygon(double... corners) {
    return (x, y) -> {
      double nearest = Double.POSITIVE_INFINITY;
      boolean inside = false;
      int last = corners.length - 2;
      for (int i = 0; i < corners.length; last = i, i += 2) {
        double sideX = corners[last] - corners[i];
        double sideY = corners[last + 1] - corners[i + 1];
        double dx = x - corners[i];
        double dy = y - corners[i + 1];
        double along = (dx * sideX + dy * sideY) / (sideX * sideX + sideY * sideY);
        double nearestAlong = Math.max(0, Math.min(1, along));
        double offX = dx - nearestAlong * sideX;
        double offY = dy - nearestAlong * sideY;
        nearest = Math.min(nearest, offX * offX + offY * offY);
        // Even-odd rule: a ray to the right crosses the border an odd number of times from inside.
        boolean spans = (corners[i + 1] > y) != (corners[last + 1] > y);
        inside ^= spans && dx < dy * sideX / sideY;
      }
      double distance = Math.sqrt(nearest);
      return inside ? -distance : distance;
    };
  }

  default Outline or(Outline other) {
    return (x, y) -> Math.min(distance(x, y), other.distance(x, y));
  }

  default Outline without(Outline other) {
    return (x, y) -> Math.max(distance(x, y), -other.distance(x, y));
  }

  /** This outline shifted, in its own units. */
  default Outline moved(double right, double up) {
    return (x, y) -> distance(x - right, y - up);
  }

  /** This outline turned about the origin, grown by a factor, then shifted. */
  default Outline placed(double right, double up, double angle, double size) {
    // StrictMath, because Math.sin and Math.cos may differ in the last bit between machines.
    double cosine = StrictMath.cos(angle) / size;
    double sine = StrictMath.sin(angle) / size;
    return (x, y) -> {
      double dx = x - right;
      double dy = y - up;
      return size * distance(cosine * dx + sine * dy, cosine * dy - sine * dx);
    };
  }

  private static double length(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }
}
