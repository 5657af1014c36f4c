package org.resnet4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.resnet4j.train.RateCurve;
import org.resnet4j.train.RateReport;

/** Smooth losses over rates in characters, the rates by powers of ten. */
final class LossPlot {
  private static final int ROWS = 12;
  private static final int MARGIN = 9;

  private final List<RateCurve.Point> points;
  private final int columns;

  /**
   * Of some width.
   *
   * @param width in characters, the scale included
   */
  LossPlot(List<RateCurve.Point> points, int width) {
    this.points = List.copyOf(points);
    this.columns = Math.max(20, width - MARGIN);
  }

  List<String> lines() {
    double low = points.stream().mapToDouble(RateCurve.Point::smooth).min().orElseThrow();
    double high = points.stream().mapToDouble(RateCurve.Point::smooth).max().orElseThrow();
    // What rises far above the beginning would press the rest flat.
    high = Math.min(high, low + 2 * (points.get(0).smooth() - low) + 1e-9);
    char[][] plane = new char[ROWS][columns];
    for (char[] row : plane) {
      Arrays.fill(row, ' ');
    }
    for (int column = 0; column < columns; column++) {
      int i = Math.round((float) column * (points.size() - 1) / (columns - 1));
      double height = (points.get(i).smooth() - low) / Math.max(1e-9, high - low);
      if (height <= 1) {
        plane[ROWS - 1 - (int) Math.round(height * (ROWS - 1))][column] = '*';
      }
    }
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      double value = high - (high - low) * row / (ROWS - 1);
      boolean named = row % (ROWS - 1) == 0;
      String scale = named ? String.format(Locale.ROOT, "%7.3f ", value) : " ".repeat(MARGIN - 1);
      lines.add((scale + "|" + new String(plane[row])).stripTrailing());
    }
    String first = RateReport.rate(points.get(0).rate());
    String last = RateReport.rate(points.get(points.size() - 1).rate());
    String gap = " ".repeat(Math.max(1, columns - first.length() - last.length() - 14));
    lines.add(
        " ".repeat(MARGIN)
            + first
            + gap.substring(gap.length() / 2)
            + "learning rate"
            + gap.substring(0, gap.length() / 2)
            + " "
            + last);
    return lines;
  }
}
